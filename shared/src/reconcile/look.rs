//! Looking at EC2 on behalf of people: at most once in five seconds for each endpoint, however many of them wait.

use chrono::DateTime;

use super::Reconciler;
use super::pass::{Driver, Pass, PassOutcome};
use super::read::Interpretation;
use crate::model::{EndpointState, Failure, ManagedEndpoint, Observation, StateChange};
use crate::policy::{self, is_fresh};
use crate::ports::{StoreError, VpnError};

impl Reconciler {
    /// Whether this click or poll is the one that reads EC2: no other has within five seconds.
    pub(super) async fn may_read(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        if !policy::is_reading_due(state, now) {
            return Ok(false);
        }
        let now_ms = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let mut claim = StateChange::of(state);
        claim.require_reading_at_most(policy::latest_reading_before(now));
        claim.after.sightings.reading_since_ms = Some(now_ms);
        let written = self.store.update(&endpoint.id, &claim.update()).await?;
        Ok(written.is_some())
    }

    pub(super) async fn pass(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        requests_before: u64,
        seen: Interpretation,
    ) -> Result<PassOutcome, StoreError> {
        let mut pass = Pass::on_reading(
            self,
            endpoint,
            Driver::Person,
            state,
            requests_before,
            &seen,
        );
        for gap in seen.gaps {
            pass.keep_failure(gap);
        }
        pass.run().await
    }

    /// A pass on what another one has seen. Too old to act on, it only reports.
    pub(super) async fn pass_on_record(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
    ) -> Result<PassOutcome, StoreError> {
        let pass = self.unseen(endpoint, state);
        if is_fresh(&pass.seen, self.clock.now()) {
            pass.run().await
        } else {
            Ok(pass.report())
        }
    }

    /// As [`Self::pass_on_record`], where that would only report.
    pub(super) fn nothing_due(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
    ) -> Option<PassOutcome> {
        let pass = self.unseen(endpoint, state);
        let idle = !is_fresh(&pass.seen, self.clock.now()) || pass.decide().actions.is_empty();
        idle.then(|| pass.report())
    }

    /// What is known without a look at EC2: it only reports.
    pub(super) fn reported(&self, endpoint: &ManagedEndpoint, state: EndpointState) -> PassOutcome {
        self.unseen(endpoint, state).report()
    }

    /// A pass on what is on record of EC2, however old.
    fn unseen<'a>(&'a self, endpoint: &'a ManagedEndpoint, state: EndpointState) -> Pass<'a> {
        let seen = state.sightings.observation.clone();
        let seen = seen.unwrap_or_else(|| Observation::nothing(DateTime::UNIX_EPOCH));
        Pass::on_record(self, endpoint, state, seen)
    }

    /// EC2 could not be read. Where it refuses to be, a start that was due has failed.
    pub(super) async fn after_failed_read(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        error: VpnError,
    ) -> Result<PassOutcome, StoreError> {
        let mut pass = self.unseen(endpoint, state);
        match error {
            VpnError::TryLater { .. } => pass.keep_failure(error),
            VpnError::Refused { code, message } => {
                pass.refuse_if_due(Failure { code, message }).await?;
            }
        }
        Ok(pass.report())
    }
}
