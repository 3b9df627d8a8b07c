//! When a booking is due, for which dates, and until when its lease runs.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::model::{BookedOn, BookedTimes, Booking, Holidays, Rules, WORKDAYS, time_of_day};
use shared::policy::{Occurrence, booked_for, due, occurrence};

use crate::world::{AROUND, minutes, rules, seconds, time};

pub(crate) const LEAD: TimeDelta = TimeDelta::minutes(10);

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// An instant by the wall clock of Tokyo.
pub(crate) fn tokyo(text: &str) -> DateTime<Utc> {
    time(&format!("{text}+09:00"))
}

/// Made and last renewed a week before Monday, 23 November 2026.
pub(crate) fn booking(on: BookedOn, ready_by: &str) -> Booking {
    let at = tokyo("2026-11-16T12:00:00");
    let times = BookedTimes {
        on,
        ready_by: time_of_day(ready_by).expect("a time of day"),
        stay_until: None,
    };
    Booking {
        email: "yuki@example.com".parse().expect("an email address"),
        id: times.id(),
        times,
        placed_for: None,
        created_at: at,
        renewed_at: at,
        ended_at: None,
    }
}

pub(crate) fn workdays(ready_by: &str) -> Booking {
    booking(BookedOn::Days(WORKDAYS), ready_by)
}

pub(crate) fn dated(day: &str, ready_by: &str) -> Booking {
    booking(BookedOn::Date(date(day)), ready_by)
}

impl Stay for Booking {
    fn staying_until(mut self, until: &str) -> Self {
        self.times.stay_until = Some(time_of_day(until).expect("a time of day"));
        self
    }
}

/// A booking until a time of day.
pub(crate) trait Stay {
    fn staying_until(self, until: &str) -> Self;
}

pub(crate) fn with_holidays(ranges: &[&str]) -> Rules {
    let ranges = ranges.iter().map(|range| range.parse().expect("a range"));
    Rules {
        holidays: Holidays::of(ranges.collect()),
        ..rules()
    }
}

/// The date for which it is due at this time.
fn due_for(booking: &Booking, rules: &Rules, now: DateTime<Utc>) -> Option<NaiveDate> {
    due(booking, LEAD, rules, now).map(|due| due.date)
}

/// That it is due for a date from one instant on, and until another.
fn assert_due(
    booking: &Booking,
    rules: &Rules,
    day: &str,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) {
    for second in AROUND {
        let now = from + seconds(second);
        let expected = (second >= 0).then(|| date(day));
        assert_eq!(due_for(booking, rules, now), expected, "{day} {now}");
        let now = until + seconds(second);
        let expected = (second < 0).then(|| date(day));
        assert_eq!(due_for(booking, rules, now), expected, "{day} {now}");
    }
}

#[test]
fn it_is_due_from_its_lead_until_the_grace_has_passed() {
    let window = (tokyo("2026-11-23T08:20:00"), tokyo("2026-11-23T09:00:00"));
    assert_due(&workdays("08:30"), &rules(), "2026-11-23", window);
    let dated = dated("2026-11-23", "08:30");
    assert_due(&dated, &rules(), "2026-11-23", window);
    // Saturday, and a week later.
    for day in ["2026-11-28", "2026-11-30"] {
        let at = tokyo(&format!("{day}T08:30:00"));
        assert_eq!(due_for(&dated, &rules(), at), None);
    }
    let saturday = tokyo("2026-11-28T08:30:00");
    assert_eq!(due_for(&workdays("08:30"), &rules(), saturday), None);
}

