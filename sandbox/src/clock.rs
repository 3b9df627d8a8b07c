//! The one clock that the sandbox and the functions in it share.
//!
//! A small file says which shared instant belongs to which real one, and how fast shared time runs. The sandbox
//! ([`ClockKeeper`]) alone writes it; every function's process reads it ([`SharedClock`]) whenever it asks for the time.
//! Shared time never goes back: the keeper starts from where the file stands, and the file holds good only for
//! [`KEPT_FOR`] after the keeper last wrote it, so that no process can have read a later time than that.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::clock::Clock;
use tokio::sync::watch;

use crate::lock::lock;

/// How long shared time runs on, in real time, after the keeper last wrote the file. When a sandbox has crashed, or the
/// laptop sleeps, its time stands still.
pub const KEPT_FOR: Duration = Duration::from_mins(2);

/// The fastest that shared time may run: an hour in a second.
pub const MAX_SPEED: u32 = 3600;

/// What the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mapping {
    real: DateTime<Utc>,
    shared: DateTime<Utc>,
    speed: u32,
}

impl Mapping {
    fn at(&self, real_now: DateTime<Utc>) -> DateTime<Utc> {
        let kept = TimeDelta::seconds(KEPT_FOR.as_secs().cast_signed());
        let elapsed = (real_now - self.real).clamp(TimeDelta::zero(), kept);
        self.shared + elapsed * self.speed.min(MAX_SPEED).cast_signed()
    }
}

fn read(path: &Path) -> io::Result<Mapping> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// Readers find the old file or the new one, never half of one.
fn write(path: &Path, mapping: Mapping) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, serde_json::to_vec(&mapping)?)?;
    fs::rename(&new, path)
}

/// A reader of the shared clock: what a function's process hands to the function.
#[derive(Debug)]
pub struct SharedClock {
    path: PathBuf,
    real: Arc<dyn Clock>,
    last: Mutex<(Mapping, DateTime<Utc>)>,
}

impl SharedClock {
    /// Opens the clock's file; `real` is the machine's clock.
    ///
    /// # Errors
    /// When there is no such file or it is not a clock's.
    pub fn open(path: impl Into<PathBuf>, real: Arc<dyn Clock>) -> io::Result<Self> {
        let path = path.into();
        let mapping = read(&path)?;
        let last = Mutex::new((mapping, mapping.at(real.now())));
        Ok(Self { path, real, last })
    }
}

impl Clock for SharedClock {
    fn now(&self) -> DateTime<Utc> {
        let mut last = lock(&self.last);
        // Without the file (the state was thrown away) time goes on as it last stood.
        let mapping = read(&self.path).unwrap_or(last.0);
        *last = (mapping, last.1.max(mapping.at(self.real.now())));
        last.1
    }
}

/// The writer of the shared clock: the sandbox has exactly one.
#[derive(Debug)]
pub struct ClockKeeper {
    path: PathBuf,
    real: Arc<dyn Clock>,
    state: Mutex<(Mapping, DateTime<Utc>)>,
    changed: watch::Sender<()>,
}

impl ClockKeeper {
    /// Takes over the clock's file, or makes it. Time starts at the latest of: where the file stands, `not_before`, or,
    /// without `not_before`, the machine's own time.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a clock's.
    pub fn start(
        path: impl Into<PathBuf>,
        real: Arc<dyn Clock>,
        speed: u32,
        not_before: Option<DateTime<Utc>>,
    ) -> io::Result<Self> {
        let path = path.into();
        let real_now = real.now();
        let start = not_before.unwrap_or(real_now);
        let shared = match read(&path) {
            Ok(found) => found.at(real_now).max(start),
            Err(error) if error.kind() == io::ErrorKind::NotFound => start,
            Err(error) => return Err(error),
        };
        let mapping = Mapping {
            real: real_now,
            shared,
            speed: speed.min(MAX_SPEED),
        };
        write(&path, mapping)?;
        Ok(Self {
            path,
            real,
            state: Mutex::new((mapping, shared)),
            changed: watch::Sender::new(()),
        })
    }

