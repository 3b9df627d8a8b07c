//! People who click on one endpoint within a minute, and keep the page open until it is ready.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use sandbox::dynamo::{Record, TableFault};
use sandbox::{Options, Sandbox};
use serde_json::Value;
use shared::clock::Clock;
use testkit::alb::{Event, TokenMint};
use testkit::ec2::{Action, AssociationStatus, Delay};
use testkit::example;

use super::Size;
use super::measure::{self, Timings};
use crate::checks::Checks;
use crate::day::timeline::heading;

/// Time moves on by so much, and all whose turn has come then act at once.
const STEP: TimeDelta = TimeDelta::milliseconds(250);
/// All clicks are within this.
const CLICKS: TimeDelta = TimeDelta::seconds(60);
/// Processes of the function; a machine has few cores.
const PROCESSES: u32 = 8;
/// An employee whose VPN is not ready by then waits in vain.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);
/// One in this many clicks twice.
const DOUBLE_CLICK: usize = 10;

/// An employee, and what comes next.
#[derive(Debug)]
struct Person {
    email: String,
    clicks_left: u32,
    next: DateTime<Utc>,
    ready: bool,
}

/// What an answer said.
#[derive(Debug)]
struct Told {
    status: u64,
    phase: Option<String>,
    come_back: Option<i64>,
}

/// What is added up.
#[derive(Debug, Default)]
struct Sum {
    asks: Timings,
    polls: Timings,
    statuses: BTreeMap<(bool, u64), usize>,
    durable: usize,
    wrong: BTreeSet<String>,
}

pub(super) async fn click(
    mut options: Options,
    size: &Size,
    checks: &mut Checks,
) -> anyhow::Result<()> {
    options.state = options.state.join("people");
    options.fresh = true;
    options.keep_tables = false;
    // Time moves when told to, so that a slow machine changes no figure but its own.
    options.speed = 0;
    options.scheduler.running = false;
    options.max_instances = PROCESSES;
    options.ec2.behaviour.associating = Delay::exactly(size.associating_seconds);
    let sandbox = Sandbox::start(options).await?;
    heading(&format!(
        "{} people click within a minute and keep the page open",
        size.people
    ));
    let began = Instant::now();
    let mut sum = Sum::default();
    let start = sandbox.clock().now();
    let mut people = crowd(size.people, start);
    brownout(&sandbox, size.people);
    while people.iter().any(|person| !person.ready) && sandbox.clock().now() < start + PATIENCE {
        act(&sandbox, &mut people, &mut sum).await?;
        sandbox.clock().advance(STEP)?;
    }
    let took = began.elapsed();
    checks.that(
        people.iter().all(|person| person.ready),
        "every employee was told when it was ready",
    );
    let seconds = (sandbox.clock().now() - start).num_seconds();
    judge(&sandbox, size, &sum, seconds, checks).await?;
    tell(&sandbox, &sum, seconds, took);
    sandbox.shutdown().await;
    Ok(())
}

/// The first clicks, spread evenly over the minute.
fn crowd(people: usize, start: DateTime<Utc>) -> Vec<Person> {
    let clicks_at = |n: usize| {
        let share = i32::try_from(n).unwrap_or(0);
        let all = i32::try_from(people).unwrap_or(1);
        start + CLICKS * share / all
    };
    (0..people)
        .map(|n| Person {
            email: format!("person{n:04}@{}", example::EMAIL_DOMAIN),
            clicks_left: if n % DOUBLE_CLICK == 0 { 2 } else { 1 },
            next: clicks_at(n),
            ready: false,
        })
        .collect()
}

/// What a busy DynamoDB does: writes meet each other, and for a moment it takes none.
fn brownout(sandbox: &Sandbox, people: usize) {
    let people = u32::try_from(people).unwrap_or(u32::MAX);
    let conflict = || TableFault::Error("TransactionConflictException".to_owned());
    for n in 1..10 {
        let dynamo = sandbox.dynamo();
        dynamo.inject_after(people / 10 * n, Some("UpdateItem"), conflict(), 3);
    }
    let dynamo = sandbox.dynamo();
    dynamo.inject(
        Some("TransactWriteItems"),
        TableFault::TransactionConflict,
        2,
    );
    let throttled = TableFault::Error("ProvisionedThroughputExceededException".to_owned());
    dynamo.inject_after(people / 2, Some("PutItem"), throttled, people / 40);
}

/// All whose turn it is click or poll, as many at once as there are processes.
async fn act(sandbox: &Sandbox, people: &mut [Person], sum: &mut Sum) -> anyhow::Result<()> {
    let now = sandbox.clock().now();
    let due = people
        .iter_mut()
        .filter(|person| !person.ready && person.next <= now);
    let requests: Vec<_> = due
        .map(|person| {
            let asks = person.clicks_left > 0;
            let event = event(sandbox.alb().mint(), &person.email, asks, now);
            async move {
                let began = Instant::now();
                let answer = sandbox.lambda().invoke("associate", event, None).await?;
                anyhow::Ok((person, asks, told(&answer)?, began.elapsed()))
            }
        })
        .collect();
    let answers: Vec<_> = stream::iter(requests)
        .buffer_unordered(PROCESSES as usize)
        .collect()
        .await;
    let is_up = is_up(sandbox);
    for answer in answers {
        let (person, asks, told, took) = answer?;
        sum.add(asks, &told, took, is_up);
        person.hear(asks, &told, now);
    }
    Ok(())
}

