//! In use: active, unless a stale rule is in force and the bytes stood still for as long as it says.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{Connection, ConnectionId, EndedAt, Mark, Rules, Traffic, Usage};
use shared::policy::{KEEPALIVE_BYTES, stale_after, usage};

use crate::world::{AROUND, minutes, noon, rules, seconds, time};

fn id(n: usize) -> ConnectionId {
    ConnectionId::observed(format!("cvpn-connection-{n:017x}"))
}

fn active(n: usize, bytes: u64) -> Connection {
    Connection {
        id: id(n),
        user: format!("user{n}"),
        active: true,
        established_at: Some(noon() - minutes(600)),
        ended_at: None,
        bytes: Some(bytes),
    }
}

fn ended(n: usize, at: DateTime<Utc>) -> Connection {
    Connection {
        active: false,
        ended_at: Some(EndedAt::Stated(at)),
        ..active(n, 10)
    }
}

fn stood_at(n: usize, bytes: u64, since: DateTime<Utc>) -> Traffic {
    Traffic([(id(n), Mark { bytes, since })].into())
}

/// A stale rule of an hour by day.
fn stale_by_day() -> Rules {
    Rules {
        stale_connection: Some(minutes(60)),
        ..rules()
    }
}

#[test]
fn a_connection_is_in_use_while_it_is_active() {
    let cases = [
        ("none", vec![], 0),
        ("one", vec![active(1, 0)], 1),
        (
            "two, and one that ended",
            vec![active(1, 0), active(2, 0), ended(3, noon())],
            2,
        ),
        (
            "only one that ended within the hour",
            vec![ended(1, noon())],
            0,
        ),
    ];
    for (name, connections, expected) in cases {
        let (usage, _) = usage(&connections, &Traffic::default(), &rules(), noon());
        assert_eq!((usage.active, usage.in_use), (expected, expected), "{name}");
    }
}

#[test]
fn the_last_end_is_the_latest_of_those_that_ended() {
    let at = |n: i64| noon() - minutes(n);
    let connections = [
        ended(1, at(50)),
        ended(2, at(10)),
        active(3, 1),
        ended(4, at(30)),
    ];
    let (seen, _) = usage(&connections, &Traffic::default(), &rules(), noon());
    let expected = Usage {
        active: 1,
        in_use: 1,
        last_ended_at: Some(at(10)),
    };
    assert_eq!(seen, expected);
}

#[test]
fn which_stale_rule_is_in_force_follows_the_window() {
    let both = Rules {
        stale_connection: Some(minutes(60)),
        ..rules()
    };
    let day_only = Rules {
        overnight_stale_connection: None,
        ..both.clone()
    };
    // Rules, time of day in Tokyo, the rule in force.
    let cases = [
        (&both, "21:59:59", Some(60)),
        (&both, "22:00:00", Some(120)),
        (&both, "06:59:59", Some(120)),
        (&both, "07:00:00", Some(60)),
        (&day_only, "21:59:59", Some(60)),
        (&day_only, "22:00:00", None),
        (&rules(), "21:59:59", None),
        (&rules(), "22:00:00", Some(120)),
    ];
    for (rules, clock, expected) in cases {
        let at = time(&format!("2026-11-23T{clock}+09:00"));
        assert_eq!(stale_after(rules, at), expected.map(minutes), "{clock}");
    }
}

#[test]
fn a_connection_is_stale_once_its_bytes_stood_still_for_as_long_as_the_rule_says() {
    let since = noon() - minutes(60);
    for second in AROUND {
        let now = noon() + seconds(second);
        let (seen, marks) = usage(
            &[active(1, 500)],
            &stood_at(1, 500, since),
            &stale_by_day(),
            now,
        );
        let in_use = usize::from(second < 0);
        assert_eq!((seen.active, seen.in_use), (1, in_use), "{second}");
        assert_eq!(marks, stood_at(1, 500, since), "{second}");
    }
    // By night two hours.
    let since = time("2026-11-23T22:00:00+09:00");
    for second in AROUND {
        let now = since + minutes(120) + seconds(second);
        let (seen, _) = usage(&[active(1, 500)], &stood_at(1, 500, since), &rules(), now);
        assert_eq!(seen.in_use, usize::from(second < 0), "night {second}");
    }
}

