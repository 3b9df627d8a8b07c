//! Rows that a client's connection settles.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::Counters;
use shared::policy::payload_bytes;

use super::{Verdict, not_settled, settled};
use crate::run::plan::Step;
use crate::run::record::Record;
use crate::time::length;

/// The counters of the connected client, reading by reading.
fn counters(record: &Record) -> Vec<(DateTime<Utc>, Counters)> {
    let mut readings = record
        .connections(Step::WatchIdle)
        .filter_map(|(at, connections)| {
            let active = connections
                .iter()
                .find(|connection| connection.status == "active")?;
            Some((at, active.connection_id.clone(), active.counters()?))
        });
    let Some((at, id, first)) = readings.next() else {
        return Vec::new();
    };
    let same = readings.filter(|(_, other, _)| *other == id);
    let rest = same.map(|(at, _, counters)| (at, counters));
    std::iter::once((at, first)).chain(rest).collect()
}

const NO_CLIENT: &str = "no client connected (`--connect`)";

pub(super) fn counters_grow(record: &Record) -> (Verdict, String) {
    let readings = counters(record);
    let Some((from, first)) = readings.first().copied() else {
        return not_settled(NO_CLIENT);
    };
    let later = readings
        .iter()
        .find(|(at, _)| *at - from >= TimeDelta::minutes(2));
    match later {
        Some((at, later)) => settled(
            later.bytes > first.bytes && later.packets > first.packets,
            format!(
                "{} bytes in {} packets; {} later {} in {}",
                first.bytes,
                first.packets,
                length(*at - from),
                later.bytes,
                later.packets
            ),
        ),
        None => not_settled("the client did not stay for two minutes"),
    }
}

pub(super) fn idle_payload(record: &Record) -> (Verdict, String) {
    let readings = counters(record);
    let (Some((from, _)), Some((to, _))) = (readings.first(), readings.last()) else {
        return not_settled(NO_CLIENT);
    };
    let seconds = (*to - *from).num_seconds();
    if seconds < 240 {
        return not_settled("the client did not stay for four minutes");
    }
    let each: Option<Vec<u64>> = readings
        .windows(2)
        .map(|pair| payload_bytes(pair[0].1, pair[1].1))
        .collect();
    let Some(each) = each else {
        return not_settled("a counter went down");
    };
    let kib_per_hour = each.iter().sum::<u64>() * 3600 / 1024 / seconds.unsigned_abs();
    settled(
        kib_per_hour < 256,
        format!("{kib_per_hour} KiB an hour; payload of each minute in bytes: {each:?}"),
    )
}

pub(super) fn end_time(record: &Record) -> (Verdict, String) {
    let listings = record.connections(Step::WatchGone);
    let ended: BTreeMap<&str, &str> = listings
        .flat_map(|(_, connections)| connections)
        .filter(|connection| connection.status == "terminated")
        .map(|connection| {
            (
                connection.connection_id.as_str(),
                connection.end_time.as_str(),
            )
        })
        .collect();
    if ended.is_empty() {
        return not_settled(NO_CLIENT);
    }
    let times: Vec<&str> = ended.values().copied().collect();
    settled(
        times.iter().all(|time| !matches!(time.trim(), "" | "-")),
        format!("ends: {times:?}"),
    )
}
