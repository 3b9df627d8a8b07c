//! What each transition makes of the state: the new state, its conditions and its audit records.
//!
//! Nothing here does I/O: a transition is a function of its context.

mod down;
mod routes;
mod sighting;
mod up;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Settings;
use super::pass::Driver;
use crate::model::audit::{Actor, AuditRecord, Details, Event, EventIds};
use crate::model::item::whole_seconds;
use crate::model::update::Update;
use crate::model::{
    AssociationId, Attribute, EndpointState, ManagedEndpoint, Observation, Snapshot, StateChange,
    SubnetId,
};
use crate::policy::{Decision, Policy, is_hold_over};

pub(super) use down::{gone, stop, stop_abandoned, stop_refused};
pub(super) use routes::{restored, restoring, snapshot_taken};
pub(super) use sighting::noted;
pub(super) use up::{
    Answers, adopted, answered, association_failed, attempt, ready, refused_before,
};

/// What a transition starts from.
pub(super) struct TransitionContext<'a> {
    pub(super) endpoint: &'a ManagedEndpoint,
    pub(super) settings: &'a Settings,
    pub(super) ids: &'a EventIds,
    pub(super) driver: Driver,
    pub(super) state: &'a EndpointState,
    pub(super) seen: &'a Observation,
    pub(super) requests_before: Option<u64>,
    /// What was decided on what was seen.
    pub(super) decision: Decision,
    /// Whether what was seen is written down already.
    pub(super) is_noted: bool,
    pub(super) now: DateTime<Utc>,
}

/// The state after a transition, and what is written for it.
#[derive(Debug)]
pub(super) struct NextState {
    pub(super) state: EndpointState,
    pub(super) update: Update,
    pub(super) records: Vec<AuditRecord>,
    pub(super) snapshot: Option<Snapshot>,
}

impl NextState {
    fn of(change: StateChange<'_>, records: Vec<AuditRecord>) -> Self {
        Self {
            update: change.update(),
            state: change.after,
            records,
            snapshot: None,
        }
    }

    fn with_snapshot(mut self, snapshot: Option<Snapshot>) -> Self {
        if snapshot.is_some() {
            self.state.snapshot.clone_from(&snapshot);
        }
        self.snapshot = snapshot;
        self
    }
}

impl TransitionContext<'_> {
    fn policy(&self) -> Policy<'_> {
        Policy {
            endpoint: self.endpoint,
            rules: &self.settings.rules,
        }
    }

    /// The requests that were counted before EC2 was read.
    fn requests_before(&self) -> u64 {
        self.requests_before.unwrap_or(self.state.demand.requests)
    }

    /// A change of this time up.
    fn change(&self) -> StateChange<'_> {
        StateChange::within_stay(self.state)
    }

    /// The next state. What was seen is written along with it.
    fn next(&self, mut change: StateChange<'_>, records: Vec<AuditRecord>) -> NextState {
        if !self.is_noted {
            // Counters only ever rise, and that takes a condition.
            let is_joined = |attribute| attribute != Attribute::Served;
            change.join(&sighting::sighting(self), is_joined);
        }
        NextState::of(change, records)
    }

    fn record(&self, event: Event, reason: String, details: Details) -> AuditRecord {
        AuditRecord {
            event_id: self.ids.next(self.now),
            endpoint: Some(self.endpoint.clone()),
            occurred_at: self.now,
            event,
            actor: match self.driver {
                Driver::Person => Actor::Associate,
                Driver::Sweep { .. } => Actor::Reaper,
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
    fn external_record(&self, event: Event, reason: String, details: Details) -> AuditRecord {
        AuditRecord {
            actor: Actor::External,
            ..self.record(event, reason, details)
        }
    }

    /// The time as it will be read back from the table.
    fn at(&self) -> DateTime<Utc> {
        whole_seconds(self.now)
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

    fn active_connections(&self) -> Option<usize> {
        self.seen.usage.as_ref().map(|usage| usage.active)
    }
}

/// An administrator's mode is on record.
pub(super) fn mode_noted(context: &TransitionContext<'_>) -> NextState {
    let order = &context.state.order;
    let text = order.text();
    let reason = if text.is_empty() {
        "An administrator took the mode away.".to_owned()
    } else {
        format!("An administrator set the mode: {text}.")
    };
    let details = Details {
        until: order.until,
        ..Details::default()
    };
    let record = context.external_record(Event::ModeChanged, reason, details);
    let mut change = StateChange::of(context.state);
    change.require_as_read(&[Attribute::Mode, Attribute::ModeUntil, Attribute::ModeNoted]);
    change.after.order.noted = text;
    if is_hold_over(context.state, context.now) {
        change.set_startable_since(context.now);
    }
    context.next(change, vec![record])
}

fn subnets(n: usize) -> String {
    if n == 1 {
        "1 subnet".to_owned()
    } else {
        format!("{n} subnets")
    }
}
