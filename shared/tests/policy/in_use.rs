//! In use: active, and not silent.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use shared::model::{Connection, EndedAt, Rules, Usage};
use shared::policy::{stale_after, usage};

use crate::counted::{connection, id};
use crate::world::{minutes, noon, rules, time};

fn active(n: usize) -> Connection {
    connection(n, Some(0), Some(0))
}

fn ended(n: usize, at: DateTime<Utc>) -> Connection {
    Connection {
        active: false,
        ended_at: Some(EndedAt::Stated(at)),
        ..active(n)
    }
}

#[test]
fn a_connection_is_in_use_while_it_is_active_and_not_silent() {
    let both = vec![active(1), active(2), ended(3, noon())];
    let cases = [
        ("none", vec![], vec![], (0, 0)),
        ("one", vec![active(1)], vec![], (1, 1)),
        ("two, and one that ended", both.clone(), vec![], (2, 2)),
        ("one of two silent", both.clone(), vec![1], (2, 1)),
        ("both silent", both.clone(), vec![1, 2, 3], (2, 0)),
        ("silent and gone", both, vec![4], (2, 2)),
        (
            "only one that ended",
            vec![ended(1, noon())],
            vec![],
            (0, 0),
        ),
    ];
    for (name, connections, silent, expected) in cases {
        let silent = silent.into_iter().map(id).collect();
        let seen = usage(&connections, &silent, noon());
        assert_eq!((seen.active, seen.in_use), expected, "{name}");
    }
}

#[test]
fn the_last_end_is_the_latest_of_those_that_ended() {
    let at = |n: i64| noon() - minutes(n);
    let connections = [
        ended(1, at(50)),
        ended(2, at(10)),
        active(3),
        ended(4, at(30)),
    ];
    let expected = Usage {
        active: 1,
        in_use: 1,
        last_ended_at: Some(at(10)),
    };
    assert_eq!(usage(&connections, &BTreeSet::new(), noon()), expected);
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
