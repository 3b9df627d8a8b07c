//! Faults on demand: what goes wrong with which call, and how often.

use serde::{Deserialize, Serialize};

use super::action::Action;

/// A fault that waits for its call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The call it strikes; `None`: any.
    #[serde(default)]
    pub action: Option<Action>,
    /// How many such calls pass before it strikes.
    #[serde(default)]
    pub after: u32,
    /// How many calls it strikes; `None`: all until it is cleared.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens then.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Nothing is done; the answer is this error.
    Error {
        /// EC2's code.
        code: String,
        /// The HTTP status, 400 to 599.
        #[serde(default = "bad_request")]
        status: u16,
    },
    /// Nothing is done, and no answer ever comes.
    Hang,
    /// The work is done, and no answer ever comes.
    HangAfterWork,
    /// The work is done, and the connection breaks before the answer.
    LoseAnswer,
    /// The work is done so much later, in real time, whether or not the client still waits; then it is answered.
    Late {
        /// Real milliseconds, at most ten minutes of them.
        milliseconds: u32,
    },
    /// Nothing is done; the answer is a 500 that is not even XML.
    Garbage,
    /// `DescribeClientVpnConnections` answers as of so many seconds ago.
    Stale {
        /// Seconds of the world's time, at most an hour of them.
        seconds: u32,
    },
    /// `DescribeClientVpnConnections` lists connections without their counters.
    NoCounters,
}

/// Why a fault makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFault {
    /// It would never strike.
    #[error("`times` is 0: the fault would never strike")]
    Never,
    /// Not an error's status.
    #[error("status {0} is no error: 400 to 599 are")]
    Status(u16),
    /// An error without a code.
    #[error("an error needs a code")]
    NoCode,
    /// Later than any caller waits.
    #[error("{0} ms is more than ten minutes")]
    TooLate(u32),
    /// Connections are not remembered for so long.
    #[error("{0} s is more than an hour")]
    TooStale(u32),
    /// Only connections can be read stale, or without counters.
    #[error("only DescribeClientVpnConnections answers stale or without counters")]
    NotConnections,
}

impl Fault {
    /// Strikes the next call of this action, once.
    pub fn once(action: Action, kind: FaultKind) -> Self {
        Self {
            action: Some(action),
            after: 0,
            times: once(),
            kind,
        }
    }

    /// Strikes every call of this action until it is cleared.
    pub fn always(action: Action, kind: FaultKind) -> Self {
        Self {
            action: Some(action),
            after: 0,
            times: None,
            kind,
        }
    }

    pub(super) fn validate(&self) -> Result<(), InvalidFault> {
        if self.times == Some(0) {
            return Err(InvalidFault::Never);
        }
        match &self.kind {
            FaultKind::Error { code, .. } if code.is_empty() => Err(InvalidFault::NoCode),
            FaultKind::Error { status, .. } if !(400..600).contains(status) => {
                Err(InvalidFault::Status(*status))
            }
            FaultKind::Late { milliseconds } if *milliseconds > 600_000 => {
                Err(InvalidFault::TooLate(*milliseconds))
            }
            FaultKind::Stale { seconds } if *seconds > 3600 => {
                Err(InvalidFault::TooStale(*seconds))
            }
            FaultKind::Stale { .. } | FaultKind::NoCounters
                if self.action != Some(Action::DescribeClientVpnConnections) =>
            {
                Err(InvalidFault::NotConnections)
            }
            FaultKind::Error { .. }
            | FaultKind::Hang
            | FaultKind::HangAfterWork
            | FaultKind::LoseAnswer
            | FaultKind::Late { .. }
            | FaultKind::Garbage
            | FaultKind::Stale { .. }
            | FaultKind::NoCounters => Ok(()),
        }
    }
}

impl FaultKind {
    /// An error with this code, at its usual status.
    pub fn error(code: &str) -> Self {
        let status = match code {
            "RequestLimitExceeded" | "ServiceUnavailable" | "Unavailable" => 503,
            "InternalError" => 500,
            "UnauthorizedOperation" => 403,
            _ => 400,
        };
        Self::Error {
            code: code.to_owned(),
            status,
        }
    }
}

// `Option` is what a missing `times` must become: once, and not for ever.
#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
fn once() -> Option<u32> {
    Some(1)
}

fn bad_request() -> u16 {
    400
}
