//! A page of the log.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::cursor::Cursor;
use super::filter::LogFilter;
use super::walk::{LogError, LogPage, Search, walk};
use crate::ports::AuditReader;

/// How many records a page has unless it says otherwise, and at most.
pub const LIMIT: usize = 100;
/// See [`LIMIT`].
pub const MAX_LIMIT: usize = 500;

/// The records that a filter leaves, newest first, so many at most. Without a cursor from now on back.
///
/// # Errors
/// A cursor of another view, or a table that cannot be read.
pub async fn page(
    reader: &dyn AuditReader,
    filter: &LogFilter,
    cursor: Option<&Cursor>,
    limit: usize,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<LogPage, LogError> {
    let search = Search {
        filter,
        cursor,
        wanted: limit.clamp(1, MAX_LIMIT),
        zone,
        now,
    };
    walk(reader, search, &mut |_| true).await
}
