//! What in the records an administrator should look at.

use audit_pages::FindingsPage;
use serde::Serialize;
use shared::model::item::rfc3339;
use shared::review::findings::{FindingsCursor, findings};
use web::Reply;

use super::json::{self, FindingJson};
use super::shown;
use crate::app::{App, Call};
use crate::input::{FindingsQuery, InputError};
use crate::refusal::Refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    findings: Vec<FindingJson<'a>>,
    /// The path of the page that goes further back.
    next: Option<String>,
    searched_back_to: String,
}

impl App {
    pub(super) async fn findings(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let query = FindingsQuery::read(call.query)?;
        let cursor = query.cursor.as_deref().map(str::parse::<FindingsCursor>);
        let cursor = cursor.transpose().map_err(|_| InputError::Cursor)?;
        let settings = &self.common.settings;
        let found = findings(
            self.reader.as_ref(),
            &self.common.endpoints,
            query.from,
            query.to,
            cursor,
            settings.rules.time_zone,
            settings.association_hour_price_usd,
            call.now,
        );
        let found = found.await?;
        let next = found.next.map(|next| next.to_string());
        let html = || {
            let page = FindingsPage {
                site: &self.site_of(call),
                language: call.language,
                from: query.from,
                to: query.to,
                findings: &found.findings,
                is_continued: cursor.is_some(),
                next: next.as_deref(),
                searched_back_to: found.searched_back_to,
                now: call.now,
            };
            page.html()
        };
        let json = || Answer {
            findings: json::findings(&found.findings),
            next: next.as_deref().map(|next| query.path(next)),
            searched_back_to: rfc3339(found.searched_back_to),
        };
        Ok(shown(call, html, json))
    }
}
