//! `cargo prove`: for operators, with credentials of an account. Never deployed.

mod cli;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use async_trait::async_trait;
use clap::Parser as _;
use prove::aws::Aws;
use prove::check;
use prove::config::Config;
use prove::run::{self, Found, Heading, Objections, Progress, Setup, Step};
use prove::time::{Sleeper, Time};
use shared::aws::Http;
use shared::clock::FnClock;
use shared::config::environment;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use cli::{Cli, Command, Run};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check => check().await,
        Command::Run(options) => prove(&options).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tell_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn check() -> anyhow::Result<bool> {
    let config = Config::from_vars(&environment)?;
    let aws = aws(&config).await?;
    let now = time(watch::channel(false).1).now();
    let facts = check::Facts::read(&aws, &config).await;
    let findings = check::findings(&config, &facts, now);
    tell(check::text(&findings).trim_end());
    Ok(check::is_fine(&findings))
}

async fn prove(options: &Run) -> anyhow::Result<bool> {
    let config = Config::from_vars(&environment)?;
    let setup = setup(&config, options)?;
    tell_the_plan(&setup);
    if options.only_plan {
        tell("\nNothing was called (--dry-run).");
        return Ok(true);
    }
    let aws = aws(&config).await?;
    let (interrupt, interrupted) = watch::channel(false);
    let time = time(interrupted);
    let found = Found::read(&aws, &setup).await;
    let Objections { refusals, warnings } = found.objections(&setup, time.now());
    for warning in &warnings {
        tell(&format!("\nNote: {warning}."));
    }
    if !refusals.is_empty() {
        bail!("Nothing was changed:\n  - {}", refusals.join("\n  - "));
    }
    if !options.yes && !is_confirmed(&setup)? {
        bail!("Nothing was changed.");
    }
    // From here on a signal cleans up first.
    listen_for_signals(interrupt)?;
    let began_at = time.now();
    let terminal = Terminal {
        profile: options
            .profile
            .clone()
            .unwrap_or_else(|| format!("prove-{}.ovpn", setup.endpoint.name).into()),
        connect: setup.connect,
    };
    let outcome = run::run(&aws, &setup, &found, &time, &terminal).await;
    let outcome = outcome.map_err(|refusal| anyhow!("Nothing was changed: {refusal}"))?;
    let heading = Heading {
        region: aws.region.clone(),
        began_at,
        ended_at: time.now(),
    };
    let report = run::report(&setup, &heading, &outcome);
    tell(&format!("\n{report}"));
    if let Some(path) = &options.report {
        write(path, &report)?;
    }
    Ok(outcome.is_fine())
}

fn setup(config: &Config, options: &Run) -> anyhow::Result<Setup> {
    let mut endpoints = config.common.endpoints.iter();
    let found = endpoints.find(|endpoint| endpoint.name.as_str() == options.endpoint);
    let endpoint = found.with_context(|| {
        let names: Vec<&str> = config
            .common
            .endpoints
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        format!(
            "no managed endpoint is called {}; MANAGED_ENDPOINTS names {}",
            options.endpoint,
            names.join(", ")
        )
    })?;
    Ok(Setup {
        endpoint: endpoint.clone(),
        hour_price_usd: config.common.settings.association_hour_price_usd,
        lease_table: config.tables.as_ref().map(|tables| tables.lease.clone()),
        connect: options.connect,
        small_subnet: options.small_subnet.as_ref().map(ToString::to_string),
        run_id: uuid::Uuid::new_v4().simple().to_string(),
    })
}

fn tell_the_plan(setup: &Setup) {
    let (name, id) = (&setup.endpoint.name, &setup.endpoint.id);
    tell(&format!("On the endpoint {name} ({id}):\n"));
    for (number, step) in setup.plan().into_iter().enumerate() {
        tell(&format!("{:>4}. {}", number + 1, setup.says(step)));
    }
    let cost = setup.cost();
    tell(&format!(
        "\nThen everything is set back to how it was. Cost: {cost}."
    ));
}

fn is_confirmed(setup: &Setup) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("Nothing was changed: there is no terminal to ask on. Add --yes.");
    }
    tell("\nType the endpoint's name to go on:");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == setup.endpoint.name.as_str())
}

async fn aws(config: &Config) -> anyhow::Result<Aws> {
    let sdk = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(Http::from_vars(&environment)?)
        .retry_config(aws_config::retry::RetryConfig::standard())
        .timeout_config(
            aws_config::timeout::TimeoutConfig::builder()
                .operation_timeout(Duration::from_secs(30))
                .build(),
        )
        .load()
        .await;
    Ok(Aws::new(&sdk, &sdk, config.tables.as_ref()))
}

/// Tells the operator. Errors are ignored: a closed terminal must not end the cleaning up.
fn tell(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn tell_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The first signal ends the steps and begins the cleaning up; later ones change nothing.
fn listen_for_signals(interrupt: watch::Sender<bool>) -> anyhow::Result<()> {
    let mut signals = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ]
    .into_iter()
    .map(signal)
    .collect::<Result<Vec<_>, _>>()?;
    tokio::spawn(async move {
        loop {
            let received = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
            futures::future::select_all(received).await;
            interrupt.send_replace(true);
            tell_error(
                "\nInterrupted. Everything is being set back to how it was. Please wait: EC2 takes its time, and an association \
                 that is coming up can only be taken down afterwards.",
            );
        }
    });
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "every other part is handed the time; this is where it comes from"
)]
fn time(interrupted: watch::Receiver<bool>) -> Time {
    Time {
        clock: Arc::new(FnClock(chrono::Utc::now)),
        sleeper: Arc::new(Machine),
        interrupted,
    }
}

#[derive(Debug)]
struct Machine;

#[async_trait]
impl Sleeper for Machine {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

struct Terminal {
    profile: PathBuf,
    connect: bool,
}

impl Progress for Terminal {
    fn begins(&self, step: Step, says: &str) {
        tell(&format!("\n> {says}"));
        if step == Step::AwaitConnection {
            let profile = self.profile.display();
            tell(&format!(
                "  Connect now with the profile in {profile}, then do nothing."
            ));
        }
    }

    fn says(&self, text: &str) {
        tell(&format!("  {text}"));
    }

    fn profile(&self, profile: &str) {
        if self.connect
            && let Err(error) = write(&self.profile, profile)
        {
            tell_error(&format!("{error:#}"));
        }
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
