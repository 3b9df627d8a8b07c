//! Pages of findings over simulated histories: what the whole history shows, and nothing that only a window makes up.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use shared::history::Kind;
use shared::review::findings::{FindingAt, findings};
use simulator::plan::RunPlan;
use simulator::run::{Options, Remains, run};
use testkit::audit_reader::MemoryReader;

use crate::trail::{PRICE, all_findings};
use crate::usage::now_or_never;

/// All pages of a range, the newest first.
pub(crate) fn pages(
    remains: &Remains,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    zone: Tz,
) -> Vec<FindingAt> {
    let records = remains.tables.records_since(0);
    let state = remains.tables.load(&remains.endpoint.id).unwrap();
    let reader = MemoryReader::of(records).with_state(remains.endpoint.id.clone(), state);
    let endpoints = [remains.endpoint.clone()];
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let now = remains.ended_at;
        let page = findings(&reader, &endpoints, from, to, cursor, zone, PRICE, now);
        let page = now_or_never(page).unwrap();
        all.extend(page.findings);
        cursor = page.next;
        if cursor.is_none() {
            all.retain(|it| it.finding.kind != Kind::SweepGap);
            return all;
        }
    }
}

fn shown(found: &FindingAt) -> (Kind, String) {
    let id = found.finding.event_id.as_ref();
    (
        found.finding.kind,
        id.map(ToString::to_string).unwrap_or_default(),
    )
}

/// What one record shows by itself, wherever a window begins.
const OF_ONE_RECORD: &[Kind] = &[
    Kind::AssociatedByOthers,
    Kind::RemovedByOthers,
    Kind::RoutesChangedByOthers,
    Kind::Unused,
];

#[test]
fn a_window_shows_what_the_whole_history_shows_and_makes_nothing_up() {
    let mut compared = 0;
    for seed in 1..=12 {
        let mut plan = RunPlan::draw(seed, 5);
        plan.skew = plan.skew.min(TimeDelta::seconds(1));
        let outcome = run(&plan, Options::default()).unwrap();
        let remains = outcome.remains;
        let all = all_findings(&remains);
        let whole: BTreeSet<_> = all
            .iter()
            .map(|it| (it.kind, it.event_id.as_ref().unwrap().to_string()))
            .collect();
        let first = plan.start.with_timezone(&plan.zone).date_naive();
        for from in first.iter_days().take(7) {
            for to in from.iter_days().take(3) {
                let found = pages(&remains, Some(from), Some(to), plan.zone);
                // What is still up by the end of a window is found where it began, not where it ended.
                let found = found.iter().filter(|it| it.finding.kind != Kind::UpLong);
                let found: Vec<_> = found.map(shown).collect();
                let set: BTreeSet<_> = found.iter().cloned().collect();
                assert_eq!(set.len(), found.len(), "seed {seed} {from} {to}: {found:?}");
                let made_up: Vec<_> = set.difference(&whole).collect();
                assert!(made_up.is_empty(), "seed {seed} {from} {to}: {made_up:?}");
                let expected = all.iter().filter(|it| {
                    let date = it.event_id.as_ref().unwrap().time();
                    let date = date.with_timezone(&plan.zone).date_naive();
                    OF_ONE_RECORD.contains(&it.kind) && (from..=to).contains(&date)
                });
                for finding in expected {
                    let id = finding.event_id.as_ref().unwrap().to_string();
                    assert!(
                        set.contains(&(finding.kind, id)),
                        "{seed} {from} {finding:?}"
                    );
                    compared += 1;
                }
            }
        }
        // All of it, back to the very first record.
        let found = pages(&remains, None, None, plan.zone);
        let found: BTreeSet<_> = found.iter().map(shown).collect();
        assert_eq!(found, whole, "seed {seed}");
    }
    println!("{compared} findings compared");
    assert!(compared > 200, "{compared}");
}
