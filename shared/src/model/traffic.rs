//! The `traffic` item of the lease table: what each connection has moved, and whether it is silent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::ConnectionId;
use super::item::{Item, Malformed, Reader, Value};

/// What sweeps remember of the active connections, from one to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// When the counters were read; `None`: nothing is remembered.
    pub read_at: Option<DateTime<Utc>>,
    /// The time over which connections were judged then; `None`: no stale rule was in force.
    pub stale_after: Option<TimeDelta>,
    connections: BTreeMap<ConnectionId, ConnectionTraffic>,
}

/// What is remembered of one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTraffic {
    pub user: String,
    /// EC2's counters; `None` where they could not be read.
    #[serde(flatten)]
    pub counters: Option<Counters>,
    /// Payload in KiB an hour over the last interval; `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u64>,
    /// Under a stale rule, the window in which its payload is added up.
    #[serde(flatten)]
    pub window: Option<Window>,
    /// When it was established, for administrators' pages; `None`: not known, or one of more than a page shows.
    #[serde(
        rename = "at",
        with = "chrono::serde::ts_seconds_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub connected_at: Option<DateTime<Utc>>,
}

/// EC2's counters of one connection, both directions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Bytes, keepalive packets included.
    pub bytes: u64,
    /// Packets, keepalive packets included.
    pub packets: u64,
}

/// A stretch of time in which a connection either reaches the limit or is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The payload of this window so far, in bytes.
    pub grown: u64,
    pub since: DateTime<Utc>,
    /// Whether the window before ended without reaching the limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
}

impl Traffic {
    pub const KEY: &'static str = "traffic";
    /// What one item may hold (DESIGN 5): connections beyond it count as in use.
    pub const MAX_BYTES: usize = 300 * 1024;
    /// Not `connections`, which held another shape before: functions of two versions, side by side while a deploy
    /// lasts, must not meet what they cannot read.
    const ATTRIBUTE: &'static str = "by_connection";

    /// What a reading leaves to remember: of the connections as many as fit, the first ones first.
    pub fn of_reading(
        read_at: DateTime<Utc>,
        stale_after: Option<TimeDelta>,
        connections: impl Iterator<Item = (ConnectionId, ConnectionTraffic)>,
    ) -> Self {
        // The braces, less the comma that the last one goes without.
        let mut json_bytes = 1;
        let fits = |(id, traffic): &(ConnectionId, ConnectionTraffic)| {
            let with_it = json_bytes + json_len(id) + json_len(traffic) + ":,".len();
            let fits = with_it <= Self::MAX_BYTES;
            if fits {
                json_bytes = with_it;
            }
            fits
        };
        Self {
            read_at: Some(read_at),
            stale_after,
            connections: connections.filter(fits).collect(),
        }
    }

    pub fn get(&self, id: &ConnectionId) -> Option<&ConnectionTraffic> {
        self.connections.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &ConnectionTraffic> {
        self.connections.values()
    }

    pub fn len(&self) -> usize {
        self.connections.len()
    }

    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    pub fn silent(&self) -> BTreeSet<ConnectionId> {
        self.connections
            .iter()
            .filter(|(_, traffic)| traffic.window.is_some_and(|window| window.silent))
            .map(|(id, _)| id.clone())
            .collect()
    }

    pub fn to_item(&self) -> Item {
        // Strings, numbers and times cannot fail to be written.
        let json = serde_json::to_string(&self.connections).unwrap_or_default();
        let mut item = Item::from([(Self::ATTRIBUTE.to_owned(), Value::S(json))]);
        if let Some(read_at) = self.read_at {
            item.insert("read_at".to_owned(), Value::from(read_at));
        }
        if let Some(stale_after) = self.stale_after {
            let minutes = Value::from(stale_after.num_minutes());
            item.insert("stale_minutes".to_owned(), minutes);
        }
        item
    }

    /// Reads it from its item. What cannot be read counts as none: then no connection is silent, and windows begin anew.
    pub fn parse(item: &Item) -> Self {
        Self::read(item).unwrap_or_default()
    }

    fn read(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let (Some(read_at), Some(connections)) =
            (read.time("read_at")?, read.json(Self::ATTRIBUTE)?)
        else {
            return Ok(Self::default());
        };
        let minutes = read.count("stale_minutes")?;
        let stale_after =
            minutes.and_then(|minutes| TimeDelta::try_minutes(minutes.try_into().ok()?));
        Ok(Self {
            read_at: Some(read_at),
            stale_after,
            connections,
        })
    }
}

fn json_len(value: &impl Serialize) -> usize {
    serde_json::to_string(value).unwrap_or_default().len()
}
