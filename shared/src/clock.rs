//! Where the time comes from: handed in by `main`, so that rules, tests and the sandbox choose it.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

/// A source of the present time. Only a `main.rs` makes one that reads the machine's clock.
pub trait Clock: Debug + Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

impl<F: Fn() -> DateTime<Utc> + Send + Sync> Clock for FnClock<F> {
    fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

/// A [`Clock`] made of a function, for instance `FnClock(Utc::now)` in a `main.rs`.
pub struct FnClock<F>(pub F);

impl<F> Debug for FnClock<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FnClock")
    }
}
