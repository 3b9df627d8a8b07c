//! The log, newest first.

use audit_pages::LogPage;
use serde::Serialize;
use serde_json::Value;
use shared::model::item::rfc3339;
use shared::review::log::{self, LIMIT};
use web::Reply;

use super::{json, shown};
use crate::app::{App, Call};
use crate::input::LogQuery;
use crate::refusal::Refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    records: Vec<Value>,
    /// The path of the page with older ones.
    next: Option<String>,
    searched_back_to: String,
}

impl App {
    pub(super) async fn records(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let query = LogQuery::read(call.query, &self.common.endpoints)?;
        let zone = self.common.settings.rules.time_zone;
        let cursor = query.cursor.as_ref();
        let reader = self.reader.as_ref();
        let found = log::page(reader, &query.filter, cursor, query.limit, zone, call.now).await?;
        let next = found.next.as_ref();
        let html = || {
            let next = next.map(ToString::to_string);
            let page = LogPage {
                site: &self.site_of(call),
                language: call.language,
                filter: &query.filter,
                limit: Some(query.limit).filter(|limit| *limit != LIMIT),
                records: &found.records,
                is_continued: cursor.is_some(),
                next: next.as_deref(),
                searched_back_to: found.searched_back_to,
                now: call.now,
            };
            page.html()
        };
        let json = || Log {
            records: json::records(&found.records),
            next: next.map(|next| query.path("/audit/records", Some(next))),
            searched_back_to: rfc3339(found.searched_back_to),
        };
        Ok(shown(call, html, json))
    }
}
