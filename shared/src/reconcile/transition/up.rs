//! On the way up: attempts, what EC2 answers to them, and the first ready.

use std::collections::{BTreeMap, BTreeSet};

use super::closing::{TimeUp, stay_over};
use super::context::{NextState, TransitionContext, subnets};
use super::routes::restored_record;
use super::sighting::next;
use crate::model::audit::{AuditRecord, Details, Event};
use crate::model::{
    AssociationId, Attribute, Failure, Restorable, Snapshot, StateChange, SubnetId,
};
use crate::policy::{is_last_attempt, requests_before_stay, startable_since};

/// The commit of an attempt, before EC2 is called: a pass that fails its condition joins the one that won. One that fails
/// before it comes to an associate call (`failure`) is over with it.
pub(in crate::reconcile) fn attempt(
    context: &TransitionContext<'_>,
    new_stay: bool,
    failure: Option<&Failure>,
) -> NextState {
    let mut change = context.change();
    change.require_missing(Attribute::StartBeganAt);
    change.require_as_read(&[
        Attribute::StoppingSince,
        Attribute::Attempt,
        Attribute::Mode,
        Attribute::ModeUntil,
    ]);
    if let Some(at) = startable_since(context.seen, context.state, new_stay, context.now) {
        change.set_startable_since(at);
    }
    if new_stay {
        change.begin_stay(requests_before_stay(context.state, context.now));
        let asked_at = context.state.demand.requested_at;
        change.after.attempts.asked_at = asked_at.or(Some(context.at()));
    }
    change.after.attempts.made += 1;
    change.after.attempts.began_at = Some(context.at());
    let record = failure.map(|failure| failed(context, &mut change, failure, Details::default()));
    next(context, change, record.into_iter().collect())
}

/// What EC2 answered to an attempt.
pub(in crate::reconcile) struct Answers {
    pub(in crate::reconcile) accepted: Vec<(SubnetId, AssociationId)>,
    pub(in crate::reconcile) refused: Option<(Vec<SubnetId>, Failure)>,
    /// Whether every subnet has its answer.
    pub(in crate::reconcile) attempt_is_over: bool,
}

/// What EC2 accepted and refused of an attempt.
pub(in crate::reconcile) fn answered(
    context: &TransitionContext<'_>,
    answers: &Answers,
) -> NextState {
    let mut change = context.change();
    change.require_as_read(&[Attribute::Attempt, Attribute::StartBeganAt]);
    let mut records = Vec::new();
    if !answers.accepted.is_empty() {
        records.push(accepted(context, &mut change, &answers.accepted));
    }
    if let Some((subnet_ids, failure)) = &answers.refused {
        let details = Details {
            subnet_ids: subnet_ids.iter().cloned().collect(),
            ..Details::default()
        };
        records.push(failed(context, &mut change, failure, details));
    } else if answers.attempt_is_over {
        change.end_attempt();
    }
    next(context, change, records)
}

fn accepted(
    context: &TransitionContext<'_>,
    change: &mut StateChange<'_>,
    accepted: &[(SubnetId, AssociationId)],
) -> AuditRecord {
    let ids: BTreeSet<_> = accepted.iter().map(|(_, id)| id.clone()).collect();
    for id in &ids {
        change.require_not_in(Attribute::AssociationIds, id);
    }
    change.add_associations(&ids, context.now);
    let mut seen = context.seen.clone();
    for (subnet_id, id) in accepted {
        seen.accept(id.clone(), subnet_id.clone(), context.now);
    }
    change.note(&seen);
    let reason = format!(
        "EC2 accepted to associate {} in attempt {}.",
        subnets(ids.len()),
        context.state.attempts.made
    );
    let details = Details {
        association_ids: ids,
        subnet_ids: accepted.iter().map(|(subnet, _)| subnet.clone()).collect(),
        ..Details::default()
    };
    context.record(Event::AssociationStarted, reason, details)
}

/// What an attempt associated without our hearing of it. What of it is still missing stays the attempt's.
pub(in crate::reconcile) fn unheard_claimed(
    context: &TransitionContext<'_>,
    networks: &BTreeMap<AssociationId, SubnetId>,
) -> NextState {
    let accept = |(id, subnet): (&AssociationId, &SubnetId)| (subnet.clone(), id.clone());
    let answers = Answers {
        accepted: networks.iter().map(accept).collect(),
        refused: None,
        attempt_is_over: false,
    };
    answered(context, &answers)
}

/// The end of an attempt, and of the series if it was the last one: only a new ask tries again then.
fn failed(
    context: &TransitionContext<'_>,
    change: &mut StateChange<'_>,
    failure: &Failure,
    details: Details,
) -> AuditRecord {
    let attempts = &mut change.after.attempts;
    let number = attempts.made;
    let is_last = is_last_attempt(attempts);
    attempts.failure = Some(failure.clone());
    attempts.failed_at = Some(context.at());
    change.end_attempt();
    change.rewrite(&[Attribute::Failure, Attribute::FailedAt]);
    if is_last {
        change.end_series();
        change.after.demand.gave_up = Some(context.state.demand.requests);
        change.rewrite(&[Attribute::GaveUp]);
    }
    let outlook = if is_last {
        "given up until an employee asks again"
    } else {
        "it is tried again"
    };
    let reason = format!("Attempt {number} failed ({failure}); {outlook}.");
    let details = Details {
        stay: Some(change.after.stay.number),
        error_code: Some(failure.code.clone()),
        ..details
    };
    context.record(Event::AssociationFailed, reason, details)
}

