//! The ids of records: in the order of time, and the same for the same fact.

use std::fmt;
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

    pub(super) fn build(at: DateTime<Utc>, rest: [u8; 10]) -> Self {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
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
