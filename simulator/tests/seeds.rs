//! Runs: a seed repeats itself, and seeds that once failed hold.

use std::collections::BTreeSet;
use std::process::Command;

use chrono::{NaiveTime, TimeDelta, WeekdaySet};
use shared::model::{BookedOn, BookedTimes};
use simulator::plan::{Event, RunPlan, What};
use simulator::run::{Accounts, Options, run};
use simulator::weather::Weather;
use testkit::people::BookingDeed;

/// Seeds that broke something, before it was mended: each with its days and what it showed.
const ONCE_FAILED: &[(u64, u32, &str)] = &[
    (
        3,
        5,
        "a subnet lost by hand and made again was billed from the stay's beginning",
    ),
    (33, 5, "the same, overnight"),
    (
        1342,
        5,
        "an association of ours whose answer was lost was called a stranger's",
    ),
];

#[test]
fn seeds_that_once_failed_hold() {
    for (seed, days, what) in ONCE_FAILED {
        let outcome = run(&RunPlan::plain(*seed, *days), Options::default()).unwrap();
        assert_eq!(outcome.violation, None, "seed {seed}: {what}");
    }
}

/// A year of weeks in which only employees and the functions act: closing records add up to EC2's own time, to two seconds
/// for each association (both ends are kept to the second, and an answer takes its time).
#[test]
fn closing_records_of_a_year_add_up_to_ec2s_own_time() {
    let mut sum = Accounts::default();
    for seed in 1..=52 {
        let mut plan = RunPlan::plain(seed, 7);
        plan.skew = TimeDelta::zero();
        plan.events
            .retain(|event| matches!(event.what, What::Visit(_)));
        let outcome = run(&plan, Options::default()).unwrap();
        assert_eq!(outcome.violation, None, "seed {seed}");
        let Accounts {
            closing_records,
            seconds_on_record,
            associations,
            seconds_at_ec2,
        } = outcome.accounts;
        sum.closing_records += closing_records;
        sum.seconds_on_record += seconds_on_record;
        sum.associations += associations;
        sum.seconds_at_ec2 += seconds_at_ec2;
        let most = 2 * i64::try_from(associations).unwrap();
        let off_by = (seconds_on_record - seconds_at_ec2).abs();
        assert!(off_by <= most, "seed {seed}: {:?}", outcome.accounts);
    }
    println!("{sum:?}");
    assert!(sum.closing_records > 400, "{sum:?}");
}

/// Two days after its owner was seen last, and no sweep passes from before its last date until it has lapsed.
#[test]
fn a_date_missed_shortly_before_a_booking_lapses_is_on_record() {
    let mut plan = RunPlan::plain(1, 4);
    plan.zone = chrono_tz::Asia::Tokyo;
    plan.start = "2027-02-02T15:00:00Z".parse().unwrap();
    plan.skew = TimeDelta::zero();
    plan.sweep_every = TimeDelta::minutes(1);
    plan.variables = vec![("BOOKING_LIFETIME_DAYS", "2".to_owned())];
    let minutes = |minutes| plan.start + TimeDelta::minutes(minutes);
    let book = BookingDeed::Book {
        person: 7,
        times: BookedTimes {
            on: BookedOn::Days(WeekdaySet::ALL),
            ready_by: NaiveTime::MIN + TimeDelta::hours(8),
            stay_until: None,
        },
    };
    let day = 24 * 60;
    plan.events = vec![
        Event {
            at: minutes(8 * 60 + 31),
            what: What::Books(book),
        },
        Event {
            at: minutes(2 * day + 7 * 60),
            what: What::NoSweeps(TimeDelta::hours(2)),
        },
    ];
    let outcome = run(&plan, Options::default()).unwrap();
    assert_eq!(outcome.violation, None);
    let records = outcome.remains.tables.records_since(0);
    let told: Vec<&str> = records
        .map(|record| record.event.as_str())
        .filter(|event| event.starts_with("booking."))
        .collect();
    assert_eq!(told, ["booking.made", "booking.missed", "booking.lapsed"]);
}

#[test]
fn a_single_kind_of_fault_strikes_alone_and_always() {
    let mut seen = BTreeSet::new();
    for kind in 0..Weather::KINDS {
        let mut alone = Weather::calm();
        alone.keep_only(kind);
        assert_ne!(alone, Weather::calm(), "kind {kind} does not strike");
        assert!(seen.insert(format!("{alone:?}")), "kind {kind} is another");
        alone.leave_out(kind);
        assert_eq!(alone, Weather::calm(), "kind {kind} is not alone");
    }
}

#[test]
fn a_run_that_reaches_too_little_fails_and_says_what() {
    let run = |arguments: &[&str]| {
        let mut simulator = Command::new(env!("CARGO_BIN_EXE_simulator"));
        let output = simulator.args(arguments).output().unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let short = ["--seeds", "1", "--days", "1"];
    let (succeeds, told) = run(&short);
    assert!(succeeds && told.contains("Never reached: ["), "{told}");
    let (succeeds, told) = run(&[&short[..], &["--all-reached"]].concat());
    assert!(!succeeds && told.contains("StopRefused"), "{told}");
}

#[test]
fn a_seed_is_one_run_exactly() {
    let told = Options {
        told: true,
        ..Options::default()
    };
    for seed in [7, 1342] {
        let plan = RunPlan::draw(seed, 2);
        let (one, other) = (run(&plan, told).unwrap(), run(&plan, told).unwrap());
        assert_eq!(one.story, other.story, "seed {seed}");
        assert!(!one.story.is_empty(), "seed {seed} tells nothing");
        assert_eq!(
            (one.records, one.looks),
            (other.records, other.looks),
            "seed {seed}"
        );
    }
}
