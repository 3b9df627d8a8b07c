//! One part of an export.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::csv;
use super::json::to_json;
use super::size::escaped_len;
use crate::model::item::{Item, Value};
use crate::ports::AuditReader;
use crate::review::MAX_READ;
use crate::review::log::{Cursor, LogError, LogFilter, Search, walk};

/// The most bytes of a body within the JSON that Lambda hands to the ALB, which takes 1 MB with headers and all
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>).
pub const MAX_PART_BYTES: usize = 900_000;
/// DynamoDB takes 400 KB for an item. One that is larger than this in a line is put there by another hand, and is cut.
const MAX_LINE_BYTES: usize = 200_000;
/// What is left of its texts then.
const CUT_AT_CHARS: usize = 1_000;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

/// A part, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPart {
    pub body: String,
    /// How many records it has.
    pub count: usize,
    /// Where the next part goes on; `None`: this is the last.
    pub next: Option<Cursor>,
}

/// The next part of the records that a filter leaves, newest first: as many as fit into an answer and into the limits of a
/// page. Byte order mark and header stand in the first alone, so that parts can be put one behind the other.
///
/// # Errors
/// A cursor of another view, or a table that cannot be read.
pub async fn part(
    reader: &dyn AuditReader,
    filter: &LogFilter,
    cursor: Option<&Cursor>,
    format: Format,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<ExportPart, LogError> {
    let mut lines = Lines::new(format, cursor.is_none());
    let search = Search {
        filter,
        cursor,
        wanted: MAX_READ,
        zone,
        now,
    };
    let page = walk(reader, search, &mut |item| lines.push(item)).await?;
    Ok(ExportPart {
        body: lines.body,
        count: page.records.len(),
        next: page.next,
    })
}

struct Lines {
    format: Format,
    body: String,
    escaped_len: usize,
}

impl Lines {
    fn new(format: Format, is_first: bool) -> Self {
        let body = match format {
            Format::Csv if is_first => csv::header(),
            Format::Csv | Format::JsonLines => String::new(),
        };
        Self {
            format,
            escaped_len: escaped_len(&body),
            body,
        }
    }

    /// `false`: there is no room for it.
    fn push(&mut self, item: &Item) -> bool {
        let mut line = self.line(item);
        if escaped_len(&line) > MAX_LINE_BYTES {
            line = self.line(&texts_cut(item));
        }
        if escaped_len(&line) > MAX_LINE_BYTES {
            line = self.line(&essence(item));
        }
        let with_it = self.escaped_len + escaped_len(&line);
        let has_room = with_it <= MAX_PART_BYTES;
        if has_room {
            self.body.push_str(&line);
            self.escaped_len = with_it;
        }
        has_room
    }

    fn line(&self, item: &Item) -> String {
        match self.format {
            Format::Csv => csv::line(item),
            Format::JsonLines => to_json(item).to_string() + "\n",
        }
    }
}

fn texts_cut(item: &Item) -> Item {
    let cut = |value: &Value| {
        if let Value::S(text) = value {
            Value::S(cut(text))
        } else {
            value.clone()
        }
    };
    item.iter()
        .map(|(name, value)| (name.clone(), cut(value)))
        .collect()
}

/// That there is a record, and which.
fn essence(item: &Item) -> Item {
    let kept = ["endpoint_id", "event_id", "occurred_at", "event", "actor"];
    let kept = kept.into_iter().filter_map(|name| {
        let text = crate::review::record::text(item, name);
        Some((name.to_owned(), Value::S(cut(text)))).filter(|_| !text.is_empty())
    });
    let reason = "[This record is too large for an export. Look it up by its id.]";
    kept.chain([("reason".to_owned(), Value::from(reason))])
        .collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CUT_AT_CHARS) {
        Some((end, _)) => format!("{}… [cut]", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(format: Format, item: &Item) -> Lines {
        let mut lines = Lines::new(format, true);
        assert!(lines.push(item), "the first always fits");
        lines
    }

    #[test]
    fn the_largest_item_that_dynamodb_takes_fits_into_a_part() {
        let mut items = Vec::new();
        for text in ["\u{1}", "\"", "=", "\u{1f600}"] {
            let long = text.repeat(390_000 / text.len());
            items.push(Item::from([("reason".to_owned(), Value::S(long.clone()))]));
            items.push(Item::from([(
                "people".to_owned(),
                [long.clone()].into_iter().collect(),
            )]));
            items.push(Item::from([(
                "event_id".to_owned(),
                Value::L(vec![Value::S(long)]),
            )]));
        }
        let many = (0..40_000).map(|n| (format!("a{n}"), Value::Bool(true)));
        items.push(many.collect());
        for item in &items {
            for format in [Format::Csv, Format::JsonLines] {
                let lines = lines(format, item);
                assert!(lines.escaped_len <= MAX_PART_BYTES);
                assert_eq!(lines.escaped_len, escaped_len(&lines.body));
            }
        }
    }

    #[test]
    fn a_line_that_finds_no_room_is_left_to_the_next_part() {
        let item = Item::from([("reason".to_owned(), Value::S("\"".repeat(40_000)))]);
        let mut lines = Lines::new(Format::JsonLines, true);
        let pushed = (0..100).take_while(|_| lines.push(&item)).count();
        let json = serde_json::to_string(&lines.body).unwrap();
        assert!(json.len() <= MAX_PART_BYTES + 2);
        assert_eq!(lines.body.lines().count(), pushed);
        assert!(pushed > 3, "{pushed}");
    }
}
