//! Where the log ends, how far a page looks, and what it says where it cannot.

use chrono::{Days, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde_json::json;
use shared::model::audit::{Actor, Event};
use shared::model::item::Item;
use shared::ports::{AuditReader as _, Direction, IdRange, Partition, StoreError};
use shared::review::log::{self, LogError, LogFilter};
use shared::review::{MAX_PARTITIONS, MAX_READ};
use testkit::example;

use crate::counted::Counted;
use crate::table::{Table, at, employee, record};

const NOW: &str = "2026-11-23T12:00:00Z";

/// Days before [`NOW`], and who did something then.
fn trail(days: &[(i64, Actor)]) -> Vec<Item> {
    let records = days.iter().map(|(days, actor)| {
        let time = at(NOW) - TimeDelta::days(*days);
        record(time, Event::ModeChanged, actor.clone(), "changed")
    });
    records.map(|record| record.to_item()).collect()
}

#[tokio::test]
async fn an_empty_trail_is_one_page_within_the_limits() {
    let table = Table::new().await;
    let counted = Counted::new(&table.reader);
    let page = log::page(&counted, &LogFilter::default(), None, 100, Tz::UTC, at(NOW))
        .await
        .unwrap();
    assert!(page.records.is_empty() && page.next.is_none(), "{page:?}");
    let reads = counted.take();
    // Two weeks of days, then the four partitions that may hold the oldest record.
    assert_eq!(reads.calls, 14 + 4, "{reads:?}");
}

#[tokio::test]
async fn a_young_trail_offers_no_older_page() {
    let table = Table::of(&trail(&[
        (0, Actor::Reaper),
        (1, employee("yuki")),
        (3, Actor::Associate),
    ]))
    .await;
    let pages = table.pages(&LogFilter::default(), 100, Tz::UTC, NOW).await;
    assert_eq!((pages.len(), pages[0].records.len()), (1, 3));
}

#[tokio::test]
async fn a_record_is_found_on_either_side_of_two_empty_weeks() {
    for days in 13..=17 {
        let table = Table::of(&trail(&[(0, employee("yuki")), (days, Actor::Reaper)])).await;
        let shown = table.log(&LogFilter::default(), 100, Tz::UTC, NOW).await;
        assert_eq!(shown.len(), 2, "{days} days before");
    }
}

#[tokio::test]
async fn a_record_behind_a_long_silence_is_found() {
    let old = [
        (0, employee("yuki")),
        (200, employee("ren")),
        (300, Actor::Reaper),
    ];
    let table = Table::of(&trail(&old)).await;
    let pages = table.pages(&LogFilter::default(), 100, Tz::UTC, NOW).await;
    let shown: usize = pages.iter().map(|page| page.records.len()).sum();
    assert_eq!(shown, 3);
    assert!(pages.len() <= 13, "{}", pages.len());
    assert!(
        pages
            .windows(2)
            .all(|two| two[0].searched_back_to > two[1].searched_back_to)
    );
}

#[tokio::test]
async fn with_a_first_day_no_end_is_guessed() {
    // No hand of the system's own is on record.
    let table = Table::of(&trail(&[(0, employee("yuki")), (200, employee("ren"))])).await;
    let filter = LogFilter {
        from: Some(at(NOW).date_naive() - Days::new(201)),
        ..LogFilter::default()
    };
    let pages = table.pages(&filter, 100, Tz::UTC, NOW).await;
    let shown: usize = pages.iter().map(|page| page.records.len()).sum();
    assert_eq!((shown, pages.len()), (2, 7));
    let last = pages.last().unwrap();
    assert_eq!(last.searched_back_to, at("2026-05-06T00:00:00Z"));
}

#[tokio::test]
async fn a_record_that_was_put_by_a_clock_ahead_of_ours_is_shown() {
    let tomorrow = record(
        at("2026-11-24T00:00:01Z"),
        Event::ModeChanged,
        Actor::Reaper,
        "ahead",
    );
    let table = Table::of(&[tomorrow.to_item()]).await;
    let shown = table
        .log(&LogFilter::default(), 100, Tz::UTC, "2026-11-23T23:59:59Z")
        .await;
    assert_eq!(shown.len(), 1);
}

#[tokio::test]
async fn a_page_that_finds_nothing_says_how_far_back_it_has_looked_and_goes_on() {
    let many = (0..2_900_i64).map(|n| {
        let time = at(NOW) - TimeDelta::minutes(30 * n);
        record(
            time,
            Event::LeaseExtended,
            employee("yuki"),
            if n == 2_850 { "needle" } else { "hay" },
        )
    });
    let items: Vec<Item> = many.map(|record| record.to_item()).collect();
    let table = Table::of(&items).await;
    for actor in [None, Some("yuki@example.com".to_owned())] {
        let filter = LogFilter {
            actor,
            text: Some("NEEDLE".to_owned()),
            ..LogFilter::default()
        };
        let counted = Counted::new(&table.reader);
        let mut cursor = None;
        let mut found = Vec::new();
        let mut looked_back = at(NOW) + TimeDelta::days(2);
        for page in 0.. {
            let answer = log::page(&counted, &filter, cursor.as_ref(), 100, Tz::UTC, at(NOW))
                .await
                .unwrap();
            let reads = counted.take();
            assert!(
                reads.records <= MAX_READ && reads.partitions.len() <= MAX_PARTITIONS,
                "{reads:?}"
            );
            assert!(reads.calls <= 48, "{reads:?}");
            found.extend(answer.records);
            let Some(next) = answer.next else {
                assert!((1..6).contains(&page), "{page}");
                break;
            };
            assert!(answer.searched_back_to < looked_back);
            looked_back = answer.searched_back_to;
            // All that is younger was looked at: the needle, if it was.
            let needle = at(NOW) - TimeDelta::minutes(30 * 2_850);
            assert_eq!(found.is_empty(), looked_back > needle);
            cursor = Some(next);
        }
        assert_eq!(found.len(), 1);
    }
}

#[tokio::test]
async fn a_page_reads_no_more_than_it_shows_where_nothing_is_left_out() {
    let many = (0..1_000_i64).map(|n| {
        let time = at(NOW) - TimeDelta::seconds(n);
        record(time, Event::LeaseExtended, employee("yuki"), "on").to_item()
    });
    let table = Table::of(&many.collect::<Vec<_>>()).await;
    let counted = Counted::new(&table.reader);
    log::page(&counted, &LogFilter::default(), None, 100, Tz::UTC, at(NOW))
        .await
        .unwrap();
    let reads = counted.take();
    // Tomorrow is empty.
    assert_eq!((reads.calls, reads.records), (2, 100), "{reads:?}");
}

#[tokio::test]
async fn an_index_that_is_not_there_yet_is_told_from_a_failure() {
    let table = Table::new().await;
    let range = IdRange::default();
    let day: NaiveDate = "2026-11-01".parse().unwrap();
    let month = Partition::Month(day);
    let read = async || {
        table
            .reader
            .records(&month, &range, Direction::OldestFirst, 10)
            .await
    };
    assert!(read().await.unwrap().items.is_empty());
    let update = json!({
        "TableName": example::AUDIT_TABLE,
        "GlobalSecondaryIndexUpdates": [{ "Delete": { "IndexName": "by-month" } }],
    });
    table
        .aws
        .dynamo
        .by_hand("UpdateTable", &update)
        .await
        .unwrap();
    let answer = read().await;
    assert!(
        matches!(answer, Err(StoreError::IndexNotReady { index: "by-month" })),
        "{answer:?}"
    );

    table.aws.dynamo.inject(
        Some("Query"),
        sandbox::dynamo::TableFault::Error("AccessDeniedException".to_owned()),
        1,
    );
    let answer = log::page(
        &table.reader,
        &LogFilter::default(),
        None,
        10,
        Tz::UTC,
        at(NOW),
    )
    .await;
    let Err(LogError::Store(StoreError::Unavailable { code, .. })) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(code.as_deref(), Some("AccessDeniedException"));
}
