//! What each transition writes: the change of `state` under its conditions, and its audit record.
//!
//! Nothing here does I/O: a transition is a value, built from the scene that it changes.

mod down;
mod routes;
mod up;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Settings;
use super::pass::Driver;
use crate::model::audit::{Actor, AuditRecord, Details, Event, EventIds};
use crate::model::item::Value;
use crate::model::update::Update;
use crate::model::{
    AssociationId, EndpointState, ManagedEndpoint, NetworkStatus, Observation, SubnetId,
};
use crate::policy::{Decision, Phase, is_held};
use crate::ports::Transition;

pub(super) use down::{gone, stop, stop_abandoned, stop_refused};
pub(super) use routes::{next_routing, restored, snapshot_taken};
pub(super) use up::{
    Answers, adopted, answered, association_failed, attempt, ready, refused_before,
};

/// What belongs to one time up and goes with it.
const OF_ONE_STAY: &[&str] = &[
    "start_began_at",
    "asked_at",
    "failed_at",
    "association_ids",
    "up_since",
    "joined_at",
    "associated_since",
    "ready_since",
    "last_active_at",
    "released_at",
    "stopping_since",
    "stop_failed_at",
    "to_restore",
];

/// What a transition starts from.
pub(super) struct Scene<'a> {
    pub(super) endpoint: &'a ManagedEndpoint,
    pub(super) settings: &'a Settings,
    pub(super) ids: &'a EventIds,
    pub(super) actor: Actor,
    pub(super) state: EndpointState,
    pub(super) seen: Observation,
    pub(super) requests_before: Option<u64>,
    pub(super) now: DateTime<Utc>,
}

impl Scene<'_> {
    /// A change of this time up: nobody began another or found this one gone.
    fn change(&self) -> Update {
        Update::new()
            .when("stay", count(self.state.stay))
            .when("up_since", self.state.up_since)
    }

    fn record(&self, event: Event, reason: String, details: Details) -> AuditRecord {
        AuditRecord {
            event_id: self.ids.next(self.now),
            endpoint: Some(self.endpoint.clone()),
            occurred_at: self.now,
            event,
            actor: self.actor.clone(),
            reason,
            expires_at: self.settings.retention.expires_at(event, self.now),
            details: Details {
                stay: details.stay.or(Some(self.state.stay)),
                ..details
            },
        }
    }

    fn subnets_of(&self, ids: &BTreeSet<AssociationId>) -> BTreeSet<SubnetId> {
        let before = self
            .state
            .observation
            .iter()
            .flat_map(|seen| &seen.networks);
        let networks = self.seen.networks.iter().chain(before);
        networks
            .filter(|n| ids.contains(&n.association_id))
            .map(|n| n.subnet_id.clone())
            .collect()
    }

    fn active_connections(&self) -> Option<usize> {
        self.seen.usage.as_ref().map(|usage| usage.active)
    }
}

