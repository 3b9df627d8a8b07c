//! The log as a file, in parts, each on record before it is handed out.

use chrono::{DateTime, Utc};
use http::header::{CONTENT_DISPOSITION, LINK};
use http::{HeaderValue, StatusCode};
use shared::model::audit::{Actor, AuditRecord, Details, Event};
use shared::review::export::{self, ExportPart, Format};
use web::Reply;

use crate::app::{App, Call};
use crate::input::LogQuery;
use crate::refusal::Refusal;

/// The longest filter that a record quotes whole.
const MAX_FILTER_CHARS: usize = 1_000;

fn path(format: Format) -> &'static str {
    match format {
        Format::Csv => "/audit/records.csv",
        Format::JsonLines => "/audit/records.jsonl",
    }
}

impl App {
    pub(super) async fn export(&self, call: &Call<'_>, format: Format) -> Result<Reply, Refusal> {
        let query = LogQuery::read(call.query, &self.common.endpoints)?;
        let zone = self.common.settings.rules.time_zone;
        let (reader, cursor) = (self.reader.as_ref(), query.cursor.as_ref());
        let part = export::part(reader, &query.filter, cursor, format, zone, call.now).await?;
        if !call.is_head {
            let record = self.exported(call, &query.path(path(format), cursor), &part);
            reader
                .put_record(&record)
                .await
                .map_err(Refusal::Unrecorded)?;
        }
        let next = part
            .next
            .as_ref()
            .map(|next| query.path(path(format), Some(next)));
        Ok(file(format, part.body, next, call.now))
    }

    /// Who fetched what: the filter as its path says it, and how many records.
    fn exported(&self, call: &Call<'_>, filter: &str, part: &ExportPart) -> AuditRecord {
        let (viewer, count) = (&call.viewer, part.count);
        let filter: String = filter.chars().take(MAX_FILTER_CHARS).collect();
        AuditRecord {
            event_id: self.ids.next(call.now),
            endpoint: None,
            occurred_at: call.now,
            event: Event::AuditExported,
            actor: Actor::Employee(viewer.clone()),
            reason: format!("{viewer} fetched {count} records: {filter}"),
            expires_at: self
                .common
                .settings
                .retention
                .expires_at(Event::AuditExported, call.now),
            details: Details {
                origin: call.origin.clone(),
                ..Details::default()
            },
        }
    }
}

fn file(format: Format, body: String, next: Option<String>, now: DateTime<Utc>) -> Reply {
    let (content_type, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::JsonLines => ("application/jsonl; charset=utf-8", "jsonl"),
    };
    let name = now.format("audit-%Y-%m-%dT%H%M%SZ");
    let disposition = format!("attachment; filename=\"{name}.{extension}\"");
    let link = next.map(|next| format!("<{next}>; rel=\"next\""));
    // Paths are percent-encoded, so both are ASCII.
    let headers = [(CONTENT_DISPOSITION, Some(disposition)), (LINK, link)];
    let reply = Reply::new(StatusCode::OK, content_type, body);
    headers.into_iter().fold(reply, |reply, (name, value)| {
        let value = value.and_then(|value| HeaderValue::try_from(value).ok());
        match value {
            Some(value) => reply.with(name, value),
            None => reply,
        }
    })
}
