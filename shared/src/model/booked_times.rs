//! What is booked: days, times of day, and the name that follows from them.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime, Weekday, WeekdaySet};
use ring::digest::{SHA256, digest};

/// What is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedTimes {
    pub on: BookedOn,
    /// When the endpoint is to be ready, by the wall clock of `TIME_ZONE`, to the minute.
    pub ready_by: NaiveTime,
    /// Until when it is to stay, if longer than it would; at or before `ready_by`, that of the next day is meant.
    pub stay_until: Option<NaiveTime>,
}

/// The days of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookedOn {
    /// Every week on these days; never empty.
    Days(WeekdaySet),
    Date(NaiveDate),
}

/// A booking's name: 8 hexadecimal digits of a hash of what is booked, so that the same sent twice is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingId(String);

/// A text that is not a booking's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not the id of a booking (8 hexadecimal digits)")]
pub struct InvalidBookingId;

/// Monday to Friday.
pub const WORKDAYS: WeekdaySet = WeekdaySet::from_array([
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
]);

impl BookedTimes {
    pub fn id(&self) -> BookingId {
        use fmt::Write as _;
        let stay_until = self.stay_until.map(clock).unwrap_or_default();
        let text = format!("{}|{}|{stay_until}", self.on, clock(self.ready_by));
        let hash = digest(&SHA256, text.as_bytes());
        let mut hex = String::new();
        for byte in hash.as_ref().iter().take(4) {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        BookingId(hex)
    }
}

impl BookedOn {
    pub fn names(self, date: NaiveDate) -> bool {
        use chrono::Datelike as _;
        match self {
            Self::Days(days) => days.contains(date.weekday()),
            Self::Date(day) => day == date,
        }
    }
}

/// `ready by 08:30 on mon, tue, until 18:00`: as records say it.
impl fmt::Display for BookedTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ready by {} on {}", clock(self.ready_by), self.on)?;
        match self.stay_until {
            Some(until) => write!(f, ", until {}", clock(until)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for BookedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => {
                let words: Vec<&str> = days_of(*days).map(day_word).collect();
                f.write_str(&words.join(", "))
            }
            Self::Date(date) => date.fmt(f),
        }
    }
}

impl BookingId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name as our own tables gave it, taken as it is.
    pub fn observed(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl FromStr for BookingId {
    type Err = InvalidBookingId;

    fn from_str(text: &str) -> Result<Self, InvalidBookingId> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 8 && text.bytes().all(is_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidBookingId)
        }
    }
}

impl fmt::Display for BookingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The days of a set, Monday first.
pub fn days_of(days: WeekdaySet) -> impl Iterator<Item = Weekday> {
    days.iter(Weekday::Mon)
}

/// A day's word in the table and in JSON.
pub fn day_word(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "mon",
        Weekday::Tue => "tue",
        Weekday::Wed => "wed",
        Weekday::Thu => "thu",
        Weekday::Fri => "fri",
        Weekday::Sat => "sat",
        Weekday::Sun => "sun",
    }
}

/// The day with this word.
pub fn parse_day(word: &str) -> Option<Weekday> {
    days_of(WeekdaySet::ALL).find(|day| day_word(*day) == word)
}

/// A time of day as the tables and JSON write it, `HH:MM`.
pub fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_one_booking_and_anything_else_another() {
        let one = BookedTimes {
            on: BookedOn::Days(WORKDAYS),
            ready_by: NaiveTime::from_hms_opt(8, 30, 0).unwrap(),
            stay_until: NaiveTime::from_hms_opt(18, 0, 0),
        };
        assert_eq!(one.id(), one.clone().id());
        let others = [
            BookedTimes {
                stay_until: None,
                ..one.clone()
            },
            BookedTimes {
                ready_by: NaiveTime::MIN,
                ..one.clone()
            },
            BookedTimes {
                on: BookedOn::Days(WeekdaySet::ALL),
                ..one.clone()
            },
            BookedTimes {
                on: BookedOn::Date("2026-11-23".parse().unwrap()),
                ..one.clone()
            },
        ];
        for other in others {
            assert_ne!(other.id(), one.id(), "{other}");
        }
        assert_eq!(
            one.to_string(),
            "ready by 08:30 on mon, tue, wed, thu, fri, until 18:00"
        );
    }
}
