//! Time, and being interrupted: handed in by `main`, so that tests need not wait.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use tokio::sync::watch;

/// What lets time pass.
#[async_trait]
pub trait Sleeper: Debug + Send + Sync {
    /// Returns when so much time has passed on the [`Clock`] beside it.
    async fn sleep(&self, duration: Duration);
}

/// The present, waiting, and whether the operator has interrupted.
#[derive(Debug, Clone)]
pub struct Time {
    pub clock: Arc<dyn Clock>,
    pub sleeper: Arc<dyn Sleeper>,
    pub interrupted: watch::Receiver<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl Time {
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// An error once the operator has interrupted. Asked between calls: a call to EC2 is never cut off half-way, for
    /// then it would not be known what it has made.
    pub fn go_on(&self) -> Result<(), Interrupted> {
        if *self.interrupted.borrow() {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }

    pub async fn wait(&self, duration: Duration) -> Result<(), Interrupted> {
        self.go_on()?;
        let mut interrupted = self.interrupted.clone();
        tokio::select! {
            biased;
            // An error means that `main` has gone, and this with it.
            _ = interrupted.wait_for(|interrupted| *interrupted) => Err(Interrupted),
            () = self.sleeper.sleep(duration) => self.go_on(),
        }
    }

    /// Waits, interrupted or not: for cleaning up.
    pub async fn wait_regardless(&self, duration: Duration) {
        self.sleeper.sleep(duration).await;
    }
}

/// `+4 min 05 s`.
pub fn offset(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    format!("+{}", length(to - from))
}

/// `4 min 05 s`.
pub fn length(time: TimeDelta) -> String {
    let seconds = time.num_seconds();
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {:02} s", seconds % 60),
    }
}
