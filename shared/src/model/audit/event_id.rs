//! The ids of records: in the order of time, and the same for the same fact.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};
use uuid::Uuid;

/// The sort key of an audit record: a `UUIDv7`, so that records sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub(super) Uuid);

impl EventId {
    /// The id of a fact that several may notice: made from what the fact is, so that only the first put succeeds.
    pub fn of_fact(at: DateTime<Utc>, fact: &[&str]) -> Self {
        let hash = digest(&SHA256, fact.join("\n").as_bytes());
        Self::build(at, first_ten(hash.as_ref()))
    }

    /// No id of this millisecond comes before it.
    pub fn first_at(at: DateTime<Utc>) -> Self {
        Self(Uuid::from_u128(u128::from(millis(at)) << 80))
    }

    /// No id of this millisecond comes after it.
    pub fn last_at(at: DateTime<Utc>) -> Self {
        Self(Uuid::from_u128(
            u128::from(millis(at)) << 80 | (u128::MAX >> 48),
        ))
    }

    /// The time that the id was made from, to the millisecond.
    pub fn time(&self) -> DateTime<Utc> {
        let millis = self.0.as_u128() >> 80;
        let time = i64::try_from(millis)
            .ok()
            .and_then(DateTime::from_timestamp_millis);
        time.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn build(at: DateTime<Utc>, rest: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(millis(at), &rest).into_uuid())
    }
}

/// An id has 48 bits for its time.
fn millis(at: DateTime<Utc>) -> u64 {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    millis.min(u64::MAX >> 16)
}

/// A text that is not an event's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an event's id")]
pub struct InvalidEventId;

impl FromStr for EventId {
    type Err = InvalidEventId;

    /// As the table has it and in no other form: another would name a record that is not there.
    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        let id = Uuid::try_parse(text).map(Self).ok();
        id.filter(|id| id.to_string() == text).ok_or(InvalidEventId)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn first_ten(bytes: &[u8]) -> [u8; 10] {
    std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))
}

/// Makes event ids: in the order of their making within a process, and never one twice.
#[derive(Debug)]
pub struct EventIds {
    seed: [u8; 16],
    made: AtomicU64,
}

impl EventIds {
    /// Ids that no other process makes.
    pub fn from_entropy() -> Self {
        Self::seeded(Uuid::new_v4().as_u128())
    }

    /// Ids that are the same for each run with this seed.
    pub fn seeded(seed: u128) -> Self {
        Self {
            seed: seed.to_be_bytes(),
            made: AtomicU64::new(0),
        }
    }

    pub fn next(&self, at: DateTime<Utc>) -> EventId {
        let sequence = self.made.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let hash = digest(&SHA256, &[self.seed.as_slice(), &sequence].concat());
        let mut rest = first_ten(hash.as_ref());
        // The first twelve bits sort within a millisecond (RFC 9562, 6.2, method 1).
        rest[0] = sequence[6];
        rest[1] = sequence[7];
        EventId::build(at, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_lies_between_the_first_and_the_last_of_its_millisecond() {
        let at: DateTime<Utc> = "2026-11-23T01:31:01.250Z".parse().unwrap();
        let ids = EventIds::seeded(7);
        for _ in 0..1000 {
            let id = ids.next(at);
            assert!(EventId::first_at(at) <= id && id <= EventId::last_at(at));
            assert_eq!(id.time(), at);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let before = at - chrono::TimeDelta::milliseconds(1);
        assert!(EventId::last_at(before) < EventId::first_at(at));
        assert_eq!(EventId::last_at(before).time(), before);
    }

    #[test]
    fn bounds_at_the_ends_of_time_stay_in_order() {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        assert_eq!(EventId::first_at(first).0, Uuid::nil());
        assert!(EventId::last_at(first) < EventId::first_at(last));
        assert!(EventId::last_at(last).0 <= Uuid::max());
    }

    #[test]
    fn an_id_is_read_in_the_form_of_the_table_alone() {
        let id = "019ab0c5-5e08-7000-8000-0123456789ab";
        assert!(id.parse::<EventId>().is_ok());
        for wrong in [
            "",
            "-",
            "019AB0C5-5E08-7000-8000-0123456789AB",
            "019ab0c55e08700080000123456789ab",
            "{019ab0c5-5e08-7000-8000-0123456789ab}",
            "urn:uuid:019ab0c5-5e08-7000-8000-0123456789ab",
            " 019ab0c5-5e08-7000-8000-0123456789ab",
        ] {
            assert_eq!(wrong.parse::<EventId>(), Err(InvalidEventId), "{wrong}");
        }
    }
}
