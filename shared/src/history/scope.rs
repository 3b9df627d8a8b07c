//! What may be judged where records are read from the middle of a history.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::audit::{AuditRecord, Closing};

/// Which records are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// All records from then on are taken; `None`: from the very first.
    pub from: Option<DateTime<Utc>>,
    /// When the first closing record of all was put. Stays that ended before are of a version that put none. `None`:
    /// there is none, so that no stay can be called unclosed.
    pub closings_since: Option<DateTime<Utc>>,
}

/// By how much the clocks of those who write may differ.
pub(super) const BORDER: TimeDelta = TimeDelta::minutes(5);
/// The longest that an extension may last: `MAX_EXTENSION_HOURS` is 168 at most.
pub(super) const LONGEST_LEASE: TimeDelta = TimeDelta::hours(168);

/// A scope, and what the records taken so far say of it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    from: Option<DateTime<Utc>>,
    closings_since: Option<DateTime<Utc>>,
    lowest_stay: Option<u64>,
}

impl Known {
    /// All records, and all of this version.
    pub(super) fn everything() -> Self {
        Self {
            from: None,
            closings_since: Some(DateTime::<Utc>::MIN_UTC),
            lowest_stay: None,
        }
    }

    pub(super) fn within(scope: Scope) -> Self {
        Self {
            from: scope.from,
            closings_since: scope.closings_since,
            lowest_stay: None,
        }
    }

    /// Stays follow one another: a higher one than a record has begun after it.
    pub(super) fn note(&mut self, record: &AuditRecord) {
        let Some(stay) = record.details.stay else {
            return;
        };
        if self.knows_since(record.occurred_at) {
            self.lowest_stay = Some(self.lowest_stay.map_or(stay, |low| low.min(stay)));
        }
    }

    /// Whether a part of the history may be missing.
    pub(super) fn is_partial(&self) -> bool {
        self.from.is_some()
    }

    /// Whether all that happened since then is among the records.
    pub(super) fn knows_since(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from + BORDER <= at)
    }

    /// Whether all of a stay is.
    pub(super) fn knows_stay(&self, stay: u64) -> bool {
        !self.is_partial() || self.lowest_stay.is_some_and(|low| low < stay)
    }

    /// The same for a stay of which the end is there, which may say when it began.
    pub(super) fn knows_ended(&self, stay: u64, closing: Option<&Closing>) -> bool {
        self.knows_stay(stay) || closing.is_some_and(|closing| self.knows_since(closing.up_since))
    }

    /// Whether a stay that ended then has to have a closing record.
    pub(super) fn demands_closing(&self, stay: u64, ended_at: DateTime<Utc>) -> bool {
        let is_new = self.closings_since.is_some_and(|since| since < ended_at);
        is_new && self.knows_stay(stay)
    }
}
