//! The processes that a function's instances are: each with a clock of its own, one invocation at a time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;

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

/// The functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The Lambda behind the ALB.
    Associate,
    /// The Lambda on the schedule.
    Reaper,
}

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Which process.
    pub process: u64,
    /// What it runs.
    pub function: Function,
    /// For which invocation.
    pub invocation: u64,
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

impl Caller {
    /// A person, who is no process.
    pub(crate) fn person() -> Self {
        Self {
            process: 0,
            function: Function::Associate,
            invocation: 0,
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

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = match self.function {
            Function::Associate => "associate",
            Function::Reaper => "reaper",
        };
        write!(f, "{function}#{} ({})", self.process, self.invocation)
    }
}
