//! On the way down: stops, and what is gone by our stop or by another's hand.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::closing::{TimeUp, part_gone, stay_over};
use super::context::{NextState, TransitionContext, subnets};
use super::routes::routes_changed;
use super::sighting::next;
use crate::model::audit::{AuditRecord, Details, Event};
use crate::model::item::whole_seconds;
use crate::model::{AssociationId, Attribute, Snapshot, StateChange, Stop};
use crate::policy::{self, KeepRule};

/// The commit of a stop, before EC2 is called. One that takes up an earlier stop has its record already.
pub(in crate::reconcile) fn stop(
    context: &TransitionContext<'_>,
    rule: KeepRule,
    resumed: bool,
) -> NextState {
    let mut change = context.change();
    // As read before EC2 and the leases were: an employee who asked since is heard.
    change.require_requests(context.requests_before());
    change.require_as_read(&[
        Attribute::Mode,
        Attribute::ModeUntil,
        Attribute::StoppingSince,
    ]);
    begin_stop(context, &mut change, String::new());
    let reason = format!("Nothing keeps the VPN any more: {rule}.");
    let record = (!resumed).then(|| stop_began(context, reason, None));
    next(context, change, record.into_iter().collect())
}

/// The commit of a stop by an administrator's order: as long as the order stands, whoever uses the VPN or asks for it. It
/// has a record of its own, also where a stop for another reason was begun; one that takes up its own has that already.
pub(in crate::reconcile) fn stop_by_order(
    context: &TransitionContext<'_>,
    resumed: bool,
    snapshot: Option<Snapshot>,
) -> NextState {
    let order = &context.state.order;
    let mut change = context.change();
    change.require_as_read(&[
        Attribute::Mode,
        Attribute::ModeUntil,
        Attribute::StoppingSince,
    ]);
    begin_stop(context, &mut change, order.text());
    let mut records = Vec::new();
    if let Some(snapshot) = &snapshot {
        change.next_routing();
        records.extend(routes_changed(context, snapshot));
    }
    if !resumed {
        let (by, why) = order.giver();
        let by = by.map_or_else(
            || "by other means than the page".to_owned(),
            |by| format!("by {by}"),
        );
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let connected = match context.active_connections() {
            Some(active) => format!("Active connections at the time: {active}."),
            None => "Who was connected is not known.".to_owned(),
        };
        let reason = format!(
            "An administrator ordered it {by} ({}){why}. {connected}",
            order.text()
        );
        records.push(stop_began(context, reason, order.until));
    }
    next(context, change, records).with_snapshot(snapshot)
}

fn begin_stop(context: &TransitionContext<'_>, change: &mut StateChange<'_>, order: String) {
    let people = policy::people_of_stay(context.state);
    change.after.stay.people_at_stop.extend(people);
    change.after.stay.stop = Stop {
        since: Some(context.at()),
        order,
        refused_at: None,
    };
    change.rewrite(&[
        Attribute::StoppingSince,
        Attribute::StopOrder,
        Attribute::StopFailedAt,
    ]);
}

fn stop_began(
    context: &TransitionContext<'_>,
    reason: String,
    until: Option<DateTime<Utc>>,
) -> AuditRecord {
    let details = Details {
        active_connections: context.active_connections(),
        until,
        ..context.details_of(&context.state.stay.association_ids)
    };
    context.record(Event::DisassociationStarted, reason, details)
}

/// A committed stop that did not happen, or not wholly, and that is no longer wanted. What it did take away is put on
/// record with it.
pub(in crate::reconcile) fn stop_abandoned(context: &TransitionContext<'_>) -> NextState {
    let why = if context.state.stay.stop.order.is_empty() {
        "the VPN is wanted or in use again"
    } else {
        "the order that it carried out is over"
    };
    let reason = format!("The stop did not happen in time, and {why}.");
    stop_failed(context, reason, None)
}

/// A stop that EC2 refused.
pub(in crate::reconcile) fn stop_refused(
    context: &TransitionContext<'_>,
    code: &str,
    message: &str,
) -> NextState {
    let reason =
        format!("EC2 refused to disassociate ({code}: {message}); it is tried again later.");
    stop_failed(context, reason, Some(code.to_owned()))
}

/// `refusal` is EC2's code, if it refused.
fn stop_failed(
    context: &TransitionContext<'_>,
    reason: String,
    refusal: Option<String>,
) -> NextState {
    let stay = &context.state.stay;
    let mut change = context.change();
    change.require_as_read(&[Attribute::StoppingSince]);
    change.after.stay.stop.since = None;
    change.after.stay.stop.order.clear();
    change.rewrite(&[Attribute::StoppingSince, Attribute::StopOrder]);
    if refusal.is_some() {
        change.after.stay.stop.refused_at = Some(context.at());
        change.rewrite(&[Attribute::StopFailedAt]);
    }
    let details = Details {
        association_ids: stay.association_ids.clone(),
        error_code: refusal,
        active_connections: context.active_connections(),
        ..Details::default()
    };
    let mut records = vec![context.record(Event::DisassociationFailed, reason, details)];
    let known = stay.association_ids.iter();
    let gone: BTreeSet<_> = known
        .filter(|id| context.seen.network(id).is_none())
        .cloned()
        .collect();
    if let Some(stopped) = stay.stop.since.filter(|_| !gone.is_empty()) {
        let reason = format!(
            "{} of it had been disassociated by then.",
            subnets(gone.len())
        );
        let details = part_gone(context, &mut change, &TimeUp::of(context, &gone, stopped));
        records.push(context.record(Event::DisassociationCompleted, reason, details));
    }
    next(context, change, records)
}

/// Associations are gone: by our stop, or by another's hand.
pub(in crate::reconcile) fn gone(
    context: &TransitionContext<'_>,
    ids: &BTreeSet<AssociationId>,
    all: bool,
) -> NextState {
    let TransitionContext { state, .. } = context;
    let stopped = state.stay.stop.since;
    let ended_at = stopped.or_else(|| policy::last_seen_up(ids, state));
    let ended_at = whole_seconds(ended_at.unwrap_or(context.now));
    let mut change = context.change();
    // It is another's doing only if no stop of ours was committed since the state was read.
    change.require_as_read(&[Attribute::StoppingSince]);
    let up = TimeUp::of(context, ids, ended_at);
    let details = if all {
        // Under `off` nothing is served: what was asked for is kept until the order ends.
        if stopped.is_none() && !policy::is_ordered_off(state, context.now) {
            change.require_as_read(&[Attribute::Requests]);
            change.after.demand.served =
                policy::served_by_external(state, context.requests_before(), ended_at);
            change.rewrite(&[Attribute::Served]);
        }
        change.set_startable_since(context.now);
        stay_over(context, &mut change, &up)
    } else {
        // The tokens of the attempt that made them would be answered with what is gone.
        change.end_attempt();
        part_gone(context, &mut change, &up)
    };
    let record = if stopped.is_some() {
        let reason = "The VPN is disassociated.".to_owned();
        context.record(Event::DisassociationCompleted, reason, details)
    } else {
        let reason = "Another administrator or program disassociated the endpoint; duration and cost are bounded by what the sweeps saw."
            .to_owned();
        context.external_record(Event::DisassociationExternal, reason, details)
    };
    next(context, change, vec![record])
}