    /// The file, for [`SharedClock::open`].
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many shared seconds pass in a real one; 0 when time stands still.
    pub fn speed(&self) -> u32 {
        lock(&self.state).0.speed
    }

    /// Makes shared time run at `speed` (at most [`MAX_SPEED`]; 0 stops it) from now on.
    pub fn set_speed(&self, speed: u32) -> io::Result<()> {
        self.change(TimeDelta::zero(), Some(speed.min(MAX_SPEED)))
    }

    /// Jumps forward; a negative `by` counts as none, for time never goes back.
    pub fn advance(&self, by: TimeDelta) -> io::Result<()> {
        self.change(by.max(TimeDelta::zero()), None)
    }

    /// Renews the file; to be called well within [`KEPT_FOR`].
    pub fn keep(&self) -> io::Result<()> {
        self.change(TimeDelta::zero(), None)
    }

    /// Stops time where it is: the last thing a sandbox does.
    pub fn stop(&self) -> io::Result<()> {
        self.set_speed(0)
    }

    /// The shared instant that will be when `real` has passed on the machine's clock. For limits that the machine sets
    /// rather than a rule (a function's time limit, the life of a token): at 60 times the speed they still last as long.
    pub fn after(&self, real: Duration) -> DateTime<Utc> {
        let speed = self.speed().max(1).cast_signed();
        let real = TimeDelta::from_std(real).unwrap_or(TimeDelta::MAX / speed);
        self.now() + real * speed
    }

