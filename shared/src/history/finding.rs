//! What an administrator should look at, and where it stands on record.

use chrono::{DateTime, Utc};

use crate::model::audit::{AuditRecord, EventId};

/// An estimate is kept to a hundredth of a cent for each association.
pub(super) const ROUNDED_USD: f64 = 0.01;

/// What kind of thing an administrator should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What happens once is on record twice.
    RecordedTwice,
    /// What began has no outcome on record, or an outcome has no beginning.
    NoOutcome,
    /// A stop that says no reason, or an end by our stop and no stop on record.
    StopUnexplained,
    /// A cost that does not follow from the times on record.
    CostWrong,
    /// A stay that is over without a closing record.
    Unclosed,
    /// A closing record that does not agree with the records before it.
    ClosingWrong,
    /// A start that no request explains.
    StartUnexplained,
    /// A time up that was never ready.
    NeverReady,
    /// A request that nothing came of.
    Unanswered,
}

impl Kind {
    /// Whether only a mistake of this system explains it. The other kinds also come of what EC2 or an administrator did.
    pub fn is_our_mistake(self) -> bool {
        match self {
            Self::RecordedTwice
            | Self::NoOutcome
            | Self::StopUnexplained
            | Self::CostWrong
            | Self::Unclosed
            | Self::ClosingWrong => true,
            Self::StartUnexplained | Self::NeverReady | Self::Unanswered => false,
        }
    }
}

/// Something in the audit trail that an administrator should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// It in a sentence.
    pub sentence: String,
    /// The record that shows it.
    pub event_id: EventId,
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
            event_id: mention.event_id.clone(),
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
