//! What is suggested to an employee, from when they came.

use chrono::{NaiveDate, TimeDelta};
use shared::model::item::Item;
use shared::model::{Booking, Clicks, Rules};
use shared::policy::{day_of, suggestion};

use crate::bookings::{date, dated, tokyo, with_holidays, workdays};
use crate::world::rules;

/// Friday, 27 November 2026, in the evening. The last twenty workdays begin on Monday, 2 November.
const EVENING: &str = "2026-11-27T18:00:00";

/// Clicked at these local times, given as `2026-11-27T08:50:00`, through the item that holds them.
fn clicked(at: &[String]) -> Clicks {
    let mut item = Item::new();
    for at in at {
        let at = tokyo(at);
        let (day, began) = day_of(&rules(), at);
        Clicks::clicked(at, day, began).apply(&mut item);
    }
    Clicks::parse(&item).expect("of our making")
}

/// On these days, each at its time.
fn on_days(days: &[(&str, &str)]) -> Clicks {
    let at = days.iter().map(|(day, time)| format!("{day}T{time}"));
    clicked(&at.collect::<Vec<_>>())
}

/// On the days of the week from Monday, 23 November, at these times.
fn in_the_week(times: &[&str]) -> Clicks {
    let monday: NaiveDate = date("2026-11-23");
    let days = monday.iter_days().zip(times);
    let at = days.map(|(day, time)| format!("{day}T{time}"));
    clicked(&at.collect::<Vec<_>>())
}

/// When they usually come, and when it is to be ready.
fn suggested(clicks: &Clicks, bookings: &[Booking], rules: &Rules) -> Option<(String, String)> {
    let suggestion = suggestion(clicks, bookings, rules, tokyo(EVENING))?;
    let clock = |time: chrono::NaiveTime| time.format("%H:%M:%S").to_string();
    Some((clock(suggestion.comes_at), clock(suggestion.ready_by)))
}

fn pair(comes_at: &str, ready_by: &str) -> (String, String) {
    (format!("{comes_at}:00"), format!("{ready_by}:00"))
}

#[test]
fn five_first_clicks_within_half_an_hour_are_a_habit() {
    let cases: [(&[&str], _); 8] = [
        (&["08:50:00"; 5], Some(pair("08:50", "08:45"))),
        (&["08:50:00"; 4], None),
        (
            &["08:30:00", "08:40:00", "08:50:00", "08:55:00", "09:00:00"],
            Some(pair("08:50", "08:45")),
        ),
        (
            &["08:30:00", "08:40:00", "08:50:00", "08:55:00", "09:00:01"],
            None,
        ),
        (
            &["08:30:00", "08:40:00", "08:50:00", "08:55:00", "09:01:00"],
            None,
        ),
        // The times that a person would say.
        (&["08:54:59"; 5], Some(pair("08:50", "08:45"))),
        (&["08:55:00"; 5], Some(pair("08:55", "08:50"))),
        (&["00:00:00"; 5], Some(pair("00:00", "00:00"))),
    ];
    for (times, expected) in cases {
        let clicks = in_the_week(times);
        assert_eq!(suggested(&clicks, &[], &rules()), expected, "{times:?}");
    }
    // On the day before midnight it would be another day of the week.
    let clicks = in_the_week(&["00:05:00"; 5]);
    assert_eq!(
        suggested(&clicks, &[], &rules()),
        Some(pair("00:05", "00:00"))
    );
}

#[test]
fn clicks_on_both_sides_of_midnight_are_no_habit() {
    let clicks = in_the_week(&["23:55:00", "00:05:00", "23:50:00", "00:01:00", "23:58:00"]);
    assert_eq!(suggested(&clicks, &[], &rules()), None);
}

