//! What several pages answer as JSON.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use shared::model::item::{Item, rfc3339};
use shared::review::export::to_json;
use shared::review::findings::FindingAt;

/// Records with all that they hold, names in camelCase.
pub(super) fn records(items: &[Item]) -> Vec<Value> {
    items.iter().map(to_json).collect()
}

pub(super) fn time(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(rfc3339)
}

/// A finding (DESIGN 7).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingJson<'a> {
    kind: &'static str,
    sentence: &'a str,
    endpoint: &'a str,
    /// `null`: no record shows it.
    event_id: Option<String>,
    occurred_at: String,
    /// What to do.
    advice: &'static str,
}

pub(super) fn findings(found: &[FindingAt]) -> Vec<FindingJson<'_>> {
    fn one(it: &FindingAt) -> FindingJson<'_> {
        FindingJson {
            kind: it.finding.kind.as_str(),
            sentence: &it.finding.sentence,
            endpoint: &it.endpoint_name,
            event_id: it.finding.event_id.as_ref().map(ToString::to_string),
            occurred_at: rfc3339(it.finding.occurred_at),
            advice: it.finding.kind.advice(),
        }
    }
    found.iter().map(one).collect()
}
