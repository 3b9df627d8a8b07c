//! Bookings: an employee's standing wish that an endpoint be ready by a time of day.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday, WeekdaySet};
use ring::digest::{SHA256, digest};

use super::holidays::parse_date;
use super::item::{Item, Malformed, Reader, Value, required};
use super::update::Update;
use super::{Email, InvalidWindow, time_of_day};

/// How long a booking stays in the table after it counts for nothing any more, before TTL tidies it up.
const BOOKING_KEPT: TimeDelta = TimeDelta::days(30);

/// A booking of an employee's at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    pub email: Email,
    pub id: BookingId,
    pub times: BookedTimes,
    /// The last date for which it was placed or missed.
    pub placed_for: Option<NaiveDate>,
    /// When it was made, or made again after it had ended.
    pub created_at: DateTime<Utc>,
    /// When its owner was last seen to have a use for it.
    pub renewed_at: DateTime<Utc>,
    /// When it was cancelled or lapsed; from then on it counts for nothing.
    pub ended_at: Option<DateTime<Utc>>,
}

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

impl Booking {
    /// What the keys of bookings begin with.
    pub const KEY: &str = "booking#";

    pub fn key(email: &Email, id: &BookingId) -> String {
        format!("{}{id}", Self::keys_of(email))
    }

    /// What the keys of an employee's bookings begin with.
    pub fn keys_of(email: &Email) -> String {
        format!("{}{email}#", Self::KEY)
    }

    pub fn is_key(key: &str) -> bool {
        key.starts_with(Self::KEY)
    }

    /// The write that makes it, or makes it again where it had ended: `before` is what stands there.
    pub fn made(&self, before: Option<&Self>, lifetime: TimeDelta) -> Update {
        let update = match before {
            None => Update::new().when("created_at", None::<Value>),
            Some(before) => before.as_read().when("ended_at", before.ended_at),
        };
        let update = update
            .set("email", self.email.as_str())
            .set("id", self.id.as_str())
            .set("ready_by", clock(self.times.ready_by))
            .set("created_at", self.created_at)
            .set("renewed_at", self.renewed_at)
            .set("expires_at", self.expires_at(lifetime))
            .remove(&["ended_at"]);
        let update = match self.times.on {
            BookedOn::Days(days) => {
                update.set("days", days_of(days).map(day_word).collect::<Value>())
            }
            BookedOn::Date(date) => update.set("date", date.to_string()),
        };
        match self.times.stay_until {
            Some(until) => update.set("stay_until", clock(until)),
            None => update,
        }
    }

    /// That it was placed for this date, or missed, if it stands as it was read.
    pub fn placed(&self, date: NaiveDate) -> Update {
        let before = self.placed_for.map(|date| date.to_string());
        self.standing()
            .when("placed_for", before)
            .set("placed_for", date.to_string())
    }

    /// That it is cancelled, or lapses.
    pub fn ended(&self, at: DateTime<Utc>) -> Update {
        self.standing()
            .set("ended_at", at)
            .set("expires_at", (at + BOOKING_KEPT).timestamp())
    }

    /// The same if its owner has not been seen since it was read.
    pub fn lapsed(&self, at: DateTime<Utc>) -> Update {
        self.ended(at).when("renewed_at", Some(self.renewed_at))
    }

    /// That its owner was seen.
    pub fn renewed(&self, at: DateTime<Utc>, lifetime: TimeDelta) -> Update {
        let renewed = Self {
            renewed_at: at,
            ..self.clone()
        };
        self.standing()
            .set("renewed_at", at)
            .set("expires_at", renewed.expires_at(lifetime))
    }

    fn standing(&self) -> Update {
        self.as_read().when("ended_at", None::<Value>)
    }

    /// It is the booking that was read, and not one made since.
    fn as_read(&self) -> Update {
        Update::new().when("created_at", Some(self.created_at))
    }

    /// In epoch seconds: some time after it would lapse, or its date is past.
    fn expires_at(&self, lifetime: TimeDelta) -> i64 {
        let lapses_at = self.renewed_at + lifetime;
        let over_at = match self.times.on {
            BookedOn::Days(_) => lapses_at,
            // TTL only tidies up: two days on, the date is past in every time zone.
            BookedOn::Date(date) => {
                let midnight = date.and_time(NaiveTime::MIN).and_utc();
                midnight
                    .checked_add_signed(TimeDelta::days(2))
                    .map_or(lapses_at, |past| past.min(lapses_at))
            }
        };
        (over_at + BOOKING_KEPT).timestamp()
    }

