//! What of a record's item is looked at before it is shown. An item may hold anything: what cannot be read is missing.

use std::iter;

use chrono::{DateTime, Utc};

use crate::model::audit::{AuditRecord, Event, EventId};
use crate::model::item::{Item, Reader, Value};
use crate::ports::RecordKey;

/// A string; empty: there is none.
pub fn text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    Reader(item)
        .text(attribute)
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// When it happened: as the record says, else by its id.
pub fn occurred_at(item: &Item) -> Option<DateTime<Utc>> {
    let stated = Reader(item).time("occurred_at").ok().flatten();
    stated.or_else(|| event_id(item).map(|id| id.time()))
}

/// `None`: its id has another form.
pub fn event_id(item: &Item) -> Option<EventId> {
    text(item, AuditRecord::KEY).parse().ok()
}

/// `None`: a word of a later version, or of another hand.
pub fn event(item: &Item) -> Option<Event> {
    let word = text(item, "event");
    Event::ALL
        .iter()
        .copied()
        .find(|event| event.as_str() == word)
}

pub fn stay(item: &Item) -> Option<u64> {
    Reader(item).count("stay").ok().flatten()
}

/// Where it stands in its partition.
pub fn key(item: &Item) -> RecordKey {
    RecordKey {
        endpoint_id: text(item, "endpoint_id").to_owned(),
        event_id: text(item, AuditRecord::KEY).to_owned(),
    }
}

/// A string, or each of a set of strings.
pub(super) fn texts<'a>(item: &'a Item, attribute: &str) -> impl Iterator<Item = &'a str> {
    let one = text(item, attribute);
    let set = if let Some(Value::Ss(set)) = item.get(attribute) {
        Some(set)
    } else {
        None
    };
    iter::once(one)
        .filter(|one| !one.is_empty())
        .chain(set.into_iter().flatten().map(String::as_str))
}
