//! `cargo sandbox`: the whole system on one machine.

mod cli;

use std::collections::BTreeMap;
use std::env;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use sandbox::dynamo::ConflictCodes;
use sandbox::lambda::Program;
use sandbox::{Options, Sandbox, function};
use shared::clock::{Clock, FnClock};
use testkit::example;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use trials::bench;
use trials::chaos::StormPlan;
use trials::load::{Part, Size};

use cli::{Cli, Command, LoadPart, Measurements};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Function { ref name }) => function::run(name, machine_clock()).await,
        Some(Command::Day { ref record }) => play_a_day(&cli, record.as_deref()).await,
        Some(Command::Load {
            ref part,
            small,
            ec2_milliseconds,
        }) => put_on_load(&cli, part, small, ec2_milliseconds).await,
        Some(Command::Chaos { seed, minutes }) => play_chaos(&cli, seed, minutes).await,
        Some(Command::Bench(ref measurements)) => measure(&cli, measurements).await,
        None => run(&cli).await,
    }
}

/// The one place where the machine's clock is read.
#[expect(
    clippy::disallowed_methods,
    reason = "every other part is handed a clock; this is where it comes from"
)]
fn machine_clock() -> Arc<dyn Clock> {
    Arc::new(FnClock(chrono::Utc::now))
}

async fn run(cli: &Cli) -> anyhow::Result<()> {
    let directives = env::var("RUST_LOG").unwrap_or_else(|_| "error,sandbox=info".to_owned());
    let filter: Targets = directives.parse().context("RUST_LOG")?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .without_time();
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
    // Before anything is started, so that no signal finds us without a handler.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut options = options(cli)?;
    options.scheduler.running = !cli.no_sweeps;
    let sandbox = Sandbox::start(options).await?;
    sandbox
        .dynamo()
        .let_writes_conflict(ConflictCodes::DOCUMENTED);
    greet(&sandbox, cli.port);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    println!("\nStopping …");
    sandbox.shutdown().await;
    Ok(())
}

/// A day in a directory of its own, so that a sandbox that is in use stays as it is.
async fn play_a_day(cli: &Cli, record: Option<&Path>) -> anyhow::Result<()> {
    let mut options = options(cli)?;
    options.state = options.state.join("day");
    if !trials::day::run(options, record).await? {
        std::process::exit(1);
    }
    Ok(())
}

async fn put_on_load(
    cli: &Cli,
    parts: &[LoadPart],
    small: bool,
    ec2_milliseconds: Option<u32>,
) -> anyhow::Result<()> {
    let mut options = options(cli)?;
    options.state = options.state.join("load");
    options.port = None;
    let mut size = if small { Size::small() } else { Size::full() };
    size.ec2_milliseconds = ec2_milliseconds;
    let parts = if parts.is_empty() {
        LoadPart::value_variants()
    } else {
        parts
    };
    let parts: Vec<Part> = parts.iter().copied().map(Part::from).collect();
    if !trials::load::run(&options, &size, &parts).await? {
        std::process::exit(1);
    }
    Ok(())
}

async fn measure(cli: &Cli, measurements: &Measurements) -> anyhow::Result<()> {
    let Measurements {
        binaries,
        before,
        python,
        samples,
        about,
        documents,
    } = measurements;
    let measured = bench::Options {
        binaries: binaries.clone(),
        before: before.clone(),
        python: python.clone(),
        samples: usize::from(*samples),
        about: about.clone(),
        documents: documents.clone(),
        sandbox: options(cli)?,
        clock: machine_clock(),
    };
    bench::run(&measured).await
}

/// A storm, too.
async fn play_chaos(cli: &Cli, seed: Option<u64>, minutes: f64) -> anyhow::Result<()> {
    let mut options = options(cli)?;
    options.state = options.state.join("chaos");
    let by_clock = machine_clock().now().timestamp_millis().unsigned_abs();
    let plan = StormPlan {
        seed: seed.unwrap_or(by_clock),
        lasts: Duration::from_secs_f64(minutes * 60.0),
    };
    if !trials::chaos::run(options, plan).await? {
        std::process::exit(1);
    }
    Ok(())
}

fn options(cli: &Cli) -> anyhow::Result<Options> {
    let binary = env::current_exe().context("the path of this program is unknown")?;
    // Absolute, for functions run in the same directory but may not stay there.
    let state = std::path::absolute(&cli.state).context("--state")?;
    let mut options = Options::new(state, Program::sandbox(binary), machine_clock());
    options.fresh = cli.fresh;
    options.speed = cli.speed;
    options.port = Some(cli.port);
    options.scheduler.twice_every = cli.twice_every.and_then(NonZeroU32::new);
    options.environment = policy_from_environment();
    Ok(options)
}

/// `IDLE_TIMEOUT_MINUTES=5 cargo sandbox` tries another policy.
fn policy_from_environment() -> BTreeMap<String, String> {
    let set = |name: &&str| Some(((*name).to_owned(), env::var(name).ok()?));
    example::POLICY_VARIABLES.iter().filter_map(set).collect()
}

fn greet(sandbox: &Sandbox, wanted_port: u16) {
    let url = sandbox.url();
    if !url.ends_with(&format!(":{wanted_port}")) {
        println!("Port {wanted_port} is taken, so another one was chosen.");
    }
    println!(
        "
The self-service VPN runs on this machine. Nothing reaches AWS.

  {url}            what an employee sees
  {url}/audit      what administrators and auditors see (admin@example.com, auditor@example.com)
  {url}/sandbox/   the other side: clients, time, faults, audit records

Try:
  1. Open the first URL, sign in as hana@example.com (admin@example.com: an administrator), choose Tokyo. It starts; in AWS that takes 4 to 10 minutes.
  2. On the second page, let time jump until it is ready, and connect a client.
  3. Disconnect it, let an hour jump by, and see the VPN taken down and every step on record.

From a shell:
  curl -c jar -d email=hana@example.com {url}/sandbox/sign-in
  curl -b jar -H 'Sec-Fetch-Site: same-origin' -X POST {url}/vpn/tokyo
  curl -d '{{\"advance_seconds\": 600}}' {url}/sandbox/api/time
  aws ec2 describe-client-vpn-target-networks --client-vpn-endpoint-id {tokyo} \\
    --region {region} --endpoint-url {ec2}
  aws dynamodb scan --table-name {audit} --region {region} --endpoint-url {dynamo}

Time passes at {speed} times its speed. Logs are in {logs}.
Ctrl-C stops everything; the state stays. --fresh starts anew.
",
        tokyo = example::TOKYO,
        region = example::REGION,
        audit = example::AUDIT_TABLE,
        ec2 = sandbox.ec2_url(),
        dynamo = sandbox.dynamo().url(),
        speed = sandbox.clock().speed(),
        logs = sandbox.lambda().logs().display(),
    );
}
