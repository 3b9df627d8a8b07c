//! Where an endpoint stands, as people and programs are told.

mod estimate;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::pass::PassOutcome;
use crate::model::item::rfc3339;
use crate::model::{Email, ManagedEndpoint, NetworkStatus, Observation};
use crate::policy::{Phase, Reason, Warning, releasable};

pub use estimate::Estimate;

/// The JSON of `status` (DESIGN 7). Times are RFC 3339 in UTC to the second.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointStatus {
    pub endpoint: String,
    pub endpoint_id: String,
    pub phase: Phase,
    /// Why, in a sentence.
    pub message: String,
    /// Until when it stays if nothing happens; `null` while in use or not ready.
    #[serde(serialize_with = "time")]
    pub keep_until: Option<DateTime<Utc>>,
    /// When it will probably be ready, from this endpoint's last starts; `null`: not starting, or not known.
    #[serde(serialize_with = "time")]
    pub ready_estimate: Option<DateTime<Utc>>,
    #[serde(serialize_with = "time")]
    pub started_at: Option<DateTime<Utc>>,
    /// Connections with status `active`; `null`: not read.
    pub active_connections: Option<usize>,
    pub associations: Vec<TargetNetworkView>,
    pub leases: Vec<LeaseView>,
    #[serde(serialize_with = "time")]
    pub observed_at: Option<DateTime<Utc>>,
    pub warnings: Vec<String>,
    /// What a page tells beside the JSON.
    #[serde(skip)]
    pub particulars: Particulars,
}

/// A target network, as people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetNetworkView {
    pub association_id: String,
    pub subnet_id: String,
    /// EC2's word for where it stands.
    pub status: &'static str,
}

/// A lease, as people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeaseView {
    pub email: String,
    #[serde(serialize_with = "time")]
    pub until: Option<DateTime<Utc>>,
}

#[expect(clippy::ref_option, reason = "serde hands the field over like this")]
fn time<S: serde::Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(rfc3339).serialize(serializer)
}

impl EndpointStatus {
    pub(super) fn of(endpoint: &ManagedEndpoint, passed: &PassOutcome, now: DateTime<Utc>) -> Self {
        let PassOutcome {
            state,
            seen,
            decision,
            ..
        } = passed;
        let phase = decision.phase;
        let up = state.attempts.began_at.or(state.stay.up_since);
        let particulars = Particulars::of(passed, now);
        let mut status = Self {
            endpoint: endpoint.name.to_string(),
            endpoint_id: endpoint.id.to_string(),
            phase,
            message: decision.reason.to_string(),
            keep_until: decision.keep_until.filter(|_| phase == Phase::Ready),
            ready_estimate: None,
            started_at: state
                .start_counts_from()
                .or(up)
                .filter(|_| phase != Phase::Off),
            active_connections: active_connections(seen),
            associations: seen
                .networks
                .iter()
                .map(|network| TargetNetworkView {
                    association_id: network.association_id.to_string(),
                    subnet_id: network.subnet_id.to_string(),
                    status: network.status.as_str(),
                })
                .collect(),
            leases: state
                .leases
                .iter()
                .filter(|lease| lease.runs(now))
                .map(|lease| LeaseView {
                    email: lease.email.to_string(),
                    until: Some(lease.until),
                })
                .collect(),
            observed_at: Some(seen.observed_at).filter(|at| *at > DateTime::UNIX_EPOCH),
            warnings: decision.warnings.iter().map(ToString::to_string).collect(),
            particulars,
        };
        if phase == Phase::Starting {
            let starts = &status.particulars.start_seconds;
            status.ready_estimate = estimate::ready_at(starts, status.began(), now);
        }
        status
    }

    /// How long a start under way takes.
    pub fn estimate(&self, now: DateTime<Utc>) -> Estimate {
        Estimate::of(&self.particulars.start_seconds, self.began(), now)
    }

    /// Between when an endpoint that goes down is back.
    pub fn back_between(&self, now: DateTime<Utc>) -> Option<[DateTime<Utc>; 2]> {
        let Particulars {
            start_seconds,
            stopping_since,
            ..
        } = &self.particulars;
        estimate::back_between(start_seconds, *stopping_since, now)
    }

    /// From when a start counts; before anything has begun, from the ask.
    fn began(&self) -> Option<DateTime<Utc>> {
        self.started_at.or(self.particulars.requested_at)
    }
}

/// Where nothing is associated, nobody can be connected, whether anybody looked or not.
fn active_connections(seen: &Observation) -> Option<usize> {
    let nobody_can_be = !seen.any(NetworkStatus::Associated);
    let seen = seen.usage.as_ref().map(|usage| usage.active);
    seen.or(nobody_can_be.then_some(0))
}

/// What a page needs to explain a [`EndpointStatus`](super::EndpointStatus).
#[derive(Debug, Clone, PartialEq)]
pub struct Particulars {
    pub reason: Reason,
    pub warnings: Vec<Warning>,
    pub requested_at: Option<DateTime<Utc>>,
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
            requested_at: state.demand.requested_at,
            start_seconds,
            stopping_since: state
                .stay
                .stop
                .since
                .or(going.map(|network| network.since).min()),
            connected: seen.connected.clone(),
            holders: releasable(state, now)
                .map(|lease| lease.email.clone())
                .collect(),
        }
    }
}
