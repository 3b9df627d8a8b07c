//! What one record shows by itself.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::Finding;
use super::kind::Kind;
use crate::model::audit::{AuditRecord, Closing, Event, EventId};
use crate::model::item::{Item, Malformed, Reader};

/// Both come of one reading of the clock; a record that is put by hand seldom has that.
const ID_MAY_DIFFER: TimeDelta = TimeDelta::minutes(2);
/// A stay that lasts longer is worth a look.
pub(super) const LONG: TimeDelta = TimeDelta::days(1);

/// What others did, and what cannot be so.
pub(super) fn shown_by(record: &AuditRecord) -> Vec<Finding> {
    let by_others = match record.event {
        Event::AssociationAdopted => Some(Kind::AssociatedByOthers),
        // Where what was left of a stay failed to associate, no other hand took anything away.
        Event::DisassociationExternal if !record.details.association_ids.is_empty() => {
            Some(Kind::RemovedByOthers)
        }
        Event::RoutesChanged => Some(Kind::RoutesChangedByOthers),
        // Under an order everyone was told.
        Event::BookingMissed if record.details.mode.is_none() => Some(Kind::BookingMissed),
        Event::DisassociationExternal
        | Event::BookingMissed
        | Event::BookingMade
        | Event::BookingCancelled
        | Event::BookingLapsed
        | Event::AssociationRequested
        | Event::AssociationStarted
        | Event::AssociationCompleted
        | Event::AssociationFailed
        | Event::RoutesRestored
        | Event::LeaseExtended
        | Event::LeaseReleased
        | Event::ModeChanged
        | Event::ConfigChanged
        | Event::DisassociationStarted
        | Event::DisassociationCompleted
        | Event::DisassociationFailed
        | Event::ConnectionEnded
        | Event::ProfileDownloaded
        | Event::AccessDenied
        | Event::AuditExported => None,
    };
    let by_others = by_others.map(|kind| Finding::of(record, kind, record.reason.clone()));
    by_others.into_iter().chain(disagrees(record)).collect()
}

/// An id that is made of a fact says when the fact began, so it may be older than the record's time.
fn disagrees(record: &AuditRecord) -> Option<Finding> {
    let made_at = record.event_id.time();
    let is_of_fact = matches!(record.event, Event::ConnectionEnded | Event::AccessDenied);
    let later = made_at.signed_duration_since(record.occurred_at);
    let differs = later > ID_MAY_DIFFER || (later < -ID_MAY_DIFFER && !is_of_fact);
    differs.then(|| {
        let sentence = format!(
            "It says that it happened at {}, and its id is of {made_at}.",
            record.occurred_at
        );
        Finding::of(record, Kind::TimeAndIdDisagree, sentence)
    })
}

/// What the summary of a stay shows. `ended_at`: when its stop was put on record, or it was found gone. `booked`: by whom it
/// was, in a sentence.
pub(super) fn shown_by_closing(
    record: &AuditRecord,
    closing: &Closing,
    ended_at: DateTime<Utc>,
    booked: &str,
) -> Vec<Finding> {
    let stay = record.details.stay.unwrap_or(0);
    let unused = (closing.ready_since.is_some() && closing.last_active_at.is_none()).then(|| {
        let sentence = format!("Stay {stay} was ready, and nobody connected to it.{booked}");
        Finding::of(record, Kind::Unused, sentence)
    });
    let up = ended_at.signed_duration_since(closing.up_since);
    let long = (up > LONG).then(|| up_long(stay, up));
    let long = long.map(|sentence| Finding::of(record, Kind::UpLong, sentence));
    unused.into_iter().chain(long).collect()
}

pub(super) fn up_long(stay: u64, up: TimeDelta) -> String {
    format!("Stay {stay} was up for {} hours.", up.num_hours())
}

/// An item that is no record of ours. Where it stands among others is all that tells its time, if it has none: `near`.
pub(super) fn unreadable(item: &Item, why: &Malformed, near: DateTime<Utc>) -> Finding {
    let read = Reader(item);
    let id = read.text(AuditRecord::KEY).ok().flatten();
    let event_id: Option<EventId> = id.and_then(|id| id.parse().ok());
    let said = read.time("occurred_at").ok().flatten();
    let occurred_at = said
        .or(event_id.as_ref().map(EventId::time))
        .unwrap_or(near);
    Finding {
        kind: Kind::Unreadable,
        sentence: format!("This record cannot be read: {why}."),
        event_id,
        occurred_at,
    }
}
