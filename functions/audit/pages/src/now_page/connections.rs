//! Who is connected, and how much each moves: so that the limit of silence can be chosen by looking.

use chrono::{DateTime, Utc};
use page::When;
use shared::model::ConnectionTraffic;

use super::{NowPage, Time};
use crate::numbers::grouped;
use crate::shown::cut;
use crate::texts::NowTexts;

/// The most connections that a card lists, and that all of them do: an answer is below 1 MB.
const LISTED: usize = 200;
const LISTED_IN_ALL: usize = 600;
/// EC2 names a connection by a certificate's name, of 64 letters at most, or an email address.
const NAME_LETTERS: usize = 80;

/// A client's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionNow {
    /// As EC2 names it: hostile input.
    pub user: String,
    /// When it was established; `None`: not known.
    pub since: Option<DateTime<Utc>>,
    /// Payload in KiB an hour over the last interval; `None`: not known.
    pub rate: Option<u64>,
    /// Whether sweeps do not count it as use.
    pub is_silent: bool,
}

impl ConnectionNow {
    /// From what sweeps remember of it.
    pub fn of(traffic: &ConnectionTraffic) -> Self {
        Self {
            user: traffic.user.clone(),
            since: traffic.connected_at,
            rate: traffic.rate,
            is_silent: traffic.window.is_some_and(|window| window.silent),
        }
    }
}

pub(super) struct Row {
    pub(super) user: String,
    pub(super) since: Option<Time>,
    pub(super) rate: Option<String>,
    pub(super) counts: &'static str,
    pub(super) is_low: bool,
}

/// The connections that move most first, and how many more there are.
pub(super) fn rows(
    page: &NowPage<'_>,
    connections: &[ConnectionNow],
    t: &NowTexts,
    when: &When,
) -> (Vec<Row>, usize) {
    let limit = u64::from(page.silent_below_kib_per_hour);
    let mut sorted: Vec<&ConnectionNow> = connections.iter().collect();
    sorted.sort_by(|a, b| b.rate.cmp(&a.rate).then_with(|| a.user.cmp(&b.user)));
    let row = |connection: &&ConnectionNow| {
        let is_below = connection.rate.is_some_and(|rate| rate < limit);
        Row {
            user: cut(&connection.user, NAME_LETTERS),
            since: connection.since.map(|at| Time::of(at, when)),
            rate: connection.rate.map(grouped),
            counts: match (connection.is_silent, is_below) {
                (true, _) => t.silent,
                (false, true) => t.below_limit,
                (false, false) => t.in_use,
            },
            is_low: connection.is_silent || is_below,
        }
    };
    let room = LISTED.min(LISTED_IN_ALL / page.endpoints.len().max(1));
    let listed = sorted.iter().take(room).map(row).collect();
    (listed, sorted.len().saturating_sub(room))
}
