//! One record, with everything that it holds.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use page::{Frame, When, render};
use shared::model::audit::Event;
use shared::model::item::{Item, Value};

use crate::assets::SCRIPT;
use crate::frame::{Part, Site};
use crate::moment::Moment;
use crate::rows::{self, Linked};
use crate::texts::Texts;
use crate::{Language, paths, shown};

/// How many letters of values a page shows: a record of ours has some thousand, and an answer ends at 1 MB.
const SHOWN: usize = 100_000;

/// What stands first, in this order; the rest follows by name.
const ORDER: &[&str] = &[
    "occurred_at",
    "event",
    "endpoint_name",
    "endpoint_id",
    "stay",
    "actor",
    "reason",
    "until",
    "duration_seconds",
    "cost_usd",
    "error_code",
    "booked_by",
    "booking_id",
    "mode",
    "source_ip",
    "user_agent",
    "sec_fetch_site",
    "actor_sub",
    "trace_id",
    "event_id",
];

/// The page of one record.
#[derive(Debug)]
pub struct RecordPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub record: &'a Item,
    /// The one before it in the same stay.
    pub previous: Option<&'a Item>,
    /// The one after it in the same stay.
    pub next: Option<&'a Item>,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    event: &'static str,
    at: Option<Moment>,
    reason: Option<String>,
    endpoint: Option<Linked>,
    actor: Linked,
    attributes: Vec<Attribute>,
    stay: Option<String>,
    previous: Option<Neighbour>,
    next: Option<Neighbour>,
}

/// A row of the table of what it holds.
struct Attribute {
    name: String,
    /// What it is, in words.
    label: Option<&'static str>,
    values: Vec<String>,
    /// The same as people say it: a local time, a span.
    in_words: Option<String>,
    /// Whether people copy it.
    is_id: bool,
}

struct Neighbour {
    href: String,
    event: &'static str,
    at: Option<Moment>,
}

impl RecordPage<'_> {
    pub fn html(&self) -> String {
        let Self { site, record, .. } = *self;
        let t = Texts::of(self.language);
        let when = site.when(self.language, self.now);
        let event = rows::event(record, t);
        let title = format!("{event} – {}", t.record.title);
        render(&Page {
            frame: Frame {
                script: Some(SCRIPT.path()),
                ..site.frame(self.language, Some(Part::Log), &title)
            },
            t,
            event,
            at: shown::occurred_at(record).map(|at| Moment::of(at, &when)),
            reason: shown::text(record, "reason").map(shown::in_a_row),
            endpoint: rows::endpoint(record, site),
            actor: rows::actor(record),
            attributes: attributes(record, t, &when),
            stay: stay(record),
            previous: self.previous.and_then(|one| neighbour(one, t, &when)),
            next: self.next.and_then(|one| neighbour(one, t, &when)),
        })
    }
}

/// Where the story of its stay is told. An ask belongs to the stay that it leads to.
fn stay(record: &Item) -> Option<String> {
    let is_ask = shown::event(record) == Some(Event::AssociationRequested);
    let (endpoint_id, event_id) = shown::key(record)?;
    let belongs = record.contains_key("stay") || is_ask;
    belongs
        .then(|| paths::stay(endpoint_id, event_id))
        .flatten()
}

fn neighbour(record: &Item, t: &Texts, when: &When) -> Option<Neighbour> {
    let (endpoint_id, event_id) = shown::key(record)?;
    Some(Neighbour {
        href: paths::record(endpoint_id, event_id)?,
        event: rows::event(record, t),
        at: shown::occurred_at(record).map(|at| Moment::of(at, when)),
    })
}

fn attributes(record: &Item, t: &Texts, when: &When) -> Vec<Attribute> {
    let mut left = SHOWN;
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut names: Vec<&String> = record.keys().collect();
    names.sort_by_key(|name| (rank(name).unwrap_or(ORDER.len()), *name));
    names
        .into_iter()
        .map(|name| {
            let value = &record[name];
            Attribute {
                name: shown::name_in_a_row(name),
                label: (t.record.attribute)(name),
                values: fit(shown::texts(value, t.record.foreign), &mut left),
                in_words: in_words(name, record, t, when),
                is_id: is_id(name),
            }
        })
        .collect()
}

/// So much of the values as the page has room for.
fn fit(values: Vec<String>, left: &mut usize) -> Vec<String> {
    let mut fitting = Vec::new();
    for value in values {
        if *left == 0 {
            fitting.push("…".to_owned());
            break;
        }
        let value = if value.chars().nth(*left).is_some() {
            format!("{}…", value.chars().take(*left).collect::<String>())
        } else {
            value
        };
        *left = left.saturating_sub(value.chars().count().max(1));
        fitting.push(value);
    }
    fitting
}

fn in_words(name: &str, record: &Item, t: &Texts, when: &When) -> Option<String> {
    if name == "event" {
        return Some(rows::event(record, t).to_owned());
    }
    if name == "cost_usd" {
        return Some(t.estimated.to_owned());
    }
    if name.ends_with("_seconds") {
        let Value::N(seconds) = &record[name] else {
            return None;
        };
        return TimeDelta::try_seconds(seconds.parse().ok()?).map(t.span);
    }
    let is_time = name.ends_with("_at") || name.ends_with("_since") || name == "until";
    let at = is_time.then(|| shown::time(record, name)).flatten()?;
    Some(Moment::in_words(at, when))
}

fn is_id(name: &str) -> bool {
    name.ends_with("_id")
        || name.ends_with("_ids")
        || matches!(name, "actor" | "actor_sub" | "source_ip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_whole_until_the_page_is_full() {
        let values = ["abc", "日本語", "de", "f"].map(str::to_owned);
        let mut left = 100;
        assert_eq!(fit(values.clone().into(), &mut left), values);
        assert_eq!(left, 91);
        let mut left = 5;
        assert_eq!(fit(values.into(), &mut left), ["abc", "日本…", "…"]);
        assert_eq!(left, 0);
        assert_eq!(fit(vec!["x".repeat(1_000)], &mut left), ["…"]);
    }
}
