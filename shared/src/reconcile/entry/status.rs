//! A look at an endpoint: a click or poll that asks for nothing.

use crate::model::ManagedEndpoint;
use crate::policy::{Executor, Phase, are_leases_as_before, is_reading_due, is_too_old};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::pass::PassOutcome;
use crate::reconcile::{EndpointStatus, Reconciler};

/// A status that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    #[error("the lease table could not be read")]
    Store(#[from] StoreError),
    #[error("EC2 could not be read")]
    Vpn(#[from] VpnError),
    #[error("EC2 is being read")]
    BeingRead,
}

impl Reconciler {
    /// Where the endpoint stands. A pass, but no ask.
    pub async fn status(&self, endpoint: &ManagedEndpoint) -> Result<EndpointStatus, StatusError> {
        match self.on_its_way(endpoint).await? {
            Some(status) => Ok(status),
            None => self.status_anew(endpoint).await,
        }
    }

    /// The same without what this process remembers.
    pub(super) async fn status_anew(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<EndpointStatus, StatusError> {
        let read_at = self.clock.now();
        let state = self.store.load(&endpoint.id).await?;
        let passed = match self.read_if_due(endpoint, &state, false).await? {
            None => self.follow(endpoint, state).await?,
            Some(reading) => {
                let requests = state.demand.requests;
                match reading.interpret(&state, &self.settings.rules, Executor::Reader) {
                    Ok(seen) => self.pass(endpoint, state, requests, seen).await?,
                    Err(error) => {
                        let mut passed = self.after_failed_read(endpoint, state, error).await?;
                        let failure = passed.failure();
                        return Err(failure.map_or(StatusError::BeingRead, StatusError::Vpn));
                    }
                }
            }
        };
        if is_too_old(&passed.seen, self.clock.now()) {
            return Err(StatusError::BeingRead);
        }
        let waiting = is_on_its_way(&passed).then(|| passed.state.clone());
        self.waiting_leases.keep(&endpoint.id, read_at, waiting);
        Ok(EndpointStatus::of(endpoint, &passed, self.clock.now()))
    }

    /// Where an endpoint stands that is on its way and for which nothing is due, with leases that this process read in the
    /// last seconds; `None`: look properly. Whoever waits looks again in some seconds; once it is ready, what is told
    /// stands for longer and has to be exact.
    async fn on_its_way(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<Option<EndpointStatus>, StoreError> {
        let Some(before) = self.waiting_leases.get(&endpoint.id, self.clock.now()) else {
            return Ok(None);
        };
        let state = self.store.state(&endpoint.id).await?;
        let now = self.clock.now();
        if !are_leases_as_before(&state, &before) || is_reading_due(&state, now) {
            return Ok(None);
        }
        let passed = self.follow_idly(endpoint, state.with_rest_of(&before));
        let passed =
            passed.filter(|passed| is_on_its_way(passed) && !is_too_old(&passed.seen, now));
        Ok(passed.map(|passed| EndpointStatus::of(endpoint, &passed, self.clock.now())))
    }
}

fn is_on_its_way(passed: &PassOutcome) -> bool {
    matches!(passed.decision.phase, Phase::Starting | Phase::Stopping)
}
