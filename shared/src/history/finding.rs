//! What an administrator should look at, and where it stands on record.

use chrono::{DateTime, Utc};

use super::kind::Kind;
use crate::model::audit::{AuditRecord, EventId};

/// An estimate is kept to a hundredth of a cent for each association.
pub(super) const ROUNDED_USD: f64 = 0.01;

/// Something in the audit trail that an administrator should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// It in a sentence.
    pub sentence: String,
    /// The record that shows it; `None`: the lease table shows it, or a record whose id is none.
    pub event_id: Option<EventId>,
    /// When that happened.
    pub occurred_at: DateTime<Utc>,
}

impl Finding {
    pub(super) fn of(record: &AuditRecord, kind: Kind, sentence: String) -> Self {
        Self::at(&Mention::of(record), kind, sentence)
    }

    pub(super) fn at(mention: &Mention, kind: Kind, sentence: String) -> Self {
        Self {
            kind,
            sentence,
            event_id: Some(mention.event_id.clone()),
            occurred_at: mention.at,
        }
    }
}

/// Where something stands on record.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) event_id: EventId,
    pub(super) at: DateTime<Utc>,
    pub(super) stay: u64,
}

impl Mention {
    pub(super) fn of(record: &AuditRecord) -> Self {
        Self {
            event_id: record.event_id.clone(),
            at: record.occurred_at,
            stay: record.details.stay.unwrap_or(0),
        }
    }
}

pub(super) fn finding(
    holds: bool,
    record: &AuditRecord,
    kind: Kind,
    sentence: impl FnOnce() -> String,
) -> Vec<Finding> {
    let found = (!holds).then(|| Finding::of(record, kind, sentence()));
    found.into_iter().collect()
}

pub(super) fn no_outcome(stop: &Mention) -> Finding {
    let sentence = format!("The stop of stay {} has no outcome.", stop.stay);
    Finding::at(stop, Kind::NoOutcome, sentence)
}
