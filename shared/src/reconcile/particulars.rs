//! What a page tells beside the JSON of DESIGN 7: typed, so that it can be said in any language.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::pass::PassOutcome;
use crate::model::{Email, NetworkStatus};
use crate::policy::{Reason, Warning};

/// What a page needs to explain a [`EndpointStatus`](super::EndpointStatus).
#[derive(Debug, Clone, PartialEq)]
pub struct Particulars {
    /// Why the phase is what it is.
    pub reason: Reason,
    /// What people should know beside.
    pub warnings: Vec<Warning>,
    /// How long the last starts of this endpoint took, in seconds, the shortest first.
    pub start_seconds: Vec<u64>,
    /// Since when it goes down; `None`: it does not, or nobody saw it begin.
    pub stopping_since: Option<DateTime<Utc>>,
    /// Who is connected, as EC2 names them.
    pub connected: BTreeSet<String>,
    /// Who has something to give back.
    pub holders: BTreeSet<Email>,
}

impl Particulars {
    pub(super) fn of(passed: &PassOutcome, now: DateTime<Utc>) -> Self {
        let PassOutcome {
            state,
            seen,
            decision,
            ..
        } = passed;
        let mut start_seconds = state.sightings.start_seconds.clone();
        start_seconds.sort_unstable();
        let going = seen.in_status(NetworkStatus::Disassociating);
        Self {
            reason: decision.reason.clone(),
            warnings: decision.warnings.clone(),
            start_seconds,
            stopping_since: state
                .stay
                .stop
                .since
                .or(going.map(|network| network.since).min()),
            connected: seen.connected.clone(),
            holders: state
                .releasable(now)
                .map(|lease| lease.email.clone())
                .collect(),
        }
    }
}
