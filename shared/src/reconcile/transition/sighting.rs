//! What a pass saw and decided, for the passes after it.

use super::context::{NextState, TransitionContext};
use crate::model::audit::AuditRecord;
use crate::model::{AssociationId, Attribute, NetworkStatus, StateChange};
use crate::policy::{self, Phase, decide};

/// Written by each pass that read EC2, if no pass noted a later sighting.
pub(in crate::reconcile) fn noted(context: &TransitionContext<'_>) -> NextState {
    NextState::of(sighting(context), Vec::new())
}

/// The next state of another transition. What was seen is written along with it.
pub(super) fn next(
    context: &TransitionContext<'_>,
    mut change: StateChange<'_>,
    records: Vec<AuditRecord>,
) -> NextState {
    if !context.is_noted {
        // Counters only ever rise, and that takes a condition.
        change.join(&sighting(context), |attribute| {
            attribute != Attribute::Served
        });
    }
    NextState::of(change, records)
}

fn sighting<'a>(context: &'a TransitionContext<'_>) -> StateChange<'a> {
    let TransitionContext { state, seen, .. } = context;
    let decision = decide(seen, state, context.policy(), context.now);
    let mut change = context.change();
    change.note(seen);
    let said = format!("{}: {}", decision.phase.as_str(), decision.reason);
    change.after.sightings.last_decision = Some(said);
    change.rewrite(&[Attribute::LastDecision]);
    if decision.phase == Phase::Ready {
        let served = context
            .requests_before
            .filter(|requests| *requests > state.demand.served);
        if let Some(served) = served {
            change.after.demand.served = served;
            change.require_at_most(Attribute::Served, served);
        }
    }
    if policy::is_series_over(seen, state, context.policy()) {
        change.end_series();
    }
    let is_listed = |id: &AssociationId| {
        seen.network(id)
            .is_some_and(|network| network.status != NetworkStatus::Disassociated)
    };
    change.after.attempts.failed_ids.retain(is_listed);
    if context.executor.is_sweep() {
        note_sweep(context, &mut change);
    } else {
        change.require_at_most(Attribute::ObservedAt, seen.observed_at);
    }
    change
}

fn note_sweep(context: &TransitionContext<'_>, change: &mut StateChange<'_>) {
    let TransitionContext { state, seen, .. } = context;
    let read_at_ms = u64::try_from(seen.observed_at.timestamp_millis()).unwrap_or(0);
    change.after.sightings.reading_since_ms = Some(read_at_ms);
    change.rewrite(&[Attribute::ReadingSinceMs]);
    let usage = seen
        .usage
        .as_ref()
        .filter(|_| state.stay.ready_since.is_some());
    if let Some(at) = usage.and_then(|usage| policy::last_use(state, usage, context.now)) {
        change.after.stay.last_active_at = Some(at);
        change.rewrite(&[Attribute::LastActiveAt]);
    }
    // Where connections were not read, or ends not put on record, the next sweep looks again from the last that did it
    // all; and it comes first there.
    if context.is_complete && seen.usage.is_some() {
        change.after.sightings.last_sweep_at = Some(context.at());
        change.rewrite(&[Attribute::LastSweepAt]);
    }
}
