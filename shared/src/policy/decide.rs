//! DESIGN 6 as one function: the phase table from top to bottom. Each branch's rules have a file of their own.

use chrono::{DateTime, Utc};

use super::Policy;
use super::decision::{Action, Decision, Outlook, Phase, Reason, Warning};
use super::view::View;
use crate::model::{EndpointState, Mode, NetworkStatus, Observation};

/// What an endpoint's phase is, why, and what to do about it.
///
/// Bookkeeping (gone, failed, adopted, …) comes alone: the rest is decided anew once it is on record. Actions that
/// not every pass may take are among them: see [`is_permitted`](super::is_permitted).
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
    let mut decision = view.phase();
    if let Some(bookkeeping) = view.bookkeeping() {
        decision.actions = vec![bookkeeping];
    } else if state.order.has_run_out(now) {
        decision.actions.insert(0, Action::EndMode);
    }
    decision.warnings = view.warnings(decision.phase);
    decision
}

impl View<'_> {
    pub(super) fn phase(self) -> Decision {
        if let Some(taken_down) = self.taken_down() {
            taken_down
        } else if self.is_stop_in_force() || self.seen.any(NetworkStatus::Disassociating) {
            self.stopping()
        } else if self.seen.any(NetworkStatus::Unknown) {
            Decision::new(self.phase_if_up(), Reason::UnknownStatus)
        } else if self.seen.networks.is_empty() {
            self.nothing_there()
        } else if self.is_usable() {
            self.ready()
        } else if self.seen.any(NetworkStatus::Associating) {
            let abandon = self.abandon_before_ready();
            Decision::new(Phase::Starting, Reason::Associating)
                .with(abandon.or_else(|| self.finish_start()))
        } else if self.seen.any(NetworkStatus::Associated) {
            self.getting_ready()
        } else {
            self.only_failed()
        }
    }

    fn stopping(self) -> Decision {
        let outlook = match self.hold() {
            Some(hold) => Outlook::Held(hold),
            None if self.is_wanted() => Outlook::ComesBack,
            None => Outlook::OnRequest,
        };
        let mut going = self.seen.in_status(NetworkStatus::Disassociating);
        let only_failed_ones_go =
            !self.is_stop_in_force() && going.all(|network| self.is_failure_known(network));
        let reason = if only_failed_ones_go {
            Reason::RemovingFailed(outlook)
        } else {
            Reason::Stopping(outlook)
        };
        Decision::new(Phase::Stopping, reason)
    }

    fn nothing_there(self) -> Decision {
        if self.is_wanted() {
            return self.start_or_wait(Phase::Starting);
        }
        let reason = if let Some(hold) = self.hold() {
            Reason::Held(hold)
        } else if self.is_given_up() && self.state.demand.requests > self.state.demand.served {
            Reason::GaveUp(self.state.attempts.failure.clone())
        } else {
            Reason::NotWanted
        };
        Decision::new(Phase::Off, reason)
    }

    fn warnings(self, phase: Phase) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let associated = self.associated_and_configured();
        let configured = self.policy.endpoint.subnets.len();
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
