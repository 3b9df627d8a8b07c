//! Silent: over the time of the stale rule in force, payload stayed below the limit.

use chrono::{DateTime, Utc};
use shared::model::{Rules, Window};

use crate::counted::Counted;
use crate::world::{AROUND, minutes, noon, rules, seconds, time};

/// 256 KiB an hour, over an hour.
const LIMIT: u64 = 256 * 1024;

fn window(grown: u64, since: DateTime<Utc>, silent: bool) -> Window {
    Window {
        grown,
        since,
        silent,
    }
}

#[test]
fn payload_is_bytes_less_80_for_each_packet_and_never_below_zero() {
    for (bytes, packets, payload) in [
        (0, 0, 0),
        (3_085, 61, 0),
        (79, 1, 0),
        (80, 1, 0),
        (81, 1, 1),
        (1_000, 0, 1_000),
        (15_999, 200, 0),
        (16_001, 200, 1),
        (1_200 * 1_000, 1_000, 1_120_000),
    ] {
        let mut counted = Counted::by_day();
        counted.rules.silent_below_kib_per_hour = 1_000_000;
        counted.moves(bytes, packets).reads(noon() - minutes(59));
        assert_eq!(counted.window().grown, payload, "{bytes} in {packets}");
    }
}

#[test]
fn what_one_interval_lacks_is_not_taken_off_the_next() {
    let mut counted = Counted::by_day();
    counted.moves(0, 1_000).reads(noon() - minutes(59));
    counted.moves(500, 1).reads(noon() - minutes(58));
    assert_eq!(counted.window().grown, 420);
}

#[test]
fn payload_of_the_limit_is_use_and_a_byte_less_is_not() {
    for (payload, is_use) in [(LIMIT - 1, false), (LIMIT, true), (LIMIT + 1, true)] {
        let mut counted = Counted::by_day();
        let half = noon() - minutes(30);
        assert!(counted.moves_payload(payload).reads(half), "{payload}");
        let expected = if is_use {
            window(0, half, false)
        } else {
            window(payload, noon() - minutes(60), false)
        };
        assert_eq!(counted.window(), expected, "{payload}");
        assert_eq!(counted.reads(noon()), is_use, "{payload}");
    }
}

#[test]
fn the_limit_grows_with_the_time_of_the_rule() {
    for (kib_per_hour, minutes_of_rule, limit) in [
        (256, 60, 262_144),
        (256, 120, 524_288),
        (256, 1, 4_370),
        (1, 1, 18),
        (1, 10_080, 172_032),
        (1_048_576, 60, 1_073_741_824),
    ] {
        for (payload, is_use) in [(limit - 1, false), (limit, true)] {
            let rules = Rules {
                stale_connection: Some(minutes(minutes_of_rule)),
                overnight_window: None,
                silent_below_kib_per_hour: kib_per_hour,
                ..rules()
            };
            let mut counted = Counted::since(rules, noon());
            let end = noon() + minutes(minutes_of_rule);
            let in_use = counted.moves_payload(payload).reads(end);
            assert_eq!(in_use, is_use, "{kib_per_hour} {minutes_of_rule} {payload}");
        }
    }
}

#[test]
fn a_connection_is_silent_once_the_time_of_the_rule_has_passed() {
    for second in AROUND {
        let mut counted = Counted::by_day();
        let now = noon() + seconds(second);
        assert_eq!(counted.moves_payload(7).reads(now), second < 0, "{second}");
        let expected = if second < 0 {
            window(7, noon() - minutes(60), false)
        } else {
            window(0, now, true)
        };
        assert_eq!(counted.window(), expected, "{second}");
    }
    // By night two hours.
    let dusk = time("2026-11-23T22:00:00+09:00");
    for second in AROUND {
        let mut counted = Counted::since(rules(), dusk);
        let now = dusk + minutes(120) + seconds(second);
        assert_eq!(counted.reads(now), second < 0, "night {second}");
    }
}

