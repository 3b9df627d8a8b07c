//! How old a reading of EC2 may be.

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Decision, Phase, Reason};
use crate::model::{EndpointState, Observation};

/// How long a reading of EC2 serves all clicks and polls.
pub const READ_AT_MOST_EVERY: TimeDelta = TimeDelta::seconds(5);
/// An observation older than this says nothing any more.
const TOO_OLD: TimeDelta = TimeDelta::minutes(2);

/// Whether no pass is known to have set out to read EC2 within [`READ_AT_MOST_EVERY`].
pub fn is_reading_due(state: &EndpointState, now: DateTime<Utc>) -> bool {
    let since = state.sightings.reading_since_ms;
    since.is_none_or(|since| since <= latest_reading_before(now))
}

/// The latest beginning of a reading that allows another one now, in milliseconds since 1970.
pub fn latest_reading_before(now: DateTime<Utc>) -> u64 {
    let latest = now - READ_AT_MOST_EVERY;
    u64::try_from(latest.timestamp_millis()).unwrap_or(0)
}

/// Whether what was seen can be acted on. Clocks differ between processes: what was seen in the future is not fresh
/// either.
pub fn is_fresh(seen: &Observation, now: DateTime<Utc>) -> bool {
    (now - seen.observed_at).abs() <= READ_AT_MOST_EVERY
}

/// Whether what was seen says nothing any more.
pub fn is_too_old(seen: &Observation, now: DateTime<Utc>) -> bool {
    now - seen.observed_at > TOO_OLD
}

/// Whether what was read of EC2 in the time of `before` can be judged by this state: nothing came up or was found gone in
/// between, and no part of it.
pub fn is_same_stay(state: &EndpointState, before: &EndpointState) -> bool {
    let (stay, before) = (&state.stay, &before.stay);
    stay.number == before.number
        && stay.up_since == before.up_since
        && stay.association_ids == before.association_ids
}

/// Whether leases that were read in the time of `before` still stand: an employee who gave one back sees that it is gone.
pub fn are_leases_as_before(state: &EndpointState, before: &EndpointState) -> bool {
    is_same_stay(state, before) && state.stay.released_at == before.stay.released_at
}

/// Whether what was read of EC2 in the time of `before` can be judged by the state that a write of ours left: no other
/// pass put an association on record or took one off it, and none began to make routes again or took a snapshot since
/// the version was `routing`.
pub fn is_still_judged(state: &EndpointState, before: &EndpointState, routing: u64) -> bool {
    state.stay.association_ids == before.stay.association_ids && state.routing_version == routing
}

/// What an employee is told who asked: neither "ready" on old evidence, nor that AWS is at work when it could not be
/// asked (`is_delayed`).
pub fn as_answer(
    decision: Decision,
    seen: &Observation,
    is_delayed: bool,
    now: DateTime<Utc>,
) -> Decision {
    let is_promise = matches!(decision.phase, Phase::Ready | Phase::Starting);
    if is_promise && (is_delayed || is_too_old(seen, now)) {
        Decision {
            phase: Phase::Starting,
            reason: Reason::NotSeen,
            ..decision
        }
    } else {
        decision
    }
}
