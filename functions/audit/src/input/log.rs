//! Which view of the log is asked for.

use shared::model::ManagedEndpoint;
use shared::model::audit::Event;
use shared::review::log::{Cursor, LIMIT, LogFilter, MAX_LIMIT};
use web::Query;

use super::days;
use super::error::InputError;
use super::parameters::Parameters;

/// The longest partition key that DynamoDB knows
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
const MAX_ACTOR_BYTES: usize = 2_048;
/// Nobody looks for more by hand.
const MAX_TEXT_BYTES: usize = 1_024;

/// A view of the log: which records, how many, and from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogQuery {
    pub(crate) filter: LogFilter,
    /// How many records a page has.
    pub(crate) limit: usize,
    pub(crate) cursor: Option<Cursor>,
}

impl LogQuery {
    pub(crate) fn read(query: &Query, endpoints: &[ManagedEndpoint]) -> Result<Self, InputError> {
        let known = [
            "endpoint", "actor", "event", "from", "to", "text", "limit", "cursor",
        ];
        let mut given = Parameters::read(query, &known)?;
        let endpoint = given.take("endpoint")?;
        let endpoint = endpoint.map(|name| managed(&name, endpoints)).transpose()?;
        let (from, to) = days::range(&mut given)?;
        let filter = LogFilter {
            endpoint,
            actor: at_most(MAX_ACTOR_BYTES, "actor", given.take("actor")?)?,
            events: events(given.take_all("event"))?,
            from,
            to,
            text: at_most(MAX_TEXT_BYTES, "text", given.take("text")?)?,
        };
        let cursor = given.take("cursor")?.map(|cursor| cursor.parse());
        Ok(Self {
            filter,
            limit: limit(given.take("limit")?)?,
            cursor: cursor.transpose().map_err(|_| InputError::Cursor)?,
        })
    }

    /// The path at which this page of the log, or one like it that goes on from `cursor`, is found again.
    pub(crate) fn path(&self, page: &str, cursor: Option<&Cursor>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let filter = &self.filter;
        let mut set = |name, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        set(
            "endpoint",
            filter.endpoint.as_ref().map(|e| e.name.to_string()),
        );
        set("actor", filter.actor.clone());
        for event in &filter.events {
            set("event", Some(event.clone()));
        }
        set("from", filter.from.map(|day| day.to_string()));
        set("to", filter.to.map(|day| day.to_string()));
        set("text", filter.text.clone());
        set(
            "limit",
            (self.limit != LIMIT).then(|| self.limit.to_string()),
        );
        set("cursor", cursor.map(Cursor::to_string));
        let query = query.finish();
        if query.is_empty() {
            page.to_owned()
        } else {
            format!("{page}?{query}")
        }
    }
}

fn managed(name: &str, endpoints: &[ManagedEndpoint]) -> Result<ManagedEndpoint, InputError> {
    let named = endpoints.iter().find(|e| e.name.as_str() == name);
    named.cloned().ok_or(InputError::Endpoint)
}

/// Each once.
fn events(given: Vec<String>) -> Result<Vec<String>, InputError> {
    let mut events = Vec::new();
    for event in given {
        if !is_event(&event) {
            return Err(InputError::Event);
        }
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(events)
}

/// A whole word, or a family with its dot.
fn is_event(text: &str) -> bool {
    let is_of_family = |word: &str| {
        let family = word.split_inclusive('.').next();
        family == Some(text)
    };
    let mut words = Event::ALL.iter().map(|event| event.as_str());
    words.any(|word| word == text || is_of_family(word))
}

fn at_most(
    bytes: usize,
    name: &'static str,
    text: Option<String>,
) -> Result<Option<String>, InputError> {
    if text.as_ref().is_some_and(|text| text.len() > bytes) {
        return Err(InputError::Long(name));
    }
    Ok(text)
}

fn limit(given: Option<String>) -> Result<usize, InputError> {
    let Some(text) = given else {
        return Ok(LIMIT);
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number: Option<usize> = text.parse().ok().filter(|_| is_plain);
    number
        .filter(|number| (1..=MAX_LIMIT).contains(number))
        .ok_or(InputError::Limit)
}
