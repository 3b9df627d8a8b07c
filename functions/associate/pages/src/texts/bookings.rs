//! What is said about bookings.

use chrono::{NaiveDate, TimeDelta, WeekdaySet};

#[derive(Debug)]
pub(crate) struct BookingTexts {
    pub(crate) heading: &'static str,
    pub(crate) intro: &'static str,
    pub(crate) how: &'static str,
    pub(crate) not_shown: &'static str,

    /// Monday first.
    pub(crate) weekdays: [&'static str; 7],
    pub(crate) days: fn(WeekdaySet) -> String,
    /// A date as it is read today.
    pub(crate) date: fn(NaiveDate, NaiveDate) -> String,
    /// The same, shorter where it is near.
    pub(crate) near_date: fn(NaiveDate, NaiveDate) -> String,
    pub(crate) booked: fn(&Booked<'_>) -> String,
    /// A date, the time of day, and the zone.
    pub(crate) next: fn(&str, &str, &str) -> String,
    pub(crate) holiday: fn(&str) -> String,
    pub(crate) no_next: &'static str,
    pub(crate) held_up: &'static str,
    /// Its owner is here, and so it goes on.
    pub(crate) kept_by_visit: fn(&str) -> String,
    pub(crate) lapses: fn(&str) -> String,
    pub(crate) cancel: &'static str,
    /// It is booked for one time, and ready at another.
    pub(crate) late: fn(&str, &str) -> String,

    pub(crate) weekly: &'static str,
    pub(crate) once: &'static str,
    pub(crate) on_days: &'static str,
    pub(crate) on_date: &'static str,
    /// With the zone's name.
    pub(crate) ready_by: fn(&str) -> String,
    pub(crate) stay_until: &'static str,
    /// How long a start takes, in minutes.
    pub(crate) ahead: fn(i64) -> String,
    /// How long a first connection is waited for, and how long one can book.
    pub(crate) stays: fn(i64, TimeDelta) -> String,
    pub(crate) book: &'static str,
    pub(crate) full: fn(usize) -> String,

    /// When the reader usually comes, and by when it would be ready.
    pub(crate) suggestion: fn(&str, &str) -> String,
    pub(crate) accept: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) decline_text: &'static str,
}

/// What is booked, in parts.
#[derive(Debug)]
pub(crate) struct Booked<'a> {
    /// The days or the date.
    pub(crate) on: &'a str,
    pub(crate) ready_by: &'a str,
    pub(crate) until: Option<&'a str>,
    /// Whether `until` is on the day after.
    pub(crate) is_overnight: bool,
}
