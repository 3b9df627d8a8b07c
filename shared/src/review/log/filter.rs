//! Which records are wanted.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::model::ManagedEndpoint;
use crate::model::item::Item;
use crate::policy::first_instant;
use crate::review::record::{occurred_at, text, texts};

/// The attributes in which a text is looked for.
const SEARCHED: [&str; 10] = [
    "reason",
    "actor",
    "event_id",
    "association_ids",
    "subnet_ids",
    "connection_id",
    "booking_id",
    "booked_by",
    "endpoint_id",
    "trace_id",
];

/// Which records are wanted: those for which all of it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    pub endpoint: Option<ManagedEndpoint>,
    /// Exactly as the record has it.
    pub actor: Option<String>,
    /// Any of these: whole words (`lease.released`), or families (`lease.`). Empty: all.
    pub events: Vec<String>,
    /// Days of the office's zone, both included.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Found in reason, actor and ids, whatever its case.
    pub text: Option<String>,
}

/// From `start` until just before `end`; `None`: no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Option<DateTime<Utc>>,
    pub(super) end: Option<DateTime<Utc>>,
}

impl Span {
    /// A day begins with the first instant that its date has, which is not always midnight.
    pub(super) fn of(filter: &LogFilter, zone: Tz) -> Self {
        let begins = |day: NaiveDate| first_instant(zone, day.and_time(NaiveTime::MIN));
        Self {
            start: filter.from.and_then(begins),
            end: filter.to.and_then(|day| day.succ_opt()).and_then(begins),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.start
            .zip(self.end)
            .is_some_and(|(start, end)| start >= end)
    }

    /// A record of no time that can be read is of no day.
    fn has(self, at: Option<DateTime<Utc>>) -> bool {
        let after = |start| at.is_some_and(|at| at >= start);
        let before = |end| at.is_some_and(|at| at < end);
        self.start.is_none_or(after) && self.end.is_none_or(before)
    }
}

/// A filter, ready to be asked of many records.
#[derive(Debug)]
pub(super) struct Criteria<'a> {
    filter: &'a LogFilter,
    pub(super) span: Span,
    lower_text: String,
}

impl<'a> Criteria<'a> {
    pub(super) fn of(filter: &'a LogFilter, zone: Tz) -> Self {
        Self {
            filter,
            span: Span::of(filter, zone),
            lower_text: filter.text.as_deref().unwrap_or_default().to_lowercase(),
        }
    }

    /// Whether of a partition's records many may be left out.
    pub(super) fn is_selective(&self) -> bool {
        let others = self.filter.actor.is_some() && self.filter.endpoint.is_some();
        others || !self.filter.events.is_empty() || !self.lower_text.is_empty()
    }

    pub(super) fn hold_for(&self, item: &Item) -> bool {
        let filter = self.filter;
        let is = |attribute, wanted: &str| text(item, attribute) == wanted;
        filter
            .endpoint
            .as_ref()
            .is_none_or(|endpoint| is("endpoint_id", endpoint.id.as_str()))
            && filter.actor.as_ref().is_none_or(|actor| is("actor", actor))
            && self.has_event(text(item, "event"))
            && self.span.has(occurred_at(item))
            && self.has_text(item)
    }

    fn has_event(&self, event: &str) -> bool {
        let is = |wanted: &String| {
            event == wanted || wanted.ends_with('.') && event.starts_with(wanted.as_str())
        };
        self.filter.events.is_empty() || self.filter.events.iter().any(is)
    }

    fn has_text(&self, item: &Item) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.lower_text);
        let mut searched = SEARCHED.iter().flat_map(|name| texts(item, name));
        self.lower_text.is_empty() || searched.any(has)
    }
}
