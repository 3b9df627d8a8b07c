//! Many endpoints with many connections, swept under EC2's request limit.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::lambda::InvokeError;
use sandbox::{Options, Sandbox};
use shared::clock::Clock;
use shared::model::{ConnectionId, Traffic};
use testkit::ec2::{Action, Client, Fault, FaultKind, Request, Throttle};
use testkit::{example, fleet};

use super::Size;
use super::measure::{self, Used};
use crate::checks::Checks;
use crate::day::timeline::heading;

/// An endpoint that has not been swept by then never will be.
const MOST_SWEEPS: usize = 12;

/// A sweep, as its caller sees it.
#[derive(Debug)]
struct Swept {
    /// What it could not do, in its words.
    failed: Option<String>,
    took: Duration,
}

pub(super) async fn sweep(
    mut options: Options,
    size: &Size,
    checks: &mut Checks,
) -> anyhow::Result<()> {
    options.state = options.state.join("connections");
    options.fresh = true;
    options.keep_tables = false;
    // EC2's limit and the SDK's waits are measured by the same clock.
    options.speed = 1;
    options.scheduler.running = false;
    options.time_limit = Duration::from_mins(1);
    let behaviour = options.ec2.behaviour.clone();
    options.ec2 = fleet::settings(size.endpoints);
    options.ec2.behaviour = behaviour;
    let (capacity, refill_per_second) = size.throttle;
    let variables = [
        (
            "MANAGED_ENDPOINTS",
            fleet::managed_endpoints(size.endpoints),
        ),
        ("STALE_CONNECTION_MINUTES", "120".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    options.environment.extend(variables);
    let sandbox = Sandbox::start(options).await?;
    heading(&format!(
        "{} endpoints with {} connections, EC2 taking {capacity} calls and {refill_per_second} more each second",
        size.endpoints, size.connections
    ));
    bring_up(&sandbox, size).await?;
    let connections = connect(&sandbox, size)?;
    sandbox.ec2().change(|world, _| {
        let mut behaviour = world.behaviour().clone();
        behaviour.throttle = Some(Throttle {
            capacity,
            refill_per_second,
        });
        world.set_behaviour(behaviour);
        if let Some(milliseconds) = size.ec2_milliseconds {
            for action in READS {
                let late = FaultKind::Late { milliseconds };
                world.inject(Fault::always(action, late))?;
            }
        }
        anyhow::Ok(())
    })?;
    println!("  All connected:");
    sweep_until_done(&sandbox, size, checks).await?;
    check_traffic(&sandbox, checks).await?;
    println!("  {} end within a minute:", size.ends);
    end(&sandbox, connections.get(..size.ends).context("too many")?)?;
    sweep_until_done(&sandbox, size, checks).await?;
    check_ends(&sandbox, size, checks).await?;
    println!("  The next sweep:");
    sweep_until_done(&sandbox, size, checks).await?;
    let puts = sandbox.dynamo().call_counts().remove("PutItem");
    checks.that(
        puts.unwrap_or(0) <= size.endpoints,
        format!("no record is written twice: {puts:?} writes, the traffic's among them"),
    );
    println!("  The sandbox itself: {}.", measure::own());
    sandbox.shutdown().await;
    Ok(())
}

const READS: [Action; 4] = [
    Action::DescribeClientVpnTargetNetworks,
    Action::DescribeClientVpnConnections,
    Action::DescribeClientVpnRoutes,
    Action::DescribeClientVpnEndpoints,
];

/// An administrator associates every subnet by hand, and sweeps adopt them.
async fn bring_up(sandbox: &Sandbox, size: &Size) -> anyhow::Result<()> {
    sandbox.ec2().change(|world, _| {
        let mut behaviour = world.behaviour().clone();
        behaviour.throttle = None;
        world.set_behaviour(behaviour);
    });
    for n in 0..size.endpoints {
        let associate = Request::Associate {
            endpoint: fleet::endpoint_id(n),
            subnet: fleet::subnet_id(n),
            client_token: None,
        };
        sandbox.ec2().by_hand(associate)?;
    }
    sandbox.clock().advance(TimeDelta::minutes(15))?;
    for _ in 0..2 {
        sandbox.sweep().await?;
        sandbox.clock().advance(TimeDelta::minutes(1))?;
    }
    Ok(())
}

/// Three tenths connect to the first endpoint, the others to the rest, to each fewer than to the one before. The
/// first endpoint's connections.
fn connect(sandbox: &Sandbox, size: &Size) -> anyhow::Result<Vec<ConnectionId>> {
    let first = size.connections * 3 / 10;
    let weights: usize = (1..size.endpoints).sum();
    let rest = size.connections - first;
    let mut counts = vec![first];
    counts.extend((1..size.endpoints).map(|n| rest * (size.endpoints - n) / weights));
    let missing = size.connections - counts.iter().sum::<usize>();
    counts[1] += missing;
    sandbox.ec2().change(|ec2, now| {
        let mut of_first = Vec::new();
        for (n, count) in counts.into_iter().enumerate() {
            for person in 0..count {
                let client = Client::User(format!("person{person}@{}", example::EMAIL_DOMAIN));
                let connection = ec2.connect(now, &fleet::endpoint_id(n), client)?;
                if n == 0 {
                    of_first.push(connection);
                }
            }
        }
        Ok(of_first)
    })
}

/// A sixth of them every ten seconds.
fn end(sandbox: &Sandbox, connections: &[ConnectionId]) -> anyhow::Result<()> {
    for some in connections.chunks(connections.len().div_ceil(6).max(1)) {
        sandbox.ec2().change(|ec2, now| {
            some.iter()
                .try_for_each(|connection| ec2.end(now, connection))
        })?;
        sandbox.clock().advance(TimeDelta::seconds(10))?;
    }
    Ok(())
}

/// Sweeps each minute until one does all it should; every endpoint must have been swept then.
async fn sweep_until_done(
    sandbox: &Sandbox,
    size: &Size,
    checks: &mut Checks,
) -> anyhow::Result<()> {
    let start = sandbox.clock().now();
    sandbox.clock().advance(TimeDelta::seconds(1))?;
    for _ in 0..MOST_SWEEPS {
        sandbox.ec2().reset_calls();
        sandbox.dynamo().reset_calls();
        let before = reaper();
        let swept = one(sandbox).await?;
        tell(sandbox, &swept, before);
        if swept.failed.is_none() {
            let endpoints = swept_since(sandbox, start).await?;
            checks.equal(&endpoints, &size.endpoints, "every endpoint was swept");
            return Ok(());
        }
        sandbox.clock().advance(TimeDelta::minutes(1))?;
    }
    checks.that(false, format!("{MOST_SWEEPS} sweeps are enough"));
    Ok(())
}

async fn one(sandbox: &Sandbox) -> anyhow::Result<Swept> {
    let began = Instant::now();
    let answer = sandbox.sweep().await;
    let took = began.elapsed();
    let failed = match answer {
        Ok(_) => None,
        // In order, and said by the function itself: no time-out, no crash.
        Err(InvokeError::Function { error, .. }) if error.error_type == "SweepFailed" => {
            Some(error.error_message)
        }
        Err(other) => return Err(other.into()),
    };
    Ok(Swept { failed, took })
}

/// At how many endpoints a sweep has done all it should since.
async fn swept_since(sandbox: &Sandbox, start: DateTime<Utc>) -> anyhow::Result<usize> {
    let items = sandbox.dynamo().items(example::LEASE_TABLE).await?;
    let swept = items.iter().filter(|item| {
        let swept_at = item.text("last_sweep_at").parse::<DateTime<Utc>>();
        item.text("item") == "state" && swept_at.is_ok_and(|at| at >= start)
    });
    Ok(swept.count())
}

/// DESIGN 5: at most 300 KB; connections that do not fit count as in use.
async fn check_traffic(sandbox: &Sandbox, checks: &mut Checks) -> anyhow::Result<()> {
    let items = sandbox.dynamo().items(example::LEASE_TABLE).await?;
    let sizes = items
        .iter()
        .filter(|item| item.text("item") == Traffic::KEY)
        .map(|item| item.text("by_connection").len());
    let largest = sizes.max().unwrap_or(0);
    println!("  The largest item of traffic has {} KiB.", largest / 1024);
    checks.that(
        (1..=Traffic::MAX_BYTES).contains(&largest),
        format!("traffic fits into an item: {largest} bytes"),
    );
    Ok(())
}

async fn check_ends(sandbox: &Sandbox, size: &Size, checks: &mut Checks) -> anyhow::Result<()> {
    let records = sandbox.dynamo().records().await?;
    let ends: Vec<&str> = records
        .iter()
        .filter(|record| record.text("event") == "connection.ended")
        .map(|record| record.text("connection_id"))
        .collect();
    let different: BTreeSet<&str> = ends.iter().copied().collect();
    checks.equal(&ends.len(), &size.ends, "ends on record");
    checks.equal(&different.len(), &size.ends, "none of them twice");
    Ok(())
}

fn reaper() -> Used {
    let processes = measure::function("reaper");
    processes.into_iter().next().unwrap_or_default()
}

fn tell(sandbox: &Sandbox, swept: &Swept, before: Used) {
    let after = reaper();
    let ec2 = sandbox.ec2();
    let calls: u64 = READS.iter().map(|action| ec2.count(*action)).sum();
    let throttled = ec2
        .calls()
        .iter()
        .filter(|call| call.is_throttled())
        .count();
    println!(
        "    {:.1} s; {calls} calls to EC2, {throttled} of them throttled; DynamoDB: {}; {:.1} s of processor time, {} MiB \
         at most{}",
        swept.took.as_secs_f64(),
        sandbox.dynamo().traffic(),
        after.processor_seconds - before.processor_seconds,
        after.peak_mib,
        match &swept.failed {
            Some(failed) => format!("; {failed}"),
            None => String::new(),
        }
    );
}
