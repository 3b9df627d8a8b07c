//! An administrator's order, put on record.

use super::context::{NextState, TransitionContext};
use super::sighting::next;
use crate::model::audit::{Details, Event};
use crate::model::{Attribute, StateChange};
use crate::policy::is_hold_over;

/// An administrator's mode is on record.
pub(in crate::reconcile) fn mode_noted(context: &TransitionContext<'_>) -> NextState {
    let order = &context.state.order;
    let text = order.text();
    let reason = if text.is_empty() {
        "An administrator took the mode away.".to_owned()
    } else {
        format!("An administrator set the mode: {text}.")
    };
    let details = Details {
        until: order.until,
        ..Details::default()
    };
    let record = context.external_record(Event::ModeChanged, reason, details);
    let mut change = StateChange::of(context.state);
    change.require_as_read(&[Attribute::Mode, Attribute::ModeUntil, Attribute::ModeNoted]);
    change.after.order.noted = text;
    if is_hold_over(context.state, context.now) {
        change.set_startable_since(context.now);
    }
    next(context, change, vec![record])
}
