//! Records as rows, for `templates/rows.html`: the log, and what was last on record.

use page::When;
use shared::model::audit::{AuditRecord, Event};
use shared::model::item::Item;

use crate::frame::Site;
use crate::moment::Moment;
use crate::texts::Texts;
use crate::{paths, shown};

/// A text that may lead somewhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Linked {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Row {
    /// `None`: the record has no time that can be read.
    pub(crate) at: Option<Moment>,
    /// To the record.
    pub(crate) href: Option<String>,
    /// `None`: about none in particular.
    pub(crate) endpoint: Option<Linked>,
    pub(crate) event: String,
    /// The word on record.
    pub(crate) code: String,
    pub(crate) actor: Linked,
    pub(crate) reason: String,
}

impl Row {
    pub(crate) fn of(record: &Item, site: &Site, t: &Texts, when: &When) -> Self {
        Self {
            at: shown::occurred_at(record).map(|at| Moment::of(at, when)),
            href: shown::key(record).and_then(|(endpoint, event)| paths::record(endpoint, event)),
            endpoint: endpoint(record, site),
            event: event(record, t).to_owned(),
            code: shown::name_in_a_row(shown::text(record, "event").unwrap_or("–")),
            actor: actor(record),
            reason: shown::in_a_row(shown::text(record, "reason").unwrap_or("–")),
        }
    }
}

/// What happened, in words.
pub(crate) fn event(record: &Item, t: &Texts) -> &'static str {
    let event = shown::event(record);
    if event == Some(Event::AssociationRequested) && record.contains_key("booking_id") {
        return t.asked_by_booking;
    }
    event.map_or(t.unknown_event, t.event)
}

/// The endpoint by name; what is managed still leads to its log.
pub(crate) fn endpoint(record: &Item, site: &Site) -> Option<Linked> {
    let name = shown::text(record, "endpoint_name").or_else(|| shown::text(record, "endpoint_id"));
    let name = name.filter(|name| *name != AuditRecord::NO_ENDPOINT)?;
    let managed = site.endpoints.iter().find(|known| known.as_str() == name);
    Some(Linked {
        text: shown::name_in_a_row(name),
        href: managed.map(paths::log_of_endpoint),
    })
}

/// Who did it; leads to all that they did.
pub(crate) fn actor(record: &Item) -> Linked {
    let name = shown::text(record, "actor");
    Linked {
        text: shown::name_in_a_row(name.unwrap_or("–")),
        href: name.and_then(paths::log_of_actor),
    }
}
