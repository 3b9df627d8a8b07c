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

use crate::model::{EndpointId, EndpointState};
use crate::policy::READ_AT_MOST_EVERY;

/// The last reading of each endpoint that was on its way then.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct WaitingLeases(
    Mutex<BTreeMap<EndpointId, (DateTime<Utc>, EndpointState)>>,
);

impl WaitingLeases {
    /// Remembers a reading; `None`: no employee waits for the endpoint.
    pub(in crate::reconcile) fn keep(
        &self,
        endpoint: &EndpointId,
        read_at: DateTime<Utc>,
        state: Option<EndpointState>,
    ) {
        // What was read is put in place whole.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            Some(state) => all.insert(endpoint.clone(), (read_at, state)),
            None => all.remove(endpoint),
        };
    }

    /// The last reading, if it is young enough.
    pub(in crate::reconcile) fn get(
        &self,
        endpoint: &EndpointId,
        now: DateTime<Utc>,
    ) -> Option<EndpointState> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, state) = all.get(endpoint)?;
        ((now - *read_at).abs() < READ_AT_MOST_EVERY).then(|| state.clone())
    }
}
