//! The log as a download: parts that fit, put together they are all records, and no cell of them is a formula.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use shared::model::audit::Event;
use shared::model::item::{Item, Value};
use shared::review::export::{self, COLUMNS, ExportPart, Format, to_json};
use shared::review::log::{Cursor, LogFilter};
use shared::review::{MAX_PARTITIONS, MAX_READ};

use crate::company::Company;
use crate::counted::Counted;
use crate::table::{Table, at, employee, key_set, record};

const NOW: &str = "2026-02-20T12:00:00Z";
/// The ALB's limit.
const ALB_BYTES: usize = 1_000_000;

async fn parts(table: &Table, filter: &LogFilter, format: Format) -> Vec<ExportPart> {
    let counted = Counted::new(&table.reader);
    let mut parts: Vec<ExportPart> = Vec::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let part = export::part(
            &counted,
            filter,
            cursor.as_ref(),
            format,
            Tz::Asia__Tokyo,
            at(NOW),
        );
        let part = part.await.unwrap();
        let reads = counted.take();
        assert!(
            reads.records <= MAX_READ && reads.partitions.len() <= MAX_PARTITIONS,
            "{reads:?}"
        );
        assert!(serde_json::to_string(&part.body).unwrap().len() < ALB_BYTES - 50_000);
        cursor = part
            .next
            .as_ref()
            .map(|next| next.to_string().parse().unwrap());
        parts.push(part);
        if cursor.is_none() {
            return parts;
        }
        assert!(parts.len() < 200, "it does not end");
    }
}

fn whole(parts: &[ExportPart]) -> String {
    parts.iter().map(|part| part.body.as_str()).collect()
}

/// Lines of cells, as RFC 4180 has them.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let mut lines = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut rest = csv.chars().peekable();
    while let Some(c) = rest.next() {
        let line = lines.last_mut().unwrap();
        let cell = line.last_mut().unwrap();
        match c {
            '"' if is_quoted && rest.peek() == Some(&'"') => cell.push(rest.next().unwrap()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => line.push(String::new()),
            '\r' if !is_quoted => {
                assert_eq!(rest.next(), Some('\n'), "a line ends with both");
                lines.push(vec![String::new()]);
            }
            '\n' if !is_quoted => panic!("a line that ends with a line feed alone"),
            c => cell.push(c),
        }
    }
    assert!(!is_quoted);
    assert_eq!(
        lines.pop(),
        Some(vec![String::new()]),
        "the last line ends too"
    );
    lines
}

fn company() -> Company {
    Company {
        employees: 300,
        endpoints: 3,
        first_day: "2026-01-05".parse().unwrap(),
        days: 16,
        uses: 110,
    }
}

#[tokio::test]
async fn parts_put_together_are_all_records_each_once() {
    let all = company().records();
    assert!(all.len() > 2 * MAX_READ);
    let table = Table::of(&all).await;
    let filter = LogFilter::default();

    let csv_parts = parts(&table, &filter, Format::Csv).await;
    assert!(csv_parts.len() > 2);
    let csv = whole(&csv_parts);
    assert!(csv.starts_with('\u{feff}') && csv.matches('\u{feff}').count() == 1);
    let lines = cells(csv.trim_start_matches('\u{feff}'));
    assert_eq!(lines[0][..COLUMNS.len()], COLUMNS);
    assert!(lines.iter().all(|line| line.len() == COLUMNS.len() + 1));
    assert_eq!(
        lines.len() - 1,
        csv_parts.iter().map(|part| part.count).sum::<usize>()
    );
    let shown: BTreeMap<&str, &Vec<String>> = lines[1..]
        .iter()
        .map(|line| (line[2].as_str(), line))
        .collect();
    assert_eq!(shown.len(), all.len());
    for item in &all {
        let Some(Value::S(id)) = item.get("event_id") else {
            panic!("{item:?}");
        };
        let line = shown[id.as_str()];
        for (name, cell) in COLUMNS.iter().zip(line) {
            let expected = match item.get(*name) {
                Some(Value::S(text)) => text.clone(),
                Some(Value::N(number)) => {
                    let numbers = [number, cell].map(|text| text.parse::<f64>().unwrap().to_bits());
                    assert_eq!(numbers[0], numbers[1], "{name}");
                    continue;
                }
                Some(Value::Ss(texts)) => texts.iter().cloned().collect::<Vec<_>>().join("; "),
                Some(other) => panic!("{other:?}"),
                None => String::new(),
            };
            assert_eq!(*cell, expected, "{name}");
        }
        assert_eq!(line[COLUMNS.len()], "", "nothing has no column");
    }

    let json = whole(&parts(&table, &filter, Format::JsonLines).await);
    let read: Vec<serde_json::Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(read.len(), all.len());
    let mut read: Vec<String> = read.iter().map(ToString::to_string).collect();
    let mut expected: Vec<String> = all.iter().map(|item| to_json(item).to_string()).collect();
    read.sort();
    expected.sort();
    assert_eq!(read, expected);
}

