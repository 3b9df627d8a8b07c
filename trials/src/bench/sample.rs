//! One process, from its start through some invocations: how long each took, how much of a processor, and how many calls.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sandbox::clock::ClockKeeper;
use sandbox::dynamo::Units;
use sandbox::lambda::{Function, InvokeError, Lambda, Process, Settings};
use sandbox::tls::Authority;
use shared::clock::Clock;
use testkit::example;

use super::aws::{Aws, Latency, World};
use super::calls::Call;
use super::share::{self, Share};
use super::subject::{Subject, Work};

/// As `template.yaml` has it for the reaper; the others have less.
const TIME_LIMIT: Duration = Duration::from_mins(2);

/// What it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spent {
    /// From its beginning to its end.
    pub(super) wall: Duration,
    /// Of a processor.
    pub(super) processor: Duration,
}

/// One invocation.
#[derive(Debug, Clone)]
pub(super) struct Invocation {
    /// Until its answer had come.
    pub(super) spent: Spent,
    /// What it asked of AWS.
    pub(super) calls: Vec<Call>,
    /// Whether it ended with an error, which only a sweep that EC2 throttles may.
    pub(super) has_failed: bool,
    /// Units that it read of the tables, and wrote.
    pub(super) units: Units,
}

/// One process.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Until it asked for its first event.
    pub(super) init: Spent,
    /// Its invocations; the first is the one that a cold start makes people wait for.
    pub(super) invocations: Vec<Invocation>,
    /// The most memory it ever had, in KiB.
    pub(super) peak_kib: u64,
    /// Connections since the start: at the end of init, and of the first invocation.
    pub(super) connections: [u64; 2],
}

/// Under which conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conditions {
    /// How late AWS answers.
    pub(super) latency: Latency,
    /// Invocations are held to what Lambda gives with so much memory; `None`: to nothing. Init never is.
    pub(super) megabytes: Option<u32>,
}

/// What all samples share.
pub(super) struct Bench {
    /// Whom processes trust.
    pub(super) authority: Authority,
    /// Where logs and the clock are.
    pub(super) directory: tempfile::TempDir,
    /// The machine's clock.
    pub(super) clock: Arc<dyn Clock>,
    /// A share of a processor, where this machine lets us have one.
    pub(super) share: Option<Share>,
}

impl Bench {
    /// Measures one process, at work in its own world.
    ///
    /// # Errors
    /// When it fails, or does not do its work.
    pub(super) async fn sample(
        &self,
        subject: &Subject,
        work: Work,
        conditions: Conditions,
    ) -> anyhow::Result<Sample> {
        self.sample_in(work.world(), subject, work, conditions)
            .await
    }

    /// The same in this world.
    ///
    /// # Errors
    /// See [`Self::sample`].
    pub(super) async fn sample_in(
        &self,
        world: World,
        subject: &Subject,
        work: Work,
        conditions: Conditions,
    ) -> anyhow::Result<Sample> {
        let clock = Arc::clone(&self.clock);
        let aws = Aws::start(world, conditions.latency, &self.authority, clock).await?;
        let lambda = self.lambda(subject, &aws).await?;
        let sample = self.process(&lambda, &aws, subject, work, conditions).await;
        let log = lambda.log_tail(subject.function);
        lambda.shutdown().await;
        aws.stop().await;
        sample.with_context(|| format!("{}, {}\n{log}", subject.name, work.name()))
    }

    async fn process(
        &self,
        lambda: &Lambda,
        aws: &Aws,
        subject: &Subject,
        work: Work,
        conditions: Conditions,
    ) -> anyhow::Result<Sample> {
        aws.calls.take();
        let began = Instant::now();
        let process = lambda.process(subject.function)?;
        let id = process.id().context("a process without a number")?;
        if let Some(share) = &self.share {
            share.limit(None)?;
            share.hold(id)?;
        }
        process.initialised().await?;
        let init = Spent {
            wall: began.elapsed(),
            processor: processor_time(id),
        };
        let in_init = aws.connections();
        let held = self.share.as_ref().zip(conditions.megabytes);
        if let Some((share, megabytes)) = held {
            share.limit(Some(megabytes))?;
        }
        let mut invocations = Vec::new();
        let mut in_first = in_init;
        for n in 0..subject.invocations {
            // A call right behind another would find the share used up; on Lambda minutes lie between them.
            if held.is_some() && n > 0 {
                let period = Duration::from_micros(share::PERIOD_MICROSECONDS.into());
                tokio::time::sleep(period).await;
            }
            invocations.push(invoke(&process, id, aws, work, n).await?);
            if n == 0 {
                in_first = aws.connections();
            }
        }
        let peak_kib = peak_kib(id).unwrap_or(0);
        process.kill().await;
        Ok(Sample {
            init,
            invocations,
            peak_kib,
            connections: [in_init, in_first],
        })
    }

    async fn lambda(&self, subject: &Subject, aws: &Aws) -> anyhow::Result<Lambda> {
        let directory = self.directory.path();
        let clock = ClockKeeper::start(directory.join("clock"), Arc::clone(&self.clock), 1, None)?;
        let settings = Settings {
            program: subject.program.clone(),
            logs: directory.join("logs"),
            region: example::REGION.to_owned(),
            account: example::ACCOUNT.to_owned(),
            clock: Arc::new(clock),
        };
        let mut environment = aws.environment();
        environment.extend(subject.environment.clone());
        let mut function = Function::new(subject.function, environment);
        function.time_limit = TIME_LIMIT;
        Ok(Lambda::start(settings, vec![function]).await?)
    }
}

async fn invoke(
    process: &Process,
    id: u32,
    aws: &Aws,
    work: Work,
    n: usize,
) -> anyhow::Result<Invocation> {
    let event = serde_json::to_vec(&work.event(n))?;
    // As a minute later, when EC2's bucket is full again.
    aws.refill();
    aws.embedded.dynamo.reset_calls();
    let before = processor_time(id);
    let began = Instant::now();
    let answer = process.invoke(event).await;
    let spent = Spent {
        wall: began.elapsed(),
        processor: processor_time(id).saturating_sub(before),
    };
    let has_failed = match answer {
        Ok(answer) => {
            let done = work.is_done(&answer);
            anyhow::ensure!(done, "invocation {n}: {}", String::from_utf8_lossy(&answer));
            false
        }
        Err(InvokeError::Function { error, .. })
            if work == Work::SweepMany && error.error_type == "SweepFailed" =>
        {
            true
        }
        Err(other) => return Err(other.into()),
    };
    Ok(Invocation {
        spent,
        has_failed,
        calls: aws.calls.take(),
        units: aws.embedded.dynamo.traffic().all_units(),
    })
}

/// Of all its threads that live.
/// <https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat>
fn processor_time(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let schedule = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        schedule.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

fn peak_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let status = status.ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}
