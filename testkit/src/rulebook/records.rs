//! What is on record: each thing once, each with its outcome, and nothing changed afterwards.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, Utc};
use shared::history::{Finding, Kind};
use shared::model::audit::{AuditRecord, Event, EventId};

use super::{Invariant, Rulebook};
use crate::ec2::AssociationStatus;

/// A record's key in the audit table.
pub type RecordKey = (String, EventId);

/// A record's key in the audit table.
pub fn record_key(record: &AuditRecord) -> RecordKey {
    let endpoint = record.endpoint.as_ref();
    let endpoint = endpoint.map_or_else(|| "-".to_owned(), |endpoint| endpoint.id.to_string());
    (endpoint, record.event_id.clone())
}

/// By which a record is known again.
pub fn fingerprint(record: &impl Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{record:?}").hash(&mut hasher);
    hasher.finish()
}

impl Rulebook {
    /// A record was put, as this fingerprint has it.
    pub fn written(&mut self, now: DateTime<Utc>, key: RecordKey, fingerprint: u64) {
        let id = key.1.clone();
        let known = self.originals.insert(key, fingerprint);
        let stands = known.is_none_or(|known| known == fingerprint);
        self.holds(Invariant::RecordChanged, now, stands, || {
            format!("{id} was written over")
        });
    }

    /// Whether all records, as they are now, are as they were written.
    pub fn records_stand(&mut self, now: DateTime<Utc>, is: impl Fn(&RecordKey) -> Option<u64>) {
        let mut originals = self.originals.iter();
        let changed = originals.find(|(key, written)| is(key) != Some(**written));
        let changed = changed.map(|(key, _)| key.1.to_string());
        self.holds(Invariant::RecordChanged, now, changed.is_none(), || {
            format!("{changed:?} is not as it was written")
        });
    }

    /// What a record says, after those before it.
    pub fn recorded(&mut self, now: DateTime<Utc>, record: &AuditRecord) {
        for kind in [Kind::RecordedTwice, Kind::NoOutcome, Kind::StopUnexplained] {
            if let Some(invariant) = broken_by(kind) {
                *self.looks.entry(invariant).or_default() += 1;
            }
        }
        let findings = self.history.trail.take(record);
        self.found(now, findings);
        self.cost_recorded(now, record);
    }

    fn found(&mut self, now: DateTime<Utc>, findings: Vec<Finding>) {
        for finding in findings {
            let Some(invariant) = broken_by(finding.kind) else {
                continue;
            };
            self.holds(invariant, now, false, || {
                format!("{} ({})", finding.sentence, finding.occurred_at)
            });
        }
    }

    /// At the end, with nothing up any more: everything that was made is on record, and so is its end.
    pub fn all_is_on_record(&mut self, now: DateTime<Utc>, by_hand_too: bool) {
        let history = &self.history;
        let (trail, networks) = (&history.trail, &history.networks);
        let missing = networks.iter().find(|(id, network)| {
            let failed = network.first(AssociationStatus::AssociationFailed);
            let failed = failed.is_some() && trail.has_failed(id);
            let counts = by_hand_too || !history.made_by_hand.contains(*id);
            counts && !trail.explains(id) && !failed
        });
        let missing = missing.map(|(id, network)| format!("{id}: {:?}", network.steps));
        let unknown = trail.associations().find(|id| !networks.contains_key(*id));
        let unknown = unknown.map(ToString::to_string);
        let standing = networks.iter().find(|(id, network)| {
            let gone = network.first(AssociationStatus::Disassociated);
            trail.has_ended(id) && gone.is_none()
        });
        let standing = standing.map(|(id, _)| id.to_string());
        let open = trail.open();
        self.holds(Invariant::Unexplained, now, missing.is_none(), || {
            format!("no record explains {missing:?}")
        });
        self.holds(Invariant::Unexplained, now, unknown.is_none(), || {
            format!("{unknown:?} is on record and was never associated")
        });
        self.holds(Invariant::NoOutcome, now, standing.is_none(), || {
            format!("{standing:?} is on record as gone and is not")
        });
        self.found(now, open);
    }

    /// Where every connection is known: its end is on record.
    pub(super) fn connections_are_on_record(&mut self, now: DateTime<Utc>) {
        let ended = self
            .history
            .connections
            .values()
            .filter(|it| it.ended_at.is_some());
        let missing = ended
            .map(|it| &it.id)
            .find(|id| !self.history.trail.knows_end_of(id));
        let missing = missing.map(ToString::to_string);
        self.holds(Invariant::NoOutcome, now, missing.is_none(), || {
            format!("the end of {missing:?} is not on record")
        });
    }

    /// There are no more records of changed routes and groups than there were changes.
    pub(super) fn changes_are_recorded_once(&mut self, now: DateTime<Utc>) {
        let changes = self.history.edits_by_hand;
        let records = self.history.of(Event::RoutesChanged).count();
        self.holds(Invariant::RecordedTwice, now, records <= changes, || {
            format!("{changes} changes by hand, and {records} records of them")
        });
    }

    /// A route goes with its subnet's association, and is made again once with the next one.
    pub(super) fn routes_are_restored_once(&mut self, now: DateTime<Utc>) {
        let mut times = BTreeMap::new();
        for record in self.history.of(Event::RoutesRestored) {
            for subnet in &record.details.subnet_ids {
                for cidr in &record.details.cidrs {
                    *times.entry((subnet, cidr)).or_insert(0) += 1;
                }
            }
        }
        let again = times.into_iter().find(|((subnet, _), found)| {
            let networks = self.history.networks.values();
            *found > networks.filter(|it| it.subnet == **subnet).count()
        });
        let again = again.map(|(route, found)| format!("{route:?} was made again {found} times"));
        self.holds(Invariant::RecordedTwice, now, again.is_none(), || {
            format!("{again:?}, and its subnet associated less often")
        });
    }
}

/// The invariant that a mistake of ours on record breaks; `None`: others may have done it.
fn broken_by(kind: Kind) -> Option<Invariant> {
    match kind {
        Kind::RecordedTwice => Some(Invariant::RecordedTwice),
        Kind::BookingWrong => Some(Invariant::BookedWrongly),
        Kind::NoOutcome | Kind::Unclosed => Some(Invariant::NoOutcome),
        Kind::StopUnexplained => Some(Invariant::Uncommitted),
        Kind::CostWrong | Kind::ClosingWrong => Some(Invariant::CostWrong),
        Kind::StartUnexplained
        | Kind::NeverReady
        | Kind::Unanswered
        | Kind::AssociatedByOthers
        | Kind::RemovedByOthers
        | Kind::RoutesChangedByOthers
        | Kind::Unused
        | Kind::BookingMissed
        | Kind::TimeAndIdDisagree
        | Kind::UpLong
        | Kind::Denied
        | Kind::SweepGap
        | Kind::Unreadable => None,
    }
}