#[test]
fn small_payload_adds_up_within_a_window_and_no_further() {
    let mut counted = Counted::by_day();
    // A quarter of the limit in each third of an hour: no hour has all of it.
    for n in 1..=12 {
        let in_use = counted
            .moves_payload(LIMIT / 4)
            .reads(noon() + minutes(20 * n - 60));
        assert_eq!(in_use, n < 3, "after {n} thirds of an hour");
    }
    let mut counted = Counted::by_day();
    for n in 1..=12 {
        let in_use = counted
            .moves_payload(LIMIT / 2)
            .reads(noon() + minutes(20 * n - 60));
        assert!(in_use, "after {n} thirds of an hour");
    }
}

#[test]
fn what_is_silent_stays_so_until_a_window_reaches_the_limit() {
    let mut counted = Counted::by_day();
    assert!(!counted.reads(noon()));
    assert!(!counted.moves_payload(LIMIT - 1).reads(noon() + minutes(59)));
    assert_eq!(counted.window(), window(LIMIT - 1, noon(), true));
    assert!(!counted.reads(noon() + minutes(60)), "the window is over");
    assert_eq!(counted.window(), window(0, noon() + minutes(60), true));
    assert!(!counted.moves_payload(LIMIT - 1).reads(noon() + minutes(61)));
    let work = noon() + minutes(62);
    assert!(counted.moves_payload(1).reads(work), "a byte more is use");
    assert_eq!(counted.window(), window(0, work, false));
    for second in AROUND {
        let mut later = counted.clone();
        let in_use = later.reads(work + minutes(60) + seconds(second));
        assert_eq!(in_use, second < 0, "{second}");
    }
}

#[test]
fn counters_that_are_missing_or_went_down_are_no_silence() {
    // What the sweep of noon reads: the connection had 1,000 bytes in 10 packets.
    let cases = [
        ("no bytes", None, Some(10)),
        ("no packets", Some(1_000), None),
        ("neither", None, None),
        ("bytes went down", Some(999), Some(10)),
        ("packets went down", Some(1_000), Some(9)),
        ("both began anew", Some(0), Some(0)),
        ("bytes down, packets up", Some(999), Some(11)),
    ];
    for (name, bytes, packets) in cases {
        // About to be silent, and silent for an hour.
        for noon in [noon(), noon() + minutes(60)] {
            let mut counted = Counted::by_day();
            counted.reads(noon - minutes(1));
            assert!(counted.reads_as(noon, bytes, packets), "{name}");
            assert_eq!(counted.window(), window(0, noon, false), "{name}");
            assert_eq!(counted.remembered().rate, None, "{name}");
            assert!(
                counted.reads_as(noon + minutes(59), bytes, packets),
                "{name}"
            );
            let readable = bytes.is_some() && packets.is_some();
            let in_use = counted.reads_as(noon + minutes(60), bytes, packets);
            assert_eq!(in_use, !readable, "{name}");
        }
    }
}

#[test]
fn the_window_begins_anew_with_the_first_counters_that_can_be_read() {
    let mut counted = Counted::by_day();
    counted.reads_as(noon() - minutes(30), None, None);
    assert!(counted.reads(noon()));
    assert_eq!(counted.window(), window(0, noon(), false));
    assert!(!counted.reads(noon() + minutes(60)));
}

#[test]
fn a_connection_that_is_seen_for_the_first_time_is_in_use() {
    let mut counted = Counted::by_day();
    counted.traffic = shared::model::Traffic::default();
    assert!(counted.reads(noon() + minutes(600)));
    assert_eq!(counted.window(), window(0, noon() + minutes(600), false));
    assert_eq!(counted.remembered().rate, None);
}

/// Day and night as they are given, with the default window in Tokyo.
fn day_and_night(day: Option<i64>, night: Option<i64>) -> Rules {
    Rules {
        stale_connection: day.map(minutes),
        overnight_stale_connection: night.map(minutes),
        ..rules()
    }
}

