//! Reading a stay: from one of its records backwards to its beginning and forwards to its end.

use super::members::{Around, Members};
use super::story::{Neighbours, StayStory};
use crate::model::audit::EventId;
use crate::model::item::Item;
use crate::ports::{AuditReader, Direction, IdRange, Partition, RecordKey, StoreError};
use crate::review::MAX_READ;
use crate::review::record::key;

/// How many records are read at first on each side. Most stays have fewer; then twice that, and so on.
const FIRST_CHUNK: usize = 64;
/// One answer holds 1 MB.
const MAX_CALLS: usize = 32;

/// The stay that a record belongs to; `None`: there is no such record. Only records of its own partition are read, and
/// what of them cannot be understood is told where it stands.
///
/// # Errors
/// The table cannot be read.
pub async fn story(
    reader: &dyn AuditReader,
    endpoint_id: &str,
    event_id: &EventId,
) -> Result<Option<StayStory>, StoreError> {
    match reader.record(endpoint_id, event_id).await? {
        Some(target) => story_of(reader, &target).await.map(Some),
        None => Ok(None),
    }
}

/// The records of the same stay before and behind one that was read.
///
/// # Errors
/// The table cannot be read.
pub async fn neighbours(reader: &dyn AuditReader, record: &Item) -> Result<Neighbours, StoreError> {
    let story = story_of(reader, record).await?;
    Ok(story.neighbours(&key(record).event_id))
}

async fn story_of(reader: &dyn AuditReader, target: &Item) -> Result<StayStory, StoreError> {
    let place = key(target);
    let partition = Partition::Endpoint(place.endpoint_id.clone());
    let mut older = Side::new(Direction::NewestFirst, place.clone());
    let mut newer = Side::new(Direction::OldestFirst, place);
    let mut left = Left {
        records: MAX_READ - 1,
        calls: MAX_CALLS,
    };
    loop {
        let before = older.records.iter().rev();
        let records: Vec<&Item> = before.chain([target]).chain(&newer.records).collect();
        let members = Members::of(&Around {
            records: &records,
            target: older.records.len(),
            is_from_start: older.is_finished,
            is_to_end: newer.is_finished,
        });
        let wants_older = !members.has_beginning && !older.is_finished;
        let wants_newer = !members.has_end && !newer.is_finished;
        if !(wants_older || wants_newer) || left.is_nothing() {
            return Ok(StayStory::of(&records, &members));
        }
        // The side of which less was read: a limit that is reached leaves the neighbourhood of the record.
        let is_older = wants_older && (!wants_newer || older.records.len() <= newer.records.len());
        let side = if is_older { &mut older } else { &mut newer };
        side.read(reader, &partition, &mut left).await?;
    }
}

/// What may still be read.
struct Left {
    records: usize,
    calls: usize,
}

impl Left {
    fn is_nothing(&self) -> bool {
        self.records == 0 || self.calls == 0
    }
}

/// The records on one side of the target, in the order of reading.
struct Side {
    direction: Direction,
    records: Vec<Item>,
    after: RecordKey,
    is_finished: bool,
    chunk: usize,
}

impl Side {
    fn new(direction: Direction, after: RecordKey) -> Self {
        Self {
            direction,
            records: Vec::new(),
            after,
            is_finished: false,
            chunk: FIRST_CHUNK,
        }
    }

    async fn read(
        &mut self,
        reader: &dyn AuditReader,
        partition: &Partition,
        left: &mut Left,
    ) -> Result<(), StoreError> {
        let range = IdRange {
            after: Some(self.after.clone()),
            ..IdRange::default()
        };
        let limit = u32::try_from(self.chunk.min(left.records)).unwrap_or(u32::MAX);
        let answer = reader.records(partition, &range, self.direction, limit);
        let answer = answer.await?;
        self.chunk *= 2;
        left.calls -= 1;
        left.records = left.records.saturating_sub(answer.items.len());
        if let Some(last) = answer.items.last() {
            self.after = key(last);
        }
        self.is_finished = !answer.has_more || answer.items.is_empty();
        self.records.extend(answer.items);
        Ok(())
    }
}
