//! Which connections count as use.

use chrono::{DateTime, TimeDelta, Utc};

use super::overnight::is_overnight;
use crate::model::{Connection, Mark, Rules, Traffic, Usage};

/// Growth below this is what a client left alone sends by itself.
pub const KEEPALIVE_BYTES: u64 = 64 * 1024;

/// The stale rule in force at an instant, if one is.
pub fn stale_after(rules: &Rules, now: DateTime<Utc>) -> Option<TimeDelta> {
    if is_overnight(rules, now) {
        rules.overnight_stale_connection
    } else {
        rules.stale_connection
    }
}

/// What the connections say about use, and the byte counts to remember for the next look.
///
/// `connections` must be all of them. Without a stale rule in force nothing is remembered.
pub fn usage(
    connections: &[Connection],
    traffic: &Traffic,
    rules: &Rules,
    now: DateTime<Utc>,
) -> (Usage, Traffic) {
    let active: Vec<&Connection> = connections.iter().filter(|c| c.active).collect();
    let mut remembered = Traffic::default();
    let mut stale = 0;
    if let Some(stale_after) = stale_after(rules, now) {
        for connection in active.iter().take(Traffic::MAX_CONNECTIONS) {
            // A connection whose counters cannot be read counts as in use.
            let Some(bytes) = connection.bytes else {
                continue;
            };
            let mark = mark(traffic.0.get(&connection.id), bytes, now);
            stale += usize::from(now - mark.since >= stale_after);
            remembered.0.insert(connection.id.clone(), mark);
        }
    }
    let usage = Usage {
        active: active.len(),
        in_use: active.len() - stale,
        last_ended_at: connections
            .iter()
            .filter_map(|c| Some(c.ended_at?.at(now)))
            .max(),
    };
    (usage, remembered)
}

/// Where a count stands: where it stood, until it grew by something that counts.
fn mark(before: Option<&Mark>, bytes: u64, now: DateTime<Utc>) -> Mark {
    match before {
        // A counter that went down began anew.
        Some(mark) if bytes >= mark.bytes && bytes - mark.bytes < KEEPALIVE_BYTES => *mark,
        Some(_) | None => Mark { bytes, since: now },
    }
}
