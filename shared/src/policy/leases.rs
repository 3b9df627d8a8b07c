//! What a lease is given for, and which are given back.

use chrono::{DateTime, Utc};

use crate::model::{EndpointState, Lease};

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

/// The leases that "I'm done" gives back: those that run, and those of this stay that ran out; either way their owners
/// are done.
pub fn releasable(state: &EndpointState, now: DateTime<Utc>) -> impl Iterator<Item = &Lease> {
    state.leases.iter().filter(move |lease| {
        let counts = lease.runs(now) || lease.was_held_in(state.stay.number, state.stay.up_since);
        counts && lease.released_at.is_none()
    })
}
