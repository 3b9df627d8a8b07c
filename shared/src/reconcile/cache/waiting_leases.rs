//! What this process read of the leases in the last seconds, for employees who wait.
//!
//! Two thousand who wait for one endpoint ask four hundred times a second, and each answer names all leases: 400 KB to
//! read. DynamoDB reads 12 MB a second from a partition and refuses the rest
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>). So, while an
//! endpoint is on its way, a process reads the `state` item for each of them, and the leases once in five seconds: as
//! often as EC2 is read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::model::{EndpointId, EndpointState, ManagedEndpoint};
use crate::policy::{Phase, READ_AT_MOST_EVERY, is_reading_due, is_too_old};
use crate::ports::StoreError;
use crate::reconcile::pass::PassOutcome;
use crate::reconcile::{EndpointStatus, Reconciler};

/// The last reading of each endpoint that was on its way then.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct WaitingLeases(
    Mutex<BTreeMap<EndpointId, (DateTime<Utc>, EndpointState)>>,
);

impl WaitingLeases {
    /// Remembers a reading, if employees wait for the endpoint.
    pub(in crate::reconcile) fn keep(
        &self,
        endpoint: &EndpointId,
        read_at: DateTime<Utc>,
        passed: &PassOutcome,
    ) {
        // What was read is put in place whole.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_on_its_way(passed) {
            all.insert(endpoint.clone(), (read_at, passed.state.clone()));
        } else {
            all.remove(endpoint);
        }
    }

    /// The last reading, if it is young enough.
    fn get(&self, endpoint: &EndpointId, now: DateTime<Utc>) -> Option<EndpointState> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, state) = all.get(endpoint)?;
        ((now - *read_at).abs() < READ_AT_MOST_EVERY).then(|| state.clone())
    }
}

impl Reconciler {
    /// Where an endpoint stands that is on its way and for which nothing is due, with leases that this process lately
    /// read; `None`: look properly. Whoever waits looks again in some seconds; once it is ready, what is told stands for
    /// longer and has to be exact.
    pub(in crate::reconcile) async fn on_its_way(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<Option<EndpointStatus>, StoreError> {
        let now = self.clock.now();
        let Some(lately) = self.waiting_leases.get(&endpoint.id, now) else {
            return Ok(None);
        };
        let state = self.store.state(&endpoint.id).await?;
        let now = self.clock.now();
        // An employee who gave a lease back sees that it is gone.
        let same =
            state.is_same_time_up(&lately) && state.stay.released_at == lately.stay.released_at;
        if !same || is_reading_due(&state, now) {
            return Ok(None);
        }
        let passed = match self.nothing_due(endpoint, state.with_rest_of(&lately)) {
            Some(passed) if !is_too_old(&passed.seen, now) => passed,
            Some(_) | None => return Ok(None),
        };
        Ok(is_on_its_way(&passed).then(|| EndpointStatus::of(endpoint, &passed, self.clock.now())))
    }
}

fn is_on_its_way(passed: &PassOutcome) -> bool {
    matches!(passed.decision.phase, Phase::Starting | Phase::Stopping)
}
