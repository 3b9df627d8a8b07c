//! DESIGN 6 as one function: the phase table from top to bottom, each rule a predicate of its own.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Action, Decision, Phase, Reason, Warning, retry_after};
use super::off_at::off_at;
use super::routing::{Outstanding, is_news, outstanding, snapshot_to_take};
use super::wanted::{is_held, is_pinned, is_unserved, is_wanted};
use super::{Policy, off_at::KeepRule};
use crate::model::{
    AssociationId, EndpointState, Failure, Mode, NetworkStatus, Observation, STOP_IN_FORCE,
    SeenNetwork, SubnetId, Usage, WANTED_FOR,
};

/// How many attempts a start has.
pub const MAX_ATTEMPTS: u64 = 3;
/// How long a route or a security group may keep an endpoint from being ready.
const ROUTES_HOLD_UP: TimeDelta = TimeDelta::minutes(5);
/// How long to leave an endpoint alone whose stop EC2 refused.
const STOP_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What an endpoint's phase is, why, and what to do about it.
///
/// Bookkeeping (gone, failed, adopted, …) comes alone: the rest is decided anew once it is on record. Actions that
/// only sweeps may take are among the actions; a pass that is no sweep leaves them out.
pub fn decide(
    seen: &Observation,
    state: &EndpointState,
    policy: Policy<'_>,
    now: DateTime<Utc>,
) -> Decision {
    let view = View {
        seen,
        state,
        policy,
        now,
    };
    let mut decision = view.standing();
    if let Some(bookkeeping) = view.bookkeeping() {
        decision.actions = vec![bookkeeping];
    }
    decision.warnings = view.warnings(decision.phase);
    decision
}

#[derive(Clone, Copy)]
struct View<'a> {
    seen: &'a Observation,
    state: &'a EndpointState,
    policy: Policy<'a>,
    now: DateTime<Utc>,
}

impl<'a> View<'a> {
    /// The phase table.
    fn standing(self) -> Decision {
        if self.stop_in_force() || self.seen.any(NetworkStatus::Disassociating) {
            self.stopping()
        } else if self.seen.any(NetworkStatus::Unknown) {
            Decision::new(self.phase_if_up(), Reason::UnknownStatus)
        } else if self.seen.networks.is_empty() {
            self.nothing_there()
        } else if self.state.stay.ready_since.is_some() && self.seen.any(NetworkStatus::Associated)
        {
            self.ready()
        } else if self.seen.any(NetworkStatus::Associating) {
            Decision::new(Phase::Starting, Reason::Associating).with(self.finish_start())
        } else if self.seen.any(NetworkStatus::Associated) {
            self.getting_ready()
        } else {
            self.only_failed()
        }
    }

    fn stopping(self) -> Decision {
        let comes_back = is_wanted(self.state, self.now);
        let only_failed_ones_go = !self.stop_in_force()
            && self
                .seen
                .in_status(NetworkStatus::Disassociating)
                .all(|network| {
                    self.state
                        .attempts
                        .failed_ids
                        .contains(&network.association_id)
                });
        let reason = if only_failed_ones_go {
            Reason::RemovingFailed { comes_back }
        } else {
            Reason::Stopping { comes_back }
        };
        Decision::new(Phase::Stopping, reason)
    }

    fn nothing_there(self) -> Decision {
        if is_wanted(self.state, self.now) {
            return self.start_or_wait(Phase::Starting);
        }
        let asked = is_unserved(self.state, self.now);
        let reason = if is_held(self.state, self.now) {
            Reason::Held {
                until: self.state.order.until,
                asked,
            }
        } else if self.gave_up() && self.state.demand.requests > self.state.demand.served {
            Reason::GaveUp(self.state.attempts.failure.clone())
        } else {
            Reason::NotWanted
        };
        Decision::new(Phase::Off, reason)
    }

