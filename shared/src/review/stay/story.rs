//! What is told of a stay.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::chapter::Chapter;
use super::members::Members;
use crate::model::audit::{AuditRecord, Event};
use crate::model::item::{Item, Reader, Value};
use crate::review::record::{event, occurred_at, text, texts};

/// A stay, from the ask that led to it to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct StayStory {
    /// As records have it, or `-`.
    pub endpoint_id: String,
    pub endpoint_name: String,
    /// `None`: the record belongs to no stay that can be told.
    pub stay: Option<u64>,
    /// In the order of time.
    pub steps: Vec<Step>,
    pub up_since: Option<DateTime<Utc>>,
    pub ready_since: Option<DateTime<Utc>>,
    /// `None`: it is up still, or its end was not reached.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who asked for it or held a lease in it, each once.
    pub people: Vec<String>,
    /// Connections that ended in it: VPN user, and how long.
    pub connections: Vec<(String, Option<TimeDelta>)>,
    /// Of the closing record.
    pub cost_usd: Option<f64>,
    pub association_seconds: Option<u64>,
    /// Whether its beginning and its end (or the present) were reached within the limit.
    pub is_whole: bool,
}

/// A record in the story.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub chapter: Chapter,
    pub record: Item,
    pub occurred_at: DateTime<Utc>,
    /// How long after the step before.
    pub after: Option<TimeDelta>,
}

/// The records of the same stay before and behind one, in the order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Neighbours {
    pub previous: Option<Item>,
    pub next: Option<Item>,
}

impl StayStory {
    pub(super) fn of(records: &[&Item], members: &Members) -> Self {
        let end = members.end.map(|place| records[place]);
        let closing = end.filter(|end| !text(end, "month").is_empty());
        let told: Vec<&Item> = members.places.iter().map(|place| records[*place]).collect();
        let steps = steps(&told, end);
        let first = |wanted: &[Event]| {
            let is =
                |step: &&Step| event(&step.record).is_some_and(|event| wanted.contains(&event));
            steps.iter().find(is).map(|step| step.occurred_at)
        };
        let of_closing = |name| closing.and_then(|item| Reader(item).time(name).ok().flatten());
        let (began, ready) = (
            first(&[Event::AssociationStarted, Event::AssociationAdopted]),
            first(&[Event::AssociationCompleted]),
        );
        let name = |attribute| told.first().map_or("-", |item| text(item, attribute));
        Self {
            endpoint_id: name("endpoint_id").to_owned(),
            endpoint_name: name("endpoint_name").to_owned(),
            stay: members.stay,
            up_since: of_closing("up_since").or(began),
            ready_since: of_closing("ready_since").or(ready),
            ended_at: end.and_then(occurred_at),
            people: people(&steps, closing),
            connections: connections(&steps),
            cost_usd: closing.and_then(|item| number(item, "cost_usd")),
            association_seconds: closing.and_then(|item| {
                let seconds = Reader(item).count("association_seconds");
                seconds.ok().flatten()
            }),
            is_whole: members.has_beginning && members.has_end,
            steps,
        }
    }

    pub(super) fn neighbours(&self, event_id: &str) -> Neighbours {
        let is = |step: &Step| text(&step.record, AuditRecord::KEY) == event_id;
        let Some(place) = self.steps.iter().position(is) else {
            return Neighbours::default();
        };
        let at = |place: usize| Some(self.steps.get(place)?.record.clone());
        Neighbours {
            previous: place.checked_sub(1).and_then(at),
            next: at(place + 1),
        }
    }
}

/// In the order of time; what happened in one second in the order of ids.
fn steps(records: &[&Item], end: Option<&Item>) -> Vec<Step> {
    let mut timed: Vec<(DateTime<Utc>, &Item)> = records
        .iter()
        .map(|item| (occurred_at(item).unwrap_or_default(), *item))
        .collect();
    timed.sort_by_key(|(at, _)| *at);
    let mut chapter = Chapter::Asked;
    let mut before = None;
    let step = |(at, item): (DateTime<Utc>, &Item)| {
        chapter = chapter.then(event(item), end == Some(item));
        let after = before.replace(at).map(|before| at - before);
        Step {
            chapter,
            record: item.clone(),
            occurred_at: at,
            after,
        }
    };
    timed.into_iter().map(step).collect()
}

/// In the order in which they come up; those whom only the closing record names last.
fn people(steps: &[Step], closing: Option<&Item>) -> Vec<String> {
    let asked = steps.iter().filter_map(|step| {
        let record = &step.record;
        let is_persons = match event(record)? {
            Event::AssociationRequested | Event::LeaseExtended | Event::LeaseReleased => true,
            // An order to keep it on is an ask as well; `people` of the closing record says whose was one.
            Event::BookingMade
            | Event::BookingCancelled
            | Event::BookingLapsed
            | Event::BookingMissed
            | Event::ModeChanged
            | Event::AssociationStarted
            | Event::AssociationCompleted
            | Event::AssociationFailed
            | Event::AssociationAdopted
            | Event::RoutesRestored
            | Event::RoutesChanged
            | Event::ConfigChanged
            | Event::DisassociationStarted
            | Event::DisassociationCompleted
            | Event::DisassociationFailed
            | Event::DisassociationExternal
            | Event::ConnectionEnded
            | Event::ProfileDownloaded
            | Event::AccessDenied
            | Event::AuditExported => false,
        };
        is_persons.then(|| text(record, "actor"))
    });
    let named = closing.into_iter().flat_map(|item| texts(item, "people"));
    let mut known = BTreeSet::new();
    let people = asked.chain(named).filter(|person| !person.is_empty());
    let people = people.filter(|person| known.insert((*person).to_owned()));
    people.map(str::to_owned).collect()
}

fn connections(steps: &[Step]) -> Vec<(String, Option<TimeDelta>)> {
    let ended = steps
        .iter()
        .map(|step| &step.record)
        .filter(|record| event(record) == Some(Event::ConnectionEnded));
    let connection = |record: &Item| {
        let seconds = Reader(record).count("duration_seconds").ok().flatten();
        let seconds = seconds.and_then(|seconds| i64::try_from(seconds).ok());
        let duration = seconds.and_then(TimeDelta::try_seconds);
        (text(record, "actor").to_owned(), duration)
    };
    ended.map(connection).collect()
}

fn number(item: &Item, attribute: &str) -> Option<f64> {
    if let Some(Value::N(number)) = item.get(attribute) {
        number.parse().ok()
    } else {
        None
    }
}