/// What a pass saw and decided: written by each pass that read EC2, if nobody wrote a later sighting.
pub(super) fn sighting(scene: &Scene<'_>, decision: &Decision, driver: Driver) -> Update {
    let Scene {
        state, seen, now, ..
    } = scene;
    let mut update = scene
        .change()
        .set("observation", json(seen))
        .set("observed_at", seen.observed_at)
        .set(
            "last_decision",
            format!("{}: {}", decision.phase.as_str(), decision.reason),
        );
    if decision.phase == Phase::Ready {
        let served = scene
            .requests_before
            .filter(|requests| *requests > state.served);
        if let Some(served) = served {
            update = update.set("served", served).when_at_most("served", served);
        }
    }
    if state.associated_since.is_none() && seen.any(NetworkStatus::Associated) {
        update = update.set("associated_since", seen.observed_at);
    }
    if is_whole(scene) && (state.start_began_at.is_some() || state.attempts_used() > 0) {
        // The next subnet that is lost gets attempts, and tokens, of its own.
        update = update
            .set("attempts_spent", state.attempt)
            .remove(&["start_began_at", "failed_at"]);
    }
    let listed_as_failed = |id: &&AssociationId| {
        seen.network(id)
            .is_some_and(|n| n.status != NetworkStatus::Disassociated)
    };
    update = update.delete(
        "failed_ids",
        state.failed_ids.iter().filter(|id| !listed_as_failed(id)),
    );
    match driver {
        Driver::Person => update.when_at_most("observed_at", seen.observed_at),
        Driver::Sweep { complete, .. } => {
            let last_use = if state.ready_since.is_none() {
                None
            } else {
                last_use(scene)
            };
            if let Some(at) = last_use {
                update = update.set("last_active_at", at);
            }
            let read_at_ms = u64::try_from(seen.observed_at.timestamp_millis()).unwrap_or(0);
            // Where connections were not read, or ends not put on record, the next sweep looks again from the last
            // that did it all; and it comes first there.
            if complete && seen.usage.is_some() {
                update = update.set("last_sweep_at", *now);
            }
            update.set("reading_since_ms", read_at_ms)
        }
    }
}

/// Whether this stay has been ready and has all its subnets, by associations that are known to be its own.
fn is_whole(scene: &Scene<'_>) -> bool {
    let known = &scene.state.association_ids;
    let associated = |subnet_id: &SubnetId| {
        let mut associated = scene.seen.in_status(NetworkStatus::Associated);
        associated.any(|network| {
            network.subnet_id == *subnet_id && known.contains(&network.association_id)
        })
    };
    scene.state.ready_since.is_some() && scene.endpoint.subnets.iter().all(associated)
}

fn last_use(scene: &Scene<'_>) -> Option<DateTime<Utc>> {
    let usage = scene.seen.usage.as_ref()?;
    if usage.in_use > 0 {
        Some(scene.now)
    } else {
        crate::policy::last_active_at(&scene.state, usage)
    }
}

/// An administrator's mode is on record.
pub(super) fn mode_noted(scene: &Scene<'_>) -> Transition {
    let Scene { state, .. } = scene;
    let text = state.mode_text();
    let update = Update::new()
        .when("mode", state.as_read("mode"))
        .when("mode_until", state.as_read("mode_until"))
        .when("mode_noted", state.as_read("mode_noted"));
    let was_held = state.mode_noted.split(' ').next() == Some("hold");
    let nothing_is_under_way = state.start_began_at.is_none() && state.up_since.is_none();
    let update = if was_held && !is_held(state, scene.now) && nothing_is_under_way {
        update.set("startable_since", scene.now)
    } else {
        update
    };
    let (update, reason) = if text.is_empty() {
        (
            update.remove(&["mode_noted"]),
            "An administrator took the mode away.".to_owned(),
        )
    } else {
        let reason = format!("An administrator set the mode: {text}.");
        (update.set("mode_noted", text), reason)
    };
    let details = Details {
        until: state.mode_until,
        ..Details::default()
    };
    let mut record = scene.record(Event::ModeChanged, reason, details);
    record.actor = Actor::External;
    Transition {
        update,
        records: vec![record],
        ..Transition::default()
    }
}

/// A counter as a condition: DynamoDB has no attribute where nothing was counted yet.
fn count(n: u64) -> Option<Value> {
    (n > 0).then(|| Value::from(n))
}

fn json(seen: &Observation) -> String {
    // An observation is strings, numbers and times: it cannot fail to be written.
    serde_json::to_string(seen).unwrap_or_default()
}

fn subnets(n: usize) -> String {
    if n == 1 {
        "1 subnet".to_owned()
    } else {
        format!("{n} subnets")
    }
}

fn except(all: &[&'static str], those: &[&str]) -> Vec<&'static str> {
    all.iter()
        .copied()
        .filter(|attribute| !those.contains(attribute))
        .collect()
}