    /// The next attempt: carry on with one that is committed, or begin one if it is time.
    fn start_or_wait(self, phase: Phase) -> Decision {
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
    fn only_failed(self) -> Decision {
        let ids = ids(self.seen.in_status(NetworkStatus::AssociationFailed));
        if is_wanted(self.state, self.now) {
            let reason = Reason::Retrying {
                failure: self.state.attempts.failure.clone(),
                at: self.next_attempt_at(),
            };
            return Decision::new(Phase::Starting, reason).with(Some(Action::RemoveFailed {
                ids,
                within_start: true,
            }));
        }
        Decision::new(
            Phase::Failed,
            Reason::AssociationFailed(self.state.attempts.failure.clone()),
        )
        .with(Some(Action::RemoveFailed {
            ids,
            within_start: false,
        }))
    }

    /// Something is associated, and this stay has not been ready yet.
    fn getting_ready(self) -> Decision {
        let unclaimed = self
            .seen
            .in_status(NetworkStatus::Associated)
            .any(|network| {
                !self
                    .state
                    .stay
                    .association_ids
                    .contains(&network.association_id)
            });
        let unread = Decision::new(Phase::Starting, Reason::Restoring { outstanding: None });
        if let Some(finish) = self.finish_start().filter(|_| unclaimed) {
            // Its answers were lost. "Ready" ends the start, and what it did not claim would pass for a stranger's.
            return unread.with(Some(finish));
        }
        let Some(outstanding) = outstanding(self.seen, self.state, self.policy) else {
            return unread;
        };
        let all = outstanding.all();
        let waited_enough = self
            .settled_since()
            .is_some_and(|since| self.now - since >= ROUTES_HOLD_UP);
        let reason = Reason::Restoring {
            outstanding: Some(all.len()),
        };
        let action = if all.is_empty() || waited_enough {
            let snapshot = snapshot_to_take(self.seen, self.state, self.policy, &outstanding);
            Some(Action::MarkReady {
                outstanding: all,
                snapshot,
            })
        } else {
            restore(outstanding)
        };
        Decision::new(Phase::Starting, reason).with(action)
    }

    /// Since when routes can be made: one subnet may take many minutes longer than another to come up or to fail.
    fn settled_since(self) -> Option<DateTime<Utc>> {
        let last = self.seen.networks.iter().map(|network| network.since).max();
        last.max(self.state.stay.associated_since)
    }

    /// Ready in this stay.
    fn ready(self) -> Decision {
        let Some(usage) = &self.seen.usage else {
            return Decision::new(Phase::Ready, Reason::NotKnown).with(self.upkeep(false));
        };
        let off_at = off_at(self.state, usage, self.policy.rules, self.now);
        let reason = match off_at {
            None => Reason::InUse {
                connections: usage.in_use,
            },
            Some(off) if off.at > self.now => Reason::Kept {
                rule: off.rule,
                until: off.at,
            },
            Some(_) if is_pinned(self.state, self.now) => Reason::Pinned,
            Some(off) => Reason::Due { rule: off.rule },
        };
        let due = matches!(reason, Reason::Due { .. });
        let mut decision = Decision::new(Phase::Ready, reason);
        decision.keep_until = off_at.map(|off| off.at);
        decision.actions.extend(self.routing());
        decision.actions.extend(self.upkeep(usage.in_use > 0));
        decision.actions.extend(self.stop(due));
        decision
    }

    /// What a sweep does about an endpoint that nothing keeps, and about a stop that did not happen.
    fn stop(self, due: bool) -> Option<Action> {
        let resumed = self.state.stay.stop.since.is_some();
        if !due {
            return resumed.then_some(Action::AbandonStop);
        }
        let refused_lately = self
            .state
            .stay
            .stop
            .refused_at
            .is_some_and(|at| self.now - at < STOP_AGAIN_AFTER);
        let evidence_is_complete =
            self.seen.usage.is_some() && self.seen.routes.is_some() && self.seen.endpoint.is_some();
        let moving = self.seen.any(NetworkStatus::Associating);
        (evidence_is_complete && !moving && !refused_lately).then_some(Action::Stop { resumed })
    }

    /// Makes subnets that are missing, while somebody wants or uses the VPN; the failed ones go first.
    fn upkeep(self, in_use: bool) -> Option<Action> {
        let called_for = in_use || is_wanted(self.state, self.now);
        let moving = self.seen.any(NetworkStatus::Associating);
        let complete = self.associated_and_configured() == self.policy.endpoint.subnets.len();
        if !called_for || is_held(self.state, self.now) || self.state.stay.stop.since.is_some() {
            return None;
        }
        // Even where all is up: an association whose answer was lost is ours only once the start claims it.
        if let Some(finish) = self.finish_start() {
            return Some(finish);
        }
        let exhausted = self.gave_up() || self.state.attempts.used() >= MAX_ATTEMPTS;
        if complete || moving || exhausted || self.now < self.next_attempt_at() {
            return None;
        }
        let failed = ids(self.seen.in_status(NetworkStatus::AssociationFailed));
        if failed.is_empty() {
            self.start()
        } else {
            Some(Action::RemoveFailed {
                ids: failed,
                within_start: true,
            })
        }
    }

    /// What routes, security groups and the snapshot need once ready; only a pass that read them can tell.
    fn routing(self) -> Vec<Action> {
        let Some(outstanding) = outstanding(self.seen, self.state, self.policy) else {
            return Vec::new();
        };
        let restored: BTreeSet<_> = self
            .state
            .stay
            .to_restore
            .difference(&outstanding.all())
            .cloned()
            .collect();
        if !restored.is_empty() {
            return vec![Action::RecordRestored { restored }];
        }
        let snapshot = snapshot_to_take(self.seen, self.state, self.policy, &outstanding)
            .filter(|snapshot| is_news(snapshot, self.seen, self.state))
            .map(Action::TakeSnapshot);
        // A late subnet is late no more once a snapshot was taken: what it lacks has to be on record before that.
        restore(outstanding).into_iter().chain(snapshot).collect()
    }

    /// Facts that have to be on record before anything else is decided.
    fn bookkeeping(self) -> Option<Action> {
        if self.state.order.text() != self.state.order.noted {
            return Some(Action::NoteMode);
        }
        self.gone()
            .or_else(|| self.failed())
            .or_else(|| self.adoptable())
    }

    /// What is known and no longer there. While a stop is in hand, it is gone once all of it is.
    fn gone(self) -> Option<Action> {
        let known = &self.state.stay.association_ids;
        let gone: BTreeSet<_> = known
            .iter()
            .filter(|id| self.seen.network(id).is_none())
            .cloned()
            .collect();
        let all = gone.len() == known.len();
        let stopping = self.state.stay.stop.since.is_some();
        let tell = !gone.is_empty() && (all || !stopping);
        tell.then_some(Action::RecordGone { ids: gone, all })
    }

    /// An attempt has failed once all that it associates has come to an end: one record for each attempt.
    fn failed(self) -> Option<Action> {
        if self.seen.any(NetworkStatus::Associating) {
            return None;
        }
        let news: Vec<&SeenNetwork> = self
            .seen
            .in_status(NetworkStatus::AssociationFailed)
            .filter(|network| {
                !self
                    .state
                    .attempts
                    .failed_ids
                    .contains(&network.association_id)
            })
            .collect();
        let message = news.iter().find_map(|network| network.message.clone());
        let failure = Failure {
            code: NetworkStatus::AssociationFailed.as_str().to_owned(),
            message: message.unwrap_or_else(|| "EC2 gives no reason".to_owned()),
        };
        (!news.is_empty()).then(|| Action::RecordFailed {
            ids: ids(news.into_iter()),
            failure,
        })
    }

    /// Associations that no start of ours explains. One on a subnet that a committed start may have associated, before
    /// its answer was lost, is left to that start, while somebody is going to finish it.
    fn adoptable(self) -> Option<Action> {
        let claimed = if self.finish_start().is_some() {
            self.unanswered_subnets()
        } else {
            Vec::new()
        };
        let explained = |network: &&SeenNetwork| {
            self.state
                .stay
                .association_ids
                .contains(&network.association_id)
                || claimed.contains(&&network.subnet_id)
        };
        let strangers: BTreeSet<_> = self
            .seen
            .in_status(NetworkStatus::Associating)
            .chain(self.seen.in_status(NetworkStatus::Associated))
            .filter(|network| !explained(network))
            .map(|network| network.association_id.clone())
            .collect();
        let may = !strangers.is_empty() && !self.stop_in_force();
        may.then_some(Action::Adopt { ids: strangers })
    }

    /// The next attempt at the subnets that have no target network.
    fn start(self) -> Option<Action> {
        let subnet_ids: Vec<SubnetId> = self.policy.missing_subnets(self.seen).cloned().collect();
        let series_goes_on = self
            .state
            .attempts
            .failed_at
            .is_some_and(|failed| self.now - failed < WANTED_FOR);
        let new_stay = self.seen.networks.is_empty() && !series_goes_on;
        (!subnet_ids.is_empty()).then_some(Action::Start {
            subnet_ids,
            new_stay,
        })
    }

    /// What is left to do of an attempt that is committed, while somebody still waits for it or uses the rest.
    fn finish_start(self) -> Option<Action> {
        let subnet_ids: Vec<SubnetId> = self.unanswered_subnets().into_iter().cloned().collect();
        let in_use = self
            .seen
            .usage
            .as_ref()
            .is_some_and(|usage: &Usage| usage.in_use > 0);
        let called_for = in_use || is_wanted(self.state, self.now);
        let due = self.state.attempts.began_at.is_some() && called_for && !subnet_ids.is_empty();
        due.then_some(Action::FinishStart { subnet_ids })
    }

    /// Configured subnets for which no association of this stay is known.
    fn unanswered_subnets(self) -> Vec<&'a SubnetId> {
        let answered = |subnet_id: &SubnetId| {
            self.seen.networks.iter().any(|network| {
                network.subnet_id == *subnet_id
                    && (self
                        .state
                        .stay
                        .association_ids
                        .contains(&network.association_id)
                        || self
                            .state
                            .attempts
                            .failed_ids
                            .contains(&network.association_id))
            })
        };
        self.policy
            .endpoint
            .subnets
            .iter()
            .filter(|subnet_id| !answered(subnet_id))
            .collect()
    }

