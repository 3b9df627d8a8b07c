//! When an employee came on the last days: for suggesting a booking, and for nothing else.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Email;
use super::item::{Item, Malformed, Reader};
use super::update::Update;

/// How long after the last click all of it is forgotten.
const CLICKS_KEPT: TimeDelta = TimeDelta::days(60);

/// Days that are remembered: a slot for each, used again after four weeks.
const SLOTS: [&str; 28] = [
    "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14",
    "d15", "d16", "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26", "d27",
];

/// The item `asked#<email>`: an employee's first click of each day, and what belongs to their bookings as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clicks {
    /// The first clicks of days, in no order.
    pub first_of_day: Vec<DateTime<Utc>>,
    /// When the employee wanted no suggestion any more.
    pub declined_at: Option<DateTime<Utc>>,
    /// How often a booking was made: two made at the same time do not exceed the number that is permitted.
    bookings_made: u64,
}

impl Clicks {
    const BOOKINGS_MADE: &str = "bookings_made";

    pub fn key(email: &Email) -> String {
        format!("asked#{email}")
    }

    /// The write of a click, if it is the first of its day, which began at `day_began`.
    pub fn clicked(at: DateTime<Utc>, day: NaiveDate, day_began: DateTime<Utc>) -> Update {
        let number = (day - NaiveDate::default()).num_days();
        let slot = usize::try_from(number.rem_euclid(28)).unwrap_or_default();
        let slot = SLOTS[slot];
        kept_from(at)
            .when_at_most(slot, day_began - TimeDelta::seconds(1))
            .set(slot, at)
    }

    /// The write of "no suggestions, please".
    pub fn declined(at: DateTime<Utc>) -> Update {
        kept_from(at).set("declined_at", at)
    }

    /// The write that goes with a booking that is made, if no other was since this was read.
    pub fn booking_made(&self, at: DateTime<Utc>) -> Update {
        let before = Some(self.bookings_made).filter(|made| *made > 0);
        kept_from(at)
            .when(Self::BOOKINGS_MADE, before)
            .add(Self::BOOKINGS_MADE, 1)
    }

    pub fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        // A time that another hand wrote wrongly is no click; bookings are made all the same.
        let clicks = SLOTS.iter().filter_map(|slot| read.time(slot).ok()?);
        Ok(Self {
            first_of_day: clicks.collect(),
            declined_at: read.time("declined_at")?,
            bookings_made: read.count(Self::BOOKINGS_MADE)?.unwrap_or(0),
        })
    }
}

fn kept_from(at: DateTime<Utc>) -> Update {
    Update::new().set("expires_at", (at + CLICKS_KEPT).timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_weeks_has_a_slot_of_its_own() {
        let mut item = Item::new();
        let first: NaiveDate = "2026-11-01".parse().unwrap();
        for day in first.iter_days().take(29) {
            let began = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
            Clicks::clicked(began + TimeDelta::hours(9), day, began).apply(&mut item);
        }
        let mut clicks = Clicks::parse(&item).unwrap().first_of_day;
        clicks.sort_unstable();
        let expected: Vec<DateTime<Utc>> = first
            .iter_days()
            .skip(1)
            .take(28)
            .map(|day| day.and_hms_opt(9, 0, 0).unwrap().and_utc())
            .collect();
        assert_eq!(clicks, expected);
    }
}