#[test]
fn of_two_habits_the_more_frequent_counts_and_of_equals_the_earlier() {
    let early = [
        ("2026-11-02", "08:00:00"),
        ("2026-11-03", "08:00:00"),
        ("2026-11-04", "08:00:00"),
        ("2026-11-05", "08:00:00"),
        ("2026-11-06", "08:00:00"),
    ];
    let late = [
        ("2026-11-09", "13:00:00"),
        ("2026-11-10", "13:00:00"),
        ("2026-11-11", "13:00:00"),
        ("2026-11-12", "13:00:00"),
        ("2026-11-13", "13:00:00"),
    ];
    let both = [early, late].concat();
    let found = suggested(&on_days(&both), &[], &rules());
    assert_eq!(found, Some(pair("08:00", "07:55")));
    let more = [both, vec![("2026-11-16", "13:10:00")]].concat();
    let found = suggested(&on_days(&more), &[], &rules());
    assert_eq!(found, Some(pair("13:00", "12:55")));
}

#[test]
fn only_the_last_twenty_workdays_count() {
    let four = [
        ("2026-11-24", "08:50:00"),
        ("2026-11-25", "08:50:00"),
        ("2026-11-26", "08:50:00"),
        ("2026-11-27", "08:50:00"),
    ];
    for (fifth, counts) in [
        ("2026-11-02", true),
        // The twenty-first, a Saturday, a Sunday.
        ("2026-10-30", false),
        ("2026-11-21", false),
        ("2026-11-22", false),
        ("2026-11-23", true),
    ] {
        let clicks = on_days(&[&four[..], &[(fifth, "08:50:00")]].concat());
        let found = suggested(&clicks, &[], &rules());
        assert_eq!(found.is_some(), counts, "{fifth}");
    }
    // A holiday does not count, and makes room for the day before the others.
    let clicks = on_days(&[&four[..], &[("2026-11-23", "08:50:00")]].concat());
    let rules = with_holidays(&["2026-11-23"]);
    assert_eq!(suggested(&clicks, &[], &rules), None);
    let clicks = on_days(&[
        ("2026-10-30", "08:50:00"),
        ("2026-11-23", "08:50:00"),
        ("2026-11-24", "08:50:00"),
        ("2026-11-25", "08:50:00"),
        ("2026-11-26", "08:50:00"),
    ]);
    assert_eq!(suggested(&clicks, &[], &crate::world::rules()), None);
    let rules = with_holidays(&["2026-11-02"]);
    let expected = Some(pair("08:50", "08:45"));
    assert_eq!(suggested(&clicks, &[], &rules), expected);
}

#[test]
fn a_slot_that_was_not_used_again_is_of_a_day_long_past() {
    let weeks_ago = TimeDelta::days(28);
    let old = tokyo("2026-11-23T08:50:00") - weeks_ago;
    let mut item = Item::new();
    for day in 0..5 {
        let at = old + TimeDelta::days(day);
        let (day, began) = day_of(&rules(), at);
        Clicks::clicked(at, day, began).apply(&mut item);
    }
    let clicks = Clicks::parse(&item).unwrap();
    assert_eq!(clicks.first_of_day.len(), 5);
    assert_eq!(suggested(&clicks, &[], &rules()), None);
}

#[test]
fn nothing_is_suggested_to_who_declined_or_has_a_weekly_booking() {
    let clicks = in_the_week(&["08:50:00"; 5]);
    let mut declined = clicks.clone();
    declined.declined_at = Some(tokyo("2026-11-20T08:00:00"));
    assert_eq!(suggested(&declined, &[], &rules()), None);
    let weekly = workdays("13:00");
    assert_eq!(
        suggested(&clicks, std::slice::from_ref(&weekly), &rules()),
        None
    );
    let ended = Booking {
        ended_at: Some(tokyo("2026-11-20T08:00:00")),
        ..weekly
    };
    let others = [ended, dated("2026-12-01", "08:30")];
    assert_eq!(
        suggested(&clicks, &others, &rules()),
        Some(pair("08:50", "08:45"))
    );
}
