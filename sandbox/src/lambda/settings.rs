//! What is run, where, and within which limits.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::ClockKeeper;

/// The largest event and the largest answer.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// The command that runs a function: the name is added as the last argument.
#[derive(Clone, Debug)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// What stands before the function's name.
    pub arguments: Vec<String>,
    /// Whether the function's name is the last argument; it is in `AWS_LAMBDA_FUNCTION_NAME` in any case.
    pub name_as_argument: bool,
}

impl Program {
    /// The `sandbox` binary at `path`, which runs itself as the function.
    pub fn sandbox(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: vec!["function".to_owned()],
            name_as_argument: true,
        }
    }

    /// This test binary, which runs its own test `name` as the function. That test returns at once when
    /// `AWS_LAMBDA_RUNTIME_API` is not set, and is the function when it is.
    ///
    /// # Errors
    /// When the path of this binary is unknown.
    pub fn test(name: &str) -> io::Result<Self> {
        Ok(Self {
            path: std::env::current_exe()?,
            arguments: ["--exact", name, "--nocapture", "--include-ignored"]
                .map(str::to_owned)
                .to_vec(),
            name_as_argument: false,
        })
    }
}

/// One function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// How long an invocation may take, in real time.
    pub time_limit: Duration,
    /// How many processes there may be at once.
    pub max_instances: u32,
    /// How long an invocation waits, in real time, for one of them. AWS has far more room and throttles at once; a
    /// developer's machine has not.
    pub queue_limit: Duration,
    /// Its environment, beside what Lambda itself sets.
    pub environment: BTreeMap<String, String>,
}

impl Function {
    /// A function with the limits that `template.yaml` gives it, more or less.
    pub fn new(name: &str, environment: BTreeMap<String, String>) -> Self {
        Self {
            name: name.to_owned(),
            time_limit: Duration::from_secs(29),
            max_instances: 8,
            queue_limit: Duration::from_secs(20),
            environment,
        }
    }
}

/// Where all functions run.
#[derive(Debug)]
pub struct Settings {
    /// How a function is started.
    pub program: Program,
    /// Each function logs to `<name>.log` there.
    pub logs: PathBuf,
    /// The region and account that ARNs and environments name.
    pub region: String,
    /// See `region`.
    pub account: String,
    /// The shared clock.
    pub clock: Arc<ClockKeeper>,
}
