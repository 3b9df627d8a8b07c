//! What employees book, and what else they do about it.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, Weekday, WeekdaySet};
use shared::model::{BookedOn, BookedTimes, WORKDAYS};

use super::{employee, pick};

/// Those who have left the company since they booked: their bookings stand, and they are never seen again.
const LEFT: u8 = 3;

/// Something about bookings.
#[derive(Debug, Clone, PartialEq)]
pub enum BookingDeed {
    /// Wants the VPN ready at these times.
    Book {
        /// Which employee.
        person: u8,
        /// When.
        times: BookedTimes,
    },
    /// Takes a booking back.
    Cancel {
        /// Whose.
        person: u8,
        /// Which of theirs, as the page lists them.
        nth: u8,
        /// Whether an administrator does it for them.
        by_administrator: bool,
    },
    /// Opens the status page, and wants nothing.
    LookIn {
        /// Which employee.
        person: u8,
    },
}

impl BookingDeed {
    /// A booking made within these days, as chance has it.
    pub fn book(chance: &mut fastrand::Rng, first: NaiveDate, days: u32) -> Self {
        Self::Book {
            person: chance.u8(..employee::PEOPLE + LEFT),
            times: draw_times(chance, first, days),
        }
    }

    /// An employee who still works here takes a booking back, or an administrator does it for anyone.
    pub fn cancel(chance: &mut fastrand::Rng) -> Self {
        let by_administrator = chance.u8(..4) == 0;
        let left = if by_administrator { LEFT } else { 0 };
        Self::Cancel {
            person: chance.u8(..employee::PEOPLE + left),
            nth: chance.u8(..5),
            by_administrator,
        }
    }

    /// An employee who still works here looks in.
    pub fn look_in(chance: &mut fastrand::Rng) -> Self {
        Self::LookIn {
            person: chance.u8(..employee::PEOPLE),
        }
    }
}

fn draw_times(chance: &mut fastrand::Rng, first: NaiveDate, days: u32) -> BookedTimes {
    let on = match chance.u8(..6) {
        0..=2 => BookedOn::Days(WORKDAYS),
        3 => BookedOn::Days(WeekdaySet::ALL),
        4 => BookedOn::Days(one_or_two_days(chance)),
        _ => {
            let after = Days::new(chance.u64(..=u64::from(days)));
            BookedOn::Date(first.checked_add_days(after).unwrap_or(first))
        }
    };
    // Many want the same times.
    let minutes = match chance.u8(..8) {
        0..=3 => *pick(chance, &[8 * 60 + 30, 8 * 60 + 30, 9 * 60, 13 * 60]),
        4 => *pick(chance, &[2, 5, 23 * 60 + 50]),
        _ => chance.i64(0..24 * 60),
    };
    let ready_by = NaiveTime::MIN + TimeDelta::minutes(minutes);
    let stays = (chance.u8(..3) == 0).then(|| TimeDelta::minutes(chance.i64(1..13 * 60)));
    BookedTimes {
        on,
        ready_by,
        stay_until: stays.map(|stays| ready_by + stays),
    }
}

fn one_or_two_days(chance: &mut fastrand::Rng) -> WeekdaySet {
    let days = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
    WeekdaySet::from_array([*pick(chance, &days), *pick(chance, &days)])
}
