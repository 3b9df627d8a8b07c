//! The endpoints there are, for programs.

use serde::Serialize;
use shared::model::ManagedEndpoint;

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
}

impl<'a> List<'a> {
    /// Of these endpoints.
    pub(crate) fn of(endpoints: &'a [ManagedEndpoint]) -> Self {
        let entry = |ManagedEndpoint { name, id, .. }: &'a ManagedEndpoint| Entry {
            endpoint: name.as_str(),
            endpoint_id: id.as_str(),
            url: format!("/vpn/{name}"),
            status_url: format!("/vpn/{name}/status"),
        };
        Self {
            endpoints: endpoints.iter().map(entry).collect(),
        }
    }
}
