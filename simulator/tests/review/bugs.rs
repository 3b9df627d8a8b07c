//! Which planted bugs leave a trace in records, and by which findings it shows.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use shared::history::Kind;
use simulator::bugs::Bug;
use simulator::run::{Options, Remains, run};

use crate::findings::pages;
use crate::support::provoked;
use crate::trail::all_findings;

fn remains_of(bug: Bug, seed: u64, is_planted: bool) -> (Remains, chrono_tz::Tz) {
    let mut plan = provoked(bug, seed);
    plan.skew = plan.skew.min(TimeDelta::seconds(1));
    let options = Options {
        bug: is_planted.then_some(bug),
        runs_on: true,
        ..Options::default()
    };
    (run(&plan, options).unwrap().remains, plan.zone)
}

#[test]
fn discover() {
    let kinds = |remains: &Remains| -> BTreeSet<Kind> {
        all_findings(remains)
            .into_iter()
            .map(|it| it.kind)
            .collect()
    };
    for bug in Bug::ALL {
        let mut line = String::new();
        for seed in 1..=5 {
            let (with, zone) = remains_of(*bug, seed, true);
            let (without, _) = remains_of(*bug, seed, false);
            let new: Vec<_> = kinds(&with).difference(&kinds(&without)).copied().collect();
            let shown: BTreeSet<_> = pages(&with, None, None, zone)
                .into_iter()
                .map(|it| it.finding.kind)
                .collect();
            let paged: Vec<_> = shown.difference(&kinds(&without)).copied().collect();
            line += &format!(
                " [{seed}: {new:?} {}]",
                if paged == new {
                    "same".into()
                } else {
                    format!("{paged:?}")
                }
            );
        }
        println!("DISCOVER {bug:?} {line}");
    }
}