#[test]
fn windows_begin_when_a_rule_comes_into_force_or_its_time_changes() {
    let dusk = time("2026-11-23T22:00:00+09:00");
    let dawn = time("2026-11-24T07:00:00+09:00");
    // Rules by day and by night, when it changes, and after how long from then a still connection is silent.
    let cases = [
        ("comes into force", None, Some(120), dusk, Some(120)),
        ("comes into force at dawn", Some(60), None, dawn, Some(60)),
        ("becomes longer", Some(60), Some(120), dusk, Some(120)),
        ("becomes shorter", Some(60), Some(120), dawn, Some(60)),
        ("ends", None, Some(120), dawn, None),
    ];
    for (name, day, night, change, silent_after) in cases {
        let mut counted = Counted::since(day_and_night(day, night), change - minutes(300));
        for minute in -299..0 {
            counted.reads(change + minutes(minute));
        }
        assert!(counted.reads(change), "{name}: at the change");
        let window = counted.remembered().window;
        let expected = silent_after.map(|_| (change, false));
        assert_eq!(window.map(|w| (w.since, w.silent)), expected, "{name}");
        for minute in 1..200 {
            let in_use = counted.reads(change + minutes(minute));
            let expected = silent_after.is_none_or(|after| minute < after);
            assert_eq!(in_use, expected, "{name}: {minute} minutes later");
        }
    }
}

#[test]
fn a_rule_of_the_same_time_by_day_and_by_night_goes_on() {
    let dusk = time("2026-11-23T22:00:00+09:00");
    let mut counted = Counted::since(day_and_night(Some(120), Some(120)), dusk - minutes(60));
    assert!(counted.reads(dusk));
    assert!(counted.reads(dusk + minutes(59)));
    assert!(!counted.reads(dusk + minutes(60)));
}

#[test]
fn without_a_rule_use_is_measured_and_nothing_is_silent() {
    let mut counted = Counted::since(day_and_night(None, None), noon());
    assert!(counted.moves(6_000, 120).reads(noon() + minutes(1)));
    let remembered = counted.remembered().clone();
    assert_eq!(remembered.user, "user1@example.com");
    assert_eq!((remembered.rate, remembered.window), (Some(0), None));
    assert!(counted.moves(1024 * 1024, 0).reads(noon() + minutes(2)));
    assert_eq!(counted.remembered().rate, Some(60 * 1024), "KiB an hour");
    assert!(counted.reads(noon() + minutes(600)));
}

#[test]
fn a_sweep_that_was_missed_makes_a_long_interval() {
    // Idle for three hours, unseen: silent by the next reading, of which the rate is the mean.
    let mut counted = Counted::by_day();
    assert!(
        !counted
            .moves(180 * 6_000, 180 * 120)
            .reads(noon() + minutes(120))
    );
    // Work that was not seen counts when it is.
    let mut counted = Counted::by_day();
    let late = noon() + minutes(120);
    assert!(counted.moves_payload(3 * LIMIT).reads(late));
    assert_eq!(counted.window(), window(0, late, false));
    assert_eq!(counted.remembered().rate, Some(256));
}

#[test]
fn a_slower_sweep_changes_nothing() {
    let mut counted = Counted::by_day();
    counted.moves(6_000, 120).reads(noon() - minutes(1));
    assert!(!counted.moves(6_000, 120).reads(noon()));
    let remembered = counted.traffic.clone();
    // It read EC2 ten seconds before the other, and comes to the table after it.
    let in_use = counted.reads_as(noon() - seconds(10), Some(12_000), Some(230));
    assert!(!in_use, "it is as silent as it was");
    assert_eq!(counted.traffic, remembered);
    // The same in one second.
    assert!(!counted.reads(noon()));
    assert_eq!(counted.traffic, remembered);
}

#[test]
fn what_moved_counts_whatever_the_clock_of_the_process_says() {
    let mut counted = Counted::by_day();
    assert!(!counted.reads(noon()));
    // This process's clock is two minutes behind; the counters say that it reads later.
    let behind = noon() - minutes(2);
    assert!(counted.moves_payload(LIMIT).reads(behind));
    assert_eq!(
        counted.traffic.read_at,
        Some(noon()),
        "and no time runs back"
    );
    assert_eq!(counted.remembered().rate, None);
}
