//! A year of a company of 2,000 people: what each page reads, and how long it takes.
//!
//! `REVIEW_RECORDS` makes it larger: with 2000000 (`--nocapture`, an optimized build and some patience) it is the year of
//! issue 12's size.

use std::time::{Duration, Instant};

use chrono_tz::Asia::Tokyo;
use shared::model::audit::Event;
use shared::review::export::{self, Format};
use shared::review::log::{self, LIMIT, LogFilter, MAX_LIMIT};
use shared::review::record::{event, event_id, key};
use shared::review::stay::story;
use shared::review::{MAX_PARTITIONS, MAX_READ};

use crate::company::Company;
use crate::counted::{Counted, Reads};
use crate::table::{Table, at};

const NOW: &str = "2026-12-31T12:00:00Z";

fn filters() -> Vec<(&'static str, LogFilter)> {
    let plain = LogFilter::default();
    let endpoint = Some(Company::endpoint(1));
    let actor = Some("employee0042@example.com".to_owned());
    let (from, to) = ("2026-03-02".parse().ok(), "2026-03-31".parse().ok());
    vec![
        ("no filter", plain.clone()),
        (
            "endpoint",
            LogFilter {
                endpoint: endpoint.clone(),
                ..plain.clone()
            },
        ),
        (
            "actor",
            LogFilter {
                actor: actor.clone(),
                ..plain.clone()
            },
        ),
        (
            "actor and endpoint",
            LogFilter {
                actor,
                endpoint: endpoint.clone(),
                ..plain.clone()
            },
        ),
        (
            "a month",
            LogFilter {
                from,
                to,
                ..plain.clone()
            },
        ),
        (
            "endpoint and a month",
            LogFilter {
                endpoint: endpoint.clone(),
                from,
                to,
                ..plain.clone()
            },
        ),
        (
            "an event",
            LogFilter {
                events: vec!["disassociation.".to_owned()],
                ..plain.clone()
            },
        ),
        (
            "a text that is nowhere",
            LogFilter {
                text: Some("nowhere".to_owned()),
                ..plain.clone()
            },
        ),
        (
            "endpoint and such a text",
            LogFilter {
                endpoint,
                text: Some("nowhere".to_owned()),
                ..plain
            },
        ),
    ]
}

fn tell(what: &str, reads: &Reads, took: Duration, shown: usize) {
    println!(
        "{what:28} {shown:5} shown, {:5} read, {:3} calls, {:3} partitions, {:6.1} read units, {:7.1} ms",
        reads.records,
        reads.calls,
        reads.partitions.len(),
        reads.read_units,
        took.as_secs_f64() * 1000.0
    );
}

/// Half a unit for each 4 KB of what was read, and no call is free.
fn assert_bounds(what: &str, reads: &Reads) {
    assert!(reads.records <= MAX_READ, "{what}: {reads:?}");
    assert!(
        reads.partitions.len() <= MAX_PARTITIONS,
        "{what}: {reads:?}"
    );
    assert!(reads.calls <= 48, "{what}: {reads:?}");
    // 2,000 records of a KiB.
    assert!(reads.read_units <= 250.0, "{what}: {reads:?}");
}

#[tokio::test]
async fn every_page_of_a_year_stays_within_its_limits() {
    let records = std::env::var("REVIEW_RECORDS").map_or(4_000, |text| text.parse().unwrap());
    let endpoints = if records < 100_000 { 2 } else { 50 };
    let company = Company::of_records(records, endpoints);
    let table = Table::new().await;
    let mut put = 0;
    let mut last_closing = None;
    for day in 0..company.days {
        let items = company.day(day);
        table.put(&items).await;
        put += items.len();
        let closing = items
            .into_iter()
            .find(|item| event(item) == Some(Event::DisassociationCompleted));
        last_closing = closing.or(last_closing);
    }
    println!("{put} records of {endpoints} endpoints");

    let counted = Counted::new(&table.reader);
    for (name, filter) in filters() {
        for limit in [LIMIT, MAX_LIMIT] {
            let mut cursor = None;
            for number in 1..=3 {
                let began = Instant::now();
                let page = log::page(&counted, &filter, cursor.as_ref(), limit, Tokyo, at(NOW));
                let page = page.await.unwrap();
                let (reads, took) = (counted.take(), began.elapsed());
                if number == 1 {
                    tell(
                        &format!("{name}, {limit}"),
                        &reads,
                        took,
                        page.records.len(),
                    );
                }
                assert_bounds(name, &reads);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        let began = Instant::now();
        let part = export::part(&counted, &filter, None, Format::Csv, Tokyo, at(NOW))
            .await
            .unwrap();
        let reads = counted.take();
        tell(&format!("{name}, CSV"), &reads, began.elapsed(), part.count);
        assert_bounds(name, &reads);
    }

    let closing = last_closing.unwrap();
    let began = Instant::now();
    let story = story(
        &counted,
        &key(&closing).endpoint_id,
        &event_id(&closing).unwrap(),
    )
    .await
    .unwrap()
    .unwrap();
    let reads = counted.take();
    tell("a stay", &reads, began.elapsed(), story.steps.len());
    assert_bounds("a stay", &reads);
    assert!(story.is_whole && story.cost_usd.is_some());
}

#[tokio::test]
async fn a_full_page_without_a_filter_costs_what_it_shows() {
    let table = Table::of(&Company::of_records(20_000, 5).day(362)).await;
    let counted = Counted::new(&table.reader);
    let page = log::page(&counted, &LogFilter::default(), None, 50, Tokyo, at(NOW))
        .await
        .unwrap();
    let reads = counted.take();
    assert_eq!(page.records.len(), 50);
    assert!(reads.records <= 60 && reads.calls <= 6, "{reads:?}");
    assert!(reads.read_units <= 8.0, "{reads:?}");
}
