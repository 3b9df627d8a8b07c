//! The `traffic` item: what it holds, how much fits, and what becomes of one that cannot be read.

use shared::model::item::{Item, Value};
use shared::model::{Connection, Rules, Traffic};
use shared::policy::{traffic, usage};

use crate::counted::{Counted, connection, id};
use crate::world::{minutes, noon, rules};

fn stale_by_day() -> Rules {
    Rules {
        stale_connection: Some(minutes(60)),
        ..rules()
    }
}

fn json(traffic: &Traffic) -> String {
    match traffic.to_item().remove("by_connection") {
        Some(Value::S(json)) => json,
        other => panic!("no JSON: {other:?}"),
    }
}

#[test]
fn it_holds_of_each_connection_what_design_names_and_since_when() {
    let mut counted = Counted::by_day();
    counted.moves(2_000, 10).reads(noon() - minutes(30));
    let since = "2026-11-23T02:00:00Z";
    let expected = format!(
        r#"{{"cvpn-connection-00000000000000001":{{"user":"user1@example.com","bytes":3000,"packets":20,"rate":2,"grown":1200,"since":"{since}","at":1795330800}}}}"#
    );
    assert_eq!(json(&counted.traffic), expected);
    counted.reads(noon());
    let expected =
        r#","rate":0,"grown":0,"since":"2026-11-23T03:00:00Z","silent":true,"at":1795330800}}"#;
    assert!(
        json(&counted.traffic).ends_with(expected),
        "{}",
        json(&counted.traffic)
    );
    let item = counted.traffic.to_item();
    assert_eq!(
        item.get("read_at"),
        Some(&Value::from("2026-11-23T03:00:00Z"))
    );
    assert_eq!(item.get("stale_minutes"), Some(&Value::from(60_u64)));
}

#[test]
fn since_when_is_remembered_of_as_many_connections_as_a_page_shows() {
    for (count, is_told) in [(1, true), (200, true), (201, false)] {
        let since = noon() - minutes(7);
        let connections: Vec<_> = (1..=count)
            .map(|n| Connection {
                established_at: Some(since),
                ..connection(n, Some(0), Some(0))
            })
            .collect();
        let read = traffic(&connections, &Traffic::default(), &stale_by_day(), noon());
        let read = Traffic::parse(&read.to_item());
        let told = read.get(&id(1)).unwrap().connected_at;
        assert_eq!(told, is_told.then_some(since), "{count}");
    }
}

#[test]
fn only_active_connections_are_remembered() {
    let ended = Connection {
        active: false,
        ended_at: Some(shared::model::EndedAt::Stated(noon())),
        ..connection(2, Some(0), Some(0))
    };
    let before = traffic(
        &[
            connection(1, Some(0), Some(0)),
            connection(2, Some(0), Some(0)),
        ],
        &Traffic::default(),
        &stale_by_day(),
        noon(),
    );
    assert_eq!(before.len(), 2);
    let after = traffic(
        &[connection(1, Some(0), Some(0)), ended.clone()],
        &before,
        &stale_by_day(),
        noon() + minutes(1),
    );
    assert_eq!((after.len(), after.get(&id(2))), (1, None));
    let none = traffic(&[ended], &after, &stale_by_day(), noon() + minutes(2));
    assert_eq!(
        none,
        Traffic::default(),
        "nothing to write while no client is connected"
    );
}

/// EC2 lists this many, all of them idle, the last ones first.
fn many(count: usize, bytes: u64) -> Vec<Connection> {
    let connections = (0..count).rev();
    connections
        .map(|n| connection(n, Some(bytes * 1_000_000_000), Some(bytes * 1_000_000_000)))
        .collect()
}

#[test]
fn what_does_not_fit_counts_as_in_use_and_what_fits_keeps_its_place() {
    let (rules, listed) = (stale_by_day(), 4_000);
    let mut remembered = Traffic::default();
    for (hour, connections) in [
        (0, many(1_000, 1)),
        (1, many(listed, 2)),
        (2, many(listed, 3)),
    ] {
        let now = noon() + minutes(hour * 60);
        remembered = traffic(&connections, &remembered, &rules, now);
        let length = json(&remembered).len();
        assert!(length <= Traffic::MAX_BYTES, "hour {hour}: {length}");
        let known = (0..1_000).all(|n| remembered.get(&id(n)).is_some());
        assert!(known, "hour {hour}: those of the first hour are remembered");
    }
    let fits = remembered.len();
    assert!((1_750..1_850).contains(&fits), "some 1,800, and not {fits}");
    assert!(
        json(&remembered).len() + 300 > Traffic::MAX_BYTES,
        "there is no room left"
    );
    let seen = usage(&many(listed, 3), &remembered.silent(), noon());
    // Those that came an hour ago are silent too.
    assert_eq!((seen.active, seen.in_use), (listed, listed - fits));
}

#[test]
fn more_fit_while_no_rule_is_in_force() {
    let remembered = traffic(&many(4_000, 1), &Traffic::default(), &rules(), noon());
    let next = noon() + minutes(1);
    let fits = traffic(&many(4_000, 2), &remembered, &rules(), next).len();
    assert!((2_550..2_650).contains(&fits), "some 2,600, and not {fits}");
}

#[test]
fn an_item_that_cannot_be_read_counts_as_none() {
    let good = Counted::by_day().traffic.to_item();
    assert!(!Traffic::parse(&good).is_empty());
    let with = |attribute: &str, value: Value| {
        let mut item = good.clone();
        item.insert(attribute.to_owned(), value);
        item
    };
    let without = |attribute: &str| {
        let mut item = good.clone();
        item.remove(attribute);
        item
    };
    let old = r#"{"cvpn-connection-1":{"bytes":7,"since":"2026-11-23T01:00:00Z"}}"#;
    let before_the_upgrade = Item::from([("connections".to_owned(), Value::from(old))]);
    for (name, item) in [
        ("nothing", Item::new()),
        ("of before an upgrade", before_the_upgrade),
        (
            "the old shape in the new place",
            with("by_connection", Value::from(old)),
        ),
        ("no JSON", with("by_connection", Value::from("{"))),
        ("a list", with("by_connection", Value::from("[]"))),
        ("a number", with("by_connection", Value::from(7_u64))),
        ("no time", without("read_at")),
        ("no connections", without("by_connection")),
        ("another time", with("read_at", Value::from("yesterday"))),
        ("another rule", with("stale_minutes", Value::from("60"))),
    ] {
        assert_eq!(Traffic::parse(&item), Traffic::default(), "{name}");
    }
    // A time that no rule can have is the time of no rule: windows begin anew.
    let endless = Traffic::parse(&with("stale_minutes", Value::from(u64::MAX)));
    assert_eq!(endless.stale_after, None);
}

#[test]
fn counters_of_a_connection_that_cannot_be_read_are_not_known() {
    let entry = |fields: &str| {
        let json = format!(r#"{{"{}":{{"user":"a",{fields}}}}}"#, id(1));
        let mut item = Counted::by_day().traffic.to_item();
        item.insert("by_connection".to_owned(), Value::from(json));
        Traffic::parse(&item)
    };
    let half = entry(r#""bytes":7,"grown":0,"since":"2026-11-23T01:00:00Z","silent":true"#);
    assert_eq!(half.get(&id(1)).map(|of_one| of_one.counters), Some(None));
    // Whatever it says of silence, the next reading has nothing to compare with.
    let next = traffic(
        &[connection(1, Some(7), Some(0))],
        &half,
        &stale_by_day(),
        noon(),
    );
    assert!(next.silent().is_empty());
}
