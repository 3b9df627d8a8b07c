//! The call log: what was called, by whom, and what came of it, for tests that count.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::error::ApiError;
use super::fault::FaultKind;

/// Whose hand made a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A client of the API: the system under test.
    Api,
    /// The administrator, with the sandbox's control API.
    Admin,
}

/// A call that was made, for tests that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// When, in the world's time.
    pub at: DateTime<Utc>,
    /// What.
    pub action: Action,
    /// By whom.
    pub actor: Actor,
    /// The access key that signed it; empty: by hand.
    pub access_key: String,
    /// The parameters as they came.
    pub parameters: BTreeMap<String, String>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Call {
    /// Whether the request limit refused it.
    pub fn is_throttled(&self) -> bool {
        let code = ApiError::RequestLimitExceeded.code();
        matches!(&self.outcome, Outcome::Refused(refusal) if refusal == code)
    }
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done and answered.
    Done,
    /// It was refused with this code.
    Refused(String),
    /// A fault struck it.
    Fault(FaultKind),
}

/// The calls since the log was last emptied; the latest of them in full.
#[derive(Debug, Clone, Default)]
pub(super) struct CallLog {
    pub(super) calls: VecDeque<Call>,
    pub(super) counts: BTreeMap<Action, u64>,
}
