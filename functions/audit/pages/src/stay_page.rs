//! A stay as a story: a timeline from the ask that led to it to its end.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use page::{Frame, When, render};
use shared::model::item::Item;
use shared::review::stay::{Chapter, StayStory, Step};

use crate::frame::{Part, Site};
use crate::moment::Moment;
use crate::rows::{self, Linked};
use crate::texts::Texts;
use crate::{Language, paths, shown};

/// How many records a timeline shows from its beginning, and as many from its end: an answer ends at 1 MB.
const SHOWN: usize = 100;
/// How many people and connections a summary names.
const NAMED: usize = 50;
/// How much of a browser's name is shown.
const BROWSER: usize = 120;

/// The page of a stay.
#[derive(Debug)]
pub struct StayPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub story: &'a StayStory,
    /// The record whose stay was asked for, marked in the timeline.
    pub event_id: &'a str,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "stay.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    heading: String,
    notices: Vec<&'static str>,
    endpoint: Linked,
    milestones: Vec<Milestone>,
    facts: Vec<Fact>,
    people: Vec<Linked>,
    more_people: Option<String>,
    connections: Vec<Connection>,
    more_connections: Option<String>,
    steps: Vec<Told>,
    /// Where records are left out, before which step that is, and how many.
    gap: Option<(usize, String)>,
}

/// A turn of the story in the summary, with the time since the one before.
struct Milestone {
    label: &'static str,
    class: &'static str,
    at: Moment,
    after: Option<String>,
}

struct Fact {
    name: &'static str,
    text: String,
    note: Option<&'static str>,
}

struct Connection {
    who: Linked,
    span: Option<String>,
}

/// A record in the timeline.
struct Told {
    class: &'static str,
    /// Where a chapter begins.
    chapter: Option<&'static str>,
    is_asked_for: bool,
    at: Moment,
    after: Option<String>,
    event: &'static str,
    href: Option<String>,
    actor: Linked,
    reason: String,
    /// From where, and by what.
    origin: Option<String>,
    took: Option<String>,
}

