//! What is on record, beside what the tables hold.

use chrono::{DateTime, Utc};
use shared::model::EndpointState;
use shared::model::audit::{AuditRecord, Event};
use testkit::history::Network;
use testkit::rulebook::{Invariant, fingerprint};

use super::Witness;
use crate::tables::Tables;

impl Witness {
    /// Unless no ask waits for it any more, an association of ours is finished by our start. Where EC2 accepted a call
    /// whose answer was lost, and refused the same call later, it cannot be told whose it is.
    pub(super) fn adopted(&mut self, now: DateTime<Utc>, record: &AuditRecord) {
        if record.event == Event::AssociationFailed {
            self.truth.refused_at = Some(now);
        }
        if record.event != Event::AssociationAdopted {
            return;
        }
        let (refused_at, history) = (self.truth.refused_at, &self.book.history);
        let ids = record.details.association_ids.iter();
        let ours = ids
            .filter(|id| !history.made_by_hand.contains(*id))
            .find(|id| {
                let held = history.networks.get(*id).and_then(Network::held);
                held.is_some_and(|(from, _)| refused_at.is_none_or(|at| at < from))
            })
            .cloned();
        let waits = self
            .truth
            .asks
            .last_key_value()
            .is_some_and(|(_, at)| self.truth.ready_since.is_none_or(|ready| *at > ready));
        self.holds(
            Invariant::Unexplained,
            now,
            ours.is_none() || !waits,
            || format!("{ours:?} is ours and was called a stranger's"),
        );
    }

    /// Whether records, as the table has them now, are as they were written.
    pub(crate) fn records_stand(&mut self, now: DateTime<Utc>, tables: &Tables) {
        let is = |key: &_| tables.record(key).map(fingerprint);
        self.book.records_stand(now, is);
    }

    /// A release gives back the lease of who released it, and no other.
    pub(super) fn released(
        &mut self,
        now: DateTime<Utc>,
        before: &EndpointState,
        records: &[AuditRecord],
        tables: &Tables,
    ) {
        let Some(record) = records.iter().find(|r| r.event == Event::LeaseReleased) else {
            return;
        };
        let who = record.actor.to_string();
        let Ok(after) = tables.load(&self.book.terms.endpoint) else {
            return;
        };
        let hurt = before
            .leases
            .iter()
            .filter(|lease| lease.email.as_str() != who)
            .find(|lease| {
                let now = after.leases.iter().find(|l| l.email == lease.email);
                now.is_none_or(|now| now.until < lease.until)
            })
            .map(|lease| lease.email.to_string());
        self.holds(Invariant::ColleagueHurt, now, hurt.is_none(), || {
            format!("{who} is done, and {hurt:?} lost a lease")
        });
        self.book.history.give_back(&who, now);
    }
}
