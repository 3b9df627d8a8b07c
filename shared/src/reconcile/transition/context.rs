//! What a transition starts from, and what it comes to.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::model::audit::{Actor, AuditRecord, Details, Event, EventIds};
use crate::model::item::whole_seconds;
use crate::model::{AssociationId, EndpointState, Observation, Snapshot, StateChange, SubnetId};
use crate::policy::{Executor, Policy};
use crate::ports::Transition;
use crate::reconcile::Settings;

/// What a transition starts from.
pub(in crate::reconcile) struct TransitionContext<'a> {
    pub(in crate::reconcile) policy: Policy<'a>,
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
    pub(in crate::reconcile) transition: Transition,
}

impl NextState {
    pub(super) fn of(change: StateChange<'_>, records: Vec<AuditRecord>) -> Self {
        let transition = Transition {
            update: change.update(),
            records,
            ..Transition::default()
        };
        let state = change.after;
        Self { state, transition }
    }

    pub(super) fn with_snapshot(mut self, snapshot: Option<Snapshot>) -> Self {
        if snapshot.is_some() {
            self.state.snapshot.clone_from(&snapshot);
        }
        self.transition.snapshot = snapshot;
        self
    }
}

impl TransitionContext<'_> {
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
            endpoint: Some(self.policy.endpoint.clone()),
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

    /// What a record says of these associations.
    pub(super) fn details_of(&self, ids: &BTreeSet<AssociationId>) -> Details {
        Details {
            association_ids: ids.clone(),
            subnet_ids: self.subnets_of(ids),
            ..Details::default()
        }
    }

    fn subnets_of(&self, ids: &BTreeSet<AssociationId>) -> BTreeSet<SubnetId> {
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
