//! The log: records newest first, filtered on the server, a page at a time.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::ManagedEndpoint;
use crate::model::item::Item;

/// How many records a page has unless it says otherwise, and at most.
pub const LIMIT: usize = 100;
/// See [`LIMIT`].
pub const MAX_LIMIT: usize = 500;

/// Which records are wanted: those for which all of it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    pub endpoint: Option<ManagedEndpoint>,
    /// Exactly as the record has it.
    pub actor: Option<String>,
    /// Any of these: whole words (`lease.released`), or families (`lease.`). Empty: all.
    pub events: Vec<String>,
    /// Days of the office's zone, both included.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Found in reason, actor and ids, whatever its case.
    pub text: Option<String>,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPage {
    /// Newest first.
    pub records: Vec<Item>,
    /// Where the next page goes on; `None`: there is no more.
    pub next: Option<Cursor>,
    /// Records that are older have not been looked at.
    pub searched_back_to: DateTime<Utc>,
}

/// Where a page goes on: opaque to whoever hands it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub(super) String);
