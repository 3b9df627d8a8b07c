//! Several endpoints to choose from.

use serde::Serialize;
use shared::model::ManagedEndpoint;

use super::{Layout, Site, Text};

/// The list of endpoints: nothing is asked or read for it.
#[derive(Debug)]
pub(crate) struct ListPage<'a> {
    pub(crate) site: Site,
    pub(crate) endpoints: &'a [ManagedEndpoint],
}

/// The same for programs.
#[derive(Debug, Serialize)]
struct List<'a> {
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

impl<'a> ListPage<'a> {
    /// The page. Its links lead to the status, from where one asks.
    pub(crate) fn html(&self) -> String {
        let entries: Vec<String> = self
            .endpoints
            .iter()
            .map(|endpoint| {
                let name = Text(&endpoint.name);
                format!("<li><a href=\"/vpn/{name}/status\">{name}</a></li>\n")
            })
            .collect();
        let layout = Layout {
            title: "Which VPN?",
            refresh_seconds: None,
            has_sign_out: self.site.has_sign_out,
        };
        layout.around(format_args!("<ul>\n{}</ul>\n", entries.concat()))
    }

    /// The JSON.
    pub(crate) fn json(&self) -> impl Serialize + use<'a> {
        let entry = |ManagedEndpoint { name, id, .. }: &'a ManagedEndpoint| Entry {
            endpoint: name.as_str(),
            endpoint_id: id.as_str(),
            url: format!("/vpn/{name}"),
            status_url: format!("/vpn/{name}/status"),
        };
        List {
            endpoints: self.endpoints.iter().map(entry).collect(),
        }
    }
}
