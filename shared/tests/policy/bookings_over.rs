//! When a booking was missed, when it lapses, whether it counts, and when it comes next.

use chrono::TimeDelta;
use shared::model::Booking;
use shared::policy::{
    MissedDates, due, is_lapsed, is_renewal_due, is_standing, missed, next, next_holiday, renew_by,
};

use crate::bookings::{LEAD, Stay as _, date, dated, tokyo, with_holidays, workdays};
use crate::world::{AROUND, rules, seconds};

/// The last date that was missed by a time, and how many.
fn missed_by(booking: &Booking, now: &str) -> Option<(String, usize)> {
    let missed = missed(booking, &rules(), tokyo(now));
    missed.map(|MissedDates { last, count }| (last.date.to_string(), count))
}

#[test]
fn it_is_missed_when_its_window_has_passed_and_it_was_not_placed() {
    let made = tokyo("2026-11-23T08:00:00");
    let booking = |base: Booking| Booking {
        created_at: made,
        ..base
    };
    for second in AROUND {
        let now = tokyo("2026-11-23T09:00:00") + seconds(second);
        for booking in [
            booking(workdays("08:30")),
            booking(workdays("08:30").staying_until("18:00")),
            booking(dated("2026-11-23", "08:30")),
        ] {
            let missed = missed(&booking, &rules(), now);
            let missed = missed.map(|missed| (missed.last.date, missed.count));
            let expected = (second >= 0).then(|| (date("2026-11-23"), 1));
            assert_eq!(missed, expected, "{second}");
        }
    }
}

#[test]
fn what_was_missed_is_told_from_the_last_date_that_is_settled() {
    let weekly = Booking {
        created_at: tokyo("2026-11-23T08:00:00"),
        ..workdays("08:30")
    };
    let placed = |day: &str| Booking {
        placed_for: Some(date(day)),
        ..weekly.clone()
    };
    let cases = [
        (weekly.clone(), "2026-11-23T08:59:59", None),
        (
            weekly.clone(),
            "2026-11-24T08:59:59",
            Some(("2026-11-23", 1)),
        ),
        (
            weekly.clone(),
            "2026-11-24T09:00:00",
            Some(("2026-11-24", 2)),
        ),
        // A weekend lies between.
        (
            weekly.clone(),
            "2026-11-30T08:00:00",
            Some(("2026-11-27", 5)),
        ),
        (placed("2026-11-23"), "2026-11-23T12:00:00", None),
        (
            placed("2026-11-23"),
            "2026-11-24T12:00:00",
            Some(("2026-11-24", 1)),
        ),
        (placed("2026-11-25"), "2026-11-24T12:00:00", None),
    ];
    for (booking, now, expected) in cases {
        let expected = expected.map(|(day, count)| (day.to_owned(), count));
        assert_eq!(missed_by(&booking, now), expected, "{now}");
    }
    let ended = Booking {
        ended_at: Some(tokyo("2026-11-23T08:10:00")),
        ..weekly.clone()
    };
    assert_eq!(missed_by(&ended, "2026-11-24T12:00:00"), None);
    // Made when that day's time had come: it does not stand for it.
    let late = Booking {
        created_at: tokyo("2026-11-23T08:30:00"),
        ..weekly
    };
    assert_eq!(missed_by(&late, "2026-11-23T12:00:00"), None);
    let once = Booking {
        placed_for: Some(date("2026-11-23")),
        ..dated("2026-11-23", "08:30")
    };
    assert_eq!(missed_by(&once, "2026-11-24T12:00:00"), None);
}

#[test]
fn no_holiday_and_no_date_after_it_lapsed_is_missed() {
    let booking = Booking {
        created_at: tokyo("2026-11-23T08:00:00"),
        ..workdays("08:30")
    };
    let rules = with_holidays(&["2026-11-24"]);
    let now = tokyo("2026-11-25T12:00:00");
    let found = missed(&booking, &rules, now).unwrap();
    assert_eq!((found.last.date, found.count), (date("2026-11-25"), 2));
    for second in AROUND {
        // It lapses around the end of Tuesday's window.
        let lapses_at = tokyo("2026-11-24T09:00:00") + seconds(second);
        let booking = Booking {
            renewed_at: lapses_at - rules.booking_lifetime,
            ..booking.clone()
        };
        let found = missed(&booking, &crate::world::rules(), now).unwrap();
        let count = if second < 0 { 1 } else { 2 };
        assert_eq!(found.count, count, "{second}");
    }
}

