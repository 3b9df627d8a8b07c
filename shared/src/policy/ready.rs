//! What an associated endpoint lacks before it is ready, and what keeps one that is.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Action, Decision, Phase, Reason};
use super::off_at::off_at;
use super::routing::Outstanding;
use super::view::View;
use super::wanted::is_pinned;
use crate::model::{NetworkStatus, Restorable, Snapshot};

/// How long a route or a security group may keep an endpoint from being ready.
const ROUTES_HOLD_UP: TimeDelta = TimeDelta::minutes(5);

impl View<'_> {
    /// Something is associated, and this stay has not been ready yet.
    pub(super) fn getting_ready(self) -> Decision {
        if let Some(abandon) = self.abandon_before_ready() {
            return Decision::new(Phase::Starting, Reason::Restoring { outstanding: None })
                .with(Some(abandon));
        }
        let mut associated = self.seen.in_status(NetworkStatus::Associated);
        let unclaimed = associated.any(|network| !self.is_known(network));
        let unread = Decision::new(Phase::Starting, Reason::Restoring { outstanding: None });
        if let Some(finish) = self.finish_start().filter(|_| unclaimed) {
            // Its answers were lost. "Ready" ends the start, and what it did not claim would pass for a stranger's.
            return unread.with(Some(finish));
        }
        let Some(outstanding) = self.outstanding() else {
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
            let snapshot = self.snapshot_to_take(&outstanding);
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
        last.max(self.state.stay.up_since)
    }

    pub(super) fn ready(self) -> Decision {
        let Some(usage) = &self.seen.usage else {
            return Decision::new(Phase::Ready, Reason::NotKnown).with(self.upkeep(false));
        };
        let booked = &self.seen.booked;
        let off_at = off_at(self.state, usage, booked, self.policy.rules, self.now);
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
        let is_due = matches!(reason, Reason::Due { .. });
        let resumed = self.is_stop_committed();
        let mut decision = Decision::new(Phase::Ready, reason);
        decision.keep_until = off_at.map(|off| off.at);
        decision.actions.extend(self.routing());
        decision.actions.extend(self.upkeep(usage.in_use > 0));
        if !is_due && resumed {
            decision.actions.push(Action::AbandonStop);
        } else if is_due && self.is_stop_possible() {
            decision.actions.push(Action::Stop { resumed });
        }
        decision
    }

    /// What routes, security groups and the snapshot need once ready; only a pass that read them can tell.
    fn routing(self) -> Vec<Action> {
        let Some(outstanding) = self.outstanding() else {
            return Vec::new();
        };
        let restored = self.restored(&outstanding);
        if !restored.is_empty() {
            return vec![Action::RecordRestored { restored }];
        }
        let snapshot = self.snapshot_due().map(Action::TakeSnapshot);
        // A late subnet is late no more once a snapshot was taken: what it lacks has to be on record before that.
        restore(outstanding).into_iter().chain(snapshot).collect()
    }

    /// What was made again, and is in force or no longer called for.
    fn restored(self, outstanding: &Outstanding) -> BTreeSet<Restorable> {
        let to_restore = &self.state.stay.to_restore;
        to_restore.difference(&outstanding.all()).cloned().collect()
    }

    /// The snapshot that is to be taken, if it says something new.
    pub(super) fn snapshot_due(self) -> Option<Snapshot> {
        let outstanding = self.outstanding()?;
        if !self.restored(&outstanding).is_empty() {
            return None;
        }
        self.snapshot_to_take(&outstanding)
            .filter(|snapshot| self.is_news(snapshot))
    }
}

fn restore(outstanding: Outstanding) -> Option<Action> {
    let missing = outstanding.missing;
    (!missing.is_empty()).then_some(Action::Restore { missing })
}
