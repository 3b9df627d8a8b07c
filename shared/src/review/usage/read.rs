//! What a report reads: closing records by the month, and what is up.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::future::try_join_all;
use futures::{StreamExt as _, stream};

use super::calendar::{month_of, months_back};
use super::compute::{Terms, of_closings};
use super::{DayUse, UseError, UseReport};
use crate::model::audit::{AuditRecord, EventId};
use crate::model::item::{Item, Reader};
use crate::model::{DailyWindow, EndpointId, EndpointState, ManagedEndpoint};
use crate::ports::{AuditReader, Direction, IdRange, Partition, StoreError};
use crate::review::MAX_CLOSINGS;

/// The longest range of a report.
pub const MAX_MONTHS: u32 = 13;
/// A stay that lasted longer after the range is not found: its closing record stands in the month of its end.
const MONTHS_AFTER: u32 = 3;
/// Records are kept for 400 days unless configured otherwise; where they are kept longer, what a report has read itself says
/// that more is known.
const MONTHS_KEPT: u32 = 14;

/// Months asked for their first record at once: each more would open a connection of its own, whose handshake takes longer
/// than the query.
const PROBES_AT_ONCE: usize = 4;
/// Closing records have about a kilobyte, and an answer holds a megabyte.
const CHUNK: u32 = 1_000;

/// The use of the managed endpoints from one day to another, both included, in the zone.
#[expect(
    clippy::too_many_arguments,
    reason = "all of the configuration it needs"
)]
pub async fn report(
    reader: &dyn AuditReader,
    endpoints: &[ManagedEndpoint],
    from: NaiveDate,
    to: NaiveDate,
    zone: Tz,
    hour_price_usd: f64,
    office_hours: DailyWindow,
    now: DateTime<Utc>,
) -> Result<UseReport, UseError> {
    if to < from {
        return Err(UseError::Backwards);
    }
    let end = from.checked_add_months(Months::new(MAX_MONTHS));
    let terms = Terms {
        endpoints,
        from,
        to,
        zone,
        hour_price_usd,
        office_hours,
        now,
    };
    let span = terms.span().filter(|_| end.is_some_and(|end| to < end));
    let (first, last) = span.ok_or(UseError::TooLong)?;
    let newest =
        month_of(last - TimeDelta::milliseconds(1)).checked_add_months(Months::new(MONTHS_AFTER));
    let newest = newest.unwrap_or(NaiveDate::MAX).min(month_of(now));
    // What is up is read first: what ends meanwhile is then in both, and told apart by when it began.
    let states = endpoints.iter().map(|endpoint| async {
        let state = reader.endpoint(&endpoint.id).await?;
        Ok::<_, StoreError>((endpoint.id.clone(), state))
    });
    let mut states: BTreeMap<_, _> = try_join_all(states).await?.into_iter().collect();
    let months = months_back(month_of(first), newest);
    let (closings, known_since) =
        futures::join!(closings(reader, months, None), known_since(reader, now));
    let (closings, known_since) = (closings?, known_since?);
    forget_what_is_over(&mut states, &closings.records);
    let oldest = closings.records.iter().map(|it| it.occurred_at).min();
    Ok(UseReport {
        from,
        to,
        endpoints: of_closings(terms, &closings.records, &states),
        read_back_to: oldest.filter(|_| closings.is_cut),
        known_since: known_since.into_iter().chain(oldest).min(),
        unreadable: closings.unreadable,
    })
}

