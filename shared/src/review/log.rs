//! The log: records newest first, filtered on the server, a page at a time.
//!
//! With an actor the index `by-actor` is read, else with an endpoint its partition, else the index `by-day`, from the newest
//! day of UTC back. Within a partition records stand in the order of their keys, which never changes: a page that goes on
//! behind the last key that was looked at shows each record once, whatever was put before or behind it meanwhile.

mod cursor;
mod filter;
mod oldest;
mod page;
mod walk;

pub use cursor::{Cursor, InvalidCursor};
pub use filter::LogFilter;
pub use page::{LIMIT, MAX_LIMIT, page};
pub use walk::{LogError, LogPage};

pub(super) use walk::{Search, walk};
