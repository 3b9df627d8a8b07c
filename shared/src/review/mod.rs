//! What administrators and auditors review: the log of records, a stay as a story, use and cost, findings. It reads by
//! [`AuditReader`](crate::ports::AuditReader) alone, within fixed limits, and changes nothing.
//!
//! - [`export`]: the log as a download, in parts
//! - [`log`]: which records a page shows, and where the next one goes on
//! - [`record`]: what of a record is looked at before it is shown
//! - [`stay`]: the records of one stay, as a story
//! - [`usage`]: hours, people, start times and cost of a range, from closing records
//! - [`findings`]: what in a range of records an administrator should look at
//!
//! What records say that cannot be so is [`history`](crate::history)'s.

pub mod export;
pub mod findings;
pub mod log;
pub mod record;
pub mod stay;
pub mod usage;

/// The most records that one page reads, over all the calls it makes.
pub const MAX_READ: usize = 2_000;
/// The most partitions that one page reads.
pub const MAX_PARTITIONS: usize = 31;
/// The most closing records that use and cost read.
pub const MAX_CLOSINGS: usize = 20_000;
