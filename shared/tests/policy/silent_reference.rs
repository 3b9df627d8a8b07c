//! Silent, against a reference that goes through all readings from the first one anew, and keeps nothing in between.

use chrono::TimeDelta;
use fastrand::Rng;
use shared::model::Rules;

use crate::counted::Counted;
use crate::world::{noon, rules};

/// A reading: seconds since the first one, and the counters where they can be read.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: i64,
    counters: Option<(i64, i64)>,
}

const RULE_SECONDS: i64 = 30 * 60;
/// 100 KiB an hour, over half an hour.
const LIMIT: i64 = 50 * 1024;

/// Payload between two readings, where that can be told.
fn payload(before: Reading, now: Reading) -> Option<i64> {
    let ((bytes_before, packets_before), (bytes, packets)) = before.counters.zip(now.counters)?;
    let (bytes, packets) = (bytes - bytes_before, packets - packets_before);
    (bytes >= 0 && packets >= 0).then_some((bytes - 80 * packets).max(0))
}

/// Whether it is silent at the last of these readings: was there a window that ended below the limit, and has none
/// reached it, or been broken off, since?
fn is_silent(readings: &[Reading]) -> bool {
    let (mut begin, mut silent) = (0, false);
    for end in 1..readings.len() {
        let inside = readings[begin..=end].windows(2);
        let grown: Option<i64> = inside.map(|pair| payload(pair[0], pair[1])).sum();
        let is_over = readings[end].at - readings[begin].at >= RULE_SECONDS;
        match grown {
            None => (begin, silent) = (end, false),
            Some(grown) if grown >= LIMIT => (begin, silent) = (end, false),
            Some(_) if is_over => (begin, silent) = (end, true),
            Some(_) => {}
        }
    }
    silent
}

#[test]
fn many_histories_of_counters_are_judged_as_the_reference_judges_them() {
    let rules = Rules {
        stale_connection: Some(TimeDelta::seconds(RULE_SECONDS)),
        overnight_window: None,
        silent_below_kib_per_hour: 100,
        ..rules()
    };
    let mut random = Rng::with_seed(9);
    let mut verdicts = [0, 0];
    for history in 0..400 {
        let mut counted = Counted::since(rules.clone(), noon());
        let (mut at, mut bytes, mut packets) = (0, 1_000, 10);
        let mut readings = vec![Reading {
            at,
            counters: Some((bytes, packets)),
        }];
        // In some histories hardly anything moves, in others much does.
        let most = [1, 4_000, 10_000, 60_000][usize::try_from(random.i64(0..4)).unwrap_or(0)];
        for _ in 0..60 {
            let seconds =
                [60, 60, 60, 61, 300, 1_800][usize::try_from(random.i64(0..6)).unwrap_or(0)];
            at += seconds;
            let payload_packets = random.i64(0..60);
            bytes += 100 * seconds + random.i64(0..most) + 80 * payload_packets;
            packets += 2 * seconds + payload_packets;
            let counters = match random.i64(0..200) {
                0 => None,
                1 => {
                    (bytes, packets) = (0, 0);
                    Some((bytes, packets))
                }
                _ => Some((bytes, packets)),
            };
            readings.push(Reading { at, counters });
            let as_read = |value: i64| u64::try_from(value).ok();
            let in_use = counted.reads_as(
                noon() + TimeDelta::seconds(at),
                counters.and_then(|(bytes, _)| as_read(bytes)),
                counters.and_then(|(_, packets)| as_read(packets)),
            );
            let silent = is_silent(&readings);
            verdicts[usize::from(silent)] += 1;
            assert_eq!(in_use, !silent, "history {history}: {readings:?}");
        }
    }
    assert!(verdicts.iter().all(|count| *count > 2_000), "{verdicts:?}");
}
