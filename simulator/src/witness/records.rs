//! What is on record: each thing once, and each with its outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, Utc};
use shared::model::audit::{AuditRecord, Event, EventId};
use shared::model::{AssociationId, ConnectionId, EndpointState};

use super::{Invariant, Witness};
use crate::tables::{Tables, record_key};

/// What was put on record.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    hashes: BTreeMap<(String, EventId), u64>,
    started: BTreeSet<AssociationId>,
    adopted: BTreeSet<AssociationId>,
    failed: BTreeSet<AssociationId>,
    ended: BTreeSet<AssociationId>,
    completed: BTreeSet<u64>,
    connections: BTreeSet<ConnectionId>,
    /// When an attempt was last put on record as refused.
    refused_at: Option<DateTime<Utc>>,
    /// The stop that has no outcome on record yet.
    open_stop: Option<u64>,
}

fn hash(record: &AuditRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{record:?}").hash(&mut hasher);
    hasher.finish()
}

impl Witness {
    pub(super) fn recorded(&mut self, now: DateTime<Utc>, record: &AuditRecord) {
        let known = self.records.hashes.insert(record_key(record), hash(record));
        self.holds(Invariant::RecordChanged, now, known.is_none(), || {
            format!("{} was written over", record.event_id)
        });
        let stay = record.details.stay.unwrap_or(0);
        let ids = &record.details.association_ids;
        match record.event {
            Event::AssociationStarted => {
                self.once(now, "started", ids, |books| &mut books.started);
            }
            Event::AssociationAdopted => {
                self.once(now, "adopted", ids, |books| &mut books.adopted);
                self.adopted_a_stranger(now, ids);
            }
            Event::AssociationCompleted => {
                let first = self.records.completed.insert(stay);
                self.holds(Invariant::RecordedTwice, now, first, || {
                    format!("stay {stay} was completed twice")
                });
            }
            Event::AssociationFailed => {
                self.once(now, "failed", ids, |books| &mut books.failed);
                self.records.refused_at = Some(now);
            }
            Event::DisassociationStarted => {
                let open = self.records.open_stop.replace(stay);
                self.holds(Invariant::NoOutcome, now, open.is_none(), || {
                    format!("a stop of stay {stay}, and the one of stay {open:?} has no outcome")
                });
            }
            Event::DisassociationCompleted | Event::DisassociationExternal => {
                self.once(now, "ended", ids, |books| &mut books.ended);
                self.records.open_stop = None;
            }
            Event::DisassociationFailed => {
                let open = self.records.open_stop.take();
                self.holds(Invariant::NoOutcome, now, open == Some(stay), || {
                    format!("a stop of stay {stay} failed that never began: {open:?}")
                });
            }
            Event::ConnectionEnded => {
                let Some(id) = record.details.connection_id.clone() else {
                    return;
                };
                let first = self.records.connections.insert(id.clone());
                self.holds(Invariant::RecordedTwice, now, first, || {
                    format!("the end of {id} is on record twice")
                });
            }
            Event::AssociationRequested
            | Event::RoutesRestored
            | Event::RoutesChanged
            | Event::LeaseExtended
            | Event::LeaseReleased
            | Event::ModeChanged
            | Event::ProfileDownloaded
            | Event::AccessDenied => {}
        }
    }

    fn once(
        &mut self,
        now: DateTime<Utc>,
        what: &str,
        ids: &BTreeSet<AssociationId>,
        book: impl Fn(&mut Books) -> &mut BTreeSet<AssociationId>,
    ) {
        for id in ids {
            let first = book(&mut self.records).insert(id.clone());
            self.holds(Invariant::RecordedTwice, now, first, || {
                format!("{id} is on record as {what} twice")
            });
        }
    }

    /// Unless nobody waits for it any more, an association of ours is finished by our start. Where EC2 accepted a call
    /// whose answer was lost, and refused the same call later, nobody can tell whose it is.
    fn adopted_a_stranger(&mut self, now: DateTime<Utc>, ids: &BTreeSet<AssociationId>) {
        let refused_at = self.records.refused_at;
        let ours = ids
            .iter()
            .find(|id| {
                let association = self.truth.associations.get(*id);
                association
                    .is_some_and(|a| a.ours && refused_at.is_none_or(|at| at < a.accepted_at))
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

    /// Whether a record, as the table has it now, is as it was written.
    pub(crate) fn records_stand(&mut self, now: DateTime<Utc>, tables: &Tables) {
        let changed = self
            .records
            .hashes
            .iter()
            .find(|(key, written)| tables.record(key).map(hash) != Some(**written))
            .map(|(key, _)| key.1.to_string());
        self.holds(Invariant::RecordChanged, now, changed.is_none(), || {
            format!("{changed:?} is not as it was written")
        });
    }

    /// At the end, with nothing up any more: everything that we made is on record, and so is its end.
    pub(crate) fn all_is_on_record(&mut self, now: DateTime<Utc>) {
        let books = &self.records;
        let explained =
            |id: &AssociationId| books.started.contains(id) || books.adopted.contains(id);
        let missing = self
            .truth
            .associations
            .iter()
            .find(|(id, association)| {
                association.ours && !explained(id) && !books.failed.contains(*id)
            })
            .map(|(id, _)| id.to_string());
        let endless = self
            .truth
            .associations
            .keys()
            .find(|id| explained(id) && !books.ended.contains(*id) && !books.failed.contains(*id))
            .map(ToString::to_string);
        let open = books.open_stop;
        self.holds(Invariant::Unexplained, now, missing.is_none(), || {
            format!("{missing:?} is ours, and no record says so")
        });
        self.holds(Invariant::NoOutcome, now, endless.is_none(), || {
            format!("{endless:?} is gone, and no record says so")
        });
        self.holds(Invariant::NoOutcome, now, open.is_none(), || {
            format!("the stop of stay {open:?} has no outcome")
        });
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
        let Ok(after) = tables.load(&self.terms.endpoint) else {
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
        if let Some(lease) = after.leases.iter().find(|l| l.email.as_str() == who) {
            self.truth.given_back(&lease.email, lease.until);
        }
    }
}
