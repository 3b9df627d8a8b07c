//! What each transition writes: the change of `state` under its conditions, and its audit record.
//!
//! Nothing here does I/O: a transition is a value, built from the scene that it changes.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::Settings;
use super::pass::Driver;
use crate::model::audit::{Actor, AuditRecord, Details, Event, EventIds, cost_usd};
use crate::model::item::Value;
use crate::model::update::Update;
use crate::model::{
    AssociationId, EndpointState, Failure, ManagedEndpoint, NetworkStatus, Observation, Restorable,
    SeenNetwork, Snapshot, SubnetId,
};
use crate::policy::{Decision, KeepRule, MAX_ATTEMPTS, Phase};
use crate::ports::Transition;

/// How many starts the page's estimate looks back on.
const STARTS_REMEMBERED: usize = 20;

/// What belongs to one time up and goes with it.
const OF_ONE_STAY: &[&str] = &[
    "start_began_at",
    "asked_at",
    "failed_at",
    "association_ids",
    "up_since",
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

/// A counter as a condition: DynamoDB has no attribute where nothing was counted yet.
fn count(n: u64) -> Option<Value> {
    (n > 0).then(|| Value::from(n))
}

fn json(seen: &Observation) -> String {
    // An observation is strings, numbers and times: it cannot fail to be written.
    serde_json::to_string(seen).unwrap_or_default()
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
            update = update.set("served", served);
        }
    }
    if state.associated_since.is_none() && seen.any(NetworkStatus::Associated) {
        update = update.set("associated_since", seen.observed_at);
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
        Driver::Sweep { .. } => {
            let last_use = if state.ready_since.is_none() {
                None
            } else {
                last_use(scene)
            };
            if let Some(at) = last_use {
                update = update.set("last_active_at", at);
            }
            let read_at_ms = u64::try_from(seen.observed_at.timestamp_millis()).unwrap_or(0);
            update
                .set("last_sweep_at", *now)
                .set("reading_since_ms", read_at_ms)
        }
    }
}

fn last_use(scene: &Scene<'_>) -> Option<DateTime<Utc>> {
    let usage = scene.seen.usage.as_ref()?;
    if usage.in_use > 0 {
        Some(scene.now)
    } else {
        crate::policy::last_active_at(&scene.state, usage)
    }
}

/// The commit of an attempt, before EC2 is called: whoever loses its condition joins the one who won.
pub(super) fn attempt(scene: &Scene<'_>, new_stay: bool) -> Update {
    let Scene { state, now, .. } = scene;
    let update = scene
        .change()
        .when("start_began_at", None::<Value>)
        .when("stopping_since", state.stopping_since)
        .when("attempt", count(state.attempt))
        .set("start_began_at", *now);
    if !new_stay {
        return update.set("attempt", state.attempt + 1);
    }
    let asked_at = state.requested_at.unwrap_or(*now);
    update
        .set("stay", state.stay + 1)
        .set("attempt", 1_u64)
        .set("asked_at", asked_at)
        .remove(&["attempts_spent", "failure"])
        .remove(&except(OF_ONE_STAY, &["start_began_at", "asked_at"]))
}

