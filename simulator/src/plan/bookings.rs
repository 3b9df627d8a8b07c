//! Who books in a run, drawn by chance of its own: all else in a seed stays as it is.

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc, WeekdaySet};
use shared::model::{BookedOn, BookedTimes};
use testkit::people::{BookingDeed, pick};

use super::{Event, RunPlan, What};

/// What is booked is on record long before the employees leave for good.
const BEFORE_THE_END: TimeDelta = TimeDelta::hours(1);

impl RunPlan {
    /// In most runs people book. Some bookings lie on the night in which clocks change, some are made within the lead, and
    /// sometimes no sweep comes for an hour as one is due.
    pub(super) fn draw_bookings(&mut self) {
        let mut chance = fastrand::Rng::with_seed(self.seed ^ 0xb00c);
        if self.days == 0 || chance.u8(..4) == 0 {
            return;
        }
        let first = self.start.with_timezone(&self.zone).date_naive();
        let lifetime = *pick(&mut chance, &["60", "60", "2", "3"]);
        self.variables
            .push(("BOOKING_LIFETIME_DAYS", lifetime.to_owned()));
        if chance.bool() {
            let after = chrono::Days::new(chance.u64(..u64::from(self.days.min(7))));
            let from = first + after;
            let holidays = if chance.bool() {
                from.to_string()
            } else {
                format!("{from}..{}", from + chrono::Days::new(1))
            };
            self.variables.push(("HOLIDAYS", holidays));
        }
        let made = chance.u32(1..=8);
        for _ in 0..made {
            let at = self.start + TimeDelta::milliseconds(chance.i64(0..6 * 3_600_000));
            let deed = BookingDeed::book(&mut chance, first, self.days);
            if chance.u8(..3) == 0 {
                // The same again, whatever became of it.
                let later = TimeDelta::hours(chance.i64(20..24 * 4));
                self.does((at + later).min(self.end() - BEFORE_THE_END), deed.clone());
            }
            self.does(at, deed);
        }
        for day in 0..self.days {
            self.draw_bookings_of_a_day(&mut chance, day);
        }
        self.draw_booked_night(&mut chance);
    }

    fn draw_bookings_of_a_day(&mut self, chance: &mut fastrand::Rng, day: u32) {
        let midnight = self.start + TimeDelta::days(day.into());
        let any_time = |chance: &mut fastrand::Rng| {
            let most = TimeDelta::days(1) - BEFORE_THE_END;
            midnight + TimeDelta::milliseconds(chance.i64(0..most.num_milliseconds()))
        };
        let first = midnight.with_timezone(&self.zone).date_naive();
        if chance.u8(..3) == 0 {
            let at = any_time(chance);
            let deed = BookingDeed::book(chance, first, self.days - day);
            self.does(at, deed);
        }
        if chance.u8(..4) == 0 {
            let at = any_time(chance);
            self.does_within_the_lead(chance, at);
        }
        for (one_in, deed) in [
            (3, BookingDeed::cancel as fn(&mut fastrand::Rng) -> _),
            (2, BookingDeed::look_in),
            (2, BookingDeed::look_in),
        ] {
            let at = any_time(chance);
            let deed = deed(chance);
            if chance.u8(..one_in) == 0 {
                self.does(at, deed);
            }
        }
        if chance.u8(..12) == 0 {
            // About when many are due, or at any time.
            let at = if chance.bool() {
                midnight + TimeDelta::minutes(chance.i64(7 * 60 + 30..8 * 60 + 20))
            } else {
                any_time(chance)
            };
            let lasts = TimeDelta::minutes(chance.i64(45..120));
            let what = What::NoSweeps(lasts);
            self.events.push(Event { at, what });
        }
    }

    /// For today, in some minutes.
    fn does_within_the_lead(&mut self, chance: &mut fastrand::Rng, at: DateTime<Utc>) {
        let soon = at + TimeDelta::minutes(chance.i64(1..20));
        let soon = soon.with_timezone(&self.zone);
        let Some(ready_by) = soon
            .time()
            .with_second(0)
            .and_then(|it| it.with_nanosecond(0))
        else {
            return;
        };
        let deed = BookingDeed::Book {
            person: chance.u8(..5),
            times: BookedTimes {
                on: BookedOn::Date(soon.date_naive()),
                ready_by,
                stay_until: None,
            },
        };
        self.does(at, deed);
    }

    /// Each day at a time that a change of the clocks skips, or shows twice.
    fn draw_booked_night(&mut self, chance: &mut fastrand::Rng) {
        if self.clocks_change().is_none() {
            return;
        }
        let minutes = *pick(chance, &[105, 125, 135, 150]);
        let deed = BookingDeed::Book {
            person: chance.u8(..5),
            times: BookedTimes {
                on: BookedOn::Days(WeekdaySet::ALL),
                ready_by: NaiveTime::MIN + TimeDelta::minutes(minutes),
                stay_until: None,
            },
        };
        self.does(self.start + TimeDelta::minutes(chance.i64(1..60)), deed);
    }

    fn does(&mut self, at: DateTime<Utc>, deed: BookingDeed) {
        let what = What::Books(deed);
        self.events.push(Event { at, what });
    }
}