impl Person {
    fn hear(&mut self, asked: bool, told: &Told, now: DateTime<Utc>) {
        if asked && told.status != 503 {
            self.clicks_left -= 1;
        }
        self.ready = self.clicks_left == 0 && told.phase.as_deref() == Some("ready");
        self.next = now + TimeDelta::seconds(told.come_back.unwrap_or(5));
    }
}

impl Sum {
    fn add(&mut self, asked: bool, told: &Told, took: Duration, is_up: bool) {
        let timings = if asked {
            &mut self.asks
        } else {
            &mut self.polls
        };
        timings.add(took);
        *self.statuses.entry((asked, told.status)).or_default() += 1;
        let durable = asked && matches!(told.status, 200 | 202);
        self.durable += usize::from(durable);
        let phase = told.phase.as_deref();
        let right = match told.status {
            200 => phase == Some("ready") && is_up || !asked && phase == Some("starting"),
            202 => asked && phase == Some("starting"),
            503 => true,
            _ => false,
        };
        let comes_back = !matches!(told.status, 202 | 503) || told.come_back.is_some();
        if !right || !comes_back {
            self.wrong.insert(format!(
                "{told:?} to {}, up: {is_up}",
                if asked { "an ask" } else { "a poll" }
            ));
        }
    }
}

/// Whether EC2 has every target network associated now.
fn is_up(sandbox: &Sandbox) -> bool {
    sandbox.ec2().read(|world| {
        let endpoint = world
            .endpoints()
            .find(|it| it.spec.id.as_str() == example::TOKYO);
        endpoint.is_some_and(|endpoint| {
            endpoint.networks.len() == 2
                && endpoint
                    .networks
                    .values()
                    .all(|network| network.status == AssociationStatus::Associated)
        })
    })
}

/// The ALB's event: a click of a program's user, or a look at the status.
fn event(mint: &TokenMint, email: &str, asks: bool, now: DateTime<Utc>) -> Vec<u8> {
    let request = if asks {
        Event::post("/vpn/tokyo")
    } else {
        Event::get("/vpn/tokyo/status")
    };
    let request = request.header("accept", "application/json");
    let event = request
        .identity(&mint.mint(email, email, now), email)
        .event();
    event.to_string().into_bytes()
}

fn told(answer: &[u8]) -> anyhow::Result<Told> {
    let answer: Value = serde_json::from_slice(answer)?;
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
    let come_back = answer["multiValueHeaders"]["retry-after"][0].as_str();
    Ok(Told {
        status: answer["statusCode"].as_u64().context("no status")?,
        phase: body["phase"].as_str().map(str::to_owned),
        come_back: come_back.map(str::parse).transpose()?,
    })
}

async fn judge(
    sandbox: &Sandbox,
    size: &Size,
    sum: &Sum,
    seconds: i64,
    checks: &mut Checks,
) -> anyhow::Result<()> {
    checks.equal(&sum.wrong, &BTreeSet::new(), "no employee was told wrong");
    let records = sandbox.dynamo().records().await?;
    let of = |event: &str| -> Vec<&Record> {
        records
            .iter()
            .filter(|record| record.text("event") == event)
            .collect()
    };
    let asked = of("association.requested");
    let askers: BTreeSet<&str> = asked.iter().map(|record| record.text("actor")).collect();
    checks.equal(
        &askers.len(),
        &size.people,
        "each employee's ask is on record",
    );
    checks.that(
        asked.len() >= sum.durable,
        "each durable ask has a record of its own",
    );
    for event in ["association.started", "association.completed"] {
        checks.equal(&of(event).len(), &1, event);
    }
    let items = sandbox.dynamo().items(example::LEASE_TABLE).await?;
    let leases = items
        .iter()
        .filter(|item| item.text("item").starts_with("lease#"));
    checks.equal(&leases.count(), &size.people, "each employee has a lease");
    let state = items.iter().find(|item| item.text("item") == "state");
    let requests = state.map(|state| state.text("requests").to_owned());
    checks.equal(
        &requests,
        &Some(sum.durable.to_string()),
        "the requests counted are the asks that are durable",
    );
    let ec2 = sandbox.ec2();
    let starts = ec2.count(Action::AssociateClientVpnTargetNetwork);
    checks.equal(&starts, &2, "one start: a call for each subnet");
    let reads = ec2.count(Action::DescribeClientVpnTargetNetworks);
    let most = u64::try_from(seconds / 5 + 1)?;
    checks.that(
        reads <= most,
        format!("EC2 is read at most once in 5 s: {reads} times in {seconds} s"),
    );
    Ok(())
}

fn tell(sandbox: &Sandbox, sum: &Sum, seconds: i64, took: Duration) {
    println!(
        "  {seconds} s of the sandbox's time took {} s with {PROCESSES} processes.",
        took.as_secs()
    );
    println!("  Asks:  {}", sum.asks);
    println!("  Polls: {}", sum.polls);
    for ((asked, status), count) in &sum.statuses {
        let what = if *asked { "asks" } else { "polls" };
        println!("  {count:>6} {what} were answered {status}.");
    }
    println!("  Calls to EC2, {} in all:", sandbox.ec2().calls().len());
    let mut calls = BTreeMap::<&str, usize>::new();
    for call in sandbox.ec2().calls() {
        *calls.entry(call.action.as_str()).or_default() += 1;
    }
    for (action, count) in calls {
        println!("  {count:>6} {action}");
    }
    println!("  DynamoDB: {}", sandbox.dynamo().traffic());
    for used in measure::function("associate") {
        println!("  A process of `associate`: {used}.");
    }
    println!("  The sandbox itself: {}.", measure::own());
}
