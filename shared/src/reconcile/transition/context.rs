//! What a transition starts from, and what it comes to.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::model::audit::{Actor, AuditRecord, Details, Event, EventIds};
use crate::model::item::whole_seconds;
use crate::model::update::Update;
use crate::model::{
    AssociationId, EndpointState, ManagedEndpoint, Observation, Snapshot, StateChange, SubnetId,
};
use crate::policy::{Executor, Policy};
use crate::reconcile::Settings;

/// What a transition starts from.
pub(in crate::reconcile) struct TransitionContext<'a> {
    pub(in crate::reconcile) endpoint: &'a ManagedEndpoint,
    pub(in crate::reconcile) settings: &'a Settings,
    pub(in crate::reconcile) ids: &'a EventIds,
    pub(in crate::reconcile) executor: Executor,
    pub(in crate::reconcile) state: &'a EndpointState,
    pub(in crate::reconcile) seen: &'a Observation,
    pub(in crate::reconcile) requests_before: Option<u64>,
    /// Whether what was seen is written down already.
    pub(in crate::reconcile) is_noted: bool,
    /// Whether a sweep has done all it should so far.
    pub(in crate::reconcile) is_complete: bool,
    pub(in crate::reconcile) now: DateTime<Utc>,
}

/// The state after a transition, and what is written for it.
#[derive(Debug)]
pub(in crate::reconcile) struct NextState {
    pub(in crate::reconcile) state: EndpointState,
    pub(in crate::reconcile) update: Update,
    pub(in crate::reconcile) records: Vec<AuditRecord>,
    pub(in crate::reconcile) snapshot: Option<Snapshot>,
}

impl NextState {
    pub(super) fn of(change: StateChange<'_>, records: Vec<AuditRecord>) -> Self {
        Self {
            update: change.update(),
            state: change.after,
            records,
            snapshot: None,
        }
    }

    pub(super) fn with_snapshot(mut self, snapshot: Option<Snapshot>) -> Self {
        if snapshot.is_some() {
            self.state.snapshot.clone_from(&snapshot);
        }
        self.snapshot = snapshot;
        self
    }
}

impl TransitionContext<'_> {
    pub(super) fn policy(&self) -> Policy<'_> {
        Policy {
            endpoint: self.endpoint,
            rules: &self.settings.rules,
        }
    }

    /// The requests that were counted before EC2 was read.
    pub(super) fn requests_before(&self) -> u64 {
        self.requests_before.unwrap_or(self.state.demand.requests)
    }

    /// A change of this time up.
    pub(super) fn change(&self) -> StateChange<'_> {
        StateChange::within_stay(self.state)
    }

    pub(super) fn record(&self, event: Event, reason: String, details: Details) -> AuditRecord {
        AuditRecord {
            event_id: self.ids.next(self.now),
            endpoint: Some(self.endpoint.clone()),
            occurred_at: self.now,
            event,
            actor: if self.executor.is_sweep() {
                Actor::Reaper
            } else {
                Actor::Associate
            },
            reason,
            expires_at: self.settings.retention.expires_at(event, self.now),
            details: Details {
                stay: details.stay.or(Some(self.state.stay.number)),
                ..details
            },
        }
    }

    /// Of something that others did.
    pub(super) fn external_record(
        &self,
        event: Event,
        reason: String,
        details: Details,
    ) -> AuditRecord {
        AuditRecord {
            actor: Actor::External,
            ..self.record(event, reason, details)
        }
    }

    /// The time as it will be read back from the table.
    pub(super) fn at(&self) -> DateTime<Utc> {
        whole_seconds(self.now)
    }

    pub(super) fn subnets_of(&self, ids: &BTreeSet<AssociationId>) -> BTreeSet<SubnetId> {
        let before = self.state.sightings.observation.iter();
        let networks = self
            .seen
            .networks
            .iter()
            .chain(before.flat_map(|seen| &seen.networks));
        networks
            .filter(|n| ids.contains(&n.association_id))
            .map(|n| n.subnet_id.clone())
            .collect()
    }

    pub(super) fn active_connections(&self) -> Option<usize> {
        self.seen.usage.as_ref().map(|usage| usage.active)
    }
}

pub(super) fn subnets(n: usize) -> String {
    if n == 1 {
        "1 subnet".to_owned()
    } else {
        format!("{n} subnets")
    }
}
