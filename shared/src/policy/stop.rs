//! When a stop is due, and whether it still is at the last look.

use chrono::{DateTime, TimeDelta, Utc};

use super::Policy;
use super::decision::Reason;
use super::off_at::KeepRule;
use super::view::View;
use crate::model::{EndpointState, NetworkStatus, Observation};

/// How long to leave an endpoint alone whose stop EC2 refused.
const STOP_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// A commit older than this is not acted on.
const ACT_WITHIN: TimeDelta = TimeDelta::seconds(30);

/// Whether the evidence behind a stop that was committed then is too old to act on; a later sweep takes it up.
pub fn is_too_late_to_act(committed_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - committed_at > ACT_WITHIN
}

/// Whether a stop that was decided is still due on what was seen since; `Some` says what kept the endpoint last.
pub fn confirm_stop(
    seen: &Observation,
    state: &EndpointState,
    policy: Policy<'_>,
    now: DateTime<Utc>,
) -> Option<KeepRule> {
    let view = View {
        seen,
        state,
        policy,
        now,
    };
    let Reason::Due { rule } = view.phase().reason else {
        return None;
    };
    let is_confirmed = view.bookkeeping().is_none() && view.is_stop_possible();
    is_confirmed.then_some(rule)
}

impl View<'_> {
    /// Whether a stop of an endpoint that nothing keeps can be begun, or taken up again.
    pub(super) fn is_stop_possible(self) -> bool {
        let is_just_refused = self.is_stop_just_refused();
        let is_evidence_complete =
            self.seen.usage.is_some() && self.seen.routes.is_some() && self.seen.endpoint.is_some();
        let is_moving = self.seen.any(NetworkStatus::Associating);
        // What a stop deletes has to be remembered first.
        let is_remembered = self.snapshot_due().is_none();
        is_evidence_complete && !is_moving && !is_just_refused && is_remembered
    }

    pub(super) fn is_stop_just_refused(self) -> bool {
        let refused_at = self.state.stay.stop.refused_at;
        refused_at.is_some_and(|at| self.now - at < STOP_AGAIN_AFTER)
    }
}
