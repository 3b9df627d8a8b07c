//! Use and cost of a generated year against EC2's own moments, and against the raw records of starts and stops.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::review::usage::{EndpointUse, UseReport, report};
use simulator::plan::{RunPlan, What};
use simulator::run::{Options, Remains, run};
use testkit::audit_reader::MemoryReader;
use testkit::ec2::AssociationStatus;

/// What an hour of one association costs in the sandbox's and the simulator's settings.
const PRICE: f64 = 0.15;
/// How far a figure may be off for each association: both ends are kept to the second, and an answer takes its time.
const OFF_BY_SECONDS: f64 = 2.0;

/// Nothing in memory ever waits.
pub(crate) fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("something waits"),
    }
}

/// A year of weeks in which only employees and the functions act.
pub(crate) static YEAR: LazyLock<Vec<(RunPlan, Remains)>> =
    LazyLock::new(|| (1..=52).map(calm_week).collect());

fn calm_week(seed: u64) -> (RunPlan, Remains) {
    let mut plan = RunPlan::plain(seed, 7);
    plan.skew = TimeDelta::zero();
    plan.events
        .retain(|event| matches!(event.what, What::Visit(_)));
    let outcome = run(&plan, Options::default()).unwrap();
    assert_eq!(outcome.violation, None, "seed {seed}");
    (plan, outcome.remains)
}

fn use_of(plan: &RunPlan, remains: &Remains, from: NaiveDate, to: NaiveDate) -> UseReport {
    let records = remains.tables.records_since(0);
    let reader = MemoryReader::of(records).answers_hold(7);
    let endpoints = [remains.endpoint.clone()];
    let hours = "09:00-18:00".parse().unwrap();
    let now = remains.ended_at;
    let report = report(&reader, &endpoints, from, to, plan.zone, PRICE, hours, now);
    now_or_never(report).unwrap()
}

/// EC2's own time of each association: accepted, and accepted to be taken away.
fn lives(remains: &Remains) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let lives = remains.networks.values().map(|network| {
        let (from, _) = network.held().unwrap();
        let to = network.first(AssociationStatus::Disassociating);
        (from, to.unwrap())
    });
    lives.collect()
}

/// From the first association of each time up until nothing of it was left.
fn times_up(remains: &Remains) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let held = remains.networks.values().map(|it| it.held().unwrap());
    let mut held: Vec<_> = held.map(|(from, to)| (from, to.unwrap())).collect();
    held.sort_unstable();
    let mut times: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    for (from, to) in held {
        match times.last_mut() {
            Some((_, end)) if from < *end => *end = (*end).max(to),
            Some(_) | None => times.push((from, to)),
        }
    }
    times
}

