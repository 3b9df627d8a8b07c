//! Each record that the index held when the first page was read appears exactly once, however many arrive meanwhile.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use chrono_tz::Asia::Tokyo;
use shared::model::audit::{Actor, AuditRecord, Event, EventIds};
use shared::model::item::{Item, Value};
use shared::review::log::{self, Cursor, LogFilter};

use crate::company::Company;
use crate::table::{Table, at, employee, key_set, keys, record, tokyo};

const NOW: &str = "2026-01-20T12:00:00Z";

fn company() -> Company {
    Company {
        employees: 10,
        endpoints: 2,
        first_day: "2026-01-05".parse().unwrap(),
        days: 12,
        uses: 6,
    }
}

/// Ordinary ones, and such that are put later than their ids say.
fn arrivals(round: i64, ids: &EventIds) -> Vec<Item> {
    let now = at(NOW) + TimeDelta::seconds(round);
    let mut endings = (1..6).map(|n| {
        let ended = now - TimeDelta::hours(n * n * 9 + round);
        let user = Actor::Client(format!("employee000{n}@example.com"));
        record(
            ended,
            Event::ConnectionEnded,
            user,
            &format!("end {round} {n}"),
        )
    });
    let ask = AuditRecord {
        event_id: ids.next(now),
        endpoint: Some(Company::endpoint(0)),
        ..record(
            now,
            Event::AssociationRequested,
            employee("employee0001"),
            "now",
        )
    };
    let mut arrived: Vec<AuditRecord> = vec![ask];
    arrived.extend(endings.by_ref().map(|end| AuditRecord {
        endpoint: Some(Company::endpoint(0)),
        ..end
    }));
    arrived.iter().map(AuditRecord::to_item).collect()
}

#[tokio::test]
async fn each_record_of_the_first_moment_appears_once_while_others_arrive() {
    let there = company().records();
    let views = [
        LogFilter::default(),
        LogFilter {
            endpoint: Some(Company::endpoint(0)),
            ..LogFilter::default()
        },
        LogFilter {
            actor: Some("employee0001@example.com".to_owned()),
            ..LogFilter::default()
        },
        LogFilter {
            from: Some("2026-01-06".parse().unwrap()),
            to: Some("2026-01-15".parse().unwrap()),
            ..LogFilter::default()
        },
    ];
    for filter in views {
        for limit in [3, 40] {
            let table = Table::of(&there).await;
            let before = key_set(&table.log(&filter, 500, Tokyo, NOW).await);
            assert!(before.len() > 10, "{}", before.len());
            let ids = EventIds::seeded(99);
            let mut shown = Vec::new();
            let mut cursor: Option<Cursor> = None;
            for round in 0.. {
                let now = at(NOW) + TimeDelta::seconds(round);
                let page = log::page(&table.reader, &filter, cursor.as_ref(), limit, Tokyo, now);
                let page = page.await.unwrap();
                shown.extend(page.records);
                let Some(next) = page.next else { break };
                cursor = Some(next.to_string().parse().unwrap());
                if round < 12 {
                    table.put(&arrivals(round, &ids)).await;
                }
            }
            let shown = key_set(&shown);
            assert!(shown.is_superset(&before), "{filter:?} {limit}");
        }
    }
}

#[tokio::test]
async fn records_come_newest_first_and_alone() {
    let table = Table::of(&company().records()).await;
    let filter = LogFilter {
        endpoint: Some(Company::endpoint(1)),
        ..LogFilter::default()
    };
    let shown = keys(&table.log(&filter, 10, Tokyo, NOW).await);
    assert!(shown.is_sorted_by(|one, next| one.1 > next.1));
    let id = filter.endpoint.as_ref().unwrap().id.as_str();
    assert!(shown.iter().all(|(endpoint_id, _)| endpoint_id == id));
}

/// A record as another hand puts it: any id, and in an index the same one twice.
fn forged(endpoint_id: &str, event_id: &str) -> Item {
    let mut item = record(
        at("2026-01-19T03:00:00Z"),
        Event::ModeChanged,
        employee("mallory"),
        "!",
    )
    .to_item();
    item.insert("endpoint_id".to_owned(), Value::from(endpoint_id));
    item.insert("event_id".to_owned(), Value::from(event_id));
    item
}

#[tokio::test]
async fn ids_of_another_hand_are_shown_too() {
    let one_id = "019bd3c2-0000-7000-8000-000000000001";
    let mut items: Vec<Item> = (0..9)
        .map(|n| forged(&format!("cvpn-endpoint-{n}"), one_id))
        .collect();
    for id in [
        "!",
        "zzz",
        "zzzz",
        "ZZZ",
        "日本",
        "\u{10ffff}",
        "019bd3c2",
        "-",
        "{}\"'",
    ] {
        items.push(forged(tokyo().id.as_str(), id));
    }
    let table = Table::of(&items).await;
    let expected = key_set(&items);
    let by_mallory = LogFilter {
        actor: Some("mallory@example.com".to_owned()),
        ..LogFilter::default()
    };
    let of_tokyo = LogFilter {
        endpoint: Some(tokyo()),
        ..LogFilter::default()
    };
    for limit in [1, 2, 5] {
        for filter in [&LogFilter::default(), &by_mallory] {
            let shown = table.log(filter, limit, Tokyo, NOW).await;
            assert_eq!(key_set(&shown), expected, "{filter:?} {limit}");
        }
        let shown = key_set(&table.log(&of_tokyo, limit, Tokyo, NOW).await);
        let here: BTreeSet<_> = expected
            .iter()
            .filter(|key| key.0 == tokyo().id.as_str())
            .cloned()
            .collect();
        assert_eq!(shown, here);
    }
}
