//! One invocation: every endpoint, whatever becomes of the others.

use futures::{StreamExt as _, stream};
use lambda_runtime::Diagnostic;
use serde::Serialize;
use shared::model::ManagedEndpoint;
use shared::policy::Phase;
use shared::reconcile::{Reconciler, SweepError, Swept};
use tracing::error;

use crate::watch::Watch;

/// Endpoints swept side by side. EC2 throttles an account, not an endpoint.
const AT_ONCE: usize = 4;

/// The function: what it needs for the life of its process.
pub struct Reaper {
    /// What does the work.
    pub reconciler: Reconciler,
    /// The endpoints to sweep.
    pub endpoints: Vec<ManagedEndpoint>,
    /// Decide and log, change nothing.
    pub dry_run: bool,
    /// What tells of it in numbers.
    pub watch: Watch,
}

/// What an invocation answers, for whoever invokes it by hand.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Whether EC2 was left as it was.
    pub dry_run: bool,
    /// One for each endpoint, in the order of the configuration.
    pub endpoints: Vec<Outcome>,
}

/// What a sweep came to at one endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The endpoint's name.
    pub endpoint: String,
    /// The phase it was left in.
    pub phase: Phase,
    /// Why.
    pub reason: String,
    /// Connections that were put on record as ended.
    pub connections_ended: usize,
}

/// Some endpoints were not swept as they should be. The invocation ends in it, so that an alarm can fire; the next
/// sweep is the retry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not swept: {}", .endpoints.join(", "))]
pub struct SweepFailed {
    /// Their names, in the order of the configuration. Why, the log says.
    pub endpoints: Vec<String>,
}

impl From<SweepFailed> for Diagnostic {
    fn from(error: SweepFailed) -> Self {
        Self {
            error_type: "SweepFailed".to_owned(),
            error_message: error.to_string(),
        }
    }
}

impl Reaper {
    /// Sweeps all endpoints.
    ///
    /// # Errors
    /// Once all are done, the names of those that failed.
    pub async fn sweep_all(&self) -> Result<Summary, SweepFailed> {
        let results: Vec<Result<Outcome, String>> = stream::iter(&self.endpoints)
            .map(|endpoint| self.sweep(endpoint))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (mut swept, mut failed) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(outcome) => swept.push(outcome),
                Err(name) => failed.push(name),
            }
        }
        self.watch.swept(failed.is_empty());
        if failed.is_empty() {
            Ok(Summary {
                dry_run: self.dry_run,
                endpoints: swept,
            })
        } else {
            Err(SweepFailed { endpoints: failed })
        }
    }

    /// Sweeps one endpoint; an error is its name.
    async fn sweep(&self, endpoint: &ManagedEndpoint) -> Result<Outcome, String> {
        let name = endpoint.name.to_string();
        match self.reconciler.sweep(endpoint, self.dry_run).await {
            Ok(swept) => {
                self.watch.saw(&endpoint.name, &swept.gauges);
                Ok(Outcome::of(name, swept))
            }
            Err(error) => {
                log(&name, &error);
                Err(name)
            }
        }
    }
}

impl Outcome {
    fn of(endpoint: String, swept: Swept) -> Self {
        let Swept {
            phase,
            reason,
            connections_ended,
            gauges: _,
        } = swept;
        Self {
            endpoint,
            phase,
            reason,
            connections_ended,
        }
    }
}

fn log(endpoint: &str, error: &SweepError) {
    // The enum is transparent: its text is its cause's, and the cause may have another.
    let cause = std::error::Error::source(error).map(ToString::to_string);
    error!(endpoint, error = %error, cause, "an endpoint was not swept; the next sweep tries again");
}
