//! A record as a line of CSV (RFC 4180), for spreadsheets that take some texts for formulas.

use std::collections::BTreeMap;

use super::json::{UNREADABLE, value_to_json};
use crate::model::item::{Item, Value};

/// The attributes that have a column, in this order. What a record has beyond them stands in the last column, `OTHERS`,
/// as JSON.
pub const COLUMNS: [&str; 37] = [
    "endpoint_id",
    "endpoint_name",
    "event_id",
    "occurred_at",
    "day",
    "event",
    "actor",
    "reason",
    "expires_at",
    "stay",
    "actor_sub",
    "source_ip",
    "user_agent",
    "trace_id",
    "sec_fetch_site",
    "association_ids",
    "subnet_ids",
    "cidrs",
    "error_code",
    "until",
    "active_connections",
    "duration_seconds",
    "cost_usd",
    "connection_id",
    "bytes",
    "booking_id",
    "booked_by",
    "mode",
    "month",
    "up_since",
    "ready_since",
    "start_seconds",
    "requests",
    "people",
    "people_count",
    "last_active_at",
    "association_seconds",
];
const OTHERS: &str = "others";
/// Excel takes a file without it for one in the machine's own encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";
const LINE_END: &str = "\r\n";

/// What stands before the first record.
pub(super) fn header() -> String {
    let names: Vec<&str> = COLUMNS.into_iter().chain([OTHERS]).collect();
    format!("{BYTE_ORDER_MARK}{}{LINE_END}", names.join(","))
}

pub(super) fn line(item: &Item) -> String {
    let known = COLUMNS
        .iter()
        .map(|name| item.get(*name).map_or_else(String::new, cell));
    let mut cells: Vec<String> = known.collect();
    cells.push(others(item));
    cells.join(",") + LINE_END
}

fn others(item: &Item) -> String {
    let others = item
        .iter()
        .filter(|(name, _)| !COLUMNS.contains(&name.as_str()));
    let others: BTreeMap<_, _> = others
        .map(|(name, value)| (name, value_to_json(value)))
        .collect();
    match serde_json::to_string(&others) {
        Ok(json) if !others.is_empty() => text_cell(&json),
        Ok(_) | Err(_) => String::new(),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::S(text) => text_cell(text),
        // Only what DynamoDB takes for a number is one: it stays a number for the spreadsheet, with its sign.
        Value::N(number) => number.clone(),
        Value::Ss(texts) => {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            text_cell(&texts.join("; "))
        }
        Value::L(_) | Value::M(_) | Value::Bool(_) => text_cell(&value_to_json(value).to_string()),
        Value::Null => String::new(),
        Value::Foreign => text_cell(UNREADABLE),
    }
}

/// A text that no spreadsheet takes for a formula, quoted where it must be.
fn text_cell(text: &str) -> String {
    let readable: String = text.chars().map(shown).collect();
    let mark = if may_be_formula(&readable) { "'" } else { "" };
    let needs_quotes = |c| matches!(c, '"' | ',' | ';' | '\t' | '\r' | '\n' | '\'' | ' ');
    if readable.contains(needs_quotes) {
        format!("\"{mark}{}\"", readable.replace('"', "\"\""))
    } else {
        format!("{mark}{readable}")
    }
}

/// RFC 4180 has no control characters, and spreadsheets refuse a file for them.
fn shown(c: char) -> char {
    let is_layout = matches!(c, '\t' | '\r' | '\n');
    if c.is_control() && !is_layout || matches!(c, '\u{fffe}' | '\u{ffff}') {
        char::REPLACEMENT_CHARACTER
    } else {
        c
    }
}

/// Whether a spreadsheet may take it for a formula: by its first character
/// (<https://owasp.org/www-community/attacks/CSV_Injection>), also behind spaces, quotes and what has no width, which some of
/// them drop.
fn may_be_formula(text: &str) -> bool {
    let is_dropped = |c: char| {
        c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n')
            || matches!(
                c,
                '"' | '\''
                    | '\u{ad}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
                    | '\u{fffd}'
            )
    };
    text.trim_start_matches(is_dropped)
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::model::audit::{Actor, AuditRecord, Closing, Details, Event, EventId, Origin};
    use crate::model::{AssociationId, BookingId, ConnectionId, Email, SubnetId};

    #[test]
    fn a_text_that_may_be_a_formula_is_marked_as_text() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+81", "'+81"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "\"'\tx\""),
            ("\r=x", "\"'\r=x\""),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A", "'＠A"),
            ("  =1", "\"'  =1\""),
            ("\u{3000}=1", "'\u{3000}=1"),
            ("\"=1\"", "\"'\"\"=1\"\"\""),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{202e}\u{2066}=1", "'\u{202e}\u{2066}=1"),
            ("\u{0}=1", "'\u{fffd}=1"),
            ("a=1", "a=1"),
            ("a,b", "\"a,b\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("say \"it\"", "\"say \"\"it\"\"\""),
            ("", ""),
        ] {
            assert_eq!(text_cell(text), expected, "{text:?}");
        }
    }

    /// One that has every attribute that a record can have.
    fn whole_record() -> AuditRecord {
        let at: DateTime<Utc> = "2026-11-23T01:31:01Z".parse().unwrap();
        let text = || Some("text".to_owned());
        let closing = Closing {
            up_since: at,
            ready_since: Some(at),
            start: Some(TimeDelta::minutes(6)),
            requests: Some(1),
            people: BTreeSet::new(),
            people_count: 0,
            last_active_at: Some(at),
            association_seconds: 7,
        };
        let person: Email = "yuki@example.com".parse().unwrap();
        AuditRecord {
            event_id: EventId::of_fact(at, &[]),
            endpoint: None,
            occurred_at: at,
            event: Event::DisassociationCompleted,
            actor: Actor::Reaper,
            reason: String::new(),
            expires_at: Some(at),
            details: Details {
                stay: Some(1),
                origin: Origin {
                    actor_sub: text(),
                    source_ip: text(),
                    user_agent: text(),
                    trace_id: text(),
                    sec_fetch_site: text(),
                },
                association_ids: [AssociationId::observed("a")].into(),
                subnet_ids: [SubnetId::observed("s")].into(),
                error_code: text(),
                until: Some(at),
                active_connections: Some(1),
                duration: Some(TimeDelta::minutes(1)),
                cost_usd: Some(1.0),
                cidrs: ["10.0.0.0/8".to_owned()].into(),
                connection_id: Some(ConnectionId::observed("c")),
                bytes: Some(1),
                booking_id: Some(BookingId::observed("0a1b2c3d")),
                booked_by: Some(person.clone()),
                mode: text(),
                closing: Some(Box::new(closing.with_people([person].into()))),
            },
        }
    }

    #[test]
    fn every_attribute_of_a_record_has_a_column() {
        let item = whole_record().to_item();
        assert_eq!(others(&item), "");
        for name in COLUMNS {
            assert!(item.contains_key(name), "{name}");
        }
    }

    #[test]
    fn what_has_no_column_stands_in_the_last() {
        let item = Item::from([
            ("endpoint_id".to_owned(), Value::from("-")),
            ("later_one".to_owned(), Value::from("=x")),
            ("stay".to_owned(), Value::from(7_u64)),
        ]);
        let line = line(&item);
        let expected = format!(
            "'-{}7{}\"{{\"\"later_one\"\":\"\"=x\"\"}}\"\r\n",
            ",".repeat(9),
            ",".repeat(28)
        );
        assert_eq!(line, expected);
        assert_eq!(header().matches(',').count(), COLUMNS.len());
    }
}
