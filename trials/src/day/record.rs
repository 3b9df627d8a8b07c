//! One audit record, in words.

use anyhow::Context;
use chrono::{DateTime, Utc};
use sandbox::dynamo::Record;

/// Who did it, without what stands behind the `@`.
pub(super) fn actor(record: &Record) -> String {
    record
        .text("actor")
        .split('@')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// When it happened.
pub(super) fn occurred_at(record: &Record) -> anyhow::Result<DateTime<Utc>> {
    record
        .text("occurred_at")
        .parse()
        .context("a record without a time")
}

/// The record in a line of the story.
pub(super) fn sentence(record: &Record) -> String {
    format!("{:<24} {}", record.text("event"), record.text("reason"))
}
