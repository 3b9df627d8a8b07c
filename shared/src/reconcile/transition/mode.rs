//! An administrator's order, put on record; and its end.

use chrono::{DateTime, Utc};

use super::context::{NextState, TransitionContext};
use super::sighting::next;
use crate::model::audit::{Details, Event};
use crate::model::{EndpointState, ModeOrder, StateChange};
use crate::policy::is_hold_over;

/// An order that was given by other means than the page is on record. Who gave the order before it, and why, says nothing
/// of this one.
pub(in crate::reconcile) fn mode_noted(context: &TransitionContext<'_>) -> NextState {
    let mut order = context.state.order.clone();
    if order.credit() == order.credited {
        order.by = None;
        order.reason = None;
    }
    order.noted = order.text();
    order.credited = order.credit();
    let details = Details {
        until: order.until,
        ..Details::default()
    };
    let reason = noted_reason(&order);
    let record = context.external_record(Event::ModeChanged, reason, details);
    let change = change_of_order(context.state, order, context.now);
    next(context, change, vec![record])
}

/// What the record says of an order that was given by other means than the page.
pub(in crate::reconcile) fn noted_reason(order: &ModeOrder) -> String {
    match order.text() {
        text if text.is_empty() => "An administrator took the mode away.".to_owned(),
        text => format!("An administrator set the mode: {text}."),
    }
}

/// A mode that ran out is taken away.
pub(in crate::reconcile) fn mode_ended(context: &TransitionContext<'_>) -> NextState {
    let order = &context.state.order;
    let details = Details {
        until: order.until,
        ..Details::default()
    };
    let record = context.record(Event::ModeChanged, run_out_reason(order), details);
    let change = change_of_order(context.state, ModeOrder::default(), context.now);
    next(context, change, vec![record])
}

/// What the record says of a mode that ran out.
pub(in crate::reconcile) fn run_out_reason(order: &ModeOrder) -> String {
    format!("The mode ran out: {}.", order.text())
}

/// Another order takes the place of the one that was read. Where that one kept the endpoint off, a start is possible from
/// its end on.
pub(in crate::reconcile) fn change_of_order(
    state: &EndpointState,
    order: ModeOrder,
    now: DateTime<Utc>,
) -> StateChange<'_> {
    let until = state.order.until.filter(|_| state.order.has_run_out(now));
    let is_over = is_hold_over(state, &order, now);
    let mut change = StateChange::of(state);
    change.replace_order(order);
    if is_over {
        change.set_startable_since(until.unwrap_or(now));
    }
    change
}
