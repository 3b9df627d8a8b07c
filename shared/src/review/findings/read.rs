//! The records that a page of findings reads: of each endpoint and of none, back to one time.

use chrono::{DateTime, Utc};
use futures::future::try_join_all;

use super::part::{LEAD, Part, TAIL};
use crate::model::audit::{AuditRecord, EventId};
use crate::model::item::{Item, Reader};
use crate::model::{EndpointState, ManagedEndpoint};
use crate::ports::{AuditReader, Direction, IdRange, Partition, StoreError};
use crate::review::MAX_READ;

/// How many records one call reads at most.
const CHUNK: usize = 200;
/// How many records after the part are read at most, over all partitions.
const MAX_AFTER: usize = MAX_READ / 4;

/// Records of one partition.
#[derive(Debug, Clone)]
pub(super) struct Records {
    pub(super) endpoint_id: String,
    pub(super) endpoint_name: String,
    /// Oldest first.
    pub(super) items: Vec<Item>,
    /// Before that, some were not read: the limit was reached.
    pub(super) cut_at: Option<DateTime<Utc>>,
    /// Up to when all were read; `None`: all there are.
    pub(super) read_to: Option<DateTime<Utc>>,
    /// What the lease table says, of an endpoint.
    pub(super) state: Option<EndpointState>,
}

impl Records {
    fn none_yet(endpoint: Option<&ManagedEndpoint>) -> Self {
        let none = AuditRecord::NO_ENDPOINT.to_owned();
        Self {
            endpoint_id: endpoint.map_or_else(|| none.clone(), |it| it.id.to_string()),
            endpoint_name: endpoint.map_or(none, |it| it.name.to_string()),
            items: Vec::new(),
            cut_at: None,
            read_to: None,
            state: None,
        }
    }

    pub(super) fn is_of_none(&self) -> bool {
        self.endpoint_id == AuditRecord::NO_ENDPOINT
    }

    fn partition(&self) -> Partition {
        Partition::Endpoint(self.endpoint_id.clone())
    }
}

/// The sort key of a record, whatever it is.
pub(super) fn key(item: &Item) -> Option<&str> {
    Reader(item).text(AuditRecord::KEY).ok().flatten()
}

pub(super) fn id(item: &Item) -> Option<EventId> {
    key(item).and_then(|id| id.parse().ok())
}

/// Whether any of these partitions holds more than a page from `from` on reads.
pub(super) async fn has_older(
    reader: &dyn AuditReader,
    endpoints: &[ManagedEndpoint],
    from: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let partitions = of_each(endpoints).map(|records| async move {
        let older = IdRange {
            first: None,
            last: EventId::last_before(from),
            after: None,
        };
        let newest = Direction::NewestFirst;
        let chunk = reader
            .records(&records.partition(), &older, newest, 1)
            .await?;
        Ok::<_, StoreError>(!chunk.items.is_empty())
    });
    Ok(try_join_all(partitions).await?.contains(&true))
}

fn of_each(endpoints: &[ManagedEndpoint]) -> impl Iterator<Item = Records> {
    let none = std::iter::once(None);
    let all = endpoints.iter().map(Some).chain(none);
    all.map(Records::none_yet)
}

/// The records of a part, those that explain it and those that say what came of it.
pub(super) async fn read(
    reader: &dyn AuditReader,
    endpoints: &[ManagedEndpoint],
    part: &Part,
    now: DateTime<Utc>,
) -> Result<Vec<Records>, StoreError> {
    let each = MAX_AFTER / (endpoints.len() + 1);
    let states = endpoints.iter().map(|it| reader.endpoint(&it.id));
    let after = of_each(endpoints).map(|it| read_after(reader, it, part, each.max(1), now));
    let (states, all) = futures::join!(try_join_all(states), try_join_all(after));
    let (states, mut all) = (states?, all?);
    for (records, state) in all.iter_mut().zip(states) {
        records.state = Some(state);
    }
    let after: usize = all.iter().map(|it| it.items.len()).sum();
    read_back(reader, all, part, MAX_READ.saturating_sub(after)).await
}