#[test]
fn its_window_is_two_hours_at_most_and_no_longer_than_its_lease() {
    let from = tokyo("2026-11-23T08:20:00");
    let ready_at = tokyo("2026-11-23T08:30:00");
    // Grace, until when it stays, minutes for which it is due from when it is to be ready, and of its lease.
    let cases = [
        (0, None, 0, 0),
        (30, None, 30, 30),
        (119, None, 119, 119),
        (120, None, 120, 120),
        (121, None, 120, 121),
        (180, None, 120, 180),
        (30, Some("18:00"), 30, 570),
        (30, Some("09:00"), 30, 30),
        (30, Some("08:59"), 29, 29),
        (30, Some("08:31"), 1, 1),
        (180, Some("10:31"), 120, 121),
    ];
    for (grace, until, window, lease) in cases {
        let rules = Rules {
            first_connection_grace: minutes(grace),
            ..rules()
        };
        let booking = match until {
            Some(until) => workdays("08:30").staying_until(until),
            None => workdays("08:30"),
        };
        let window = (from, ready_at + minutes(window));
        assert_due(&booking, &rules, "2026-11-23", window);
        let due = due(&booking, LEAD, &rules, from).unwrap();
        assert_eq!(
            due.lease_until,
            ready_at + minutes(lease),
            "{grace} {until:?}"
        );
    }
}

#[test]
fn it_is_due_once_for_each_date() {
    let now = tokyo("2026-11-24T08:30:00");
    for (placed_for, is_due) in [
        (None, true),
        (Some("2026-11-23"), true),
        (Some("2026-11-24"), false),
        (Some("2026-11-25"), false),
    ] {
        let booking = Booking {
            placed_for: placed_for.map(date),
            ..workdays("08:30")
        };
        let expected = is_due.then(|| date("2026-11-24"));
        assert_eq!(due_for(&booking, &rules(), now), expected, "{placed_for:?}");
    }
}

#[test]
fn one_made_when_todays_time_has_come_begins_with_the_next_day_that_it_names() {
    let ready_at = tokyo("2026-11-27T08:30:00");
    for second in AROUND {
        let booking = Booking {
            created_at: ready_at + seconds(second),
            ..workdays("08:30")
        };
        let today = (second < 0).then(|| date("2026-11-27"));
        let now = ready_at + minutes(1);
        assert_eq!(due_for(&booking, &rules(), now), today, "{second}");
        // A Friday: the next is Monday.
        let monday = (tokyo("2026-11-30T08:20:00"), tokyo("2026-11-30T09:00:00"));
        assert_due(&booking, &rules(), "2026-11-30", monday);
    }
}

#[test]
fn a_weekly_one_stands_for_no_holiday_and_a_dated_one_does() {
    let rules = with_holidays(&["2026-11-23", "2026-12-29..2027-01-03"]);
    for day in ["2026-11-23", "2026-12-29", "2027-01-01"] {
        let now = tokyo(&format!("{day}T08:30:00"));
        let renewed = |booking| Booking {
            renewed_at: tokyo("2026-12-20T12:00:00"),
            ..booking
        };
        let weekly = renewed(workdays("08:30"));
        assert_eq!(due_for(&weekly, &rules, now), None, "{day}");
        let dated = renewed(dated(day, "08:30"));
        assert_eq!(due_for(&dated, &rules, now), Some(date(day)));
    }
    let tuesday = (tokyo("2026-11-24T08:20:00"), tokyo("2026-11-24T09:00:00"));
    assert_due(&workdays("08:30"), &rules, "2026-11-24", tuesday);
}

#[test]
fn its_window_may_begin_on_the_day_before_and_end_on_the_day_after() {
    let monday = (tokyo("2026-11-23T00:00:00"), tokyo("2026-11-23T00:40:00"));
    assert_due(&workdays("00:10"), &rules(), "2026-11-23", monday);
    let monday = (tokyo("2026-11-22T23:55:00"), tokyo("2026-11-23T00:35:00"));
    assert_due(&workdays("00:05"), &rules(), "2026-11-23", monday);
    let friday = (tokyo("2026-11-27T23:40:00"), tokyo("2026-11-28T00:20:00"));
    assert_due(&workdays("23:50"), &rules(), "2026-11-27", friday);
    // The night to Saturday is not Saturday's.
    let at = tokyo("2026-11-27T23:56:00");
    assert_eq!(due_for(&workdays("00:05"), &rules(), at), None);
}

