//! A start: under way, or failed.

use chrono::{DateTime, Utc};
use shared::model::item::rfc3339;

use super::situation::{self, FailureKind};
use super::{Since, StatusPage};
use crate::When;
use crate::texts::Texts;

/// A start under way.
pub(super) struct Start {
    pub(super) steps: Vec<Step>,
    pub(super) since: Option<Since>,
    pub(super) estimate: String,
}

pub(super) struct Step {
    pub(super) label: &'static str,
    pub(super) class: &'static str,
    pub(super) is_current: bool,
    /// For those who do not see the mark.
    pub(super) word: Option<&'static str>,
}

/// What failed, as an administrator wants to be told.
pub(super) struct Failed<'a> {
    pub(super) what: &'static str,
    pub(super) code: Option<&'a str>,
    pub(super) at: String,
    pub(super) trace_id: &'a str,
}

impl Start {
    pub(super) fn of(page: &StatusPage<'_>, t: &'static Texts, when: &When) -> Self {
        let status = page.standing;
        let current = situation::step(&status.particulars.reason);
        let step = |(at, label): (usize, &'static str)| {
            let (class, word) = match at.cmp(&current) {
                std::cmp::Ordering::Less => ("done", Some(t.step_done)),
                std::cmp::Ordering::Equal => ("current", Some(t.step_current)),
                std::cmp::Ordering::Greater => ("", None),
            };
            Step {
                label,
                class,
                is_current: at == current,
                word,
            }
        };
        Self {
            steps: t.steps.into_iter().enumerate().map(step).collect(),
            since: status.started_at.map(|began| since(began, page.now, t)),
            estimate: (t.estimate)(status.estimate(page.now), when),
        }
    }
}

/// How long ago something began.
fn since(began: DateTime<Utc>, now: DateTime<Utc>, t: &'static Texts) -> Since {
    let seconds = (now - began).num_seconds().max(0);
    let text = t
        .elapsed_format
        .replace("{m}", &(seconds / 60).to_string())
        .replace("{s}", &(seconds % 60).to_string());
    Since {
        machine: rfc3339(began),
        text,
    }
}

impl<'a> Failed<'a> {
    pub(super) fn of(page: &StatusPage<'a>, t: &'static Texts, when: &When) -> Self {
        let failure = situation::failure(&page.standing.particulars.reason);
        let kind = failure.map_or(FailureKind::Aws, |failure| FailureKind::of(&failure.code));
        Self {
            what: (t.failure)(kind),
            code: failure.map(|failure| failure.code.as_str()),
            at: when.at(page.now),
            trace_id: page.trace_id,
        }
    }
}