/// EC2 lists associations as failed: of an attempt of ours, or of another's.
pub(in crate::reconcile) fn association_failed(
    context: &TransitionContext<'_>,
    ids: &BTreeSet<AssociationId>,
    failure: &Failure,
) -> NextState {
    let stay = &context.state.stay;
    let ours: BTreeSet<_> = ids.intersection(&stay.association_ids).cloned().collect();
    let mut change = context.change();
    for id in ids {
        change.require_not_in(Attribute::FailedIds, id);
    }
    change.add_failed(ids);
    let details = context.details_of(ids);
    if ours.is_empty() {
        let reason =
            "EC2 lists an association as failed that no start of ours explains.".to_owned();
        let details = Details {
            error_code: Some(failure.code.clone()),
            ..details
        };
        let record = context.external_record(Event::AssociationFailed, reason, details);
        return next(context, change, vec![record]);
    }
    change.require_as_read(&[Attribute::AssociationIds]);
    let mut records = vec![failed(context, &mut change, failure, details)];
    if ours.len() < stay.association_ids.len() {
        change.remove_associations(&ours);
    } else if stay.ready_since.is_some() || stay.ended_seconds > 0 {
        // An employee who still wants what was up gets another stay, with a series of attempts of its own.
        let nothing_more = TimeUp::of(context, &BTreeSet::new(), context.now);
        let details = stay_over(context, &mut change, &nothing_more);
        let reason =
            "What was left of the VPN failed to associate; the rest was disassociated before."
                .to_owned();
        records.push(context.external_record(Event::DisassociationExternal, reason, details));
    } else {
        // Nothing of it was ever up: the series of attempts goes on in this stay.
        change.restart_stay();
    }
    next(context, change, records)
}

/// Associations that no start of ours explains: taken over, their clocks start now.
pub(in crate::reconcile) fn adopted(
    context: &TransitionContext<'_>,
    ids: &BTreeSet<AssociationId>,
) -> NextState {
    let mut change = context.change();
    change.require_as_read(&[Attribute::Attempt, Attribute::StartBeganAt]);
    for id in ids {
        change.require_not_in(Attribute::AssociationIds, id);
    }
    if context.state.stay.up_since.is_none() {
        change.begin_stay(requests_before_stay(context.state, context.now));
    }
    change.add_associations(ids, context.now);
    let reason =
        "Another administrator or program associated the endpoint; it is managed from now on."
            .to_owned();
    let details = Details {
        stay: Some(change.after.stay.number),
        ..context.details_of(ids)
    };
    let record = context.record(Event::AssociationAdopted, reason, details);
    next(context, change, vec![record])
}

/// First ready in this stay.
pub(in crate::reconcile) fn ready(
    context: &TransitionContext<'_>,
    outstanding: &BTreeSet<Restorable>,
    snapshot: Option<Snapshot>,
) -> NextState {
    let TransitionContext { state, now, .. } = context;
    let took = state.attempts.asked_at.map(|asked| *now - asked);
    let mut change = context.change();
    change.require_missing(Attribute::ReadySince);
    change.require_as_read(&[Attribute::StoppingSince]);
    change.after.stay.ready_since = Some(context.at());
    change.end_series();
    change.after.attempts.failure = None;
    change.after.stay.to_restore.clone_from(outstanding);
    change.rewrite(&[Attribute::Failure, Attribute::ToRestore]);
    if let Some(served) = context
        .requests_before
        .filter(|requests| *requests > state.demand.served)
    {
        change.after.demand.served = served;
    }
    if let Some(from) = state.start_counts_from() {
        change.after.sightings.add_start(*now - from);
        change.rewrite(&[Attribute::StartSeconds]);
    }
    if snapshot.is_some() {
        change.next_routing();
    }
    let missing = outstanding.len();
    let reason = match (took, missing) {
        (Some(took), 0) => format!("Ready {} minutes after the request.", took.num_minutes()),
        (None, 0) => "Ready.".to_owned(),
        (_, missing) => {
            format!("Ready, though {missing} routes or security groups are not in place.")
        }
    };
    let details = Details {
        duration: took,
        ..context.details_of(&state.stay.association_ids)
    };
    let mut records = vec![context.record(Event::AssociationCompleted, reason, details)];
    let to_restore = &state.stay.to_restore;
    let restored: BTreeSet<_> = to_restore.difference(outstanding).cloned().collect();
    records.extend(restored_record(context, &restored));
    next(context, change, records).with_snapshot(snapshot)
}