/// When the managed endpoints were up today, until now; `states` is what the lease table says of each. It reads the closing
/// records of today alone; while their index is being built, what is up still is all that is known.
pub async fn today(
    reader: &dyn AuditReader,
    endpoints: &[ManagedEndpoint],
    states: &BTreeMap<EndpointId, EndpointState>,
    zone: Tz,
    office_hours: DailyWindow,
    now: DateTime<Utc>,
) -> Result<Vec<DayUse>, StoreError> {
    let date = now.with_timezone(&zone).date_naive();
    let terms = Terms {
        endpoints,
        from: date,
        to: date,
        zone,
        // Only when it was up is asked for.
        hour_price_usd: 0.0,
        office_hours,
        now,
    };
    let begins = terms.span().map_or(now, |(begins, _)| begins);
    let first = EventId::first_at(begins);
    let months = months_back(month_of(begins), month_of(now));
    let closings = match closings(reader, months, Some(&first)).await {
        Err(StoreError::IndexNotReady { .. }) => Closings::default(),
        closings => closings?,
    };
    let mut states = states.clone();
    forget_what_is_over(&mut states, &closings.records);
    let managed = of_closings(terms, &closings.records, &states).into_iter();
    let days = managed
        .take(endpoints.len())
        .map(|mut used| used.days.pop());
    Ok(days.flatten().collect())
}

/// What ended between the two readings is in both.
fn forget_what_is_over(states: &mut BTreeMap<EndpointId, EndpointState>, closings: &[AuditRecord]) {
    for record in closings {
        let (Some(endpoint), Some(closing)) = (&record.endpoint, &record.details.closing) else {
            continue;
        };
        let is_over = |up_since: Option<DateTime<Utc>>| up_since == Some(closing.up_since);
        if states
            .get(&endpoint.id)
            .is_some_and(|it| is_over(it.stay.up_since))
        {
            states.remove(&endpoint.id);
        }
    }
}

/// Closing records that were read.
#[derive(Debug, Default)]
struct Closings {
    records: Vec<AuditRecord>,
    unreadable: usize,
    /// Whether there may be older ones that were not.
    is_cut: bool,
}

/// Of these months, newest first, up to the limit; with `first` only those with this id or a later one.
async fn closings(
    reader: &dyn AuditReader,
    months: Vec<NaiveDate>,
    first: Option<&EventId>,
) -> Result<Closings, StoreError> {
    let mut found = Closings::default();
    let mut left = MAX_CLOSINGS;
    for month in months {
        let partition = Partition::Month(month);
        let mut range = IdRange {
            first: first.cloned(),
            ..IdRange::default()
        };
        loop {
            if left == 0 {
                found.is_cut = true;
                return Ok(found);
            }
            let limit = CHUNK.min(u32::try_from(left).unwrap_or(CHUNK));
            let newest = Direction::NewestFirst;
            let chunk = reader.records(&partition, &range, newest, limit).await?;
            left -= chunk.items.len().min(left);
            range.last = chunk
                .items
                .iter()
                .rev()
                .find_map(id)
                .and_then(|id| id.predecessor());
            for item in &chunk.items {
                match AuditRecord::parse(item) {
                    Ok(record) => found.records.push(record),
                    Err(_) => found.unreadable += 1,
                }
            }
            // Without an id there is nowhere to go on from.
            if !chunk.has_more || range.last.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

fn id(item: &Item) -> Option<EventId> {
    let id = Reader(item).text(AuditRecord::KEY).ok().flatten();
    id.and_then(|id| id.parse().ok())
}

/// When the oldest closing record was put: the first of the first month that has one. It costs a small query for each month.
pub(in crate::review) async fn known_since(
    reader: &dyn AuditReader,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest = month_of(now);
    let oldest = newest.checked_sub_months(Months::new(MONTHS_KEPT));
    let mut months = months_back(oldest.unwrap_or(newest), newest);
    months.reverse();
    let firsts = months.into_iter().map(|month| async move {
        let partition = Partition::Month(month);
        let all = IdRange::default();
        let oldest = Direction::OldestFirst;
        reader.records(&partition, &all, oldest, 1).await
    });
    // In a `Vec`: a stream that still makes them while it is polled would not be `Send`.
    let firsts: Vec<_> = firsts.collect();
    let mut firsts = stream::iter(firsts).buffered(PROBES_AT_ONCE);
    while let Some(first) = firsts.next().await {
        for item in first?.items {
            let at = Reader(&item).time("occurred_at").ok().flatten();
            let at = at.or_else(|| Some(id(&item)?.time()));
            if at.is_some() {
                return Ok(at);
            }
        }
    }
    Ok(None)
}
