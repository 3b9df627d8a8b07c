//! One record, with all it holds.

use audit_pages::RecordPage;
use serde::Serialize;
use serde_json::Value;
use shared::review::export::to_json;
use shared::review::stay;
use web::Reply;

use super::shown;
use crate::app::{App, Call};
use crate::refusal::Refusal;
use crate::routes::RecordName;

#[derive(Serialize)]
struct Answer {
    record: Value,
    /// Those before and behind it in the same stay.
    previous: Option<Value>,
    next: Option<Value>,
}

impl App {
    pub(super) async fn record(
        &self,
        call: &Call<'_>,
        name: &RecordName<'_>,
    ) -> Result<Reply, Refusal> {
        let reader = self.reader.as_ref();
        let (endpoint, event) = (name.endpoint_id, &name.event_id);
        let record = reader.record(endpoint, event).await?;
        let record = record.ok_or(Refusal::NotFound)?;
        let neighbours = stay::neighbours(reader, &record).await?;
        let (previous, next) = (neighbours.previous.as_ref(), neighbours.next.as_ref());
        let html = || {
            let page = RecordPage {
                site: &self.site_of(call),
                language: call.language,
                record: &record,
                previous,
                next,
                now: call.now,
            };
            page.html()
        };
        let json = || Answer {
            record: to_json(&record),
            previous: previous.map(to_json),
            next: next.map(to_json),
        };
        Ok(shown(call, html, json))
    }
}