    fn next_attempt_at(self) -> DateTime<Utc> {
        match self.state.attempts.failed_at {
            Some(failed) => failed + retry_after(self.state.attempts.used()),
            None => self.now,
        }
    }

    fn gave_up(self) -> bool {
        self.state.demand.gave_up == Some(self.state.demand.requests)
    }

    fn stop_in_force(self) -> bool {
        self.state
            .stay
            .stop
            .since
            .is_some_and(|since| self.now - since < STOP_IN_FORCE)
    }

    fn phase_if_up(self) -> Phase {
        let usable =
            self.state.stay.ready_since.is_some() && self.seen.any(NetworkStatus::Associated);
        if usable {
            Phase::Ready
        } else {
            Phase::Starting
        }
    }

    fn associated_and_configured(self) -> usize {
        self.seen
            .in_status(NetworkStatus::Associated)
            .filter(|network| self.policy.endpoint.subnets.contains(&network.subnet_id))
            .count()
    }

    fn warnings(self, phase: Phase) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let (associated, configured) = (
            self.associated_and_configured(),
            self.policy.endpoint.subnets.len(),
        );
        if phase == Phase::Ready {
            if associated < configured {
                warnings.push(Warning::FewerSubnets {
                    associated,
                    configured,
                });
            }
            if !self.state.stay.to_restore.is_empty() {
                warnings.push(Warning::NotRestored(self.state.stay.to_restore.clone()));
            }
        }
        if let Some(Mode::Unreadable(text)) = self.state.order.in_force(self.now) {
            warnings.push(Warning::UnreadableMode(text.clone()));
        }
        warnings
    }
}

