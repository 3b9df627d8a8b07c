//! What the paths are called. Nothing is decoded or tidied up: whatever is not spelt exactly so does not exist.

use page::Asset;
use shared::model::EndpointId;
use shared::model::audit::{AuditRecord, EventId};

use crate::pages::asset;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// `/audit`.
    Now,
    /// `/audit/records`.
    Records,
    /// `/audit/records/{endpointId}/{eventId}`.
    Record(RecordName<'a>),
    /// `/audit/stays/{endpointId}/{eventId}`.
    Stay(RecordName<'a>),
    /// `/audit/use`.
    Use,
    /// `/audit/findings`.
    Findings,
    /// `/audit/records.csv`.
    RecordsCsv,
    /// `/audit/records.jsonl`.
    RecordsJsonl,
    /// `/audit/assets/{file}`.
    Asset(File),
}

/// A record as a path names it; whether there is one, the table knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordName<'a> {
    /// `-` where it is about none.
    pub(crate) endpoint_id: &'a str,
    pub(crate) event_id: EventId,
}

/// An asset that there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File(pub(crate) &'static Asset);

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for File {}

impl<'a> Route<'a> {
    /// What a path names.
    pub(crate) fn find(path: &'a str) -> Option<Self> {
        let below = path.strip_prefix("/audit")?;
        if below.is_empty() {
            return Some(Self::Now);
        }
        let segments: Vec<&str> = below.strip_prefix('/')?.splitn(4, '/').collect();
        match segments[..] {
            ["records"] => Some(Self::Records),
            ["records.csv"] => Some(Self::RecordsCsv),
            ["records.jsonl"] => Some(Self::RecordsJsonl),
            ["records", endpoint, event] => RecordName::find(endpoint, event).map(Self::Record),
            ["stays", endpoint, event] => RecordName::find(endpoint, event).map(Self::Stay),
            ["use"] => Some(Self::Use),
            ["findings"] => Some(Self::Findings),
            ["assets", file] => asset::find(file).map(File).map(Self::Asset),
            _ => None,
        }
    }

    /// Whether it hands out records as a file.
    pub(crate) fn is_export(&self) -> bool {
        match self {
            Self::RecordsCsv | Self::RecordsJsonl => true,
            Self::Now
            | Self::Records
            | Self::Record(_)
            | Self::Stay(_)
            | Self::Use
            | Self::Findings
            | Self::Asset(_) => false,
        }
    }

    /// The name under which it stands in logs: nothing that the caller typed.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Now => "audit-now",
            Self::Records => "audit-records",
            Self::Record(_) => "audit-record",
            Self::Stay(_) => "audit-stay",
            Self::Use => "audit-use",
            Self::Findings => "audit-findings",
            Self::RecordsCsv => "audit-csv",
            Self::RecordsJsonl => "audit-jsonl",
            Self::Asset(_) => "audit-asset",
        }
    }
}

impl<'a> RecordName<'a> {
    fn find(endpoint_id: &'a str, event_id: &str) -> Option<Self> {
        let is_endpoint = endpoint_id.parse::<EndpointId>().is_ok();
        let event_id = event_id.parse().ok()?;
        (is_endpoint || endpoint_id == AuditRecord::NO_ENDPOINT).then_some(Self {
            endpoint_id,
            event_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINT: &str = "cvpn-endpoint-0a1b2c3d4e5f60718";
    const EVENT: &str = "019ab0d2-0000-7000-8000-00000000000a";

    #[test]
    fn each_path_of_the_design_names_its_page() {
        let record = |endpoint_id| RecordName {
            endpoint_id,
            event_id: EVENT.parse().unwrap(),
        };
        for (path, route) in [
            ("/audit", Route::Now),
            ("/audit/records", Route::Records),
            (
                &format!("/audit/records/{ENDPOINT}/{EVENT}"),
                Route::Record(record(ENDPOINT)),
            ),
            (
                &format!("/audit/records/-/{EVENT}"),
                Route::Record(record("-")),
            ),
            (
                &format!("/audit/stays/{ENDPOINT}/{EVENT}"),
                Route::Stay(record(ENDPOINT)),
            ),
            ("/audit/use", Route::Use),
            ("/audit/findings", Route::Findings),
            ("/audit/records.csv", Route::RecordsCsv),
            ("/audit/records.jsonl", Route::RecordsJsonl),
        ] {
            assert_eq!(Route::find(path), Some(route), "{path}");
        }
    }

    #[test]
    fn a_path_that_is_not_spelt_exactly_names_nothing() {
        let upper = EVENT.to_uppercase();
        let bare = EVENT.replace('-', "");
        for path in [
            "",
            "/",
            "audit",
            "/audit/",
            "//audit",
            "/audit//records",
            "/auditor",
            "/AUDIT",
            "/audit?",
            "/audit#",
            "/audit%2Frecords",
            "/audit/records/",
            "/audit/%72ecords",
            "/audit/../audit",
            "/audit/./records",
            "/audit/records.CSV",
            "/audit/records.csv/",
            "/audit/records.csv.jsonl",
            "/audit/assets",
            "/audit/assets/",
            "/audit/assets/style.css",
            "/audit/assets/../records",
            "/help",
            &format!("/audit/records/{ENDPOINT}"),
            &format!("/audit/records/{ENDPOINT}/"),
            &format!("/audit/records//{EVENT}"),
            &format!("/audit/records/{ENDPOINT}/{EVENT}/"),
            &format!("/audit/records/{ENDPOINT}/{EVENT}/x"),
            &format!("/audit/records/tokyo/{EVENT}"),
            &format!("/audit/records/%2D/{EVENT}"),
            &format!("/audit/records/--/{EVENT}"),
            &format!("/audit/records/CVPN-endpoint-0a1b2c3d4e5f60718/{EVENT}"),
            &format!("/audit/records/{ENDPOINT}/{upper}"),
            &format!("/audit/records/{ENDPOINT}/{bare}"),
            &format!("/audit/records/{ENDPOINT}/{{{EVENT}}}"),
            &format!("/audit/records/{ENDPOINT}/urn:uuid:{EVENT}"),
            &format!("/audit/stays/{EVENT}/{ENDPOINT}"),
            &format!("/audit/stays/{ENDPOINT}/{EVENT} "),
        ] {
            assert_eq!(Route::find(path), None, "{path}");
        }
    }
}
