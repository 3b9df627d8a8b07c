//! Where an endpoint stands, as people and programs are told.

mod estimate;
mod personal;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::pass::PassOutcome;
use crate::model::item::rfc3339;
use crate::model::{
    Email, EndpointState, ManagedEndpoint, ModeOrder, NetworkStatus, Observation, Rules,
};
use crate::policy::{Decision, Phase, Policy, Reason, Warning, decide, releasable};

pub use estimate::{Estimate, Progress};
pub use personal::{BookingParticulars, BookingView, PersonalView};

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
    /// What an administrator ordered; `null`: nothing.
    pub mode: Option<ModeView>,
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

/// An administrator's order in force, as people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModeView {
    /// `on`, `hold`, `off`, or what was typed.
    pub mode: String,
    #[serde(serialize_with = "time")]
    pub until: Option<DateTime<Utc>>,
    /// Who gave it and why; `null`: not known.
    pub by: Option<String>,
    pub reason: Option<String>,
    /// The order in a word or two (`off until 2026-11-24T12:00:00Z`): what an order names that takes its place.
    pub text: String,
}

impl ModeView {
    /// What stands for "no order" where a [`text`](Self::text) is asked for.
    pub const NONE: &str = "none";

    pub(super) fn of(order: &ModeOrder, now: DateTime<Utc>) -> Option<Self> {
        let mode = order.in_force(now)?;
        let (by, reason) = order.giver();
        Some(Self {
            mode: mode.as_str().to_owned(),
            until: order.until,
            by: by.map(str::to_owned),
            reason: reason.map(str::to_owned),
            text: order.text(),
        })
    }
}

#[expect(clippy::ref_option, reason = "serde hands the field over like this")]
fn time<S: serde::Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(rfc3339).serialize(serializer)
}

impl EndpointStatus {
    /// As the table has it, by what the last pass saw: for those who only read.
    pub fn on_record(
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Self {
        let seen = state.sightings.last_seen();
        let decision = decide(&seen, state, Policy { endpoint, rules }, now);
        Self::told(endpoint, state, &seen, &decision, now)
    }

    pub(super) fn of(endpoint: &ManagedEndpoint, passed: &PassOutcome, now: DateTime<Utc>) -> Self {
        Self::told(endpoint, &passed.state, &passed.seen, &passed.decision, now)
    }

    fn told(
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        seen: &Observation,
        decision: &Decision,
        now: DateTime<Utc>,
    ) -> Self {
        let phase = decision.phase;
        let up = state.attempts.began_at.or(state.stay.up_since);
        let particulars = Particulars::of(state, seen, decision, now);
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
            mode: ModeView::of(&state.order, now),
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

    pub fn estimate(&self, now: DateTime<Utc>) -> Estimate {
        Estimate::of(&self.particulars.start_seconds, self.began(), now)
    }

    pub fn back_between(&self, now: DateTime<Utc>) -> Option<[DateTime<Utc>; 2]> {
        let (starts, since) = (
            &self.particulars.start_seconds,
            self.particulars.stopping_since,
        );
        estimate::back_between(starts, since, now)
    }

    /// How far the wait is for an endpoint that starts or comes back; `None`: it does neither, or there is no start to
    /// measure it by.
    pub fn progress(&self, now: DateTime<Utc>) -> Option<Progress> {
        let Particulars {
            reason,
            requested_at,
            start_seconds,
            stopping_since,
            ..
        } = &self.particulars;
        match self.phase {
            Phase::Starting => estimate::of_start(start_seconds, self.began(), *requested_at, now),
            Phase::Stopping if reason.comes_back() => {
                estimate::of_return(start_seconds, *stopping_since, *requested_at, now)
            }
            Phase::Stopping | Phase::Off | Phase::Ready | Phase::Failed => None,
        }
    }

    /// From when a start counts; before anything has begun, from the ask.
    fn began(&self) -> Option<DateTime<Utc>> {
        self.started_at.or(self.particulars.requested_at)
    }
}

/// Where nothing is associated, no client can be connected, whether the connections were read or not.
fn active_connections(seen: &Observation) -> Option<usize> {
    let none_can_be = !seen.any(NetworkStatus::Associated);
    let seen = seen.usage.as_ref().map(|usage| usage.active);
    seen.or(none_can_be.then_some(0))
}

/// What a page needs to explain an [`EndpointStatus`].
#[derive(Debug, Clone, PartialEq)]
pub struct Particulars {
    pub reason: Reason,
    pub warnings: Vec<Warning>,
    pub requested_at: Option<DateTime<Utc>>,
    /// How long the last starts of this endpoint took, in seconds, the shortest first.
    pub start_seconds: Vec<u64>,
    /// Since when it goes down; `None`: it does not, or no pass saw it begin.
    pub stopping_since: Option<DateTime<Utc>>,
    /// Who is connected, as EC2 names them.
    pub connected: BTreeSet<String>,
    /// Who has something to give back.
    pub holders: BTreeSet<Email>,
}

impl Particulars {
    fn of(
        state: &EndpointState,
        seen: &Observation,
        decision: &Decision,
        now: DateTime<Utc>,
    ) -> Self {
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
