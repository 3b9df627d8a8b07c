//! The trail over whole simulated histories, as a page reads them: in the order of ids.

use std::collections::BTreeSet;

use shared::history::{Finding, Kind, Trail, present_findings};
use shared::model::audit::{AuditRecord, Event};
use simulator::plan::{RunPlan, What};
use simulator::run::{Options, Remains, run};
use testkit::people::{Deed, Leaves, Order, Visit};

use crate::usage::YEAR;

/// What an hour of one association costs.
pub(crate) const PRICE: f64 = 0.15;

/// The records of the endpoint, in the order in which a page reads them.
pub(crate) fn in_order(remains: &Remains) -> Vec<AuditRecord> {
    let records = remains.tables.records_since(0);
    let mut records: Vec<_> = records
        .filter(|it| it.endpoint.is_some())
        .cloned()
        .collect();
    records.sort_by(|one, other| one.event_id.cmp(&other.event_id));
    records
}

/// All that the whole history shows.
pub(crate) fn all_findings(remains: &Remains) -> Vec<Finding> {
    let mut trail = Trail::new(PRICE);
    let records = in_order(remains);
    let items = records.iter().map(AuditRecord::to_item);
    let mut found: Vec<_> = items.flat_map(|item| trail.take_item(&item)).collect();
    let state = remains.tables.load(&remains.endpoint.id).unwrap();
    found.extend(trail.open_at(remains.ended_at, Some(&state)));
    let present = present_findings(&state, remains.ended_at);
    // What is at rest is seldom swept in a simulated year.
    found.extend(present.into_iter().filter(|it| it.kind != Kind::SweepGap));
    found
}

/// Employees alone make nothing that an administrator should look at but stays that they did not use, and very long ones.
#[test]
fn where_all_is_well_nothing_is_found_but_what_employees_did() {
    for (RunPlan { seed, .. }, remains) in YEAR.iter() {
        for finding in all_findings(remains) {
            let by_employees = matches!(finding.kind, Kind::Unused | Kind::UpLong);
            assert!(by_employees, "seed {seed}: {finding:?}");
        }
    }
}

/// Whatever goes wrong, and whatever an administrator does: nothing is called a mistake of ours, and what is called another's
/// deed is one.
#[test]
fn what_others_did_is_found_and_nothing_is_called_our_mistake() {
    let mut found = BTreeSet::new();
    let by_hand = (100..200).filter(|seed| {
        let events = RunPlan::draw(*seed, 5).events;
        let associates = |what: &What| matches!(what, What::Deed(Deed::Associate));
        events.iter().any(|event| associates(&event.what))
    });
    for seed in (1..=30).chain(by_hand.take(6)) {
        let mut plan = RunPlan::draw(seed, 5);
        // In the order of ids, clocks that differ by minutes would put an effect before its cause.
        plan.skew = plan.skew.min(chrono::TimeDelta::seconds(1));
        let outcome = run(&plan, Options::default()).unwrap();
        assert_eq!(outcome.violation, None, "seed {seed}");
        let acts = plan
            .events
            .iter()
            .any(|event| matches!(event.what, What::Deed(_)));
        for finding in all_findings(&outcome.remains) {
            assert!(!finding.kind.is_our_mistake(), "seed {seed}: {finding:?}");
            let by_hand = matches!(
                finding.kind,
                Kind::RemovedByOthers | Kind::RoutesChangedByOthers
            );
            assert!(acts || !by_hand, "seed {seed}: {finding:?}");
            found.insert(finding.kind);
        }
    }
    println!("{found:?}");
    let expected = [
        Kind::NeverReady,
        Kind::AssociatedByOthers,
        Kind::RemovedByOthers,
        Kind::RoutesChangedByOthers,
        Kind::Unused,
        Kind::UpLong,
    ];
    assert!(
        expected.iter().all(|kind| found.contains(kind)),
        "{found:?}"
    );
}

/// An order on record comes to what the lease table says: asks under it lapse without a finding.
#[test]
fn an_ask_that_lapsed_under_an_order_is_none() {
    let visit = |person| {
        What::Visit(Visit {
            person,
            clicks: 1,
            stays_on_page: false,
            works: None,
            leaves: Leaves::Disconnects,
            extends: None,
            fetches_profile: false,
        })
    };
    for (mode, by_page, excused) in [
        ("hold", false, true),
        ("off", false, true),
        ("hold", true, true),
        ("off", true, true),
        ("on", false, false),
    ] {
        let mut plan = RunPlan::plain(4, 1);
        plan.events.clear();
        plan.skew = chrono::TimeDelta::zero();
        let minutes = 4 * 60;
        let order = if by_page {
            Deed::Order(Order {
                by: "admin@example.com",
                mode,
                minutes,
                is_contested: false,
            })
        } else {
            Deed::Mode(mode, minutes)
        };
        for (minute, what) in [(539, visit(0)), (540, What::Deed(order)), (570, visit(1))] {
            let at = plan.start + chrono::TimeDelta::minutes(minute);
            plan.events.push(simulator::plan::Event { at, what });
        }
        let outcome = run(&plan, Options::default()).unwrap();
        assert_eq!(outcome.violation, None, "{mode}");
        let mut records = in_order(&outcome.remains);
        // As if nothing had come of them after all.
        records.retain(|it| matches!(it.event, Event::AssociationRequested | Event::ModeChanged));
        let mut trail = Trail::new(PRICE);
        let mut found: Vec<_> = records.iter().flat_map(|it| trail.take(it)).collect();
        found.extend(trail.open_at(outcome.remains.ended_at, None));
        // The run ends with one more ask, hours later, of which only this cut trail has no answer.
        found.retain(|it| it.occurred_at < plan.end());
        assert_eq!(
            found.is_empty(),
            excused,
            "{mode} {by_page}: {found:?} {records:?}"
        );
    }
}