fn hours_within(
    lives: &[(DateTime<Utc>, DateTime<Utc>)],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> f64 {
    let parts = lives.iter().map(|life| life.1.min(to) - life.0.max(from));
    let seconds: i64 = parts.map(|part| part.num_seconds().max(0)).sum();
    f64::from(i32::try_from(seconds).unwrap()) / 3600.0
}

fn is_near(one: f64, other: f64, within: f64) -> bool {
    (one - other).abs() <= within
}

fn only(report: UseReport) -> EndpointUse {
    let [only] = <[_; 1]>::try_from(report.endpoints).unwrap();
    only
}

#[test]
fn every_figure_of_a_generated_year_is_computed_again_from_ec2s_own_moments() {
    let (mut hours, mut stays) = (0.0, 0);
    for (plan, remains) in YEAR.iter() {
        let seed = plan.seed;
        let date = |at: DateTime<Utc>| at.with_timezone(&plan.zone).date_naive();
        let (from, to) = (date(plan.start), date(remains.ended_at));
        let whole = use_of(plan, remains, from, to);
        assert_eq!((whole.read_back_to, whole.unreadable), (None, 0));
        let found = only(whole);
        let (lives, times) = (lives(remains), times_up(remains));
        let all = hours_within(&lives, DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let each = OFF_BY_SECONDS / 3600.0;
        let most = each * f64::from(u32::try_from(lives.len()).unwrap());
        assert!(
            is_near(found.hours, all, most),
            "seed {seed}: {} {all}",
            found.hours
        );
        // Costs are kept to a hundredth of a cent.
        let kept = 0.0001 * f64::from(u32::try_from(times.len()).unwrap());
        let cost = all * PRICE;
        assert!(
            is_near(found.cost_usd, cost, most * PRICE + kept),
            "seed {seed}"
        );
        assert_eq!(found.stays, times.len() as u64, "seed {seed}");
        let ends = remains.tables.records_since(0);
        let ends = ends.filter(|record| record.event == Event::ConnectionEnded);
        let began: Vec<_> = ends
            .map(|record| record.occurred_at - record.details.duration.unwrap())
            .collect();
        let unused = times
            .iter()
            .filter(|(up, gone)| !began.iter().any(|at| (*up..*gone).contains(at)));
        assert_eq!(found.unused_stays, unused.count() as u64, "seed {seed}");
        for day in &found.days {
            let then = hours_within(&lives, day.begins, day.ends);
            let (date, hours) = (day.date, day.hours);
            assert!(
                is_near(hours, then, most),
                "seed {seed} {date}: {hours} {then}"
            );
            let drawn = day.up.iter().map(|(from, to)| (*to - *from).num_seconds());
            let drawn: i64 = drawn.sum();
            let subnets = f64::from(u32::try_from(remains.endpoint.subnets.len()).unwrap());
            let drawn = f64::from(i32::try_from(drawn).unwrap()) / 3600.0;
            assert!(drawn <= then + most, "seed {seed} {date}");
            assert!(drawn * subnets + most >= then, "seed {seed} {date}");
        }
        let of_days: f64 = found.days.iter().map(|day| day.hours).sum();
        assert!(is_near(of_days, found.hours, 1e-6), "seed {seed}");
        hours += found.hours;
        stays += found.stays;
    }
    println!("{stays} stays, {hours:.1} hours of associations");
    assert!(stays > 400, "{stays}");
}

#[test]
fn people_requests_and_starts_are_those_of_the_raw_records() {
    let mut starts = 0;
    for (plan, remains) in YEAR.iter() {
        let seed = plan.seed;
        let date = |at: DateTime<Utc>| at.with_timezone(&plan.zone).date_naive();
        let whole = use_of(plan, remains, date(plan.start), date(remains.ended_at));
        let found = only(whole);
        let records: Vec<_> = remains.tables.records_since(0).collect();
        let asks = records.iter().filter(|record| is_ask(record));
        let people: BTreeSet<_> = asks.clone().map(|ask| ask.actor.to_string()).collect();
        assert_eq!(found.people, people, "seed {seed}");
        assert_eq!(found.requests, asks.count() as u64, "seed {seed}");
        // By starts and stops: neither closing records nor their durations.
        let raw = hours_of_starts_and_stops(&records);
        assert!(
            is_near(found.hours, raw, 0.01),
            "seed {seed}: {} {raw}",
            found.hours
        );
        let took = starts_of(&records);
        let of_report = found.start_seconds.unwrap();
        let nth = |tenths: usize| took[(took.len() * tenths).div_ceil(10) - 1];
        let pairs = [
            (of_report.median, nth(5)),
            (of_report.p90, nth(9)),
            (of_report.longest, nth(10)),
        ];
        for (one, other) in pairs {
            let off = i64::try_from(one).unwrap() - other;
            assert!(off.abs() <= 1, "seed {seed}: {of_report:?} {took:?}");
        }
        starts += took.len();
    }
    assert!(starts > 200, "{starts}");
}

fn is_ask(record: &AuditRecord) -> bool {
    matches!(
        record.event,
        Event::AssociationRequested | Event::LeaseExtended
    )
}

fn hours_of_starts_and_stops(records: &[&AuditRecord]) -> f64 {
    let mut seconds = 0;
    for record in records {
        if record.event != Event::AssociationStarted {
            continue;
        }
        let stop = records.iter().filter(|it| {
            it.event == Event::DisassociationStarted && it.details.stay == record.details.stay
        });
        let stop = stop.map(|it| it.occurred_at).max().unwrap();
        let each = (stop - record.occurred_at).num_seconds();
        seconds += each * i64::try_from(record.details.association_ids.len()).unwrap();
    }
    f64::from(i32::try_from(seconds).unwrap()) / 3600.0
}

/// From the later of the last ask before a start and the first moment at which one was possible, sorted.
fn starts_of(records: &[&AuditRecord]) -> Vec<i64> {
    let mut took = Vec::new();
    for (place, record) in records.iter().enumerate() {
        if record.event != Event::AssociationCompleted {
            continue;
        }
        let mut before = records[..place].iter().rev();
        let started = before
            .find(|it| it.event == Event::AssociationStarted)
            .unwrap();
        let before = records
            .iter()
            .filter(|it| it.occurred_at <= started.occurred_at);
        let asked = before.clone().rfind(|it| is_ask(it)).unwrap().occurred_at;
        let gone = before.filter(|it| it.event == Event::DisassociationCompleted);
        let gone = gone.map(|it| it.occurred_at).max();
        let from = gone.map_or(asked, |gone| gone.max(asked));
        took.push((record.occurred_at - from).num_seconds());
    }
    took.sort_unstable();
    took
}

#[test]
fn ranges_that_meet_add_up_to_the_whole() {
    for (plan, remains) in YEAR.iter().step_by(17) {
        let seed = plan.seed;
        let date = |at: DateTime<Utc>| at.with_timezone(&plan.zone).date_naive();
        let (from, to) = (date(plan.start), date(remains.ended_at));
        let whole = only(use_of(plan, remains, from, to));
        for cut in from.iter_days().take_while(|cut| *cut < to) {
            let one = only(use_of(plan, remains, from, cut));
            let other = only(use_of(plan, remains, cut.succ_opt().unwrap(), to));
            let adds_up = |of: fn(&EndpointUse) -> f64| {
                let (sum, all) = (of(&one) + of(&other), of(&whole));
                assert!(is_near(sum, all, 1e-9), "seed {seed}, {cut}: {sum} {all}");
            };
            adds_up(|it| it.hours);
            adds_up(|it| it.cost_usd);
            adds_up(|it| it.always_on_usd);
            adds_up(|it| it.office_hours_usd);
            adds_up(|it| it.saved_usd);
            assert_eq!(one.requests + other.requests, whole.requests, "{cut}");
            let people: BTreeSet<_> = one.people.union(&other.people).cloned().collect();
            assert_eq!(people, whole.people, "{cut}");
            // A stay over midnight is in both.
            let both = one.stays + other.stays - whole.stays;
            assert!(both <= 1, "{cut}");
            let days = [one.days, other.days].concat();
            assert_eq!(days, whole.days, "{cut}");
        }
    }
}
