//! What an administrator should look at, newest first.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use page::{Frame, When, render};
use shared::model::audit::AuditRecord;
use shared::review::findings::FindingAt;

use crate::frame::{Part, Site};
use crate::moment::Moment;
use crate::rows::Linked;
use crate::texts::Texts;
use crate::{Language, paths, shown};

/// How many findings a page shows: an answer ends at 1 MB.
const SHOWN: usize = 200;

/// The page of findings.
#[derive(Debug)]
pub struct FindingsPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    /// The days asked for; `None`: the last ones.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Newest first.
    pub findings: &'a [FindingAt],
    /// Whether it goes on from a page before.
    pub is_continued: bool,
    /// The cursor of the page that goes further back; `None`: there is no more.
    pub next: Option<&'a str>,
    /// Records that are older have not been judged.
    pub searched_back_to: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    from: String,
    to: String,
    days: Vec<Day>,
    /// How many are not shown.
    left_out: Option<String>,
    searched: String,
    newest: Option<String>,
    older: Option<String>,
}

struct Day {
    date: String,
    findings: Vec<FindingCard>,
}

/// A finding, for `templates/finding.html`.
pub(crate) struct FindingCard {
    pub(crate) title: &'static str,
    pub(crate) is_our_mistake: bool,
    pub(crate) sentence: String,
    /// In turns as text and as code.
    pub(crate) advice: Vec<&'static str>,
    pub(crate) at: Moment,
    pub(crate) endpoint: Option<Linked>,
    /// `None`: no record shows it.
    pub(crate) record: Option<String>,
    pub(crate) stay: Option<String>,
}

impl FindingsPage<'_> {
    pub fn html(&self) -> String {
        let Self { site, from, to, .. } = *self;
        let t = Texts::of(self.language);
        let when = site.when(self.language, self.now);
        let field = |day: Option<NaiveDate>| day.map_or(String::new(), |day| day.to_string());
        render(&Page {
            frame: site.frame(self.language, Some(Part::Findings), t.findings),
            t,
            from: field(from),
            to: field(to),
            days: self.days(t, &when),
            left_out: self
                .findings
                .len()
                .checked_sub(SHOWN)
                .filter(|left_out| *left_out > 0)
                .map(t.finding.left_out),
            searched: (t.finding.back_to)(&Moment::in_words(self.searched_back_to, &when)),
            newest: self.is_continued.then(|| paths::findings(from, to, None)),
            older: self
                .next
                .map(|cursor| paths::findings(from, to, Some(cursor))),
        })
    }

    fn days(&self, t: &Texts, when: &When) -> Vec<Day> {
        let day_of = |at: &FindingAt| local_day(at, when);
        self.findings[..self.findings.len().min(SHOWN)]
            .chunk_by(|one, other| day_of(one) == day_of(other))
            .map(|of_a_day| Day {
                date: (t.day)(day_of(&of_a_day[0])),
                findings: of_a_day
                    .iter()
                    .map(|at| FindingCard::of(at, self.site, t, when))
                    .collect(),
            })
            .collect()
    }
}

fn local_day(at: &FindingAt, when: &When) -> NaiveDate {
    at.finding
        .occurred_at
        .with_timezone(&when.zone)
        .date_naive()
}

impl FindingCard {
    pub(crate) fn of(at: &FindingAt, site: &Site, t: &Texts, when: &When) -> Self {
        let FindingAt {
            finding,
            endpoint_id,
            endpoint_name,
        } = at;
        let managed = site.endpoints.iter();
        let managed = managed
            .into_iter()
            .find(|name| name.as_str() == endpoint_name);
        let event_id = finding.event_id.as_ref().map(ToString::to_string);
        let of_endpoint = endpoint_id != AuditRecord::NO_ENDPOINT;
        Self {
            title: (t.finding.title)(finding.kind),
            is_our_mistake: finding.kind.is_our_mistake(),
            sentence: shown::in_a_row(&finding.sentence),
            advice: (t.finding.advice)(finding.kind).split('`').collect(),
            at: Moment::of(finding.occurred_at, when),
            endpoint: of_endpoint.then(|| Linked {
                text: shown::name_in_a_row(endpoint_name),
                href: managed.map(paths::log_of_endpoint),
            }),
            stay: event_id
                .as_deref()
                .filter(|_| of_endpoint)
                .and_then(|event_id| paths::stay(endpoint_id, event_id)),
            record: event_id
                .as_deref()
                .and_then(|event_id| paths::record(endpoint_id, event_id)),
        }
    }
}
