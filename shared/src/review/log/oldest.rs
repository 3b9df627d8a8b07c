//! Where the log ends.
//!
//! An index by day cannot tell its oldest day, and retention does not tell it either: it may be for ever, it may have been
//! longer once, and a young trail has far fewer days. So a page that met nothing for two weeks looks for the oldest records of
//! the system's own hands and of the partition of no endpoint: one record each, among them the first start and the first
//! stop of every endpoint, configured still or not. Only what people did before the system itself ever put a record
//! (say, asked in a dry run), and that only behind two weeks without any record at all, is not found so: `from` finds it,
//! for with it no end is guessed.

use chrono::{DateTime, Utc};
use futures::future::try_join_all;

use crate::model::audit::{Actor, AuditRecord};
use crate::ports::{AuditReader, Direction, IdRange, Partition, StoreError};
use crate::review::record::{event_id, occurred_at};

/// How many partitions it reads.
pub(super) const PROBES: usize = 4;

/// The time of the oldest known record; `None`: there is none.
pub(super) async fn oldest(reader: &dyn AuditReader) -> Result<Option<DateTime<Utc>>, StoreError> {
    let by = |hand: Actor| Partition::Actor(hand.to_string());
    let partitions: [Partition; PROBES] = [
        by(Actor::Reaper),
        by(Actor::Associate),
        by(Actor::External),
        Partition::Endpoint(AuditRecord::NO_ENDPOINT.to_owned()),
    ];
    let range = IdRange::default();
    let read = |partition| reader.records(partition, &range, Direction::OldestFirst, 1);
    let answers = try_join_all(partitions.iter().map(read)).await?;
    let items = answers.iter().flat_map(|answer| &answer.items);
    // By its id or by its own time, whichever is older: a forged one must not cut the log short.
    let times = items.flat_map(|item| [occurred_at(item), event_id(item).map(|id| id.time())]);
    Ok(times.flatten().min())
}
