//! Which connections count as use, and what sweeps remember to tell.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::overnight::is_overnight;
use crate::model::item::whole_seconds;
use crate::model::{
    Connection, ConnectionId, ConnectionTraffic, Counters, EndpointState, Rules, Traffic, Usage,
    Window,
};

/// What of each packet is no payload: more than a keepalive packet, which has some 50 bytes, so that an idle client's
/// packets come to nothing (DESIGN 3.6).
pub const PACKET_ALLOWANCE_BYTES: u64 = 80;

/// The stale rule in force at an instant, if one is: over what time silent connections do not count.
pub fn stale_after(rules: &Rules, now: DateTime<Utc>) -> Option<TimeDelta> {
    if is_overnight(rules, now) {
        rules.overnight_stale_connection
    } else {
        rules.stale_connection
    }
}

/// What the connections say about use, given which of them are silent. `connections` must be all of them, as of `now`.
pub fn usage(
    connections: &[Connection],
    silent: &BTreeSet<ConnectionId>,
    now: DateTime<Utc>,
) -> Usage {
    let active = connections.iter().filter(|connection| connection.active);
    Usage {
        active: active.clone().count(),
        in_use: active.filter(|c| !silent.contains(&c.id)).count(),
        last_ended_at: connections
            .iter()
            .filter_map(|c| Some(c.ended_at?.at(now)))
            .max(),
    }
}

/// The connections that the last sweep found silent, while a stale rule is in force.
pub fn known_silent(
    state: &EndpointState,
    rules: &Rules,
    now: DateTime<Utc>,
) -> BTreeSet<ConnectionId> {
    let last = state.sightings.observation.as_ref();
    let last = last.filter(|_| stale_after(rules, now).is_some());
    last.map(|last| last.silent.clone()).unwrap_or_default()
}

/// What to remember of the active connections, given what was remembered before.
pub fn traffic(
    connections: &[Connection],
    before: &Traffic,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Traffic {
    let active = connections.iter().filter(|connection| connection.active);
    // Those that are remembered keep their place, in whatever order EC2 lists them.
    let (mut known, new): (Vec<_>, Vec<_>) = active.partition(|c| before.get(&c.id).is_some());
    known.sort_by(|one, other| one.id.cmp(&other.id));
    if known.is_empty() && new.is_empty() {
        return Traffic::default();
    }
    let stale_after = stale_after(rules, now);
    let reading = Reading {
        before,
        is_told_since_when: known.len() + new.len() <= TOLD_SINCE_WHEN,
        now: whole_seconds(now),
        stale_after,
        limit: stale_after.map_or(0, |time| limit_bytes(rules, time)),
    };
    let read_at = before.read_at.max(Some(reading.now));
    Traffic::of_reading(
        read_at.unwrap_or(reading.now),
        stale_after,
        known
            .into_iter()
            .chain(new)
            .map(|connection| (connection.id.clone(), reading.of(connection))),
    )
}

/// The payload with which a connection is not silent over this time.
fn limit_bytes(rules: &Rules, time: TimeDelta) -> u64 {
    let seconds = u64::try_from(time.num_seconds()).unwrap_or(0);
    (u64::from(rules.silent_below_kib_per_hour) * 1024 * seconds).div_ceil(3600)
}

/// The payload that moved between two readings; `None`: a counter went down.
pub fn payload_bytes(before: Counters, now: Counters) -> Option<u64> {
    let bytes = now.bytes.checked_sub(before.bytes)?;
    let packets = now.packets.checked_sub(before.packets)?;
    Some(bytes.saturating_sub(packets.saturating_mul(PACKET_ALLOWANCE_BYTES)))
}

/// Of so many connections it is remembered when each was established: no page shows more, and the item has its limit.
const TOLD_SINCE_WHEN: usize = 200;

/// A reading of the counters, and what was remembered of the one before.
struct Reading<'a> {
    before: &'a Traffic,
    is_told_since_when: bool,
    now: DateTime<Utc>,
    stale_after: Option<TimeDelta>,
    /// The payload with which a connection is not silent, in bytes.
    limit: u64,
}

impl Reading<'_> {
    fn of(&self, connection: &Connection) -> ConnectionTraffic {
        let before = self.before.get(&connection.id);
        let counters = connection.counters();
        if let Some(later) = before.filter(|before| self.is_earlier(before, counters)) {
            return later.clone();
        }
        let both = before.and_then(|before| before.counters).zip(counters);
        let payload = both.and_then(|(before, now)| payload_bytes(before, now));
        // Windows begin when a rule comes into force, and when its time changes.
        let window = before
            .and_then(|before| before.window)
            .filter(|_| self.has_same_rule());
        ConnectionTraffic {
            user: connection.user.clone(),
            connected_at: connection
                .established_at
                .filter(|_| self.is_told_since_when),
            counters,
            rate: payload.and_then(|payload| self.kib_per_hour(payload)),
            window: self
                .stale_after
                .map(|time| self.window(window, payload, time)),
        }
    }

    fn has_same_rule(&self) -> bool {
        self.before.stale_after == self.stale_after
    }

    /// Whether this is the reading of a slower sweep, which began before what is remembered was read: it says nothing
    /// new. Clocks of processes differ, so the counters have to say so too.
    fn is_earlier(&self, before: &ConnectionTraffic, counters: Option<Counters>) -> bool {
        let by_the_clock = self.before.read_at.is_some_and(|at| self.now <= at);
        by_the_clock
            && self.has_same_rule()
            && before.counters.zip(counters).is_some_and(|(before, now)| {
                now.bytes <= before.bytes && now.packets <= before.packets
            })
    }

    fn kib_per_hour(&self, payload: u64) -> Option<u64> {
        let interval = self.now - self.before.read_at?;
        let seconds = u64::try_from(interval.num_seconds()).ok()?;
        payload.saturating_mul(3600).checked_div(seconds * 1024)
    }

    /// The window after this reading: the same, or a new one that begins with it.
    fn window(&self, window: Option<Window>, payload: Option<u64>, time: TimeDelta) -> Window {
        let anew = |silent| Window {
            grown: 0,
            since: self.now,
            silent,
        };
        let Some((window, payload)) = window.zip(payload) else {
            return anew(false);
        };
        let grown = window.grown.saturating_add(payload);
        if grown >= self.limit {
            anew(false)
        } else if self.now - window.since >= time {
            anew(true)
        } else {
            Window { grown, ..window }
        }
    }
}
