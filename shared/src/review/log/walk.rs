//! Reading the log back in time, partition after partition, within fixed limits.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::cursor::{Cursor, InvalidCursor, Place};
use super::filter::{Criteria, LogFilter, Span};
use super::oldest::{PROBES, oldest};
use crate::model::audit::EventId;
use crate::model::item::Item;
use crate::ports::{AuditReader, Direction, IdRange, Partition, StoreError};
use crate::review::record::{key, occurred_at};
use crate::review::{MAX_PARTITIONS, MAX_READ};

/// One answer holds 1 MB. Records have some 600 bytes; where they have far more, a page ends after so many answers.
const MAX_CALLS: usize = 48;
/// How many records are read at first where a filter leaves out some; twice that the next time, and so on.
const FIRST_CHUNK: usize = 100;
/// How far the time in a record's id may be from `occurred_at`, in the partitions that only ids divide. Ids made of facts
/// are back-dated by an hour or so; what is further off was put by another hand, and is found by its day.
const ID_TOLERANCE: TimeDelta = TimeDelta::days(1);
/// AWS Client VPN was announced on 18 December 2018: no record of it is older.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2018, 12, 18).expect("a date");
/// After so many days in a row without a record, a page without `from` asks whether there is any older one.
const EMPTY_DAYS: usize = 14;
/// A page asks that once at most, so it keeps to [`MAX_PARTITIONS`].
const _: () = assert!(2 * EMPTY_DAYS + 1 > MAX_PARTITIONS - PROBES);

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

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is looked for, and from where on.
#[derive(Debug, Clone, Copy)]
pub(in crate::review) struct Search<'a> {
    pub(in crate::review) filter: &'a LogFilter,
    pub(in crate::review) cursor: Option<&'a Cursor>,
    /// How many records at most.
    pub(in crate::review) wanted: usize,
    pub(in crate::review) zone: Tz,
    pub(in crate::review) now: DateTime<Utc>,
}

/// Whether a record still fits into the page; the first always should.
pub(in crate::review) type Fits<'a> = &'a mut (dyn FnMut(&Item) -> bool + Send);

/// Reads until the page is full, the limits are reached, or there is no more.
pub(in crate::review) async fn walk(
    reader: &dyn AuditReader,
    search: Search<'_>,
    fits: Fits<'_>,
) -> Result<LogPage, LogError> {
    let criteria = Criteria::of(search.filter, search.zone);
    let (span, filter) = (criteria.span, search.filter);
    let walk = Walk {
        reader,
        criteria,
        wanted: search.wanted,
        now: search.now,
        chunk: FIRST_CHUNK,
        found: Vec::new(),
        read: 0,
        calls: 0,
        looked_at: None,
    };
    if span.is_empty() {
        return Ok(walk.page(None, span.start));
    }
    match (&filter.actor, &filter.endpoint) {
        (Some(actor), _) => {
            let partition = Partition::Actor(actor.clone());
            walk.one(Place::Actor, partition, search.cursor, fits).await
        }
        (None, Some(endpoint)) => {
            let partition = Partition::Endpoint(endpoint.id.to_string());
            walk.one(Place::Endpoint, partition, search.cursor, fits)
                .await
        }
        (None, None) => walk.days(search.cursor, fits).await,
    }
}

struct Walk<'a> {
    reader: &'a dyn AuditReader,
    criteria: Criteria<'a>,
    wanted: usize,
    now: DateTime<Utc>,
    chunk: usize,
    found: Vec<Item>,
    read: usize,
    calls: usize,
    /// The time of the last record that was looked at.
    looked_at: Option<DateTime<Utc>>,
}

/// How reading a partition ended.
enum Outcome {
    /// There is no more in it.
    Finished,
    /// The page is full or a limit is reached; it goes on with this range.
    Stopped(IdRange),
}

