//! The summary of a stay, in the record that ends it. A month of them is all that use and cost need.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::attributes::{Attributes, malformed, parsed, seconds};
use crate::model::Email;
use crate::model::item::{Item, Malformed, Reader, required};

/// How many people a closing record names; it counts the others too.
pub const MAX_PEOPLE: usize = 500;

/// What only closing records have. The cost of the whole stay is in [`cost_usd`](super::Details::cost_usd).
#[derive(Debug, Clone, PartialEq)]
pub struct Closing {
    pub up_since: DateTime<Utc>,
    /// `None`: it was never ready.
    pub ready_since: Option<DateTime<Utc>>,
    /// How long its start took; `None`: it was adopted, or never ready.
    pub start: Option<TimeDelta>,
    /// The asks that it answered; `None`: a version that did not count them began it.
    pub requests: Option<u64>,
    /// Who held a lease in it or asked for it: the first [`MAX_PEOPLE`] of them.
    pub people: BTreeSet<Email>,
    pub people_count: u64,
    /// `None`: no connection was in use.
    pub last_active_at: Option<DateTime<Utc>>,
    /// Of each association from its acceptance to its end.
    pub association_seconds: u64,
}

impl Closing {
    /// Names so many of these people as fit.
    #[must_use]
    pub fn with_people(self, people: BTreeSet<Email>) -> Self {
        Self {
            people_count: people.len() as u64,
            people: people.into_iter().take(MAX_PEOPLE).collect(),
            ..self
        }
    }

    /// The month of a stay is that in which its end was put on record, as its `day` is.
    pub(super) fn write_to(&self, item: &mut Attributes, occurred_at: DateTime<Utc>) {
        item.set("month", Some(month(occurred_at)));
        item.set("up_since", Some(self.up_since));
        item.set("ready_since", self.ready_since);
        item.set("start_seconds", self.start.map(|start| start.num_seconds()));
        item.set("requests", self.requests);
        item.set_all("people", &self.people);
        item.set("people_count", Some(self.people_count));
        item.set("last_active_at", self.last_active_at);
        item.set("association_seconds", Some(self.association_seconds));
    }

    /// `None`: it is no closing record.
    pub(super) fn parse(
        item: &Item,
        occurred_at: DateTime<Utc>,
    ) -> Result<Option<Self>, Malformed> {
        let read = Reader(item);
        let Some(found) = read.text("month")? else {
            return Ok(None);
        };
        if found != month(occurred_at) {
            return Err(malformed("month"));
        }
        let people = read.set("people", |email| email)?;
        let people = people.iter().map(|email| parsed("people", email));
        Ok(Some(Self {
            up_since: required("up_since", read.time("up_since")?)?,
            ready_since: read.time("ready_since")?,
            start: seconds(item, "start_seconds")?,
            requests: read.count("requests")?,
            people: people.collect::<Result<_, _>>()?,
            people_count: required("people_count", read.count("people_count")?)?,
            last_active_at: read.time("last_active_at")?,
            association_seconds: required(
                "association_seconds",
                read.count("association_seconds")?,
            )?,
        }))
    }
}

fn month(at: DateTime<Utc>) -> String {
    at.format("%Y-%m").to_string()
}
