//! Until when a caller waits, and what there was no time for.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

/// What the commit and the call of a stop take together if each is as slow as it may be: the SDK gives up on DynamoDB
/// after 5 s and on EC2 after 12 (`aws::Clients`).
pub(crate) const STOP_TAKES: TimeDelta = TimeDelta::seconds(17);

/// When all has to be done; `None`: it may take its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(pub(super) Option<DateTime<Utc>>);

impl Deadline {
    /// Whether a stop that is begun now can be carried through.
    pub(super) fn leaves_time_to_stop(self, now: DateTime<Utc>) -> bool {
        self.0.is_none_or(|end| now + STOP_TAKES <= end)
    }
}

/// What a sweep had no time for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    Stop,
    /// The ends of so many connections, which are not on record yet.
    Ends(usize),
    /// So many bookings that are due.
    Bookings(usize),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop => f.write_str("a stop that is due"),
            Self::Bookings(count) => write!(f, "{count} bookings that are due"),
            Self::Ends(count) => write!(f, "the records of {count} connections that ended"),
        }
    }
}
