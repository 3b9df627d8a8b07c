//! Looking at EC2 on behalf of people: at most once in five seconds for each endpoint, however many of them wait.

use chrono::{DateTime, TimeDelta};

use super::Reconciler;
use super::observe::Seen;
use super::pass::{Driver, Pass, Passed};
use crate::model::{EndpointState, Failure, ManagedEndpoint, Observation, StateChange};
use crate::ports::{StoreError, VpnError};

/// How long a reading of EC2 serves everybody who clicks or polls.
pub(super) const READ_AT_MOST_EVERY: TimeDelta = TimeDelta::seconds(5);
/// An observation older than this says nothing any more.
pub(super) const TOO_OLD: TimeDelta = TimeDelta::minutes(2);

impl Reconciler {
    /// Whether this click or poll is the one that reads EC2: nobody else has within [`READ_AT_MOST_EVERY`].
    pub(super) async fn may_read(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
    ) -> Result<bool, StoreError> {
        if !self.is_reading_due(state) {
            return Ok(false);
        }
        let (now_ms, last_allowed) = self.reading_times();
        let mut claim = StateChange::of(state);
        claim.require_reading_at_most(last_allowed);
        claim.after.sightings.reading_since_ms = Some(now_ms);
        let written = self.store.update(&endpoint.id, &claim.update()).await?;
        Ok(written.is_some())
    }

    /// Whether nobody is known to have set out to read EC2 within [`READ_AT_MOST_EVERY`].
    pub(super) fn is_reading_due(&self, state: &EndpointState) -> bool {
        let (_, last_allowed) = self.reading_times();
        state
            .sightings
            .reading_since_ms
            .is_none_or(|since| since <= last_allowed)
    }

    /// Now, and the latest beginning of a reading that allows another one now; in milliseconds since 1970.
    fn reading_times(&self) -> (u64, u64) {
        let now_ms = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let every_ms = u64::try_from(READ_AT_MOST_EVERY.num_milliseconds()).unwrap_or(0);
        (now_ms, now_ms.saturating_sub(every_ms))
    }

    pub(super) async fn pass(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        requests_before: u64,
        seen: Seen,
    ) -> Result<Passed, StoreError> {
        let mut pass = Pass::on_reading(
            self,
            endpoint,
            Driver::Person,
            state,
            requests_before,
            &seen,
        );
        for gap in seen.gaps {
            pass.missed(gap);
        }
        pass.run().await
    }

    /// A pass on what another one has seen. Too old to act on, it only reports.
    pub(super) async fn pass_on_record(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
    ) -> Result<Passed, StoreError> {
        let pass = self.unseen(endpoint, state);
        if self.is_fresh(&pass.seen) {
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
    ) -> Option<Passed> {
        let pass = self.unseen(endpoint, state);
        let idle = !self.is_fresh(&pass.seen) || pass.decide().actions.is_empty();
        idle.then(|| pass.report())
    }

    /// Whether what was seen can be acted on. Clocks differ between processes: what was seen in the future is not fresh
    /// either.
    fn is_fresh(&self, seen: &Observation) -> bool {
        (self.clock.now() - seen.observed_at).abs() <= READ_AT_MOST_EVERY
    }

    /// Whether what was seen says nothing any more.
    pub(super) fn is_too_old(&self, seen: &Observation) -> bool {
        self.clock.now() - seen.observed_at > TOO_OLD
    }

    /// What is known without a look at EC2: it only reports.
    pub(super) fn reported(&self, endpoint: &ManagedEndpoint, state: EndpointState) -> Passed {
        self.unseen(endpoint, state).report()
    }

    /// A pass on what is on record of EC2, however old.
    fn unseen<'a>(&'a self, endpoint: &'a ManagedEndpoint, state: EndpointState) -> Pass<'a> {
        let seen = state.sightings.observation.clone();
        let seen = seen.unwrap_or_else(|| Observation::nothing(DateTime::UNIX_EPOCH));
        Pass::on_record(self, endpoint, state, seen)
    }

    /// EC2 could not be read. Where it refuses to be, a start that was due has failed.
    pub(super) async fn unread(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        error: VpnError,
    ) -> Result<Passed, StoreError> {
        let mut pass = self.unseen(endpoint, state);
        match error {
            VpnError::TryLater { .. } => pass.missed(error),
            VpnError::Refused { code, message } => {
                pass.refuse_if_due(Failure { code, message }).await?;
            }
        }
        Ok(pass.report())
    }
}
