//! Use and cost of a range of days, from closing records and from what is still up.
//!
//! A stay counts in each range that it touches: as one stay and with all its people, its hours and its cost pro rata, spread
//! evenly over its time. Its asks count where it began, its start where it was ready, so that months add up to a year.

mod calendar;
mod compute;
mod read;
mod time_up;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::ManagedEndpoint;
use crate::ports::StoreError;

pub use compute::{Terms, of_closings};
pub(in crate::review) use read::known_since;
pub use read::{MAX_MONTHS, report, today};

/// The use of all managed endpoints from the first to the last day, both included, in the office's zone.
#[derive(Debug, Clone, PartialEq)]
pub struct UseReport {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// In the order of the configuration; then what is managed no more, by name, without the endpoint's subnets and so
    /// without what others would have cost.
    pub endpoints: Vec<EndpointUse>,
    /// The oldest closing record that was found by the limit's end, where not all could be read.
    pub read_back_to: Option<DateTime<Utc>>,
    /// The oldest closing record that there is: nothing is known of stays that ended before. `None`: there is none yet.
    pub known_since: Option<DateTime<Utc>>,
    /// Closing records that cannot be read, and count for nothing here.
    pub unreadable: usize,
}

/// What one endpoint was used for.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointUse {
    pub endpoint: ManagedEndpoint,
    /// Hours of subnets associated: two subnets for an hour are two.
    pub hours: f64,
    /// Asks that stays answered.
    pub requests: u64,
    /// Who held a lease or asked, as far as closing records name them.
    pub people: BTreeSet<String>,
    /// `None`: no start was timed.
    pub start_seconds: Option<StartSeconds>,
    pub stays: u64,
    /// Those of them in which nobody connected.
    pub unused_stays: u64,
    pub cost_usd: f64,
    /// What it would have cost with the configured subnets associated all the time, up to now.
    pub always_on_usd: f64,
    /// What it would have cost within `OFFICE_HOURS` from Monday to Friday.
    pub office_hours_usd: f64,
    /// Always-on less cost.
    pub saved_usd: f64,
    pub days: Vec<DayUse>,
    /// What is up still, counted up to now.
    pub up_now: Option<UpNow>,
}

/// How long starts took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartSeconds {
    pub median: u64,
    /// At least nine in ten took no longer.
    pub p90: u64,
    pub longest: u64,
}

/// One day of the office's zone.
#[derive(Debug, Clone, PartialEq)]
pub struct DayUse {
    pub date: NaiveDate,
    /// From its first instant to that of the next day: 23, 24 or 25 hours.
    pub begins: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    /// When at least one subnet was associated, cut at the day's ends, in order.
    pub up: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Hours of subnets associated.
    pub hours: f64,
}

/// A stay that is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct UpNow {
    pub since: DateTime<Utc>,
    /// Of its associations so far.
    pub association_seconds: u64,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum UseError {
    #[error("`from` is after `to`")]
    Backwards,
    #[error("the range is longer than {MAX_MONTHS} months")]
    TooLong,
    /// An index that is still being built: it is there some minutes, or hours, after an update.
    #[error("the index {index} is still being built")]
    IndexNotReady { index: &'static str },
    #[error("closing records or the lease table could not be read")]
    Store(#[source] StoreError),
}

impl From<StoreError> for UseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::IndexNotReady { index } => Self::IndexNotReady { index },
            error @ (StoreError::Unavailable { .. } | StoreError::Malformed(_)) => {
                Self::Store(error)
            }
        }
    }
}
