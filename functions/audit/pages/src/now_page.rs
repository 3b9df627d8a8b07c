//! Now: where each endpoint stands, and why; what is worth a look; the policy in force.

mod bookings;
mod connections;
mod endpoint;

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use page::{Frame, Language, When, render};
use shared::model::NotedConfig;
use shared::model::item::{Item, rfc3339};

use shared::review::findings::FindingAt;

use crate::findings_page::FindingCard;
use crate::frame::{Part, Site};
use crate::rows::Row;
use crate::shown::visible;
use crate::texts::{BookingTexts, NowTexts, Texts};

pub use bookings::BookingNow;
pub use connections::ConnectionNow;
pub use endpoint::EndpointNow;

use endpoint::Card;

/// After this long without one, sweeps are late: they run each minute.
const SWEEP_LATE: TimeDelta = TimeDelta::minutes(5);

/// The page "Now".
#[derive(Debug)]
pub struct NowPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    /// In the order of the configuration.
    pub endpoints: &'a [EndpointNow],
    /// A connection that moves less is silent.
    pub silent_below_kib_per_hour: u32,
    /// The settings on record; `None`: none yet.
    pub policy: Option<&'a NotedConfig>,
    /// Newest first; as many are shown as [`FINDINGS`](Self::FINDINGS).
    pub findings: &'a [FindingAt],
    /// Newest first.
    pub records: &'a [Item],
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "now.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    n: &'static NowTexts,
    b: &'static BookingTexts,
    as_of: String,
    late: Vec<String>,
    cards: Vec<Card>,
    findings: Vec<FindingCard>,
    rows: Vec<Row>,
    policy_since: Option<String>,
    settings: Vec<Setting>,
}

/// An instant for machines and for people.
pub(crate) struct Time {
    pub(crate) machine: String,
    pub(crate) text: String,
}

impl Time {
    fn of(at: DateTime<Utc>, when: &When) -> Self {
        Self {
            machine: rfc3339(at),
            text: when.at(at),
        }
    }
}

struct Setting {
    name: String,
    meaning: Option<&'static str>,
    /// None: it is empty.
    values: Vec<String>,
}

impl NowPage<'_> {
    /// How many findings are shown; the others are a link away.
    pub const FINDINGS: usize = 5;

    pub fn html(&self) -> String {
        let n = NowTexts::of(self.language);
        let t = Texts::of(self.language);
        let when = self.site.when(self.language, self.now);
        render(&Page {
            frame: self.site.frame(self.language, Some(Part::Now), t.now),
            t,
            n,
            b: BookingTexts::of(self.language),
            as_of: (n.as_of)(&when.at(self.now)),
            late: self
                .endpoints
                .iter()
                .filter_map(|now| self.late(now, n, &when))
                .collect(),
            cards: self
                .endpoints
                .iter()
                .enumerate()
                .map(|(at, endpoint)| endpoint.card(self, at, n, &when))
                .collect(),
            findings: self
                .findings
                .iter()
                .take(Self::FINDINGS)
                .map(|at| FindingCard::of(at, self.site, t, &when))
                .collect(),
            rows: self
                .records
                .iter()
                .map(|record| Row::of(record, self.site, t, &when))
                .collect(),
            policy_since: self
                .policy
                .map(|policy| (n.policy_since)(&when.at(policy.noted_at))),
            settings: self
                .policy
                .map_or_else(Vec::new, |policy| settings(&policy.text, n)),
        })
    }

    /// That sweeps of an endpoint are late.
    fn late(&self, endpoint: &EndpointNow, t: &NowTexts, when: &When) -> Option<String> {
        let name = &visible(&endpoint.status.endpoint);
        let Some(at) = endpoint.last_sweep_at else {
            return Some((t.never_swept)(name));
        };
        let late = self.now - at;
        (late > SWEEP_LATE).then(|| (t.sweep_late)(name, &when.at(at), late.num_minutes()))
    }
}

/// The settings of a `config` item, one `NAME=value` a line. Lists are shown an element a line.
fn settings(text: &str, t: &NowTexts) -> Vec<Setting> {
    let setting = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let separator = if name == "MANAGED_ENDPOINTS" {
            ';'
        } else {
            ','
        };
        let values = value.split(separator).filter(|value| !value.is_empty());
        Setting {
            name: visible(name),
            meaning: (t.meaning)(name),
            values: values.map(visible).collect(),
        }
    };
    text.lines()
        .filter(|line| !line.is_empty())
        .map(setting)
        .collect()
}
