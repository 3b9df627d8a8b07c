//! Night, idle time and use, worked out anew from DESIGN 6, and not by the code that is judged.
//!
//! A connection is judged by what really moved: what is certain of it whenever sweeps look, and whatever they
//! can read. Windows of DESIGN 6 begin where sweeps find them, so that between certain use and certain silence there is
//! a time in which either is right.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::Rules;

use crate::ec2::Connection;

/// What of each packet is no payload (DESIGN 6).
const OF_EACH_PACKET: i64 = 80;
/// What the keepalive packets of a gap between two readings may hide: four hours of two packets a second, each 30 bytes
/// smaller than what is taken off for it.
const HIDDEN: i64 = 4 * 3600 * 2 * 30;

/// Over what time a silent connection no longer counts as use, at this time.
pub fn stale_after(rules: &Rules, at: DateTime<Utc>) -> Option<TimeDelta> {
    if is_night(rules, at) {
        rules.overnight_stale_connection
    } else {
        rules.stale_connection
    }
}

/// For how long the VPN must be unused before it goes, at this time.
pub fn idle_time(rules: &Rules, at: DateTime<Utc>) -> TimeDelta {
    if is_night(rules, at) {
        rules.overnight_idle_timeout
    } else {
        rules.idle_timeout
    }
}

/// Night, by the wall clock.
fn is_night(rules: &Rules, at: DateTime<Utc>) -> bool {
    let Some(window) = rules.overnight_window else {
        return false;
    };
    let (from, to) = (window.from(), window.to());
    let wall = at.with_timezone(&rules.time_zone).time();
    if from < to {
        (from..to).contains(&wall)
    } else {
        wall >= from || wall < to
    }
}

/// Whether it is in use at this time, give or take `slack` for clocks: no rule allows to call it silent.
pub fn is_certainly_in_use(
    connection: &Connection,
    rules: &Rules,
    at: DateTime<Utc>,
    slack: TimeDelta,
) -> bool {
    let Some(time) = stale_after(rules, at).filter(|_| is_active(connection, at)) else {
        return is_active(connection, at);
    };
    let from = at - time + slack;
    // A window is as long as the rule's time, so at most two of them share this span.
    connection.established_at >= from
        || has_changed(rules, from, at)
        || payload(connection, from, at) >= 2 * limit(rules, time) + HIDDEN
}

/// Whether it may count as use at this time, give or take `slack` for the moments at which sweeps look: no rule demands
/// to call it silent. `steady`: in all that time the rule in force was the same, and counters could be read.
pub fn may_count(
    connection: &Connection,
    rules: &Rules,
    at: DateTime<Utc>,
    slack: TimeDelta,
    steady: bool,
) -> bool {
    let Some(time) = stale_after(rules, at).filter(|_| is_active(connection, at)) else {
        return is_active(connection, at);
    };
    let from = at - time - slack;
    if !steady || connection.established_at >= from {
        return true;
    }
    // What was left of a window may have reached the limit and begun another.
    let from_two = from - time - slack;
    !stretches(connection, from, at).all(|stretch| stretch.is_still)
        && stretches(connection, from_two, at)
            .map(|stretch| payload(connection, stretch.from, stretch.to).max(0))
            .sum::<i64>()
            >= limit(rules, time)
}

/// Whether another stale rule, or none, was in force between these times. Rules change on whole minutes.
pub fn has_changed(rules: &Rules, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
    let minutes = (to - from).num_minutes() + 1;
    let now = stale_after(rules, to);
    (0..=minutes).any(|ago| stale_after(rules, (to - TimeDelta::minutes(ago)).max(from)) != now)
}

/// The last moment at which it was used, as far as that is certain.
pub fn last_use(connection: &Connection, rules: &Rules, now: DateTime<Utc>) -> DateTime<Utc> {
    let end = connection.ended_at.or(connection.terminating_at);
    let end = end.unwrap_or(now).min(now);
    if connection.ended_at.is_some() {
        return end;
    }
    // Active: in use until it was called silent, of which only this much is certain.
    let longest = rules.stale_connection.max(rules.overnight_stale_connection);
    let counts = 2 * limit(rules, longest.unwrap_or_default()) + HIDDEN;
    stretches(connection, connection.established_at, end)
        .filter(|stretch| {
            stretch.from == connection.established_at
                || payload(connection, stretch.from, stretch.to) >= counts
        })
        .last()
        .map_or(end, |stretch| stretch.to)
}

fn is_active(connection: &Connection, at: DateTime<Utc>) -> bool {
    connection.established_at <= at
        && connection.ended_at.is_none_or(|end| at < end)
        && connection.terminating_at.is_none_or(|since| at < since)
}

/// The payload with which a connection is not silent over this time.
fn limit(rules: &Rules, time: TimeDelta) -> i64 {
    i64::from(rules.silent_below_kib_per_hour) * 1024 * time.num_seconds() / 3600
}

/// Bytes less what is taken off for packets. Below zero where keepalive packets are most of it.
fn payload(connection: &Connection, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    let until = |at| {
        let moved = connection.moved(at);
        let bytes = moved.ingress_bytes + moved.egress_bytes;
        let packets = moved.ingress_packets + moved.egress_packets;
        i64::try_from(bytes).unwrap_or(0) - OF_EACH_PACKET * i64::try_from(packets).unwrap_or(0)
    };
    until(to) - until(from)
}

/// A time in which a client did the same throughout.
struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Keepalive packets alone.
    is_still: bool,
}

/// What a client did between two times.
fn stretches(
    connection: &Connection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> impl Iterator<Item = Stretch> {
    let ends = connection.traffic.iter().skip(1).map(|(at, _)| *at);
    connection
        .traffic
        .iter()
        .zip(ends.chain([to]))
        .map(move |((began, traffic), end)| Stretch {
            from: from.max(*began),
            to: to.min(end),
            is_still: traffic.is_none(),
        })
        .filter(|stretch| stretch.from < stretch.to)
}
