//! Orders, as the sentences on record tell them: no attribute says which mode it is. A test of the simulator holds this to
//! those who write the sentences.

use chrono::{DateTime, Utc};

use crate::model::audit::AuditRecord;
use crate::model::{EndpointState, Mode};

/// What keeps an endpoint off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    None,
    /// `hold` or `off`; without an end, until it is taken away.
    Until(Option<DateTime<Utc>>),
    /// It was given before the first record, if it was.
    Unknown,
}

impl Order {
    /// What an order on record comes to.
    pub(super) fn of(record: &AuditRecord) -> Self {
        let set = told(record).split_once("set the mode: ");
        let word = set.and_then(|(_, order)| order.split([' ', '.']).next());
        if matches!(word, Some("hold" | "off")) {
            Self::Until(record.details.until)
        } else {
            Self::None
        }
    }

    /// What the lease table says of it.
    pub(super) fn of_state(state: &EndpointState, now: DateTime<Utc>) -> Self {
        match state.order.in_force(now) {
            Some(Mode::Hold | Mode::Off) => Self::Until(state.order.until),
            Some(Mode::On | Mode::Unreadable(_)) | None => Self::None,
        }
    }

    pub(super) fn is_in_force(self, at: DateTime<Utc>) -> bool {
        match self {
            Self::Until(until) => until.is_none_or(|until| at < until),
            Self::None | Self::Unknown => false,
        }
    }
}

/// Whether a record of an order may be the end of `hold` or `off`.
pub(super) fn may_end_one(record: &AuditRecord) -> bool {
    let reason = told(record);
    let is_end = reason.starts_with("The mode ran out: ") || reason.contains("took the mode away");
    is_end && !reason.starts_with("The mode ran out: on")
}

/// What the system says, without what the administrator gave as the reason.
fn told(record: &AuditRecord) -> &str {
    let told = record.reason.split("Reason given: ").next();
    told.unwrap_or_default()
}
