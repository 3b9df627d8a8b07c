//! The processes that a function's instances are: each with a clock of its own, one invocation at a time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;

use crate::caller::{Caller, Function};
use crate::engine::Engine;

/// An instance of a function.
pub struct Process {
    /// Its number, in the order of the starts.
    pub id: u64,
    /// What it runs.
    pub function: Function,
    /// How far its clock is ahead.
    pub ahead: TimeDelta,
    engine: Engine,
    invocation: AtomicU64,
}

impl Process {
    /// A fresh instance.
    pub fn new(id: u64, function: Function, ahead: TimeDelta, engine: Engine) -> Self {
        Self {
            id,
            function,
            ahead,
            engine,
            invocation: AtomicU64::new(0),
        }
    }

    /// From now on its calls belong to this invocation.
    pub fn begin(&self, invocation: u64) {
        self.invocation.store(invocation, Ordering::Relaxed);
    }

    /// Who calls at present.
    pub fn caller(&self) -> Caller {
        Caller {
            process: self.id,
            function: self.function,
            invocation: self.invocation.load(Ordering::Relaxed),
        }
    }
}

impl Clock for Process {
    fn now(&self) -> DateTime<Utc> {
        self.engine.now() + self.ahead
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.caller())
    }
}
