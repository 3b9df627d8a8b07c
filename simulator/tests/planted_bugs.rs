//! The witness sees what it should: each bug planted on purpose is found, by a seed or by walking through small worlds.
//!
//! Run with `--nocapture` for the list of bugs with what gave each away.

#![expect(
    clippy::unwrap_used,
    reason = "a plan that cannot be run has failed its test"
)]

mod support;

use std::collections::BTreeSet;

use simulator::bugs::Bug;
use simulator::explore::{Bounds, SCENES, stroll};
use simulator::run::{Options, run};
use support::provoked;
use testkit::rulebook::{Invariant, Violation};

/// The seeds that are tried, one after the other.
const SEEDS: u64 = 50;
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
        ..Options::default()
    };
    (1..=SEEDS).find_map(|seed| {
        let outcome = run(&provoked(bug, seed), options).unwrap();
        let violation = outcome.violation?;
        Some((format!("seed {seed}"), violation))
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
