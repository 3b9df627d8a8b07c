//! Rows that the connection of a person settles.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Verdict, not_settled, settled};
use crate::run::plan::Step;
use crate::run::record::Record;
use crate::time::length;

/// The counters of the connected person, reading by reading: time, bytes, packets.
fn counters(record: &Record) -> Vec<(DateTime<Utc>, u64, u64)> {
    let mut readings = record
        .connections(Step::WatchIdle)
        .filter_map(|(at, connections)| {
            let active = connections
                .iter()
                .find(|connection| connection.status == "active")?;
            Some((at, active.connection_id.clone(), active.counters()?))
        });
    let Some((at, id, (bytes, packets))) = readings.next() else {
        return Vec::new();
    };
    let same = readings.filter(|(_, other, _)| *other == id);
    let rest = same.map(|(at, _, (bytes, packets))| (at, bytes, packets));
    std::iter::once((at, bytes, packets)).chain(rest).collect()
}

const NO_PERSON: &str = "nobody connected (`--connect`)";

pub(super) fn counters_grow(record: &Record) -> (Verdict, String) {
    let readings = counters(record);
    let Some((from, bytes, packets)) = readings.first().copied() else {
        return not_settled(NO_PERSON);
    };
    let later = readings
        .iter()
        .find(|(at, ..)| *at - from >= TimeDelta::minutes(2));
    match later {
        Some((at, later_bytes, later_packets)) => settled(
            *later_bytes > bytes && *later_packets > packets,
            format!(
                "{bytes} bytes in {packets} packets; {} later {later_bytes} in {later_packets}",
                length(*at - from)
            ),
        ),
        None => not_settled("the person did not stay for two minutes"),
    }
}

/// What a keepalive packet has at most, with what is around it (DESIGN 6).
const BYTES_OF_A_PACKET_THAT_ARE_NO_PAYLOAD: u64 = 80;

pub(super) fn idle_payload(record: &Record) -> (Verdict, String) {
    let readings = counters(record);
    let (Some((from, ..)), Some((to, ..))) = (readings.first(), readings.last()) else {
        return not_settled(NO_PERSON);
    };
    let seconds = (*to - *from).num_seconds();
    if seconds < 240 {
        return not_settled("the person did not stay for four minutes");
    }
    let each: Vec<u64> = readings
        .windows(2)
        .map(|pair| {
            let bytes = pair[1].1.saturating_sub(pair[0].1);
            let packets = pair[1].2.saturating_sub(pair[0].2);
            bytes.saturating_sub(packets.saturating_mul(BYTES_OF_A_PACKET_THAT_ARE_NO_PAYLOAD))
        })
        .collect();
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
        return not_settled(NO_PERSON);
    }
    let times: Vec<&str> = ended.values().copied().collect();
    settled(
        times.iter().all(|time| !matches!(time.trim(), "" | "-")),
        format!("ends: {times:?}"),
    )
}