#[test]
fn growth_of_64_kib_is_use_and_a_byte_less_is_not() {
    assert_eq!(KEEPALIVE_BYTES, 65_536);
    let since = noon() - minutes(60);
    let before = stood_at(1, 1000, since);
    let cases = [
        ("nothing", 1000, false),
        ("a byte less", 1000 + 65_535, false),
        ("64 KiB", 1000 + 65_536, true),
        ("a byte more", 1000 + 65_537, true),
        ("a counter that began anew", 999, true),
        ("a counter at zero", 0, true),
    ];
    for (name, bytes, counts) in cases {
        let (seen, marks) = usage(&[active(1, bytes)], &before, &stale_by_day(), noon());
        assert_eq!(seen.in_use, usize::from(counts), "{name}");
        let expected = if counts {
            stood_at(1, bytes, noon())
        } else {
            before.clone()
        };
        assert_eq!(marks, expected, "{name}");
    }
}

#[test]
fn small_growth_adds_up_until_it_counts() {
    // A client left alone sends 20 KiB between sweeps: with the fourth sweep it is more than 64 KiB.
    let mut marks = stood_at(1, 0, noon() - minutes(60));
    for (sweep, in_use) in [(1, 0), (2, 0), (3, 0), (4, 1)] {
        let connection = active(1, sweep * 20 * 1024);
        let (seen, next) = usage(&[connection], &marks, &stale_by_day(), noon());
        assert_eq!(seen.in_use, in_use, "sweep {sweep}");
        marks = next;
    }
}

#[test]
fn a_connection_seen_for_the_first_time_is_in_use_and_its_count_stands_from_now() {
    let (seen, marks) = usage(
        &[active(1, 7)],
        &Traffic::default(),
        &stale_by_day(),
        noon(),
    );
    assert_eq!(seen.in_use, 1);
    assert_eq!(marks, stood_at(1, 7, noon()));
}

#[test]
fn only_active_connections_are_remembered_and_only_while_a_rule_is_in_force() {
    let since = noon() - minutes(600);
    let before = Traffic([1, 2].map(|n| (id(n), Mark { bytes: 7, since })).into());
    let connections = [active(1, 7), ended(2, noon())];
    let (_, marks) = usage(&connections, &before, &stale_by_day(), noon());
    assert_eq!(marks, stood_at(1, 7, since));
    let (seen, marks) = usage(&connections, &before, &rules(), noon());
    assert_eq!(marks, Traffic::default());
    assert_eq!(seen.in_use, 1, "without a rule in force nothing is stale");
}

#[test]
fn each_connection_is_judged_by_its_own_bytes() {
    let since = noon() - minutes(60);
    let before = Traffic([1, 2, 3].map(|n| (id(n), Mark { bytes: 7, since })).into());
    let connections = [
        active(1, 7),
        active(2, 7 + 65_536),
        active(3, 8),
        active(4, 0),
    ];
    let (seen, _) = usage(&connections, &before, &stale_by_day(), noon());
    assert_eq!((seen.active, seen.in_use), (4, 2));
}

#[test]
fn what_cannot_be_judged_counts_as_in_use() {
    let old = noon() - minutes(600);
    let unreadable = Connection {
        bytes: None,
        ..active(1, 0)
    };
    let (seen, marks) = usage(&[unreadable], &stood_at(1, 7, old), &stale_by_day(), noon());
    assert_eq!(seen.in_use, 1);
    assert_eq!(marks, Traffic::default());

    // More than fit into the table: those beyond are in use, all others stale.
    let many = Traffic::MAX_CONNECTIONS + 3;
    let connections: Vec<Connection> = (0..many).map(|n| active(n, 7)).collect();
    let marks = connections.iter().map(|c| {
        (
            c.id.clone(),
            Mark {
                bytes: 7,
                since: old,
            },
        )
    });
    let before = Traffic(marks.collect());
    let (seen, marks) = usage(&connections, &before, &stale_by_day(), noon());
    assert_eq!((seen.active, seen.in_use), (many, 3));
    assert_eq!(marks.0.len(), Traffic::MAX_CONNECTIONS);
    let Some(shared::model::item::Value::S(json)) = marks.to_item().remove("connections") else {
        panic!("no JSON");
    };
    assert!(json.len() <= Traffic::MAX_BYTES, "{}", json.len());
}

#[test]
fn a_mark_outlives_the_change_from_day_to_night() {
    let rules = stale_by_day();
    let since = time("2026-11-23T21:30:00+09:00");
    let at_22 = time("2026-11-23T22:00:00+09:00");
    let (seen, marks) = usage(&[active(1, 7)], &stood_at(1, 7, since), &rules, at_22);
    assert_eq!((seen.in_use, &marks), (1, &stood_at(1, 7, since)));
    for second in AROUND {
        let now = since + TimeDelta::hours(2) + seconds(second);
        let (seen, _) = usage(&[active(1, 7)], &marks, &rules, now);
        assert_eq!(seen.in_use, usize::from(second < 0), "{second}");
    }
}
