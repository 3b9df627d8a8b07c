//! When an attempt is due, and what of it is left to do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Policy;
use super::decide::decide;
use super::decision::{Action, Decision, Phase, Reason, retry_after};
use super::view::{View, ids};
use super::wanted::{is_held, is_wanted};
use crate::model::{
    Attempts, EndpointState, Failure, Mode, ModeOrder, NetworkStatus, Observation, SubnetId,
    WANTED_FOR,
};

/// How many attempts a start has.
pub const MAX_ATTEMPTS: u64 = 3;

/// Whether no attempt follows the latest of these: only a new ask tries again then.
pub fn is_last_attempt(attempts: &Attempts) -> bool {
    attempts.used() >= MAX_ATTEMPTS
}

/// Whether an attempt is due at an endpoint that EC2 refuses to describe: `Some` says whether a new stay begins with it.
/// It counts as made, and as failed.
pub fn attempt_due(
    seen: &Observation,
    state: &EndpointState,
    policy: Policy<'_>,
    now: DateTime<Utc>,
) -> Option<bool> {
    let actions = decide(seen, state, policy, now).actions;
    let due = actions.into_iter().find_map(|action| {
        if let Action::Start { new_stay, .. } = action {
            Some(new_stay)
        } else {
            None
        }
    });
    due.filter(|_| is_wanted(state, now))
}

impl<'a> View<'a> {
    /// The next attempt: carry on with one that is committed, or begin one if it is time.
    pub(super) fn start_or_wait(self, phase: Phase) -> Decision {
        if let Some(finish) = self.finish_start() {
            return Decision::new(phase, Reason::Asked).with(Some(finish));
        }
        let at = self.next_attempt_at();
        if self.now < at {
            let failure = self.state.attempts.failure.clone();
            return Decision::new(phase, Reason::Retrying { failure, at });
        }
        Decision::new(phase, Reason::Asked).with(self.start())
    }

    /// Only `association-failed` is left.
    pub(super) fn only_failed(self) -> Decision {
        let ids = ids(self.seen.in_status(NetworkStatus::AssociationFailed));
        let within_start = self.is_wanted();
        let failure = self.state.attempts.failure.clone();
        let (phase, reason) = if within_start {
            let at = self.next_attempt_at();
            (Phase::Starting, Reason::Retrying { failure, at })
        } else if let Some(hold) = self.hold() {
            (Phase::Failed, Reason::Held(hold))
        } else {
            (Phase::Failed, Reason::AssociationFailed(failure))
        };
        Decision::new(phase, reason).with(Some(Action::RemoveFailed { ids, within_start }))
    }

    /// Makes subnets that are missing, while employees want or use the VPN; the failed ones go first.
    pub(super) fn upkeep(self, in_use: bool) -> Option<Action> {
        let called_for = in_use || self.is_wanted();
        let moving = self.seen.any(NetworkStatus::Associating);
        let complete = self.associated_and_configured() == self.policy.endpoint.subnets.len();
        if !called_for || is_held(self.state, self.now) || self.is_stop_committed() {
            return None;
        }
        // Even where all is up: an association whose answer was lost is ours only once the start claims it.
        if let Some(finish) = self.finish_start() {
            return Some(finish);
        }
        let exhausted = self.is_given_up() || is_last_attempt(&self.state.attempts);
        if complete || moving || exhausted || self.now < self.next_attempt_at() {
            return None;
        }
        let ids = ids(self.seen.in_status(NetworkStatus::AssociationFailed));
        if ids.is_empty() {
            return self.start();
        }
        let within_start = true;
        Some(Action::RemoveFailed { ids, within_start })
    }

    /// The next attempt at the subnets that have no target network.
    fn start(self) -> Option<Action> {
        let subnet_ids: Vec<SubnetId> = self.policy.missing_subnets(self.seen).cloned().collect();
        let failed_at = self.state.attempts.failed_at;
        let series_goes_on = failed_at.is_some_and(|at| self.now - at < WANTED_FOR);
        let new_stay = self.seen.networks.is_empty() && !series_goes_on;
        if subnet_ids.is_empty() {
            return None;
        }
        let endpoint = self.seen.endpoint.as_ref();
        Some(if endpoint.is_some_and(|facts| facts.transit_gateway) {
            Action::RefuseStart {
                failure: Failure::transit_gateway(),
                new_stay,
            }
        } else {
            Action::Start {
                subnet_ids,
                new_stay,
            }
        })
    }

    /// What is left to do of an attempt that is committed, while an employee still waits for it or uses the rest, and
    /// nothing forbids to associate.
    pub(super) fn finish_start(self) -> Option<Action> {
        if is_held(self.state, self.now) {
            return None;
        }
        let subnet_ids: Vec<SubnetId> = self.unanswered_subnets().into_iter().cloned().collect();
        let called_for = self.is_in_use() || self.is_wanted();
        let due = self.state.attempts.began_at.is_some() && called_for && !subnet_ids.is_empty();
        due.then_some(Action::FinishStart { subnet_ids })
    }

    /// Configured subnets for which no association of this stay is known.
    pub(super) fn unanswered_subnets(self) -> Vec<&'a SubnetId> {
        let networks = self.seen.networks.iter();
        let answered: BTreeSet<&SubnetId> = networks
            .filter(|network| self.is_known(network) || self.is_failure_known(network))
            .map(|network| &network.subnet_id)
            .collect();
        let subnets = self.policy.endpoint.subnets.iter();
        subnets.filter(|id| !answered.contains(id)).collect()
    }

    fn next_attempt_at(self) -> DateTime<Utc> {
        match self.state.attempts.failed_at {
            Some(failed) => failed + retry_after(self.state.attempts.used()),
            None => self.now,
        }
    }
}

/// Since when a start has been possible, if something is known to have been in its way: an attempt that failed was
/// possible, a hold that ran out or something that was still listed was not.
pub fn startable_since(
    seen: &Observation,
    state: &EndpointState,
    new_stay: bool,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let order = &state.order;
    let was_held = matches!(order.mode, Some(Mode::Hold | Mode::Off));
    let hold_ran_out = order.until.filter(|until| was_held && *until <= now);
    // Where a stay has to begin anew, nothing is listed any more.
    let before = state.sightings.observation.as_ref();
    let was_listed = before.is_some_and(|seen| !seen.networks.is_empty());
    let emptied = (new_stay && was_listed).then_some(seen.observed_at);
    let startable_since = state.demand.startable_since;
    startable_since.max(hold_ran_out).max(emptied)
}

/// Whether the mode that is on record held an endpoint that could be started by now, and the next one does not.
pub fn is_hold_over(state: &EndpointState, next: &ModeOrder, now: DateTime<Utc>) -> bool {
    let noted = state.order.noted.split(' ').next();
    let held = [Mode::Hold, Mode::Off];
    let was_held = held.iter().any(|mode| noted == Some(mode.as_str()));
    let is_held = next.in_force(now).is_some_and(|mode| held.contains(mode));
    let nothing_is_under_way = state.attempts.began_at.is_none() && state.stay.up_since.is_none();
    was_held && !is_held && nothing_is_under_way
}
