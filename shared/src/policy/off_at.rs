//! Until when an endpoint that is ready stays.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::leases::was_held_in;
use super::overnight::is_overnight;
use super::wanted::wanted_until;
use crate::model::item::whole_seconds;
use crate::model::{BookedSpan, EndpointState, LEASE_KEPT, Lease, Rules, Usage};

/// The first instant at which nothing keeps the endpoint any more, and what kept it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffAt {
    pub at: DateTime<Utc>,
    /// What keeps it until then.
    pub rule: KeepRule,
}

/// What keeps an endpoint that is idle, or kept it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepRule {
    Lease,
    /// No client has connected since it became ready.
    FirstConnection,
    /// It became ready so recently that a first connection is still waited for, though clients have come and gone.
    ReadyLately,
    /// It has been idle since the last use.
    Idle {
        since: DateTime<Utc>,
        /// The idle time that decides.
        timeout: TimeDelta,
        /// Whether it is the overnight one.
        overnight: bool,
    },
    /// An employee asked for it, and no pass has answered yet.
    Wanted,
    /// An employee booked it, and once it was down it could not be back in time.
    Booked,
    /// All employees who held a lease gave it back.
    Released,
    Nothing,
}

/// Off at (DESIGN 6): the first instant from `now` on at which every condition has passed; `None` while in use. `booked`:
/// see [`booked_spans`](super::booked_spans).
pub fn off_at(
    state: &EndpointState,
    usage: &Usage,
    booked: &[BookedSpan],
    rules: &Rules,
    now: DateTime<Utc>,
) -> Option<OffAt> {
    if usage.in_use > 0 {
        return None;
    }
    let off_once_past = |until: DateTime<Utc>, rule| {
        let off = off_from(until, state, usage, rules, now);
        if off.at == until {
            OffAt { rule, ..off }
        } else {
            off
        }
    };
    let off = off_from(now, state, usage, rules, now);
    // A pass that sees "ready" answers an ask, and the lease that came with it says for how long. Where that lease is
    // over before any pass has answered, the ask itself keeps it.
    let unanswered = wanted_until(state, now).filter(|_| off.at == now);
    let off = unanswered.map_or(off, |until| off_once_past(until, KeepRule::Wanted));
    Some(booked.iter().fold(off, |off, span| {
        if span.from <= off.at && off.at < span.until {
            off_once_past(span.until, KeepRule::Booked)
        } else {
            off
        }
    }))
}

/// The first instant from `from` on at which leases, grace and idle time have passed.
fn off_from(
    from: DateTime<Utc>,
    state: &EndpointState,
    usage: &Usage,
    rules: &Rules,
    now: DateTime<Utc>,
) -> OffAt {
    let lease = state.leases.iter().map(|lease| lease.until).max();
    let mut latest = OffAt {
        at: from,
        rule: KeepRule::Nothing,
    };
    let mut keep = |at: DateTime<Utc>, rule| {
        if at > latest.at {
            latest = OffAt { at, rule };
        }
    };
    if let Some(until) = lease {
        keep(until, KeepRule::Lease);
    }
    if all_released(state, usage, now) {
        if latest.rule == KeepRule::Nothing {
            latest.rule = KeepRule::Released;
        }
        return latest;
    }
    if let Some(ready) = state.stay.ready_since {
        let used_since = last_active_at(state, usage).is_some_and(|used| used >= ready);
        let rule = if used_since {
            KeepRule::ReadyLately
        } else {
            KeepRule::FirstConnection
        };
        keep(ready + rules.first_connection_grace, rule);
        if latest.rule == KeepRule::Nothing {
            latest.rule = KeepRule::FirstConnection;
        }
    }
    if let Some(since) = last_active_at(state, usage) {
        let (at, timeout, overnight) = idle_until(since, latest.at, rules);
        let rule = KeepRule::Idle {
            since,
            timeout,
            overnight,
        };
        if at > latest.at || latest.at == from {
            latest = OffAt { at, rule };
        }
    }
    latest
}

/// The last use that is known: what sweeps saw, or the end of a connection that they have not seen yet.
pub fn last_active_at(state: &EndpointState, usage: &Usage) -> Option<DateTime<Utc>> {
    state
        .stay
        .last_active_at
        .max(usage.last_ended_at.map(whole_seconds))
}

/// The last use that a sweep sees: now, while a connection is in use.
pub fn last_use(state: &EndpointState, usage: &Usage, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if usage.in_use > 0 {
        Some(whole_seconds(now))
    } else {
        last_active_at(state, usage)
    }
}

/// Whether all employees who held a lease in this stay have said "I'm done", and no client is connected.
fn all_released(state: &EndpointState, usage: &Usage, now: DateTime<Utc>) -> bool {
    let held_in_this_stay = |lease: &&Lease| {
        // What TTL may have deleted already counts no more, whether it has or not.
        was_held_in(lease, &state.stay) && lease.until + LEASE_KEPT > now
    };
    state.stay.released_at.is_some()
        && usage.active == 0
        && state
            .leases
            .iter()
            .filter(held_in_this_stay)
            .all(|lease| lease.released_at.is_some())
}

/// The first instant from `from` on at which the idle time *in force at that instant* has passed since the last use.
fn idle_until(
    since: DateTime<Utc>,
    from: DateTime<Utc>,
    rules: &Rules,
) -> (DateTime<Utc>, TimeDelta, bool) {
    let day = rules.idle_timeout;
    let night = rules.overnight_idle_timeout;
    let shorter_by_night = night < day;
    let first_possible = from.max(since + day.min(night));
    let certain = from.max(since + day.max(night));
    let shorter_in_force = |at: &DateTime<Utc>| is_overnight(rules, *at) == shorter_by_night;
    // The wall clock enters or leaves the window, and is set forward or back, on whole minutes only.
    let minute = TimeDelta::minutes(1);
    let next_minute = first_possible
        .duration_trunc(minute)
        .unwrap_or(first_possible)
        + minute;
    let at = std::iter::once(first_possible)
        .chain(std::iter::successors(Some(next_minute), |at| {
            Some(*at + minute)
        }))
        .take_while(|at| *at < certain)
        .find(shorter_in_force)
        .unwrap_or(certain);
    let overnight = is_overnight(rules, at);
    (at, if overnight { night } else { day }, overnight)
}
