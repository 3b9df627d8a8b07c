//! `EventBridge` Scheduler: invokes the `reaper` every minute of shared time.

use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::clock::Clock;
use testkit::example;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::ClockKeeper;
use crate::lambda::{InvokeError, Lambda};

/// `rate(1 minute)`.
const RATE: TimeDelta = TimeDelta::minutes(1);

/// How many sweeps may run at once. In AWS they pile up without limit; at high speed on one machine they must not.
const OVERLAP: usize = 2;

/// How the scheduler runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The function that is invoked.
    pub function: String,
    /// Whether it runs by itself; without, sweeps are made on demand only.
    pub running: bool,
    /// Every how many times the event is delivered twice: at-least-once means that it can be.
    pub twice_every: Option<NonZeroU32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            function: "reaper".to_owned(),
            running: true,
            twice_every: None,
        }
    }
}

/// The running scheduler.
#[derive(Debug)]
pub struct Scheduler {
    settings: Settings,
    lambda: Lambda,
    clock: Arc<ClockKeeper>,
    task: Option<JoinHandle<()>>,
}

impl Scheduler {
    pub(crate) fn start(settings: Settings, lambda: Lambda, clock: Arc<ClockKeeper>) -> Self {
        // From now on, and not from whenever the task comes to run.
        let due = clock.now() + RATE;
        let task = settings.running.then(|| {
            let run = run(settings.clone(), lambda.clone(), clock.clone(), due);
            tokio::spawn(run)
        });
        Self {
            settings,
            lambda,
            clock,
            task,
        }
    }

    /// Invokes the function now, beside the schedule, and waits for its answer.
    ///
    /// # Errors
    /// See [`InvokeError`].
    pub async fn fire(&self) -> Result<Bytes, InvokeError> {
        let event = event(self.clock.now()).to_string();
        self.lambda
            .invoke(&self.settings.function, event, None)
            .await
    }

    pub(crate) fn stop(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn run(settings: Settings, lambda: Lambda, clock: Arc<ClockKeeper>, mut due: DateTime<Utc>) {
    let overlap = Arc::new(Semaphore::new(OVERLAP));
    let mut count = 0_u32;
    loop {
        clock.sleep_until(due).await;
        count = count.wrapping_add(1);
        let twice = settings
            .twice_every
            .is_some_and(|every| count.is_multiple_of(every.get()));
        let event = event(due).to_string();
        for _ in 0..=u32::from(twice) {
            let Ok(permit) = overlap.clone().acquire_owned().await else {
                return;
            };
            let (lambda, function, event) =
                (lambda.clone(), settings.function.clone(), event.clone());
            tokio::spawn(async move {
                if let Err(error) = lambda.invoke(&function, event, None).await {
                    tracing::warn!(%error, "a scheduled sweep failed; the next one is the retry");
                }
                drop(permit);
            });
        }
        due = next(due, clock.now());
    }
}

/// The next time on the schedule's grid. Times that have passed meanwhile are left out: after a jump of an hour there is
/// one sweep, not sixty.
fn next(due: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let missed = (now - due).num_seconds().max(0) / RATE.num_seconds();
    due + RATE + TimeDelta::seconds(missed * RATE.num_seconds())
}

/// What Scheduler sends when the schedule has no input of its own.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
fn event(time: DateTime<Utc>) -> Value {
    json!({
        "version": "0",
        "id": Uuid::new_v4(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": example::ACCOUNT,
        "time": time.to_rfc3339_opts(SecondsFormat::Secs, true),
        "region": example::REGION,
        "resources": [example::SCHEDULE_ARN],
        "detail": "{}",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_schedule_keeps_to_its_grid_and_leaves_out_what_has_passed() {
        for (now, expected) in [
            (60, 120),
            (61, 120),
            (119, 120),
            (120, 180),
            (3_600 + 59, 3_660),
            (3_660, 3_720),
        ] {
            assert_eq!(next(at(60), at(now)), at(expected), "now {now}");
        }
    }

    #[test]
    fn the_event_is_eventbridge_schedulers() {
        let event = event(at(1_800_000_000));
        assert_eq!(event["time"], "2027-01-15T08:00:00Z");
        assert_eq!(event["detail"], "{}");
        assert_eq!(event["resources"], json!([example::SCHEDULE_ARN]));
        assert_eq!(event.as_object().unwrap().len(), 9);
    }
}
