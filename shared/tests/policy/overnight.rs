//! The overnight window: wall-clock times in a zone, across midnight or not, also when clocks change.

use chrono::DateTime;
use shared::policy::is_overnight;

use crate::wall_clock::{BERLIN, NEW_YORK, TOKYO, Zone, window_text};
use crate::world::{minutes, rules, seconds, time};

#[test]
fn the_window_begins_inside_and_ends_outside_to_the_second() {
    // Window, a time of day in Tokyo, whether it is night.
    let cases = [
        ("22:00-07:00", "21:59:59", false),
        ("22:00-07:00", "22:00:00", true),
        ("22:00-07:00", "22:00:01", true),
        ("22:00-07:00", "23:59:59", true),
        ("22:00-07:00", "00:00:00", true),
        ("22:00-07:00", "06:59:59", true),
        ("22:00-07:00", "07:00:00", false),
        ("22:00-07:00", "07:00:01", false),
        ("22:00-07:00", "12:00:00", false),
        ("01:00-05:00", "00:59:59", false),
        ("01:00-05:00", "01:00:00", true),
        ("01:00-05:00", "01:00:01", true),
        ("01:00-05:00", "04:59:59", true),
        ("01:00-05:00", "05:00:00", false),
        ("01:00-05:00", "05:00:01", false),
        ("01:00-05:00", "23:00:00", false),
        ("00:00-06:00", "23:59:59", false),
        ("00:00-06:00", "00:00:00", true),
        ("22:00-00:00", "21:59:59", false),
        ("22:00-00:00", "23:59:59", true),
        ("22:00-00:00", "00:00:00", false),
        ("07:00-06:59", "06:59:30", false),
        ("07:00-06:59", "06:58:59", true),
    ];
    for (window, clock, night) in cases {
        let mut rules = rules();
        rules.overnight_window = Some(window.parse().unwrap());
        let at = time(&format!("2026-11-23T{clock}+09:00"));
        assert_eq!(is_overnight(&rules, at), night, "{window} at {clock}");
    }
}

#[test]
fn without_a_window_it_is_never_night() {
    let mut rules = rules();
    rules.overnight_window = None;
    let midnight = time("2026-11-23T00:00:00+09:00");
    for hour in 0..24 {
        assert!(!is_overnight(&rules, midnight + minutes(60 * hour)));
    }
}

#[test]
fn the_zone_decides_and_not_utc() {
    let at = time("2026-01-15T23:30:00Z");
    for (zone, night) in [(TOKYO, false), (BERLIN, true), (NEW_YORK, false)] {
        let mut rules = rules();
        rules.time_zone = zone.tz;
        assert_eq!(is_overnight(&rules, at), night, "{}", zone.tz);
    }
}

#[test]
fn on_days_of_change_each_second_around_each_minute_is_as_the_wall_clock_says() {
    // Across the change, within the skipped or repeated hour, touching it, and far from it.
    let windows = [
        (22 * 60, 7 * 60),
        (2 * 60, 3 * 60),
        (60, 2 * 60),
        (2 * 60 + 30, 6 * 60),
        (22 * 60, 2 * 60 + 30),
        (90, 150),
        (23 * 60, 90),
        (2 * 60 + 15, 2 * 60 + 45),
        (9 * 60, 17 * 60),
    ];
    for zone in [BERLIN, NEW_YORK] {
        for change in zone.changes() {
            for window in windows {
                check_a_day(&zone, window, change);
            }
        }
    }
}

fn check_a_day(zone: &Zone, window: (i64, i64), change: i64) {
    let mut rules = rules();
    rules.time_zone = zone.tz;
    rules.overnight_window = Some(window_text(window).parse().expect("a window"));
    for minute in -12 * 60..12 * 60 {
        for second in [-1, 0, 1] {
            let epoch = change + minute * 60 + second;
            let at = DateTime::from_timestamp(epoch, 0).expect("a time");
            assert_eq!(
                is_overnight(&rules, at),
                zone.is_in(window, epoch),
                "{} {} at {}",
                zone.tz,
                window_text(window),
                at.with_timezone(&zone.tz)
            );
        }
    }
}

#[test]
fn on_days_of_change_the_night_is_an_hour_shorter_or_longer() {
    let cases = [
        ("Berlin, spring", BERLIN, "2026-03-28T20:00:00+01:00", 8),
        ("Berlin, autumn", BERLIN, "2026-10-24T20:00:00+02:00", 10),
        ("New York, spring", NEW_YORK, "2026-03-07T20:00:00-05:00", 8),
        (
            "New York, autumn",
            NEW_YORK,
            "2026-10-31T20:00:00-04:00",
            10,
        ),
        ("Tokyo, never", TOKYO, "2026-03-28T20:00:00+09:00", 9),
    ];
    for (name, zone, evening, hours) in cases {
        let mut rules = rules();
        rules.time_zone = zone.tz;
        let evening = time(evening);
        let night = (0..16 * 60)
            .filter(|minute| is_overnight(&rules, evening + minutes(*minute)))
            .count();
        assert_eq!(night, hours * 60, "{name}");
    }
}

#[test]
fn a_window_within_the_skipped_hour_does_not_come_that_day_and_in_the_repeated_hour_comes_twice() {
    let cases = [
        (BERLIN, "2026-03-29T00:00:00+01:00", 0),
        (BERLIN, "2026-03-30T00:00:00+02:00", 30),
        (BERLIN, "2026-10-25T00:00:00+02:00", 60),
        (NEW_YORK, "2026-03-08T00:00:00-05:00", 0),
        (NEW_YORK, "2026-03-09T00:00:00-04:00", 30),
    ];
    for (zone, midnight, expected) in cases {
        let mut rules = rules();
        rules.time_zone = zone.tz;
        rules.overnight_window = Some("02:15-02:45".parse().unwrap());
        let midnight = time(midnight);
        let night = (0..12 * 60)
            .filter(|minute| is_overnight(&rules, midnight + minutes(*minute) + seconds(30)))
            .count();
        assert_eq!(night, expected, "{} from {midnight}", zone.tz);
    }
    // In New York the hour from one to two comes twice.
    let mut rules = rules();
    rules.time_zone = NEW_YORK.tz;
    rules.overnight_window = Some("01:15-01:45".parse().unwrap());
    let midnight = time("2026-11-01T00:00:00-04:00");
    let night = (0..12 * 60)
        .filter(|minute| is_overnight(&rules, midnight + minutes(*minute)))
        .count();
    assert_eq!(night, 60);
}