impl StayPage<'_> {
    pub fn html(&self) -> String {
        let Self { site, story, .. } = *self;
        let t = Texts::of(self.language);
        let when = site.when(self.language, self.now);
        let name = shown::name_in_a_row(&story.endpoint_name);
        let heading = story.stay.map_or_else(
            || t.stay.no_stay.to_owned(),
            |number| (t.stay.heading)(&name, number),
        );
        let managed = site.endpoints.iter();
        let managed = managed.into_iter().find(|known| known.as_str() == name);
        let (steps, gap) = self.steps(t, &when);
        render(&Page {
            frame: site.frame(self.language, Some(Part::Log), &heading),
            t,
            heading,
            notices: self.notices(t),
            endpoint: Linked {
                text: name,
                href: managed.map(paths::log_of_endpoint),
            },
            milestones: self.milestones(t, &when),
            facts: self.facts(t),
            people: story
                .people
                .iter()
                .take(NAMED)
                .map(|name| person(name))
                .collect(),
            more_people: more(story.people.len(), t),
            connections: story
                .connections
                .iter()
                .take(NAMED)
                .map(|(who, lasted)| Connection {
                    who: person(who),
                    span: lasted.map(t.span),
                })
                .collect(),
            more_connections: more(story.connections.len(), t),
            steps,
            gap,
        })
    }

    fn notices(&self, t: &Texts) -> Vec<&'static str> {
        let story = self.story;
        let is_up = story.is_whole && story.stay.is_some() && story.ended_at.is_none();
        [
            (!story.is_whole).then_some(t.stay.not_whole),
            is_up.then_some(t.stay.up_still),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Asked, ready, gone: what everybody wants to know first.
    fn milestones(&self, t: &Texts, when: &When) -> Vec<Milestone> {
        let story = self.story;
        let first = |chapter| story.steps.iter().find(|step| step.chapter == chapter);
        let turns = [
            (
                Chapter::Asked,
                first(Chapter::Asked).map(|step| step.occurred_at),
            ),
            (Chapter::Started, story.up_since),
            (Chapter::Ready, story.ready_since),
            (
                Chapter::Going,
                first(Chapter::Going).map(|step| step.occurred_at),
            ),
            (Chapter::Gone, story.ended_at),
        ];
        let mut before = None;
        let mut milestones = Vec::new();
        for (chapter, at) in turns {
            let Some(at) = at else { continue };
            milestones.push(Milestone {
                label: (t.stay.chapter)(chapter),
                class: class(chapter),
                at: Moment::of(at, when),
                after: before.map(|before| (t.span)(at - before)),
            });
            before = Some(at);
        }
        milestones
    }

    fn facts(&self, t: &Texts) -> Vec<Fact> {
        let story = self.story;
        let up = story.up_since.map(|since| {
            let end = story.ended_at.unwrap_or(self.now);
            (t.span)(end - since)
        });
        let seconds = story
            .association_seconds
            .and_then(|s| i64::try_from(s).ok());
        let associated = seconds.and_then(TimeDelta::try_seconds).map(t.span);
        let cost = story.cost_usd.map(t.usd);
        [
            (t.stay.up, up, None),
            (t.stay.associated, associated, Some(t.stay.associated_note)),
            (t.stay.cost, cost, Some(t.estimated)),
        ]
        .into_iter()
        .filter_map(|(name, text, note)| text.map(|text| Fact { name, text, note }))
        .collect()
    }

    fn steps(&self, t: &Texts, when: &When) -> (Vec<Told>, Option<(usize, String)>) {
        let steps = &self.story.steps;
        let left_out = steps.len().saturating_sub(2 * SHOWN);
        let is_shown = |at: usize| left_out == 0 || at < SHOWN || at >= SHOWN + left_out;
        let mut chapter = None;
        let mut told = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            if is_shown(at) {
                let begins = chapter != Some(step.chapter);
                told.push(self.told(step, begins, t, when));
                chapter = Some(step.chapter);
            }
        }
        let gap = (left_out > 0).then(|| (SHOWN, (t.stay.left_out)(left_out)));
        (told, gap)
    }

    fn told(&self, step: &Step, begins: bool, t: &Texts, when: &When) -> Told {
        let record = &step.record;
        let key = shown::key(record);
        Told {
            class: class(step.chapter),
            chapter: begins.then(|| (t.stay.chapter)(step.chapter)),
            is_asked_for: key.is_some_and(|(_, event_id)| event_id == self.event_id),
            at: Moment::of(step.occurred_at, when),
            after: step.after.map(|after| (t.stay.after)(&(t.span)(after))),
            event: rows::event(record, t),
            href: key.and_then(|(endpoint, event)| paths::record(endpoint, event)),
            actor: rows::actor(record),
            reason: shown::in_a_row(shown::text(record, "reason").unwrap_or("–")),
            origin: origin(record, t),
            took: took(record, t),
        }
    }
}

/// From which address, by which browser, and whether a link on another site led here.
fn origin(record: &Item, t: &Texts) -> Option<String> {
    let foreign = shown::text(record, "sec_fetch_site") == Some("cross-site");
    let parts = [
        shown::text(record, "source_ip").map(shown::name_in_a_row),
        shown::text(record, "user_agent").map(|browser| shown::cut(browser, BROWSER)),
        foreign.then(|| t.stay.cross_site.to_owned()),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn took(record: &Item, t: &Texts) -> Option<String> {
    let seconds = shared::model::item::Reader(record).count("duration_seconds");
    let seconds = i64::try_from(seconds.ok().flatten()?).ok()?;
    TimeDelta::try_seconds(seconds).map(|span| (t.stay.took)(&(t.span)(span)))
}

fn person(name: &str) -> Linked {
    Linked {
        text: shown::name_in_a_row(name),
        href: paths::log_of_actor(name),
    }
}

fn more(count: usize, t: &Texts) -> Option<String> {
    (count > NAMED).then(|| (t.stay.more)(count - NAMED))
}

fn class(chapter: Chapter) -> &'static str {
    match chapter {
        Chapter::Asked => "asked",
        Chapter::Started => "started",
        Chapter::Ready => "is-ready",
        Chapter::Used => "used",
        Chapter::Going => "going",
        Chapter::Gone => "gone",
    }
}