#[tokio::test]
async fn nothing_found_is_a_header_and_an_end() {
    let table = Table::new().await;
    let csv = parts(&table, &LogFilter::default(), Format::Csv).await;
    assert_eq!((csv.len(), csv[0].count), (1, 0));
    assert_eq!(cells(csv[0].body.trim_start_matches('\u{feff}')).len(), 1);
    let json = parts(&table, &LogFilter::default(), Format::JsonLines).await;
    assert_eq!((json.len(), json[0].body.as_str()), (1, ""));
}

const HOSTILE: [&str; 14] = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1;1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "  =HYPERLINK(\"http://evil.example\",\"x\")",
    "a\",=1,\"",
    "x\r\n=1+1,\u{0}\u{1b}[31m",
    "\u{202e}\u{feff}=1",
];

#[tokio::test]
async fn hostile_values_stay_in_their_cells_and_are_no_formulas() {
    let items = HOSTILE.iter().enumerate().flat_map(|(n, hostile)| {
        let time =
            at("2026-02-19T00:00:00Z") + chrono::TimeDelta::seconds(i64::try_from(n).unwrap());
        let plain = record(time, Event::ConnectionEnded, employee("mallory"), hostile).to_item();
        let names = [
            "actor",
            "reason",
            "user_agent",
            "endpoint_name",
            "error_code",
            "a_later_one",
            "people",
        ];
        names.into_iter().map(move |name| {
            let mut item = plain.clone();
            let value = if name == "people" {
                Value::Ss([(*hostile).to_owned()].into())
            } else {
                Value::from(*hostile)
            };
            item.insert(name.to_owned(), value);
            item.insert("event_id".to_owned(), Value::from(format!("{n}-{name}")));
            item
        })
    });
    let items: Vec<Item> = items.collect();
    let table = Table::of(&items).await;
    let csv = whole(&parts(&table, &LogFilter::default(), Format::Csv).await);
    let lines = cells(csv.trim_start_matches('\u{feff}'));
    assert_eq!(lines.len() - 1, items.len());
    let formula = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    for cell in lines.iter().flatten() {
        let first = cell.trim_start_matches([' ', '"', '\u{feff}', '\u{202e}']);
        assert!(!first.starts_with(formula), "{cell:?}");
        assert!(!cell.contains(['\u{0}', '\u{1b}']), "{cell:?}");
    }
    // What was marked is as it was behind the mark.
    let reasons: Vec<&str> = lines
        .iter()
        .map(|line| line[7].trim_start_matches('\''))
        .collect();
    assert!(reasons.contains(&"=cmd|' /C calc'!A0"));

    let json = whole(&parts(&table, &LogFilter::default(), Format::JsonLines).await);
    assert_eq!(json.lines().count(), items.len(), "no text breaks a line");
    for line in json.lines() {
        let read: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = read["eventId"].as_str().unwrap();
        let item = items
            .iter()
            .find(|item| item.get("event_id") == Some(&Value::from(id)));
        assert_eq!(read, to_json(item.unwrap()));
    }
}

#[tokio::test]
async fn records_as_large_as_dynamodb_takes_them_come_in_parts_that_fit() {
    let items = (0..9_u32).map(|n| {
        let time = at("2026-02-19T00:00:00Z");
        let mut item = record(time, Event::ModeChanged, employee("mallory"), "large").to_item();
        let text = ["\u{1}", "\"", "日", "=", "\\"][n as usize % 5];
        item.insert("event_id".to_owned(), Value::from(format!("{n}")));
        item.insert(
            "reason".to_owned(),
            Value::S(text.repeat(380_000 / text.len())),
        );
        item
    });
    let items: Vec<Item> = items.collect();
    let table = Table::new().await;
    for item in &items {
        table.put(std::slice::from_ref(item)).await;
    }
    for format in [Format::Csv, Format::JsonLines] {
        let parts = parts(&table, &LogFilter::default(), format).await;
        assert_eq!(
            parts.iter().map(|part| part.count).sum::<usize>(),
            items.len()
        );
    }
    assert_eq!(key_set(&items).len(), items.len());
}
