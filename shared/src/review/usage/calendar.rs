//! Days and ranges of the office's zone as instants, and office hours within them.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::model::DailyWindow;
use crate::policy::first_instant;

/// From an instant to another, the latter not included.
pub(super) type Span = (DateTime<Utc>, DateTime<Utc>);

/// The first instant of a day. Where clocks skip midnight, it is that after.
pub(super) fn begins(date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    first_instant(zone, date.and_time(NaiveTime::MIN))
}

/// A day of the zone: 23, 24 or 25 hours, or none at all where a zone skips it.
pub(super) fn day(date: NaiveDate, zone: Tz) -> Option<Span> {
    let next = date.checked_add_days(Days::new(1))?;
    Some((begins(date, zone)?, begins(next, zone)?))
}

/// Office hours from Monday to Friday that begin on these days, or on the day before, as they may cross midnight.
pub(super) fn office_hours(
    from: NaiveDate,
    to: NaiveDate,
    hours: DailyWindow,
    zone: Tz,
) -> impl Iterator<Item = Span> {
    let first = from.pred_opt().unwrap_or(from);
    let dates = first.iter_days().take_while(move |date| *date <= to);
    let at_work = dates.filter(|date| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun));
    at_work.filter_map(move |date| {
        let ends_on = if hours.from() < hours.to() {
            date
        } else {
            date.succ_opt()?
        };
        let from = first_instant(zone, date.and_time(hours.from()))?;
        Some((from, first_instant(zone, ends_on.and_time(hours.to()))?))
    })
}

/// The part of a span that lies within another; `None`: they do not meet.
pub(super) fn common(one: Span, other: Span) -> Option<Span> {
    let (from, to) = (one.0.max(other.0), one.1.min(other.1));
    (from < to).then_some((from, to))
}

pub(super) fn seconds((from, to): Span) -> i64 {
    (to - from).num_seconds().max(0)
}

/// Spans in their order, those that meet made one.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            Some(_) | None => merged.push((from, to)),
        }
    }
    merged
}

/// The first day of the month of UTC that an instant lies in.
pub(super) fn month_of(at: DateTime<Utc>) -> NaiveDate {
    let date = at.date_naive();
    date.with_day(1).unwrap_or(date)
}

/// The months from one to another, both included, newest first; empty where the latter is before the former.
pub(super) fn months_back(from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let back = |month: &NaiveDate| month.checked_sub_months(Months::new(1));
    let months = std::iter::successors(Some(to), back);
    months.take_while(|month| *month >= from).collect()
}
