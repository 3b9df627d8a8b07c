//! Records read from the middle of a history: nothing is called unexplained whose cause may lie before them, and nothing
//! without an outcome that may still be under way.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::history::{Kind, Prices, Scope, Trail};
use shared::model::EndpointState;
use shared::model::audit::{Actor, AuditRecord, Event};

use crate::{at, close, hana, record, trail};

/// A window from then on, in which there was a closing record before.
fn within(from: DateTime<Utc>) -> Trail {
    let scope = Scope {
        from: Some(from),
        closings_since: Some(from - TimeDelta::days(9)),
    };
    Trail::within(scope, Prices::now(0.15))
}

fn shown(mut trail: Trail, records: &[AuditRecord]) -> BTreeSet<Kind> {
    let found = records.iter().flat_map(|it| trail.take(it));
    found.map(|it| it.kind).collect()
}

#[test]
fn a_history_cut_anywhere_shows_nothing_that_the_cut_explains() {
    for cut in 0..=trail().len() {
        let (before, records) = (trail(), &trail()[cut..]);
        let from = before
            .get(cut.saturating_sub(1))
            .map_or(at(50), |it| it.occurred_at);
        let found = shown(within(from), records);
        assert_eq!(found, BTreeSet::new(), "cut at {cut}");
        let mut taken = within(from);
        for record in records {
            taken.take(record);
        }
        assert_eq!(taken.open_at(at(51), None), [], "cut at {cut}");
    }
}

#[test]
fn what_a_window_holds_whole_is_judged_as_ever() {
    type Tamper = fn(&mut Vec<AuditRecord>);
    let tampered: &[(Kind, Tamper)] = &[
        (Kind::StartUnexplained, |it| {
            it.remove(0);
        }),
        (Kind::StopUnexplained, |it| {
            it.remove(3);
        }),
        (Kind::NeverReady, |it| {
            it.remove(2);
        }),
        (Kind::NoOutcome, |it| {
            it.remove(1);
        }),
        (Kind::CostWrong, |it| it[4].details.cost_usd = Some(0.13)),
        (Kind::ClosingWrong, |it| {
            close(it, |it| it.association_seconds += 1);
        }),
        (Kind::ClosingWrong, |it| {
            close(it, |it| it.requests = Some(2));
        }),
        (Kind::Unclosed, |it| it[4].details.closing = None),
    ];
    // The stay before it is mentioned, a day earlier.
    let mut earlier = record(-24 * 60, Event::LeaseReleased);
    earlier.details.stay = Some(0);
    for (number, (kind, tamper)) in tampered.iter().enumerate() {
        let mut records = trail();
        tamper(&mut records);
        records.insert(0, earlier.clone());
        let found = shown(within(at(-25 * 60)), &records);
        assert!(found.contains(kind), "{number} {kind:?}: {found:?}");
        // Its own closing record says as well that it began here.
        let is_closed = records.iter().any(|it| it.details.closing.is_some());
        let needs_more = matches!(kind, Kind::NoOutcome | Kind::Unclosed);
        if is_closed && !needs_more {
            let found = shown(within(at(-24 * 60)), &records[1..]);
            assert!(found.contains(kind), "{number} {kind:?}: {found:?}");
        }
    }
}

#[test]
fn a_stay_from_before_the_upgrade_needs_no_closing_record() {
    let mut earlier = record(-60, Event::LeaseReleased);
    earlier.details.stay = Some(0);
    let mut records = trail();
    records[4].details.closing = None;
    records.insert(0, earlier);
    for (closings_since, expected) in [
        (None, false),
        (Some(at(51)), false),
        (Some(at(50)), false),
        (Some(at(49)), true),
    ] {
        let scope = Scope {
            from: Some(at(-70)),
            closings_since,
        };
        let found = shown(Trail::within(scope, Prices::now(0.15)), &records);
        assert_eq!(
            found.contains(&Kind::Unclosed),
            expected,
            "{closings_since:?}"
        );
    }
    // And one that was begun before it does not know all of its time.
    let mut records = trail();
    close(&mut records, |it| {
        it.requests = None;
        it.association_seconds -= 600;
    });
    records[4].details.cost_usd = Some(0.085);
    let mut all = Trail::new(0.15);
    let found: Vec<_> = records.iter().flat_map(|it| all.take(it)).collect();
    assert_eq!(found, []);
}

