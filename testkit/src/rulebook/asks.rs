//! What people asked, and what is on record of it.

use shared::model::audit::{AuditRecord, Event};

use super::{Invariant, Rulebook};
use crate::people::Answer;

impl Rulebook {
    /// An ask that was promised has one record, of its person. Of any other there may be one: what is answered by an error
    /// may have been half done, but not twice.
    pub(super) fn is_on_record(&mut self, answer: &Answer) {
        if !answer.wish.asks() {
            return;
        }
        let at = answer.received_at;
        let records: Vec<&AuditRecord> = self
            .history
            .records
            .iter()
            .filter(|record| {
                let trace = record.details.origin.trace_id.as_deref();
                trace.is_some_and(|trace| trace.contains(&answer.trace))
                    && matches!(
                        record.event,
                        Event::AssociationRequested | Event::LeaseExtended
                    )
            })
            .collect();
        let found = records.len();
        let theirs = records
            .iter()
            .all(|record| record.actor.to_string() == answer.email);
        let recorded = theirs && (found > 0 || !answer.is_promise());
        self.holds(Invariant::Unrecorded, at, recorded, || {
            format!("{answer:?} has {found} records, all theirs: {theirs}")
        });
        self.holds(Invariant::RecordedTwice, at, found <= 1, || {
            format!("{answer:?} has {found} records")
        });
    }
}
