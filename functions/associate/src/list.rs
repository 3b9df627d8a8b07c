//! The endpoints there are, for programs.

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::model::ManagedEndpoint;
use shared::model::item::rfc3339;
use shared::policy::Phase;
use shared::reconcile::Glance;

/// The list as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct List<'a> {
    endpoints: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    endpoint: &'a str,
    endpoint_id: &'a str,
    url: String,
    status_url: String,
    /// `null`: it could not be read, or what is known of it is too old.
    phase: Option<Phase>,
    /// Until when it stays if nothing happens; `null`: that cannot be said.
    keep_until: Option<String>,
    /// Until when the caller's lease runs.
    held_until: Option<String>,
    /// When the caller's next booking is to be ready.
    booked_for: Option<String>,
}

impl<'a> List<'a> {
    /// Of these endpoints, and what was seen of each.
    pub(crate) fn of(endpoints: &'a [ManagedEndpoint], glances: &[Option<Glance>]) -> Self {
        let entries = endpoints.iter().zip(glances);
        Self {
            endpoints: entries
                .map(|(endpoint, glance)| Entry::of(endpoint, glance.as_ref()))
                .collect(),
        }
    }
}

impl<'a> Entry<'a> {
    fn of(endpoint: &'a ManagedEndpoint, glance: Option<&Glance>) -> Self {
        let ManagedEndpoint { name, id, .. } = endpoint;
        let status = glance.and_then(|glance| glance.status.as_ref());
        let time = |at: Option<DateTime<Utc>>| at.map(rfc3339);
        Self {
            endpoint: name.as_str(),
            endpoint_id: id.as_str(),
            url: format!("/vpn/{name}"),
            status_url: format!("/vpn/{name}/status"),
            phase: status.map(|status| status.phase),
            keep_until: time(status.and_then(|status| status.keep_until)),
            held_until: time(glance.and_then(|glance| glance.held_until)),
            booked_for: time(glance.and_then(|glance| glance.booked_for)),
        }
    }
}