#[test]
fn what_is_open_is_found_once_it_should_be_over() {
    let open = |records: &[AuditRecord], now| {
        let mut trail = Trail::new(0.15);
        for record in records {
            trail.take(record);
        }
        let found = trail.open_at(now, None);
        found.into_iter().map(|it| it.kind).collect::<Vec<_>>()
    };
    let asked = &trail()[..1];
    assert_eq!(open(asked, at(180)), []);
    assert_eq!(open(asked, at(181)), [Kind::Unanswered]);
    let stopped = &trail()[..4];
    assert_eq!(open(stopped, at(44 + 120)), []);
    assert_eq!(open(stopped, at(44 + 121)), [Kind::NoOutcome]);
}

#[test]
fn an_ask_that_lapsed_is_found_when_time_has_gone_on_and_another_keeps_it_waiting() {
    let ask = |minutes| {
        let mut asked = record(minutes, Event::AssociationRequested);
        asked.actor = Actor::Employee(hana());
        asked.details.stay = None;
        asked.details.association_ids.clear();
        asked
    };
    let later = |minutes| record(minutes, Event::ProfileDownloaded);
    let found = |records: &[AuditRecord]| shown(Trail::new(0.15), records);
    assert_eq!(found(&[ask(0), later(180)]), BTreeSet::new());
    assert_eq!(
        found(&[ask(0), later(181)]),
        BTreeSet::from([Kind::Unanswered])
    );
    assert_eq!(found(&[ask(0), ask(90), later(270)]), BTreeSet::new());
    assert_eq!(
        found(&[ask(0), ask(90), later(271)]),
        BTreeSet::from([Kind::Unanswered])
    );
}

#[test]
fn an_ask_in_a_window_is_unanswered_unless_what_was_before_may_excuse_it() {
    let mut asked = record(0, Event::AssociationRequested);
    asked.details.stay = None;
    let open = |records: &[AuditRecord], state: Option<&EndpointState>| {
        let mut trail = within(at(-60));
        let mut found: Vec<_> = records.iter().flat_map(|it| trail.take(it)).collect();
        found.extend(trail.open_at(at(24 * 60), state));
        found.into_iter().map(|it| it.kind).collect::<Vec<_>>()
    };
    let ask = [asked.clone()];
    // It may have been up, or held: without the lease table that cannot be told.
    assert_eq!(open(&ask, None), []);
    let mut state = EndpointState::default();
    assert_eq!(open(&ask, Some(&state)), [Kind::Unanswered]);
    state.stay.up_since = Some(at(-120));
    assert_eq!(open(&ask, Some(&state)), []);
    let mode = |minutes, reason: &str| {
        let mut changed = record(minutes, Event::ModeChanged);
        changed.reason = reason.to_owned();
        changed
    };
    let off = EndpointState::default();
    for (minutes, reason, excused) in [
        (60, "boss@example.com took the mode away.", true),
        (
            60,
            "The mode ran out: hold until 2026-11-23T01:00:00Z.",
            true,
        ),
        (
            60,
            "The mode ran out: on until 2026-11-23T01:00:00Z.",
            false,
        ),
        (60, "An administrator set the mode: hold.", true),
        (
            60,
            "boss@example.com set the mode: on until 2026-11-24T00:00:00Z.",
            false,
        ),
        (
            60,
            "boss@example.com took the mode away. Reason given: I set the mode: on",
            true,
        ),
        (-30, "An administrator set the mode: off.", true),
        (-30, "An administrator took the mode away.", false),
        (
            -30,
            "An administrator set the mode: on. Reason given: not set the mode: off",
            false,
        ),
        (400, "An administrator set the mode: hold.", false),
        (
            400,
            "The mode ran out: hold until 2026-11-23T06:40:00Z.",
            true,
        ),
    ] {
        let mut records = vec![asked.clone(), mode(minutes, reason)];
        records.sort_by_key(|it| it.occurred_at);
        let found = open(&records, Some(&off));
        assert_eq!(found.is_empty(), excused, "{minutes} {reason}: {found:?}");
    }
}

#[test]
fn a_cost_is_of_the_price_of_its_time() {
    let mut changed = record(300, Event::ConfigChanged);
    changed.reason = "The settings changed. Price of an association hour in USD \
        (ASSOCIATION_HOUR_PRICE_USD): from 0.15 to 0.1."
        .to_owned();
    let mut prices = Prices::now(0.1);
    let scope = Scope {
        from: None,
        closings_since: None,
    };
    let found = shown(Trail::within(scope, prices.clone()), &trail());
    assert_eq!(found, BTreeSet::from([Kind::CostWrong]));
    prices.learn(&changed);
    assert_eq!(
        shown(Trail::within(scope, prices), &trail()),
        BTreeSet::new()
    );
}