impl Walk<'_> {
    /// The partition of an endpoint or an actor.
    async fn one(
        mut self,
        place: Place,
        partition: Partition,
        cursor: Option<&Cursor>,
        fits: Fits<'_>,
    ) -> Result<LogPage, LogError> {
        let range = range_of(self.criteria.span, &partition, place, cursor)?;
        let start = self.criteria.span.start;
        Ok(match self.partition(&partition, range, fits).await? {
            Outcome::Finished => {
                let back_to = start.or(self.looked_at);
                self.page(None, back_to)
            }
            Outcome::Stopped(IdRange { after, .. }) => {
                let back_to = self.looked_at;
                self.page(Some(Cursor { place, after }), back_to)
            }
        })
    }

    /// The partitions of days, each of UTC, from the newest that a record of the range can be in.
    async fn days(mut self, cursor: Option<&Cursor>, fits: Fits<'_>) -> Result<LogPage, LogError> {
        let Span { start, end } = self.criteria.span;
        // The clock of who puts a record may be ahead of ours.
        let tomorrow = self.now.date_naive() + Days::new(1);
        let newest = end.map_or(tomorrow, |end| last_day_before(end).min(tomorrow));
        let oldest_day = start.map_or(FIRST_DAY, |start| start.date_naive().max(FIRST_DAY));
        let (mut day, after) = match cursor {
            None => (newest, None),
            Some(cursor) => {
                let Place::Day(day) = cursor.place else {
                    return Err(InvalidCursor.into());
                };
                // The clock of who answered the page before may be ahead of ours, too.
                if day < oldest_day || day > newest + Days::new(1) {
                    return Err(InvalidCursor.into());
                }
                (day, cursor.after.clone())
            }
        };
        let mut range = IdRange {
            after,
            ..IdRange::default()
        };
        let partitions = if start.is_some() {
            MAX_PARTITIONS
        } else {
            MAX_PARTITIONS - PROBES
        };
        let mut empty_days = 0;
        for _ in 0..partitions {
            if day < oldest_day {
                return Ok(self.page(None, Some(midnight(oldest_day))));
            }
            let before = self.read;
            let outcome = self.partition(&Partition::Day(day), range, fits).await?;
            if let Outcome::Stopped(IdRange { after, .. }) = outcome {
                let back_to = match after {
                    Some(_) => self.looked_at,
                    None => Some(midnight(day + Days::new(1))),
                };
                let place = Place::Day(day);
                return Ok(self.page(Some(Cursor { place, after }), back_to));
            }
            empty_days = if self.read == before {
                empty_days + 1
            } else {
                0
            };
            if empty_days == EMPTY_DAYS && start.is_none() {
                let oldest = oldest(self.reader).await?;
                if oldest.is_none_or(|oldest| oldest.date_naive() >= day) {
                    return Ok(self.page(None, Some(midnight(day))));
                }
            }
            day = day - Days::new(1);
            range = IdRange::default();
        }
        let back_to = Some(midnight(day + Days::new(1)));
        let (place, after) = (Place::Day(day), None);
        let next = (day >= oldest_day).then_some(Cursor { place, after });
        Ok(self.page(next, back_to))
    }

    async fn partition(
        &mut self,
        partition: &Partition,
        mut range: IdRange,
        fits: Fits<'_>,
    ) -> Result<Outcome, StoreError> {
        loop {
            let is_full = self.found.len() >= self.wanted;
            if is_full || self.read >= MAX_READ || self.calls >= MAX_CALLS {
                return Ok(Outcome::Stopped(range));
            }
            let limit = u32::try_from(self.next_chunk()).unwrap_or(u32::MAX);
            let direction = Direction::NewestFirst;
            let answer = self.reader.records(partition, &range, direction, limit);
            let answer = answer.await?;
            self.calls += 1;
            self.read += answer.items.len();
            // Without records there is nothing to go on behind; DynamoDB, which is given no filter, answers none only
            // at the end.
            let has_more = answer.has_more && !answer.items.is_empty();
            for item in answer.items {
                let key = key(&item);
                let at = occurred_at(&item);
                if self.criteria.hold_for(&item) {
                    if self.found.len() >= self.wanted || !fits(&item) {
                        return Ok(Outcome::Stopped(range));
                    }
                    self.found.push(item);
                }
                self.looked_at = at.or(self.looked_at);
                range.after = Some(key);
            }
            if !has_more {
                return Ok(Outcome::Finished);
            }
        }
    }

    /// As many as are wanted; where some are left out, more each time.
    fn next_chunk(&mut self) -> usize {
        let wanted = self.wanted - self.found.len();
        let chunk = if self.criteria.is_selective() {
            let chunk = self.chunk;
            self.chunk *= 2;
            chunk.max(wanted)
        } else {
            wanted
        };
        chunk.min(MAX_READ - self.read)
    }

    fn page(self, next: Option<Cursor>, back_to: Option<DateTime<Utc>>) -> LogPage {
        let at_least = self.criteria.span.start;
        let back_to = back_to.unwrap_or(self.now);
        LogPage {
            records: self.found,
            next,
            searched_back_to: at_least.map_or(back_to, |start| start.max(back_to)),
        }
    }
}

/// The ids in the partition of an endpoint or an actor that a record of these days can have.
fn range_of(
    span: Span,
    partition: &Partition,
    place: Place,
    cursor: Option<&Cursor>,
) -> Result<IdRange, InvalidCursor> {
    let first = span
        .start
        .and_then(|at| at.checked_sub_signed(ID_TOLERANCE));
    let last = span.end.and_then(|at| at.checked_add_signed(ID_TOLERANCE));
    let mut range = IdRange {
        first: first.map(EventId::first_at),
        last: last.map(EventId::last_at),
        after: None,
    };
    let Some(cursor) = cursor else {
        return Ok(range);
    };
    if cursor.place != place {
        return Err(InvalidCursor);
    }
    if let Some(after) = &cursor.after {
        let id = &after.event_id;
        let is_after = |first: &EventId| first.to_string() <= *id;
        let is_before = |last: &EventId| last.to_string() >= *id;
        let is_here = match partition {
            Partition::Endpoint(endpoint_id) => *endpoint_id == after.endpoint_id,
            Partition::Actor(_) | Partition::Day(_) | Partition::Month(_) => true,
        };
        if !is_here
            || !range.first.as_ref().is_none_or(is_after)
            || !range.last.as_ref().is_none_or(is_before)
        {
            return Err(InvalidCursor);
        }
    }
    range.after.clone_from(&cursor.after);
    Ok(range)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The day that holds the instant just before this one.
fn last_day_before(end: DateTime<Utc>) -> NaiveDate {
    (end - TimeDelta::nanoseconds(1)).date_naive()
}
