//! Whether an employee's request is still to be served.

use chrono::{DateTime, Utc};

use crate::model::{EndpointState, Mode, WANTED_FOR};

/// Wanted = asked since it was last served or given up, within the last two hours, unless held.
pub fn is_wanted(state: &EndpointState, now: DateTime<Utc>) -> bool {
    is_unserved(state, now) && !is_held(state, now)
}

/// Until when an ask that is wanted stays so if nothing comes of it.
pub(super) fn wanted_until(state: &EndpointState, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let asked_at = state.demand.requested_at?;
    is_wanted(state, now).then_some(asked_at + WANTED_FOR)
}

/// Wanted, whether an administrator holds it or not.
pub fn is_unserved(state: &EndpointState, now: DateTime<Utc>) -> bool {
    let demand = &state.demand;
    demand.requests > demand.served
        && demand
            .gave_up
            .is_none_or(|gave_up| demand.requests > gave_up)
        && demand
            .requested_at
            .is_some_and(|asked_at| now - asked_at < WANTED_FOR)
}

/// Whether an administrator said not to start: by `hold`, or by `off`.
pub fn is_held(state: &EndpointState, now: DateTime<Utc>) -> bool {
    matches!(state.order.in_force(now), Some(Mode::Hold | Mode::Off))
}

/// Whether an administrator ordered it off.
pub fn is_ordered_off(state: &EndpointState, now: DateTime<Utc>) -> bool {
    state.order.in_force(now) == Some(&Mode::Off)
}

/// Whether an administrator said not to stop. A mode that cannot be read counts: a slip must not cut employees off.
pub fn is_pinned(state: &EndpointState, now: DateTime<Utc>) -> bool {
    matches!(
        state.order.in_force(now),
        Some(Mode::On | Mode::Unreadable(_))
    )
}