    /// Waits until shared time has reached `instant`, through jumps and changes of speed.
    pub async fn sleep_until(&self, instant: DateTime<Utc>) {
        let mut changed = self.changed.subscribe();
        loop {
            let left = instant - self.now();
            if left <= TimeDelta::zero() {
                return;
            }
            // Rounded up by a microsecond, so that the wait does not end just before the instant.
            let real = match self.speed() {
                0 => None,
                speed => Some(left.to_std().unwrap_or_default() / speed + Duration::from_micros(1)),
            };
            let waited = async {
                match real {
                    Some(real) => tokio::time::sleep(real).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = waited => {}
                // The sender lives in `self`, so this is always a change.
                _ = changed.changed() => {}
            }
        }
    }

    fn change(&self, by: TimeDelta, speed: Option<u32>) -> io::Result<()> {
        let mut state = lock(&self.state);
        let real = self.real.now();
        let shared = state.1.max(state.0.at(real)) + by;
        let mapping = Mapping {
            real,
            shared,
            speed: speed.unwrap_or(state.0.speed),
        };
        write(&self.path, mapping)?;
        *state = (mapping, shared);
        drop(state);
        self.changed.send_replace(());
        Ok(())
    }
}

impl Clock for ClockKeeper {
    fn now(&self) -> DateTime<Utc> {
        let mut state = lock(&self.state);
        state.1 = state.1.max(state.0.at(self.real.now()));
        state.1
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A machine's clock that the test sets, in milliseconds.
    #[derive(Debug, Default)]
    struct Machine(AtomicI64);

    impl Machine {
        fn set(&self, millis: i64) {
            self.0.store(millis, Ordering::SeqCst);
        }
    }

    impl Clock for Machine {
        fn now(&self) -> DateTime<Utc> {
            at(self.0.load(Ordering::SeqCst))
        }
    }

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    struct Setup {
        machine: Arc<Machine>,
        dir: tempfile::TempDir,
    }

    impl Setup {
        fn new() -> Self {
            Self {
                machine: Arc::default(),
                dir: tempfile::tempdir().unwrap(),
            }
        }

        fn keeper(&self, speed: u32) -> ClockKeeper {
            let path = self.dir.path().join("clock");
            ClockKeeper::start(path, self.machine.clone(), speed, None).unwrap()
        }

        fn reader(&self, keeper: &ClockKeeper) -> SharedClock {
            SharedClock::open(keeper.path(), self.machine.clone()).unwrap()
        }
    }

    #[test]
    fn every_process_sees_the_same_time_at_the_chosen_speed() {
        let setup = Setup::new();
        let keeper = setup.keeper(60);
        let reader = setup.reader(&keeper);
        setup.machine.set(1_500);
        assert_eq!(keeper.now(), at(90_000));
        assert_eq!(reader.now(), at(90_000));
    }

    #[test]
    fn a_jump_and_a_change_of_speed_reach_processes_that_run() {
        let setup = Setup::new();
        let keeper = setup.keeper(1);
        let reader = setup.reader(&keeper);
        setup.machine.set(1_000);
        keeper.advance(TimeDelta::minutes(30)).unwrap();
        assert_eq!(reader.now(), at(1_801_000));
        keeper.set_speed(10).unwrap();
        setup.machine.set(2_000);
        assert_eq!(reader.now(), at(1_811_000));
        assert_eq!(keeper.now(), at(1_811_000));
    }

    #[test]
    fn time_never_goes_back() {
        let setup = Setup::new();
        let keeper = setup.keeper(60);
        let reader = setup.reader(&keeper);
        setup.machine.set(10_000);
        let before = (keeper.now(), reader.now());
        setup.machine.set(4_000);
        keeper.advance(TimeDelta::hours(-1)).unwrap();
        keeper.set_speed(1).unwrap();
        assert!(keeper.now() >= before.0);
        assert!(reader.now() >= before.1);
    }

    #[test]
    fn a_restart_goes_on_where_the_last_sandbox_stopped() {
        let setup = Setup::new();
        let first = setup.keeper(60);
        setup.machine.set(60_000);
        first.stop().unwrap();
        drop(first);
        setup.machine.set(600_000);
        let second = setup.keeper(1);
        assert_eq!(second.now(), at(3_600_000));
    }

    #[test]
    fn a_restart_catches_up_with_the_machine() {
        let setup = Setup::new();
        setup.keeper(1).stop().unwrap();
        setup.machine.set(86_400_000);
        assert_eq!(setup.keeper(1).now(), at(86_400_000));
    }

    #[test]
    fn after_a_crash_nobody_has_seen_a_later_time() {
        let setup = Setup::new();
        let crashed = setup.keeper(3600);
        let reader = setup.reader(&crashed);
        drop(crashed);
        setup.machine.set(500_000);
        let seen = reader.now();
        assert_eq!(seen, at(120_000 * 3600));
        let next = setup.keeper(1);
        assert_eq!(next.now(), seen);
    }

    #[test]
    fn a_chosen_start_does_not_turn_time_back() {
        let setup = Setup::new();
        let path = setup.dir.path().join("clock");
        let start = |millis| {
            let machine = setup.machine.clone();
            ClockKeeper::start(&path, machine, 1, Some(at(millis))).unwrap()
        };
        assert_eq!(start(9_000).now(), at(9_000));
        assert_eq!(start(5_000).now(), at(9_000));
    }

    #[test]
    fn what_is_not_a_clock_is_refused() {
        let setup = Setup::new();
        let path = setup.dir.path().join("clock");
        fs::write(&path, "noon").unwrap();
        assert!(ClockKeeper::start(&path, setup.machine.clone(), 1, None).is_err());
        assert!(SharedClock::open(&path, setup.machine).is_err());
    }

    #[test]
    fn a_limit_of_the_machine_lasts_as_long_at_any_speed() {
        let setup = Setup::new();
        let keeper = setup.keeper(60);
        assert_eq!(keeper.after(Duration::from_secs(2)), at(120_000));
        keeper.set_speed(0).unwrap();
        assert_eq!(keeper.after(Duration::from_secs(2)), at(2_000));
    }

    #[tokio::test]
    async fn a_sleeper_is_woken_by_a_jump() {
        let setup = Setup::new();
        let keeper = Arc::new(setup.keeper(0));
        let sleeper = tokio::spawn({
            let keeper = keeper.clone();
            async move { keeper.sleep_until(at(60_000)).await }
        });
        keeper.advance(TimeDelta::seconds(59)).unwrap();
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        keeper.advance(TimeDelta::seconds(1)).unwrap();
        sleeper.await.unwrap();
    }
}
