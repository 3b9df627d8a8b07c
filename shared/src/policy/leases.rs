//! What a lease is given for, which are given back, and whose asks and leases belong to a stay.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::wanted::is_unserved;
use crate::model::{Demand, Email, EndpointState, Lease, Stay};

/// The stay that an ask made now is for: the present one or the one that is starting. Asked while it goes down, it is for
/// the next one.
pub fn stay_asked_for(state: &EndpointState) -> u64 {
    let is_up = state.stay.up_since.is_some() && state.stay.stop.since.is_none();
    if is_up || state.attempts.began_at.is_some() {
        state.stay.number
    } else {
        state.stay.number + 1
    }
}

/// Whether a lease was held in this stay: asked for it, answered by it, or still running in it. The stay that was in sight
/// when an employee asked may be over before it is ready.
pub(super) fn was_held_in(lease: &Lease, stay: &Stay) -> bool {
    lease.stay >= stay.number
        || stay
            .requests_before
            .is_some_and(|before| lease.request > before)
        || stay.up_since.is_some_and(|since| lease.until > since)
}

/// The leases that "I'm done" gives back: those that run, and those of this stay that ran out; either way their owners
/// are done.
pub fn releasable(state: &EndpointState, now: DateTime<Utc>) -> impl Iterator<Item = &Lease> {
    state.leases.iter().filter(move |lease| {
        let counts = lease.runs(now) || was_held_in(lease, &state.stay);
        counts && lease.released_at.is_none()
    })
}

/// Who held a lease in the present stay or asked for it. An ask made while it goes down is for the next.
pub fn people_of_stay(state: &EndpointState) -> BTreeSet<Email> {
    let stay = &state.stay;
    let held = state
        .leases
        .iter()
        .filter(|lease| lease.stay <= stay.number && was_held_in(lease, stay));
    let held = held.map(|lease| lease.email.clone());
    held.chain(stay.people_at_stop.iter().cloned()).collect()
}

/// The requests up to the last one that has its answer: the VPN was ready, or its start was given up.
pub fn answered_requests(demand: &Demand) -> u64 {
    demand.served.max(demand.gave_up.unwrap_or(0))
}

/// The requests that a stay beginning now does not answer. One that lapsed unanswered counts for no stay.
pub fn requests_before_stay(state: &EndpointState, now: DateTime<Utc>) -> u64 {
    if is_unserved(state, now) {
        answered_requests(&state.demand)
    } else {
        state.demand.requests
    }
}
