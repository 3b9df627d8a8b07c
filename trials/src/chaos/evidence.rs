//! What the checks judge by: EC2's truth, what people were told, and what is on record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use shared::model::{AssociationId, EndpointId};
use testkit::example;

use super::employee::Answer;
use super::truth::Truth;

/// The managed endpoints: their names and ids.
pub(super) const ENDPOINTS: [(&str, &str); 2] =
    [("tokyo", example::TOKYO), ("osaka", example::OSAKA)];

/// The policy of the story: short times, so that an hour has several times up in it.
pub(super) const IDLE_MINUTES: i64 = 12;
/// See [`IDLE_MINUTES`].
pub(super) const GRACE_MINUTES: i64 = 8;
/// The longest that somebody extends.
pub(super) const EXTENSION_MINUTES: u64 = 25;

/// The longest that a minute of the story is; time jumps from one to the next, whoever is still at work.
pub(super) const JUMP: TimeDelta = TimeDelta::seconds(60);

/// All there is.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) truth: Truth,
    pub(super) answers: Vec<Answer>,
    /// Oldest first.
    pub(super) records: Vec<Record>,
    /// Records that were not as they had been, or not there any more.
    pub(super) altered: Vec<String>,
    /// What an administrator associated.
    pub(super) made_by_hand: BTreeSet<AssociationId>,
    /// What an administrator disassociated.
    pub(super) left_by_hand: BTreeSet<AssociationId>,
    /// How often an administrator changed an endpoint's routes or groups.
    pub(super) edited_by_hand: BTreeMap<EndpointId, usize>,
    /// Since when nothing is wrong any more.
    pub(super) calm_from: DateTime<Utc>,
    seen: BTreeMap<String, Record>,
}

impl Evidence {
    /// Compares the records with how they were before.
    pub(super) fn compare(&mut self, records: Vec<Record>) {
        let by_id: BTreeMap<String, Record> = records
            .iter()
            .map(|record| (record.text("event_id").to_owned(), record.clone()))
            .collect();
        if by_id.len() != records.len() {
            self.altered.push("two records have one id".to_owned());
        }
        for (id, before) in &self.seen {
            if by_id.get(id) != Some(before) {
                let event = before.text("event");
                let now = by_id.get(id);
                self.altered
                    .push(format!("{event} {id} was {before:?} and is {now:?}"));
            }
        }
        self.seen = by_id;
        self.records = records;
    }

    /// The records of an endpoint with one of these events, oldest first.
    pub(super) fn of<'a, 'b>(
        &'a self,
        endpoint: &'b EndpointId,
        events: &'b [&str],
    ) -> impl Iterator<Item = &'a Record> + use<'a, 'b> {
        self.records.iter().filter(move |record| {
            record.text("endpoint_id") == endpoint.as_str()
                && events.contains(&record.text("event"))
        })
    }
}

/// The endpoints by name.
pub(super) fn endpoints() -> impl Iterator<Item = (&'static str, EndpointId)> {
    ENDPOINTS
        .into_iter()
        .filter_map(|(name, id)| Some((name, id.parse().ok()?)))
}

/// The endpoint of a name.
pub(super) fn endpoint(name: &str) -> Option<EndpointId> {
    endpoints()
        .find(|(known, _)| *known == name)
        .map(|(_, id)| id)
}

/// When it happened.
pub(super) fn occurred_at(record: &Record) -> DateTime<Utc> {
    record.text("occurred_at").parse().unwrap_or_default()
}

/// What stands in a record, for a message.
pub(super) fn told(record: &Record) -> String {
    format!(
        "{} of stay {} at {} by {} ({})",
        record.text("event"),
        record.text("stay"),
        record.text("occurred_at"),
        record.text("actor"),
        record.text("reason"),
    )
}
