//! The log: records newest first, with filters that a colleague can be sent as a link.

use askama::Template;
use chrono::{DateTime, Utc};
use page::{Frame, When, render};
use shared::model::audit::Event;
use shared::model::item::Item;
use shared::review::log::LogFilter;

use crate::Language;
use crate::families::Family;
use crate::frame::{Part, Site};
use crate::moment::Moment;
use crate::paths;
use crate::rows::Row;
use crate::texts::Texts;

/// A page of the log.
#[derive(Debug)]
pub struct LogPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub filter: &'a LogFilter,
    /// How many records were asked for; `None`: as many as usual.
    pub limit: Option<usize>,
    /// Newest first.
    pub records: &'a [Item],
    /// Whether it goes on from a page before.
    pub is_continued: bool,
    /// The cursor of the page with older records; `None`: there are none.
    pub next: Option<&'a str>,
    /// Records that are older have not been looked at.
    pub searched_back_to: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "log.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    form: Form<'a>,
    rows: Vec<Row>,
    /// How far was looked, and whether that is all.
    searched: String,
    newest: Option<String>,
    older: Option<String>,
    csv: String,
    json_lines: String,
}

/// The filters as they are set.
struct Form<'a> {
    endpoints: Vec<Choice<'a>>,
    actor: &'a str,
    from: String,
    to: String,
    text: &'a str,
    limit: Option<usize>,
    /// How many families and events are chosen, in words.
    events: String,
    is_event_chosen: bool,
    families: Vec<FamilyChoice>,
    /// Where the form is empty again; `None`: it is.
    clear: Option<&'static str>,
}

struct Choice<'a> {
    value: &'a str,
    label: &'a str,
    is_chosen: bool,
}

struct FamilyChoice {
    family: Choice<'static>,
    events: Vec<Choice<'static>>,
}

impl LogPage<'_> {
    pub fn html(&self) -> String {
        let Self {
            site,
            filter,
            limit,
            ..
        } = *self;
        let t = Texts::of(self.language);
        let when = site.when(self.language, self.now);
        let log = |cursor| paths::filtered(paths::LOG, filter, limit, cursor);
        render(&Page {
            frame: site.frame(self.language, Some(Part::Log), t.log),
            t,
            form: self.form(t),
            rows: self
                .records
                .iter()
                .map(|record| Row::of(record, site, t, &when))
                .collect(),
            searched: self.searched(t, &when),
            newest: self.is_continued.then(|| log(None)),
            older: self.next.map(|cursor| log(Some(cursor))),
            csv: paths::filtered(paths::CSV, filter, None, None),
            json_lines: paths::filtered(paths::JSON_LINES, filter, None, None),
        })
    }

    fn searched(&self, t: &Texts, when: &When) -> String {
        let back_to = Moment::in_words(self.searched_back_to, when);
        match (self.records.is_empty(), self.next.is_some()) {
            (true, false) => t.log_page.no_record.to_owned(),
            (true, true) => (t.log_page.none_back_to)(&back_to),
            (false, false) => t.log_page.no_older.to_owned(),
            (false, true) => (t.log_page.back_to)(&back_to),
        }
    }

    fn form(&self, t: &Texts) -> Form<'_> {
        let filter = self.filter;
        let chosen = filter.endpoint.as_ref().map(|endpoint| &endpoint.name);
        let is_chosen = |word: &str| filter.events.iter().any(|event| event == word);
        let event = |event: Event| Choice {
            value: event.as_str(),
            label: (t.event)(event),
            is_chosen: is_chosen(event.as_str()),
        };
        let family = |family: Family| {
            let events: Vec<_> = family.events().map(event).collect();
            // A family of one event has one box for both.
            let is_its_event = events.len() == 1 && events.iter().any(|only| only.is_chosen);
            FamilyChoice {
                family: Choice {
                    value: family.prefix(),
                    label: (t.family)(family),
                    is_chosen: is_its_event || is_chosen(family.prefix()),
                },
                events,
            }
        };
        Form {
            endpoints: self
                .site
                .endpoints
                .iter()
                .map(|name| Choice {
                    value: name.as_str(),
                    label: name.as_str(),
                    is_chosen: chosen == Some(name),
                })
                .collect(),
            actor: filter.actor.as_deref().unwrap_or_default(),
            from: filter.from.map_or(String::new(), |day| day.to_string()),
            to: filter.to.map_or(String::new(), |day| day.to_string()),
            text: filter.text.as_deref().unwrap_or_default(),
            limit: self.limit,
            events: (t.log_page.events)(filter.events.len()),
            is_event_chosen: !filter.events.is_empty(),
            families: Family::ALL.map(family).into(),
            clear: (*filter != LogFilter::default()).then_some(paths::LOG),
        }
    }
}
