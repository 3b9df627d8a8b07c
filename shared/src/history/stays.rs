//! What of an endpoint's stays is looked at for their closing records.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Kind;
use super::finding::{Finding, Mention};
use crate::model::audit::AuditRecord;

/// What of stays is only for their closing records.
#[derive(Debug, Clone, Default)]
pub(super) struct Stays {
    pub(super) closed: BTreeMap<u64, Mention>,
    /// Over, as far as records say, and not closed.
    pub(super) unclosed: BTreeMap<u64, Mention>,
    /// The association seconds of what ended in each; `None`: a beginning is not among the records.
    pub(super) seconds: BTreeMap<u64, Option<i64>>,
    /// Who asked, and how often in all.
    pub(super) people: BTreeSet<String>,
    pub(super) asks: u64,
    /// The asks that closing records claim.
    pub(super) claimed: u64,
}

impl Stays {
    pub(super) fn asked(&mut self, record: &AuditRecord) {
        self.people.insert(record.actor.to_string());
        self.asks += 1;
    }

    /// Those that were over by then.
    pub(super) fn unclosed(&self, by: DateTime<Utc>) -> impl Iterator<Item = Finding> {
        let over = self.unclosed.values().filter(move |end| end.at <= by);
        over.map(unclosed)
    }
}

pub(super) fn unclosed(end: &Mention) -> Finding {
    let sentence = format!("Stay {} is over and has no closing record.", end.stay);
    Finding::at(end, Kind::Unclosed, sentence)
}