fn except(all: &[&'static str], those: &[&str]) -> Vec<&'static str> {
    all.iter()
        .copied()
        .filter(|attribute| !those.contains(attribute))
        .collect()
}

/// What EC2 answered to an attempt.
pub(super) struct Answers {
    pub(super) accepted: Vec<(SubnetId, AssociationId)>,
    pub(super) refused: Option<(Vec<SubnetId>, Failure)>,
    /// Whether every subnet has its answer, if not always the one we wanted.
    pub(super) attempt_is_over: bool,
}

/// What EC2 accepted and refused of an attempt.
pub(super) fn answered(scene: &Scene<'_>, answers: &Answers) -> Transition {
    let Scene { state, now, .. } = scene;
    let mut update = scene
        .change()
        .when("attempt", count(state.attempt))
        .when("start_began_at", state.start_began_at);
    let mut records = Vec::new();
    if !answers.accepted.is_empty() {
        let ids: BTreeSet<_> = answers.accepted.iter().map(|(_, id)| id.clone()).collect();
        update = update.insert("association_ids", &ids);
        if state.up_since.is_none() {
            update = update.set("up_since", *now);
        }
        let mut seen = scene.seen.clone();
        for (subnet_id, id) in &answers.accepted {
            seen.networks
                .retain(|network| network.association_id != *id);
            seen.networks
                .push(SeenNetwork::accepted(id.clone(), subnet_id.clone(), *now));
        }
        update = update
            .set("observation", json(&seen))
            .set("observed_at", seen.observed_at);
        let reason = format!(
            "EC2 accepted to associate {} in attempt {}.",
            subnets(ids.len()),
            state.attempt
        );
        records.push(
            scene.record(
                Event::AssociationStarted,
                reason,
                Details {
                    association_ids: ids,
                    subnet_ids: answers
                        .accepted
                        .iter()
                        .map(|(subnet, _)| subnet.clone())
                        .collect(),
                    ..Details::default()
                },
            ),
        );
    }
    if let Some((subnet_ids, failure)) = &answers.refused {
        let (change, record) = failed(
            scene,
            failure,
            Details {
                subnet_ids: subnet_ids.iter().cloned().collect(),
                ..Details::default()
            },
        );
        update = update.and(change);
        records.push(record);
    } else if answers.attempt_is_over {
        update = update.remove(&["start_began_at"]);
    }
    Transition {
        update,
        records,
        ..Transition::default()
    }
}

/// An attempt that EC2 refused before it came to an associate call.
pub(super) fn refused_before(scene: &Scene<'_>, new_stay: bool, failure: &Failure) -> Transition {
    let begun = attempt(scene, new_stay);
    let state = scene
        .state
        .after(&begun)
        .unwrap_or_else(|_| scene.state.clone());
    let after = Scene {
        state,
        actor: scene.actor.clone(),
        seen: scene.seen.clone(),
        ..*scene
    };
    let (change, record) = failed(&after, failure, Details::default());
    Transition {
        update: change.and(begun),
        records: vec![record],
        ..Transition::default()
    }
}

/// The end of an attempt, and of the series if it was the last one: only a new ask tries again then.
fn failed(scene: &Scene<'_>, failure: &Failure, details: Details) -> (Update, AuditRecord) {
    let Scene { state, now, .. } = scene;
    let last = state.attempts_used() >= MAX_ATTEMPTS;
    let mut update = Update::new()
        .set("failure", failure.to_string())
        .remove(&["start_began_at"]);
    update = if last {
        update
            .set("gave_up", state.requests)
            .set("attempts_spent", state.attempt)
            .remove(&["failed_at"])
    } else {
        update.set("failed_at", *now)
    };
    let outlook = if last {
        "given up until somebody asks again"
    } else {
        "it is tried again"
    };
    let reason = format!("Attempt {} failed ({failure}); {outlook}.", state.attempt);
    let details = Details {
        error_code: Some(failure.code.clone()),
        ..details
    };
    (
        update,
        scene.record(Event::AssociationFailed, reason, details),
    )
}

/// EC2 lists associations as failed: of an attempt of ours, or of somebody else's.
pub(super) fn association_failed(
    scene: &Scene<'_>,
    ids: &BTreeSet<AssociationId>,
    failure: Failure,
) -> Transition {
    let ours: BTreeSet<_> = ids
        .intersection(&scene.state.association_ids)
        .cloned()
        .collect();
    let mut guard = scene.change().insert("failed_ids", ids);
    for id in ids {
        guard = guard.when_lacks("failed_ids", id);
    }
    let details = Details {
        association_ids: ids.clone(),
        subnet_ids: scene.subnets_of(ids),
        ..Details::default()
    };
    if ours.is_empty() {
        let reason =
            "EC2 lists an association as failed that no start of ours explains.".to_owned();
        let details = Details {
            error_code: Some(failure.code),
            ..details
        };
        let mut record = scene.record(Event::AssociationFailed, reason, details);
        record.actor = Actor::External;
        return Transition {
            update: guard,
            records: vec![record],
            ..Transition::default()
        };
    }
    let none_left = ours.len() == scene.state.association_ids.len();
    let (change, record) = failed(scene, &failure, details);
    let mut update = guard.and(change);
    update = if none_left {
        // Nothing is up any more, but the series of attempts goes on in this stay.
        update.and(Update::new().remove(&except(
            OF_ONE_STAY,
            &["asked_at", "failed_at", "start_began_at"],
        )))
    } else {
        update.delete("association_ids", &ours)
    };
    Transition {
        update,
        records: vec![record],
        ..Transition::default()
    }
}

/// Associations that no start of ours explains: taken over, their clocks start now.
pub(super) fn adopted(scene: &Scene<'_>, ids: BTreeSet<AssociationId>) -> Transition {
    let Scene { state, now, .. } = scene;
    let mut update = scene.change().insert("association_ids", &ids);
    let mut stay = state.stay;
    if state.up_since.is_none() {
        stay += 1;
        update = update
            .set("stay", stay)
            .set("up_since", *now)
            .remove(&["attempt", "attempts_spent", "failure"])
            .remove(&except(OF_ONE_STAY, &["association_ids", "up_since"]));
    }
    let reason = "Somebody else associated the endpoint; it is managed from now on.".to_owned();
    let details = Details {
        stay: Some(stay),
        subnet_ids: scene.subnets_of(&ids),
        association_ids: ids,
        ..Details::default()
    };
    let record = scene.record(Event::AssociationAdopted, reason, details);
    Transition {
        update,
        records: vec![record],
        ..Transition::default()
    }
}

/// First ready in this stay.
pub(super) fn ready(
    scene: &Scene<'_>,
    outstanding: &BTreeSet<Restorable>,
    snapshot: Option<Snapshot>,
) -> Transition {
    let Scene { state, now, .. } = scene;
    let took = state.asked_at.map(|asked| *now - asked);
    let mut update = scene
        .change()
        .when("ready_since", None::<Value>)
        .when("stopping_since", state.stopping_since)
        .set("ready_since", *now)
        .set("attempts_spent", state.attempt)
        .remove(&["start_began_at", "failed_at", "failure"]);
    if let Some(served) = scene
        .requests_before
        .filter(|requests| *requests > state.served)
    {
        update = update.set("served", served);
    }
    if let Some(took) = took {
        update = update.set("start_seconds", start_seconds(&state.start_seconds, took));
    }
    update = still_to_restore(update, outstanding);
    let missing = outstanding.len();
    let reason = match (took, missing) {
        (Some(took), 0) => format!("Ready {} minutes after the request.", took.num_minutes()),
        (None, 0) => "Ready.".to_owned(),
        (_, missing) => {
            format!("Ready, though {missing} routes or security groups are not in place.")
        }
    };
    let mut records = vec![scene.record(
        Event::AssociationCompleted,
        reason,
        Details {
            association_ids: state.association_ids.clone(),
            subnet_ids: scene.subnets_of(&state.association_ids),
            duration: took,
            ..Details::default()
        },
    )];
    let restored: BTreeSet<_> = state.to_restore.difference(outstanding).cloned().collect();
    records.extend(restored_record(scene, &restored));
    Transition {
        update,
        records,
        snapshot,
        ..Transition::default()
    }
}

fn start_seconds(before: &[u64], took: TimeDelta) -> Value {
    let took = u64::try_from(took.num_seconds()).unwrap_or(0);
    let all: Vec<u64> = before.iter().copied().chain([took]).collect();
    let skipped = all.len().saturating_sub(STARTS_REMEMBERED);
    Value::L(all.into_iter().skip(skipped).map(Value::from).collect())
}

fn still_to_restore(update: Update, outstanding: &BTreeSet<Restorable>) -> Update {
    if outstanding.is_empty() {
        update.remove(&["to_restore"])
    } else {
        update.set("to_restore", outstanding.iter().collect::<Value>())
    }
}

/// What was made again is in force.
pub(super) fn restored(scene: &Scene<'_>, restored: &BTreeSet<Restorable>) -> Transition {
    let mut update = scene.change().delete("to_restore", restored);
    for restorable in restored {
        update = update.when_contains("to_restore", restorable);
    }
    let records = restored_record(scene, restored).into_iter().collect();
    Transition {
        update,
        records,
        ..Transition::default()
    }
}

fn restored_record(scene: &Scene<'_>, restored: &BTreeSet<Restorable>) -> Option<AuditRecord> {
    let routes: Vec<_> = restored
        .iter()
        .filter_map(|restorable| match restorable {
            Restorable::Route(key) => Some(key),
            Restorable::SecurityGroups => None,
        })
        .collect();
    let groups = restored.contains(&Restorable::SecurityGroups);
    let reason = match (routes.len(), groups) {
        (0, false) => return None,
        (0, true) => "The security groups were applied again.".to_owned(),
        (n, false) => format!("{n} routes were made again."),
        (n, true) => format!("{n} routes were made and the security groups applied again."),
    };
    Some(
        scene.record(
            Event::RoutesRestored,
            reason,
            Details {
                cidrs: routes.iter().map(|key| key.cidr.clone()).collect(),
                subnet_ids: routes
                    .iter()
                    .filter(|key| !key.is_local())
                    .map(|key| key.subnet_id.clone())
                    .collect(),
                ..Details::default()
            },
        ),
    )
}

/// The snapshot follows EC2. The first one, and one that only confirms what was there, is no change by anybody.
pub(super) fn snapshot_taken(scene: &Scene<'_>, snapshot: Snapshot) -> Transition {
    let before = scene.state.snapshot.as_ref();
    let record = before
        .filter(|before| !before.same_as(&snapshot))
        .map(|before| {
            let cidrs = |one: &Snapshot, other: &Snapshot| -> BTreeSet<String> {
                one.routes
                    .iter()
                    .filter(|(key, d)| other.routes.get(key) != Some(d))
                    .map(|(key, _)| key.cidr.clone())
                    .collect()
            };
            let (added, removed) = (cidrs(&snapshot, before), cidrs(before, &snapshot));
            let groups = if before.security_group_ids == snapshot.security_group_ids {
                ""
            } else {
                ", other security groups"
            };
            let list =
                |cidrs: &BTreeSet<String>| cidrs.iter().cloned().collect::<Vec<_>>().join(" ");
            let reason = format!(
                "An administrator changed routes: added [{}], removed [{}]{groups}.",
                list(&added),
                list(&removed)
            );
            let details = Details {
                cidrs: added.union(&removed).cloned().collect(),
                ..Details::default()
            };
            let mut record = scene.record(Event::RoutesChanged, reason, details);
            record.actor = Actor::External;
            record
        });
    Transition {
        update: scene.change().when("ready_since", scene.state.ready_since),
        records: record.into_iter().collect(),
        snapshot: Some(snapshot),
        ..Transition::default()
    }
}

/// The commit of a stop, before EC2 is called. One that takes up an earlier stop has its record already.
pub(super) fn stop(scene: &Scene<'_>, rule: KeepRule, resumed: bool) -> Transition {
    let Scene { state, now, .. } = scene;
    let update = scene
        .change()
        .when("requests", count(state.requests))
        .when("mode", state.as_read("mode"))
        .when("mode_until", state.as_read("mode_until"))
        .when("stopping_since", state.stopping_since)
        .set("stopping_since", *now)
        .remove(&["stop_failed_at"]);
    let record = (!resumed).then(|| {
        let reason = format!("Nothing keeps the VPN any more: {rule}.");
        scene.record(
            Event::DisassociationStarted,
            reason,
            Details {
                association_ids: state.association_ids.clone(),
                subnet_ids: scene.subnets_of(&state.association_ids),
                active_connections: scene.active_connections(),
                ..Details::default()
            },
        )
    });
    Transition {
        update,
        records: record.into_iter().collect(),
        ..Transition::default()
    }
}

/// A committed stop that did not happen, or not wholly, and that nobody wants any more. What it did take away is
/// put on record with it.
pub(super) fn stop_abandoned(scene: &Scene<'_>) -> Transition {
    let reason =
        "The stop did not happen in time, and the VPN is wanted or in use again.".to_owned();
    let mut transition = stop_failed(scene, reason, None, false);
    let known = &scene.state.association_ids;
    let gone: BTreeSet<_> = known
        .iter()
        .filter(|id| scene.seen.network(id).is_none())
        .cloned()
        .collect();
    if let Some(stopped) = scene.state.stopping_since.filter(|_| !gone.is_empty()) {
        let reason = format!(
            "{} of it had been disassociated by then.",
            subnets(gone.len())
        );
        let details = time_up(scene, &gone, stopped);
        transition
            .records
            .push(scene.record(Event::DisassociationCompleted, reason, details));
        transition.update = transition.update.delete("association_ids", &gone);
    }
    transition
}

/// A stop that EC2 refused.
pub(super) fn stop_refused(scene: &Scene<'_>, code: &str, message: &str) -> Transition {
    let reason =
        format!("EC2 refused to disassociate ({code}: {message}); it is tried again later.");
    stop_failed(scene, reason, Some(code.to_owned()), true)
}

fn stop_failed(
    scene: &Scene<'_>,
    reason: String,
    code: Option<String>,
    refused: bool,
) -> Transition {
    let mut update = scene
        .change()
        .when("stopping_since", scene.state.stopping_since)
        .remove(&["stopping_since"]);
    if refused {
        update = update.set("stop_failed_at", scene.now);
    }
    let record = scene.record(
        Event::DisassociationFailed,
        reason,
        Details {
            association_ids: scene.state.association_ids.clone(),
            error_code: code,
            active_connections: scene.active_connections(),
            ..Details::default()
        },
    );
    Transition {
        update,
        records: vec![record],
        ..Transition::default()
    }
}

/// Associations are gone: by our stop, or by somebody else's hand.
pub(super) fn gone(scene: &Scene<'_>, ids: &BTreeSet<AssociationId>, all: bool) -> Transition {
    let Scene { state, .. } = scene;
    let mut update = scene.change();
    for id in ids {
        update = update.when_contains("association_ids", id);
    }
    update = if all {
        update.remove(OF_ONE_STAY)
    } else {
        update.delete("association_ids", ids)
    };
    let ours = state.stopping_since;
    let (ended_at, bound) = match ours {
        Some(stopped) => (stopped, ""),
        None => left_at(scene, ids),
    };
    let details = time_up(scene, ids, ended_at);
    let record = if ours.is_some() {
        let reason = "The VPN is disassociated.".to_owned();
        scene.record(Event::DisassociationCompleted, reason, details)
    } else {
        if all {
            update = update
                .when("requests", count(state.requests))
                .set("served", served_by_external(scene, ended_at));
        }
        let reason = format!("Somebody else disassociated the endpoint{bound}.");
        let mut record = scene.record(Event::DisassociationExternal, reason, details);
        record.actor = Actor::External;
        record
    };
    Transition {
        update,
        records: vec![record],
        ..Transition::default()
    }
}

/// How long associations were up, and what that cost.
fn time_up(scene: &Scene<'_>, ids: &BTreeSet<AssociationId>, ended_at: DateTime<Utc>) -> Details {
    let up = scene.state.up_since.map(|since| ended_at - since);
    let price = scene.settings.association_hour_price_usd;
    Details {
        association_ids: ids.clone(),
        subnet_ids: scene.subnets_of(ids),
        duration: up,
        cost_usd: up.map(|up| cost_usd(up, ids.len(), price)),
        ..Details::default()
    }
}

/// When associations that somebody else removed were up last, as far as we saw it.
fn left_at(scene: &Scene<'_>, ids: &BTreeSet<AssociationId>) -> (DateTime<Utc>, &'static str) {
    let before = scene
        .state
        .observation
        .iter()
        .flat_map(|seen| &seen.networks);
    let last_seen = before
        .filter(|network| ids.contains(&network.association_id))
        .map(|network| match network.status {
            NetworkStatus::Disassociating | NetworkStatus::Disassociated => network.since,
            NetworkStatus::Associating
            | NetworkStatus::Associated
            | NetworkStatus::AssociationFailed
            | NetworkStatus::Unknown => network.seen_at,
        })
        .max();
    (
        last_seen.unwrap_or(scene.now),
        "; duration and cost are bounded by what the sweeps saw",
    )
}

/// We do not fight an administrator: whatever was asked for before is served. An ask made while the association was
/// seen going is a new wish, and whoever made it was told that it comes back.
fn served_by_external(scene: &Scene<'_>, left_at: DateTime<Utc>) -> u64 {
    let state = &scene.state;
    let was_going = state
        .observation
        .iter()
        .any(|seen| seen.any(NetworkStatus::Disassociating));
    let asked_since = state.requested_at.is_some_and(|asked| asked > left_at);
    if was_going && asked_since && state.requests > state.served {
        state.requests - 1
    } else {
        state.requests
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

fn subnets(n: usize) -> String {
    if n == 1 {
        "1 subnet".to_owned()
    } else {
        format!("{n} subnets")
    }
}
