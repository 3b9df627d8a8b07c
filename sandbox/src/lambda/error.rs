//! Why an invocation has no answer.

use std::io;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use super::settings::PAYLOAD_LIMIT;

/// Why an invocation has no answer. `log` is the end of the function's log.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// No function of that name, or the sandbox is stopping.
    #[error("there is no function named {0}")]
    Unknown(String),
    /// The event is over [`PAYLOAD_LIMIT`].
    #[error("the event is larger than {PAYLOAD_LIMIT} bytes")]
    TooLarge,
    /// All instances were busy for [`queue_limit`](super::Function::queue_limit).
    #[error("{function}: all instances are busy")]
    Throttled {
        /// The function.
        function: String,
    },
    /// The process could not be started at all.
    #[error("{function}: cannot start the process")]
    Spawn {
        /// The function.
        function: String,
        /// What the system said.
        source: io::Error,
    },
    /// The process ended, failed or took too long before it asked for its first event.
    #[error("{function} failed to start: {detail}\n{log}")]
    Init {
        /// The function.
        function: String,
        /// In what way.
        detail: String,
        /// The end of its log.
        log: String,
    },
    /// The process ended during the invocation.
    #[error(
        "{function}: RequestId: {request_id} Error: Runtime exited with error: {status}\n{log}"
    )]
    Crashed {
        /// The function.
        function: String,
        /// The invocation.
        request_id: Uuid,
        /// How it ended.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// The invocation went over [`time_limit`](super::Function::time_limit); the process was killed.
    #[error("{function}: RequestId: {request_id} Error: Task timed out after {:.2} seconds\n{log}", .after.as_secs_f64())]
    TimedOut {
        /// The function.
        function: String,
        /// The invocation.
        request_id: Uuid,
        /// The limit.
        after: Duration,
        /// The end of its log.
        log: String,
    },
    /// The function answered with an error (or panicked, which its runtime turns into one).
    #[error("{function}: {}: {}\n{log}", .error.error_type, .error.error_message)]
    Function {
        /// The function.
        function: String,
        /// Its error.
        error: FunctionError,
        /// The end of its log.
        log: String,
    },
}

/// The error that a function answered with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// Its type.
    #[serde(default)]
    pub error_type: String,
    /// Its text.
    #[serde(default)]
    pub error_message: String,
}
