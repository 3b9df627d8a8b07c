//! The witness sees what it should: each bug planted on purpose is found, by a seed or by walking through small worlds.
//!
//! Run with `--nocapture` for the list of bugs with what gave each away.

#![expect(
    clippy::unwrap_used,
    reason = "a plan that cannot be run has failed its test"
)]

use std::collections::BTreeSet;

use chrono::TimeDelta;
use simulator::bugs::Bug;
use simulator::explore::{Bounds, SCENES, stroll};
use simulator::plan::{Event, RunPlan, What};
use simulator::run::{Options, run};
use simulator::weather::Weather;
use testkit::people::{Deed, Leaves, Order, Visit};
use testkit::rulebook::{Invariant, Violation};

const DAYS: u32 = 5;
/// The seeds that are tried, one after the other.
const SEEDS: u64 = 40;
/// How often each small world is strolled through, for a bug that takes an unlucky moment.
const STROLLS: usize = 300;

/// Bugs that show only in a moment that small worlds do not miss.
const OF_A_MOMENT: &[Bug] = &[Bug::StopIgnoresAsks];

fn find(bug: Bug) -> Option<(String, Violation)> {
    if OF_A_MOMENT.contains(&bug) {
        return SCENES.iter().find_map(|scene| {
            let bounds = Bounds {
                worlds: usize::MAX,
                crash: false,
                bug: Some(bug),
            };
            let (violation, _) = stroll(scene, STROLLS, bounds).unwrap().violation?;
            Some((scene.name.to_owned(), violation))
        });
    }
    let options = Options {
        bug: Some(bug),
        told: false,
    };
    (1..=SEEDS).find_map(|seed| {
        let outcome = run(&provoked(bug, seed), options).unwrap();
        let violation = outcome.violation?;
        Some((format!("seed {seed}"), violation))
    })
}

/// A seed's plan, and each day at work what brings the bug to light.
fn provoked(bug: Bug, seed: u64) -> RunPlan {
    let mut plan = RunPlan::draw(seed, DAYS);
    plan.forget_security_groups |= bug == Bug::GroupsNotRestored;
    plan.terminations_fail |= bug == Bug::FailedToTerminateUnused;
    let provocations = [
        (Bug::GroupsNotRestored, 600, What::Deed(Deed::ChooseGroups)),
        (Bug::ModeUnread, 615, What::Deed(Deed::Mode("on", 300))),
        (Bug::ModeUnread, 1_000, What::Deed(Deed::Mode("hold", 120))),
        (Bug::FailedToTerminateUnused, 540, visit(480, None)),
        (
            Bug::FailedToTerminateUnused,
            600,
            What::Deed(Deed::TerminateConnections),
        ),
        (Bug::LeasesShortened, 540, visit(30, Some(300))),
        (Bug::LeasesShortened, 620, visit(1, None)),
        (Bug::OffReadAsHold, 540, visit(480, None)),
        (Bug::OffReadAsHold, 700, order("off")),
        (Bug::OrderedStopUnnamed, 540, visit(480, None)),
        (Bug::OrderedStopUnnamed, 700, order("off")),
        (Bug::ReadyUnderOff, 540, visit(480, None)),
        (Bug::ReadyUnderOff, 541, order("off")),
        (Bug::OrderNotRecorded, 700, order("on")),
        (Bug::OrderNotNoted, 700, order("on")),
        (Bug::OrderByAnother, 700, order("on")),
        (Bug::EndNotRecorded, 700, order("hold")),
        (
            Bug::HeldAssociates,
            539,
            What::Storm(throttled(), TimeDelta::minutes(5)),
        ),
        (Bug::HeldAssociates, 540, visit(480, None)),
        (Bug::HeldAssociates, 541, order("hold")),
        (Bug::MissingIsStill, 600, visit(300, None)),
        (
            Bug::MissingIsStill,
            630,
            What::Storm(no_counters(), TimeDelta::hours(4)),
        ),
    ];
    if bug == Bug::MissingIsStill {
        plan.variables
            .push(("STALE_CONNECTION_MINUTES", "45".to_owned()));
    }
    for day in 0..DAYS {
        let midnight = plan.start + TimeDelta::days(day.into());
        let events = provocations.iter().filter(|(of, ..)| *of == bug);
        plan.events.extend(events.map(|(_, minute, what)| Event {
            at: midnight + TimeDelta::minutes(*minute),
            what: what.clone(),
        }));
    }
    plan.events.sort_by_key(|event| event.at);
    plan
}

/// EC2 is throttled now and then, and nothing else goes wrong.
fn throttled() -> Weather {
    Weather {
        throttled: 800,
        ..Weather::calm()
    }
}

fn order(mode: &'static str) -> What {
    What::Deed(Deed::Order(Order {
        by: "admin@example.com",
        mode,
        minutes: 60,
        is_contested: false,
    }))
}

/// EC2 lists connections without their counters, and nothing else goes wrong.
fn no_counters() -> Weather {
    Weather {
        missing_counters: 1_000,
        ..Weather::calm()
    }
}

fn visit(works_minutes: i64, extends: Option<i64>) -> What {
    What::Visit(Visit {
        person: 0,
        clicks: 1,
        stays_on_page: true,
        works: Some(TimeDelta::minutes(works_minutes)),
        leaves: Leaves::Disconnects,
        extends,
        fetches_profile: false,
    })
}

#[test]
fn each_planted_bug_is_found_and_by_what_it_breaks() {
    let mut wrong = Vec::new();
    for bug in Bug::ALL {
        match find(*bug) {
            Some((by, violation)) if bug.breaks().contains(&violation.invariant) => {
                println!(
                    "| {bug:?} | {} | {by} | {:?} |",
                    bug.text(),
                    violation.invariant
                );
            }
            Some((by, violation)) => {
                wrong.push(format!(
                    "{bug:?} by {by}, by another invariant: {violation}"
                ));
            }
            None => wrong.push(format!("{bug:?} was not found")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// But for some: EC2 itself refuses to associate a subnet twice, and no mistake of ours can make it; and which answers are
/// known and which refusals are false only the storm says, where EC2 refuses nothing for good.
#[test]
fn each_invariant_has_a_bug_that_breaks_it() {
    let broken: BTreeSet<_> = Bug::ALL.iter().flat_map(|bug| bug.breaks()).collect();
    let never: Vec<_> = Invariant::ALL
        .iter()
        .filter(|invariant| !broken.contains(invariant))
        .collect();
    let known = [
        Invariant::Duplicate,
        Invariant::UnknownAnswer,
        Invariant::FalseRefusal,
    ];
    assert_eq!(never, known.iter().collect::<Vec<_>>());
}