/// What came of the part: newer records, so far as they matter.
async fn read_after(
    reader: &dyn AuditReader,
    mut records: Records,
    part: &Part,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Records, StoreError> {
    let Some(before) = part.before else {
        return Ok(records);
    };
    let until = now.min(before + TAIL);
    let range = IdRange {
        first: Some(EventId::first_at(before)),
        last: EventId::last_before(until),
        after: None,
    };
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let oldest = Direction::OldestFirst;
    let chunk = reader
        .records(&records.partition(), &range, oldest, limit)
        .await?;
    let last = chunk.items.last().and_then(id);
    let cut_at = last.filter(|_| chunk.has_more).map(|id| id.time());
    records.read_to = Some(cut_at.unwrap_or(until));
    records.items = chunk.items;
    Ok(records)
}

/// Reads all partitions back side by side, always the one that was read back least far, until the limit.
async fn read_back(
    reader: &dyn AuditReader,
    all: Vec<Records>,
    part: &Part,
    mut left: usize,
) -> Result<Vec<Records>, StoreError> {
    let first = Some(EventId::first_at(part.from - LEAD));
    let last = part.before.and_then(EventId::last_before);
    // So that each partition has its turn, however many there are.
    let most = (left / (all.len() * 2).max(1)).clamp(1, CHUNK);
    let all = all.into_iter().enumerate();
    let mut open: Vec<ReadBack> = all
        .map(|(place, it)| ReadBack::new(place, it, last.as_ref()))
        .collect();
    let mut done = Vec::new();
    while let Some(place) = least_far(&open) {
        let mut back = open.swap_remove(place);
        let limit = most.min(left);
        if limit == 0 {
            done.push(back.cut());
            continue;
        }
        let range = IdRange {
            first: first.clone(),
            last: back.last.clone(),
            after: None,
        };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let newest = Direction::NewestFirst;
        let chunk = reader
            .records(&back.records.partition(), &range, newest, limit)
            .await?;
        left -= chunk.items.len().min(left);
        if back.take(chunk.items, chunk.has_more) {
            open.push(back);
        } else {
            done.push(back.done());
        }
    }
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, records)| records).collect())
}

fn least_far(open: &[ReadBack]) -> Option<usize> {
    let places = 0..open.len();
    places.max_by_key(|place| open[*place].back_to)
}

/// A partition that is being read back.
struct ReadBack {
    place: usize,
    records: Records,
    newest_first: Vec<Item>,
    /// Where the next call goes on.
    last: Option<EventId>,
    back_to: DateTime<Utc>,
}

impl ReadBack {
    fn new(place: usize, records: Records, last: Option<&EventId>) -> Self {
        Self {
            place,
            records,
            newest_first: Vec::new(),
            last: last.cloned(),
            back_to: last.map_or(DateTime::<Utc>::MAX_UTC, EventId::time),
        }
    }

    /// Takes an answer; whether there is more to read. Without an id there is nowhere to go on from.
    fn take(&mut self, items: Vec<Item>, has_more: bool) -> bool {
        let oldest = items.iter().rev().find_map(id);
        self.newest_first.extend(items);
        let next = oldest.as_ref().and_then(EventId::predecessor);
        let goes_on = has_more && next.is_some();
        if let Some(oldest) = oldest {
            self.back_to = self.back_to.min(oldest.time());
            self.last = next;
        }
        goes_on
    }

    fn done(mut self) -> (usize, Records) {
        self.newest_first.reverse();
        self.newest_first.append(&mut self.records.items);
        self.records.items = self.newest_first;
        (self.place, self.records)
    }

    fn cut(mut self) -> (usize, Records) {
        self.records.cut_at = Some(self.back_to);
        self.done()
    }
}
