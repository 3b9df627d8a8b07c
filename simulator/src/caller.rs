//! Who makes a call.

use std::fmt;

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

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = match self.function {
            Function::Associate => "associate",
            Function::Reaper => "reaper",
        };
        write!(f, "{function}#{} ({})", self.process, self.invocation)
    }
}