#[test]
fn it_lapses_when_its_owner_has_not_been_seen_for_its_lifetime() {
    let rules = rules();
    let ready_at = tokyo("2026-11-23T08:30:00");
    for second in AROUND {
        let renewed_at = ready_at - rules.booking_lifetime;
        let booking = Booking {
            created_at: renewed_at,
            renewed_at,
            ..workdays("08:30")
        };
        assert_eq!(renew_by(&booking, &rules), ready_at);
        let now = ready_at + seconds(second);
        assert_eq!(is_lapsed(&booking, &rules, now), second >= 0, "{second}");
        let is_due = due(&booking, LEAD, &rules, now).is_some();
        assert_eq!(is_due, second < 0, "{second}");
        let ended = Booking {
            ended_at: Some(renewed_at),
            ..booking.clone()
        };
        assert!(!is_lapsed(&ended, &rules, now));
        assert_eq!(due(&ended, LEAD, &rules, now - seconds(60)), None);
        // Its lead does not begin before it lapses.
        let earlier = Booking {
            renewed_at: renewed_at - LEAD + seconds(second),
            ..booking
        };
        let now = ready_at - LEAD;
        let is_due = due(&earlier, LEAD, &rules, now).is_some();
        assert_eq!(is_due, second > 0, "{second}");
    }
}

#[test]
fn it_is_renewed_once_a_day() {
    let booking = workdays("08:30");
    let day_later = booking.renewed_at + TimeDelta::days(1);
    let ended = Booking {
        ended_at: Some(day_later),
        ..booking.clone()
    };
    for second in AROUND {
        let now = day_later + seconds(second);
        assert_eq!(is_renewal_due(&booking, now), second >= 0, "{second}");
        assert!(!is_renewal_due(&ended, now));
    }
}

#[test]
fn a_dated_one_counts_until_its_time() {
    let ready_at = tokyo("2026-11-23T08:30:00");
    let dated = dated("2026-11-23", "08:30");
    for second in AROUND {
        let now = ready_at + seconds(second);
        assert_eq!(is_standing(&dated, &rules(), now), second < 0, "{second}");
        assert!(is_standing(&workdays("08:30"), &rules(), now));
    }
    let ended = Booking {
        ended_at: Some(ready_at),
        ..workdays("08:30")
    };
    assert!(!is_standing(&ended, &rules(), ready_at));
}

#[test]
fn the_next_is_the_first_whose_time_has_not_come() {
    let rules = with_holidays(&["2026-11-25", "2026-12-24..2027-12-31"]);
    let next_at = |booking: &Booking, now: &str| {
        let next = next(booking, LEAD, &rules, tokyo(now));
        next.map(|next| next.ready_at)
    };
    let placed = Booking {
        placed_for: Some(date("2026-11-23")),
        ..workdays("08:30")
    };
    let cases = [
        ("2026-11-23T08:29:59", Some("2026-11-23T08:30:00")),
        ("2026-11-23T08:30:00", Some("2026-11-24T08:30:00")),
        // Wednesday is a holiday.
        ("2026-11-24T08:30:00", Some("2026-11-26T08:30:00")),
        ("2026-11-27T12:00:00", Some("2026-11-30T08:30:00")),
        // Holidays for more than a year.
        ("2026-12-23T12:00:00", Some("2028-01-03T08:30:00")),
    ];
    for (now, expected) in cases {
        assert_eq!(next_at(&placed, now), expected.map(tokyo), "{now}");
    }
    let far = dated("2028-02-29", "08:30");
    let expected = Some(tokyo("2028-02-29T08:30:00"));
    assert_eq!(next_at(&far, "2026-11-23T12:00:00"), expected);
    assert_eq!(next_at(&far, "2028-02-29T08:30:00"), None);
}

#[test]
fn a_holiday_is_told_where_it_comes_before_the_next() {
    let rules = with_holidays(&["2026-11-25", "2026-11-28"]);
    let told = |booking: &Booking, now: &str| next_holiday(booking, &rules, tokyo(now));
    let weekly = workdays("08:30");
    for (now, expected) in [
        ("2026-11-24T08:29:59", None),
        ("2026-11-24T08:30:00", Some("2026-11-25")),
        ("2026-11-25T08:29:59", Some("2026-11-25")),
        ("2026-11-25T08:30:00", None),
        // Saturday is not one of its days.
        ("2026-11-27T12:00:00", None),
    ] {
        assert_eq!(told(&weekly, now), expected.map(date), "{now}");
    }
    assert_eq!(
        told(&dated("2026-11-25", "08:30"), "2026-11-24T12:00:00"),
        None
    );
}
