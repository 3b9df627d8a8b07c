//! The part of a range that a page of findings judges.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::model::audit::EventId;
use crate::policy::first_instant;

/// How far a page reads back before its part, if the limit lets it: most stays are over in a day.
pub(super) const LEAD: TimeDelta = TimeDelta::hours(24);
/// How far it reads on after its part: a start is answered, and a stop done, or they never are.
pub(super) const TAIL: TimeDelta = TimeDelta::hours(4);
/// How far a page goes back that is asked for no range.
const DEFAULT_DAYS: i64 = 7;

/// What a page judges: from an instant up to another; `None`: up to now, and what has an id of the future.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) from: DateTime<Utc>,
    pub(super) before: Option<DateTime<Utc>>,
}

impl Part {
    pub(super) fn of(
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        cursor: Option<DateTime<Utc>>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        let begins = |date: NaiveDate| first_instant(zone, date.and_time(chrono::NaiveTime::MIN));
        let end = to.and_then(|to| begins(to.succ_opt()?));
        let end = end.into_iter().chain(cursor);
        let before = end.min().filter(|end| *end <= now);
        let week = TimeDelta::days(DEFAULT_DAYS);
        let from = from.and_then(begins);
        let from = from.unwrap_or_else(|| before.unwrap_or(now) - week);
        Self { from, before }
    }

    /// Where some records before it could not be read, a quarter of what could be is left to explain the rest, a day at
    /// most, so that each page gets further.
    pub(super) fn judged_from(
        &self,
        cut_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let Some(cut_at) = cut_at else {
            return self.from;
        };
        let before = self.before.unwrap_or(now);
        let cut_at = cut_at.min(before - TimeDelta::milliseconds(1));
        let lead = ((before - cut_at) / 4).min(LEAD);
        self.from.max(cut_at + lead)
    }

    /// Whether a record is in what is judged, by its id.
    pub(super) fn has(&self, id: &EventId, judged_from: DateTime<Utc>) -> bool {
        let is_before = self
            .before
            .is_none_or(|before| *id < EventId::first_at(before));
        is_before && *id >= EventId::first_at(judged_from)
    }
}