    pub fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let on = match read.text("date")? {
            Some(date) => BookedOn::Date(date_of("date", date)?),
            None => BookedOn::Days(days(&read.set("days", |day| day)?)?),
        };
        let email = required("email", read.text("email")?)?;
        let stay_until = read.text("stay_until")?;
        let id = required("id", read.text("id")?)?;
        Ok(Self {
            email: email
                .parse()
                .map_err(|_| malformed("email", "an email address"))?,
            id: id
                .parse()
                .map_err(|_| malformed("id", "8 hexadecimal digits"))?,
            times: BookedTimes {
                on,
                ready_by: time("ready_by", required("ready_by", read.text("ready_by")?)?)?,
                stay_until: stay_until
                    .map(|text| time("stay_until", text))
                    .transpose()?,
            },
            placed_for: read
                .text("placed_for")?
                .map(|date| date_of("placed_for", date))
                .transpose()?,
            created_at: required("created_at", read.time("created_at")?)?,
            renewed_at: required("renewed_at", read.time("renewed_at")?)?,
            ended_at: read.time("ended_at")?,
        })
    }
}

impl BookedTimes {
    pub fn id(&self) -> BookingId {
        let stay_until = self.stay_until.map(clock).unwrap_or_default();
        let text = format!("{}|{}|{stay_until}", self.on, clock(self.ready_by));
        let hash = digest(&SHA256, text.as_bytes());
        let hex = hash.as_ref().iter().take(4);
        BookingId(hex.fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
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

fn days<'a>(words: impl IntoIterator<Item = &'a String>) -> Result<WeekdaySet, Malformed> {
    let days: Option<WeekdaySet> = words.into_iter().map(|word| parse_day(word)).collect();
    days.filter(|days| !days.is_empty())
        .ok_or_else(|| malformed("days", "a set of `mon` to `sun`"))
}

fn date_of(attribute: &str, text: &str) -> Result<NaiveDate, Malformed> {
    parse_date(text).ok_or_else(|| malformed(attribute, "a date"))
}

fn time(attribute: &str, text: &str) -> Result<NaiveTime, Malformed> {
    time_of_day(text).map_err(|_: InvalidWindow| malformed(attribute, "a time of day"))
}

fn malformed(attribute: &str, expected: &'static str) -> Malformed {
    Malformed {
        attribute: attribute.to_owned(),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booking() -> Booking {
        let at = "2026-11-23T01:31:01Z".parse().unwrap();
        let times = BookedTimes {
            on: BookedOn::Days(WORKDAYS),
            ready_by: NaiveTime::from_hms_opt(8, 30, 0).unwrap(),
            stay_until: NaiveTime::from_hms_opt(18, 0, 0),
        };
        Booking {
            email: "yuki@example.com".parse().unwrap(),
            id: times.id(),
            times,
            placed_for: None,
            created_at: at,
            renewed_at: at,
            ended_at: None,
        }
    }

    fn written(booking: &Booking) -> Item {
        let mut item = Item::new();
        booking.made(None, TimeDelta::days(60)).apply(&mut item);
        item
    }

    #[test]
    fn a_booking_reads_as_it_was_written() {
        let weekly = booking();
        let dated = Booking {
            times: BookedTimes {
                on: BookedOn::Date("2027-02-03".parse().unwrap()),
                stay_until: None,
                ..weekly.times.clone()
            },
            ..booking()
        };
        for booking in [weekly, dated] {
            assert_eq!(Booking::parse(&written(&booking)), Ok(booking));
        }
    }

    #[test]
    fn the_same_is_one_booking_and_anything_else_another() {
        let one = booking().times;
        assert_eq!(one.id(), booking().times.id());
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

    #[test]
    fn ttl_tidies_up_thirty_days_after_a_booking_counts_for_nothing() {
        let weekly = booking();
        let days = |booking: &Booking| {
            (booking.expires_at(TimeDelta::days(60)) - booking.renewed_at.timestamp()) / 86_400
        };
        assert_eq!(days(&weekly), 90);
        let dated = Booking {
            times: BookedTimes {
                on: BookedOn::Date("2026-11-30".parse().unwrap()),
                ..booking().times
            },
            ..booking()
        };
        assert_eq!(days(&dated), 38);
        let mut item = written(&weekly);
        let ended_at = weekly.created_at + TimeDelta::days(1);
        weekly.ended(ended_at).apply(&mut item);
        let expires_at = (ended_at + TimeDelta::days(30)).timestamp();
        assert_eq!(item.get("expires_at"), Some(&Value::from(expires_at)));
    }

    #[test]
    fn what_another_hand_wrote_is_told_by_its_attribute() {
        for (attribute, value) in [
            ("email", Value::from("yuki")),
            ("id", Value::from("0000000G")),
            ("days", ["monday"].iter().collect()),
            ("date", Value::from("2026-2-3")),
            ("ready_by", Value::from("8:30")),
            ("stay_until", Value::from("24:00")),
            ("placed_for", Value::from("today")),
            ("created_at", Value::from("today")),
        ] {
            let mut item = written(&booking());
            item.insert(attribute.to_owned(), value);
            assert_eq!(Booking::parse(&item).unwrap_err().attribute, attribute);
        }
        for attribute in [
            "email",
            "id",
            "days",
            "ready_by",
            "created_at",
            "renewed_at",
        ] {
            let mut item = written(&booking());
            item.remove(attribute);
            assert_eq!(Booking::parse(&item).unwrap_err().attribute, attribute);
        }
    }
}
