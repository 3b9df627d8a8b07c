//! An administrator's order `off`: what is up goes, whoever uses it.

use super::decision::{Action, Decision, Phase, Reason};
use super::view::{View, ids};
use super::wanted::is_ordered_off;
use crate::model::NetworkStatus;

impl View<'_> {
    /// Under `off`, as long as anything is there.
    pub(super) fn taken_down(self) -> Option<Decision> {
        let hold = self.hold()?;
        if !is_ordered_off(self.state, self.now) || self.seen.networks.is_empty() {
            return None;
        }
        let (by, why) = self.state.order.giver();
        let reason = Reason::TakenDown {
            hold,
            by: by.map(str::to_owned),
            why: why.map(str::to_owned),
        };
        let action = self.stop_by_order();
        Some(Decision::new(Phase::Stopping, reason).with(action))
    }

    /// What moves is waited out. A stop in force is under way already, whatever it was begun for.
    fn stop_by_order(self) -> Option<Action> {
        let waits_out = [
            NetworkStatus::Associating,
            NetworkStatus::Disassociating,
            NetworkStatus::Unknown,
        ];
        let is_moving = waits_out.into_iter().any(|status| self.seen.any(status));
        if is_moving || self.is_stop_in_force() {
            return None;
        }
        if !self.seen.any(NetworkStatus::Associated) {
            return Some(Action::RemoveFailed {
                ids: ids(self.seen.networks.iter()),
                within_start: false,
            });
        }
        if self.is_stop_just_refused() || !self.is_routing_known() {
            return None;
        }
        let stop = &self.state.stay.stop;
        let resumed = stop.since.is_some() && stop.order == self.state.order.text();
        Some(Action::StopByOrder {
            resumed,
            snapshot: self.snapshot_at_stop(),
        })
    }

    /// A stop by an order that is over, of a stay that has not been ready: no rule takes that one up.
    pub(super) fn abandon_before_ready(self) -> Option<Action> {
        let is_left = self.is_stop_committed() && self.state.stay.ready_since.is_none();
        is_left.then_some(Action::AbandonStop)
    }
}