#[test]
fn a_time_that_clocks_skip_is_the_first_instant_after_and_one_that_comes_twice_the_first() {
    let rules = Rules {
        time_zone: chrono_tz::Europe::Berlin,
        ..rules()
    };
    for (day, ready_by, ready_at) in [
        ("2026-03-29", "01:59", "2026-03-29T00:59:00Z"),
        ("2026-03-29", "02:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29", "02:30", "2026-03-29T01:00:00Z"),
        ("2026-03-29", "03:00", "2026-03-29T01:00:00Z"),
        ("2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("2026-10-25", "03:00", "2026-10-25T02:00:00Z"),
    ] {
        let made_at = time("2026-03-01T12:00:00Z");
        let booking = Booking {
            created_at: made_at,
            renewed_at: time(ready_at) - TimeDelta::days(7),
            ..dated(day, ready_by)
        };
        let window = (time(ready_at) - LEAD, time(ready_at) + minutes(30));
        assert_due(&booking, &rules, day, window);
    }
}

/// Samoa went from Thursday, 29 December 2011, to Saturday.
#[test]
fn a_zone_that_skips_a_day_does_not_make_a_booking_late() {
    let rules = Rules {
        time_zone: chrono_tz::Pacific::Apia,
        ..rules()
    };
    let saturday = time("2011-12-30T10:00:00Z");
    for (day, ready_by, ready_at) in [
        ("2011-12-29", "23:55", saturday - minutes(5)),
        ("2011-12-30", "08:30", saturday),
        ("2011-12-31", "00:00", saturday),
        ("2011-12-31", "00:05", saturday + minutes(5)),
        ("2011-12-31", "08:30", saturday + minutes(510)),
    ] {
        let at = saturday - TimeDelta::days(7);
        let booking = Booking {
            created_at: at,
            renewed_at: at,
            ..dated(day, ready_by)
        };
        let window = (ready_at - LEAD, ready_at + minutes(30));
        assert_due(&booking, &rules, day, window);
    }
}

#[test]
fn its_lease_runs_until_the_next_such_time_after_it_is_ready() {
    let on = |booking: &Booking, day: &str, rules: &Rules| -> Occurrence {
        occurrence(booking, date(day), LEAD, rules).unwrap()
    };
    for (ready_by, until, ends_at) in [
        ("08:30", "08:31", "2026-11-23T08:31:00"),
        ("08:30", "18:00", "2026-11-23T18:00:00"),
        ("22:00", "06:00", "2026-11-24T06:00:00"),
        ("22:00", "21:59", "2026-11-24T21:59:00"),
        ("23:59", "00:00", "2026-11-24T00:00:00"),
    ] {
        let booking = workdays(ready_by).staying_until(until);
        let lease_until = on(&booking, "2026-11-23", &rules()).lease_until;
        assert_eq!(lease_until, tokyo(ends_at), "{ready_by} {until}");
    }
    // By the wall clock, also where the night is an hour shorter or longer.
    let berlin = Rules {
        time_zone: chrono_tz::Europe::Berlin,
        ..rules()
    };
    for (day, ends_at) in [
        ("2026-03-28", "2026-03-29T04:00:00Z"),
        ("2026-10-24", "2026-10-25T05:00:00Z"),
    ] {
        let booking = Booking {
            created_at: time("2026-03-01T12:00:00Z"),
            ..dated(day, "22:00").staying_until("06:00")
        };
        assert_eq!(on(&booking, day, &berlin).lease_until, time(ends_at));
    }
}

#[test]
fn how_long_it_is_booked_for_is_told_by_the_wall_clock() {
    assert_eq!(booked_for(&workdays("08:30").times), None);
    for (ready_by, until, booked) in [
        ("08:30", "08:31", 1),
        ("08:30", "20:30", 12 * 60),
        ("08:30", "20:31", 12 * 60 + 1),
        ("08:30", "08:30", 24 * 60),
        ("08:30", "08:29", 24 * 60 - 1),
        ("22:00", "06:00", 8 * 60),
    ] {
        let times = workdays(ready_by).staying_until(until).times;
        assert_eq!(
            booked_for(&times),
            Some(minutes(booked)),
            "{ready_by} {until}"
        );
    }
}