fn restore(outstanding: Outstanding) -> Option<Action> {
    let missing = outstanding.missing;
    (!missing.is_empty()).then_some(Action::Restore { missing })
}

fn ids<'a>(networks: impl Iterator<Item = &'a SeenNetwork>) -> BTreeSet<AssociationId> {
    networks
        .map(|network| network.association_id.clone())
        .collect()
}

impl Decision {
    fn new(phase: Phase, reason: Reason) -> Self {
        Self {
            phase,
            reason,
            actions: Vec::new(),
            keep_until: None,
            warnings: Vec::new(),
        }
    }

    fn with(mut self, action: Option<Action>) -> Self {
        self.actions.extend(action);
        self
    }

    /// What kept the endpoint last, where nothing keeps it any more.
    pub fn stop_rule(&self) -> Option<KeepRule> {
        match self.reason {
            Reason::Due { rule } => Some(rule),
            Reason::NotWanted
            | Reason::Held { .. }
            | Reason::GaveUp(_)
            | Reason::Asked
            | Reason::NotSeen
            | Reason::Retrying { .. }
            | Reason::Associating
            | Reason::Restoring { .. }
            | Reason::UnknownStatus
            | Reason::InUse { .. }
            | Reason::Kept { .. }
            | Reason::Pinned
            | Reason::NotKnown
            | Reason::Stopping { .. }
            | Reason::RemovingFailed { .. }
            | Reason::AssociationFailed(_) => None,
        }
    }
}
