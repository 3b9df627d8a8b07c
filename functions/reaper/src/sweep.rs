//! One invocation: every endpoint, whatever becomes of the others.

use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::{Either, select};
use futures::{StreamExt as _, stream};
use lambda_runtime::Diagnostic;
use serde::Serialize;
use shared::clock::Clock;
use shared::model::ManagedEndpoint;
use shared::reconcile::{Reconciler, SweepError, SweepOutcome};
use tracing::error;

use crate::limits::Limits;
use crate::policy::PolicyOnRecord;
use crate::watch::Watch;

/// Endpoints swept side by side. EC2 throttles an account and region, not an endpoint: 100 calls of each action at
/// once, then 20 a second (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>). Four endpoints
/// make four calls of an action at a time; EC2 takes a fifth of a second to answer one, so that is 20 a second, and the
/// hundred stay for people's clicks.
pub(crate) const AT_ONCE: usize = 4;

/// Reads of the lease table side by side.
const READS_AT_ONCE: usize = 8;

/// The function: what it needs for the life of its process.
pub struct Reaper {
    /// What does the work.
    pub reconciler: Reconciler,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// The endpoints to sweep.
    pub endpoints: Vec<ManagedEndpoint>,
    /// Decide and log, change nothing.
    pub dry_run: bool,
    /// The settings, which go on record.
    pub policy: PolicyOnRecord,
    /// What tells of it in numbers.
    pub watch: Watch,
}

/// What an invocation answers, for an operator who invokes it by hand.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Whether EC2 was left as it was.
    pub dry_run: bool,
    /// One for each endpoint, in the order of the configuration.
    pub endpoints: Vec<SweepOutcome>,
}

/// Some endpoints were not swept as they should be. The invocation ends in it, so that an alarm can fire; the next
/// sweep is the retry.
#[derive(Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct SweepFailed {
    /// The names of those that failed, in the order of the configuration. Why, the log says.
    pub endpoints: Vec<String>,
    /// The names of those for which the time was too short. The next sweep begins with them.
    pub left_out: Vec<String>,
}

impl SweepFailed {
    fn sentence(&self) -> String {
        let parts = [
            ("not swept", &self.endpoints),
            ("no time was left for", &self.left_out),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what}: {}", names.join(", ")))
            .collect();
        parts.join("; ")
    }
}

/// What became of an endpoint; `None`: it was left out.
type End = Option<Result<SweepOutcome, SweepError>>;

impl From<SweepFailed> for Diagnostic {
    fn from(error: SweepFailed) -> Self {
        Self {
            error_type: "SweepFailed".to_owned(),
            error_message: error.to_string(),
        }
    }
}

impl Reaper {
    /// Sweeps all endpoints, those first that waited longest. What does not fit into the time is left out in order: no
    /// endpoint is begun too late, and no stop.
    ///
    /// # Errors
    /// At the end, the names of those that failed or were left out.
    pub async fn sweep_all(&self, limits: Limits) -> Result<Summary, SweepFailed> {
        let left = (limits.end_by - self.clock.now()).to_std();
        self.sweep_until(limits, tokio::time::sleep(left.unwrap_or_default()))
            .await
    }

    /// [`Self::sweep_all`] by a clock of the caller's: `time_is_up` ends when `limits.end_by` has come.
    ///
    /// # Errors
    /// At the end, the names of those that failed or were left out.
    pub async fn sweep_until(
        &self,
        limits: Limits,
        time_is_up: impl Future<Output = ()> + Send,
    ) -> Result<Summary, SweepFailed> {
        // Whatever is not done when the time is up was left out.
        let mut ends: Vec<End> = self.endpoints.iter().map(|_| None).collect();
        let sweeps = self.longest_unswept_first().await;
        // As a `Vec`: a stream that still makes them while it is polled would not be `Send`.
        let sweeps: Vec<_> = sweeps
            .into_iter()
            .map(|(index, endpoint)| async move { (index, self.sweep(endpoint, limits).await) })
            .collect();
        let swept = async {
            let mut sweeps = stream::iter(sweeps).buffer_unordered(AT_ONCE);
            while let Some((index, end)) = sweeps.next().await {
                if let Some(place) = ends.get_mut(index) {
                    *place = end;
                }
            }
        };
        let all = futures::future::join(swept, self.policy.note(&self.reconciler));
        // A pass may end at any await (DESIGN 4): what is under way then is as a crash would leave it.
        let out_of_time = matches!(select(pin!(all), pin!(time_is_up)).await, Either::Right(_));
        if out_of_time {
            error!("the time was up before all endpoints under way were done");
        }
        self.answer(ends)
    }

    /// The endpoints and their places in the configuration, in the order of their last sweeps: what one sweep leaves out
    /// is the next one's first, in whatever process.
    async fn longest_unswept_first(&self) -> Vec<(usize, &ManagedEndpoint)> {
        let endpoints = self.endpoints.iter().enumerate();
        if self.endpoints.len() <= AT_ONCE {
            // All of them begin at once.
            return endpoints.collect();
        }
        let reads = endpoints.map(|(index, endpoint)| async move {
            // One whose state cannot be read comes first; its sweep says why.
            let last = self.reconciler.last_sweep_at(endpoint).await;
            (last.ok().flatten(), index, endpoint)
        });
        let mut read: Vec<(Option<DateTime<Utc>>, usize, &ManagedEndpoint)> =
            stream::iter(reads.collect::<Vec<_>>())
                .buffered(READS_AT_ONCE)
                .collect()
                .await;
        read.sort_by_key(|(last, index, _)| (*last, *index));
        read.into_iter()
            .map(|(_, index, endpoint)| (index, endpoint))
            .collect()
    }

    async fn sweep(&self, endpoint: &ManagedEndpoint, limits: Limits) -> End {
        if self.clock.now() > limits.begin_by {
            return None;
        }
        let swept = self
            .reconciler
            .sweep_by(endpoint, self.dry_run, Some(limits.end_by));
        let swept = swept.await;
        match &swept {
            Ok(swept) => self.watch.record_endpoint(&endpoint.name, &swept.gauges),
            Err(error) => log(endpoint, error),
        }
        Some(swept)
    }

    fn answer(&self, ends: Vec<End>) -> Result<Summary, SweepFailed> {
        let mut swept = Vec::new();
        let mut missed = SweepFailed::default();
        for (endpoint, end) in self.endpoints.iter().zip(ends) {
            match end {
                Some(Ok(end)) => swept.push(end),
                Some(Err(SweepError::Store(_) | SweepError::Vpn(_))) => {
                    missed.endpoints.push(endpoint.name.to_string());
                }
                Some(Err(SweepError::OutOfTime(_))) | None => {
                    missed.left_out.push(endpoint.name.to_string());
                }
            }
        }
        if !missed.left_out.is_empty() {
            let endpoints = missed.left_out.join(", ");
            error!(
                endpoints,
                "no time was left; the next sweep begins with these"
            );
        }
        let everywhere = missed == SweepFailed::default();
        self.watch.record_sweep(everywhere);
        if everywhere {
            Ok(Summary {
                dry_run: self.dry_run,
                endpoints: swept,
            })
        } else {
            Err(missed)
        }
    }
}

fn log(endpoint: &ManagedEndpoint, error: &SweepError) {
    // The enum is transparent: its text is its cause's, and the cause may have another.
    let cause = std::error::Error::source(error).map(ToString::to_string);
    error!(endpoint = %endpoint.name, error = %error, cause, "an endpoint was not swept; the next sweep tries again");
}
