//! On the way up: attempts, what EC2 answers to them, and the first ready.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::routes::{next_routing, restored_record, still_to_restore};
use super::{OF_ONE_STAY, Scene, count, except, json, subnets};
use crate::model::audit::{Actor, AuditRecord, Details, Event};
use crate::model::item::{Value, named_time};
use crate::model::update::Update;
use crate::model::{AssociationId, Failure, Mode, Restorable, SeenNetwork, Snapshot, SubnetId};
use crate::policy::MAX_ATTEMPTS;
use crate::ports::Transition;

/// How many starts the page's estimate looks back on.
const STARTS_REMEMBERED: usize = 20;

/// The commit of an attempt, before EC2 is called: whoever loses its condition joins the one who won.
pub(in crate::reconcile) fn attempt(scene: &Scene<'_>, new_stay: bool) -> Update {
    let Scene { state, now, .. } = scene;
    let update = scene
        .change()
        .when("start_began_at", None::<Value>)
        .when("stopping_since", state.stopping_since)
        .when("attempt", count(state.attempt))
        .set("start_began_at", *now);
    let update = match startable_since(scene, new_stay) {
        Some(at) => update.set("startable_since", at),
        None => update,
    };
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

/// Since when a start has been possible, if something is known to have been in its way: an attempt that failed was
/// possible, a hold that ran out or something that was still listed was not.
fn startable_since(scene: &Scene<'_>, new_stay: bool) -> Option<DateTime<Utc>> {
    let Scene {
        state, seen, now, ..
    } = scene;
    let hold_ran_out = state
        .mode_until
        .filter(|until| state.mode == Some(Mode::Hold) && until <= now);
    // Where a stay has to begin anew, nothing is listed any more.
    let was_listed = state.observation.iter().any(|it| !it.networks.is_empty());
    let emptied = (new_stay && was_listed).then_some(seen.observed_at);
    state.startable_since.max(hold_ran_out).max(emptied)
}

/// What EC2 answered to an attempt.
pub(in crate::reconcile) struct Answers {
    pub(in crate::reconcile) accepted: Vec<(SubnetId, AssociationId)>,
    pub(in crate::reconcile) refused: Option<(Vec<SubnetId>, Failure)>,
    /// Whether every subnet has its answer.
    pub(in crate::reconcile) attempt_is_over: bool,
}

/// The clocks of associations start: the stay's with the first of them, and their own.
fn came_up(update: Update, scene: &Scene<'_>, ids: &BTreeSet<AssociationId>) -> Update {
    let Scene { state, now, .. } = scene;
    let update = update.insert("association_ids", ids);
    if state.up_since.is_none() {
        update.set("up_since", *now)
    } else {
        update.insert("joined_at", ids.iter().map(|id| named_time(id, *now)))
    }
}

/// What EC2 accepted and refused of an attempt.
pub(in crate::reconcile) fn answered(scene: &Scene<'_>, answers: &Answers) -> Transition {
    let Scene { state, now, .. } = scene;
    let mut update = scene
        .change()
        .when("attempt", count(state.attempt))
        .when("start_began_at", state.start_began_at);
    let mut records = Vec::new();
    if !answers.accepted.is_empty() {
        let ids: BTreeSet<_> = answers.accepted.iter().map(|(_, id)| id.clone()).collect();
        for id in &ids {
            update = update.when_lacks("association_ids", id);
        }
        update = came_up(update, scene, &ids);
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
        // Its tokens must not serve again: EC2 would answer with what it did, even after that is gone.
        update = update.remove(&["start_began_at"]);
    }
    Transition {
        update,
        records,
        ..Transition::default()
    }
}

/// An attempt that EC2 refused before it came to an associate call.
pub(in crate::reconcile) fn refused_before(
    scene: &Scene<'_>,
    new_stay: bool,
    failure: &Failure,
) -> Transition {
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
pub(in crate::reconcile) fn association_failed(
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
    update = if none_left && scene.state.ready_since.is_some() {
        // What was ready is over: whoever still wants it gets another stay, with a series of attempts of its own.
        update
            .assignments
            .retain(|assignment| assignment.attribute() != "failed_at");
        update.and(Update::new().remove(&except(OF_ONE_STAY, &["start_began_at"])))
    } else if none_left {
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
pub(in crate::reconcile) fn adopted(scene: &Scene<'_>, ids: BTreeSet<AssociationId>) -> Transition {
    let Scene { state, .. } = scene;
    let mut update = scene
        .change()
        .when("attempt", count(state.attempt))
        .when("start_began_at", state.start_began_at);
    for id in &ids {
        update = update.when_lacks("association_ids", id);
    }
    update = came_up(update, scene, &ids);
    let mut stay = state.stay;
    if state.up_since.is_none() {
        stay += 1;
        update = update
            .set("stay", stay)
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
pub(in crate::reconcile) fn ready(
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
    if let Some(from) = state.start_counts_from() {
        let seconds = start_seconds(&state.start_seconds, *now - from);
        update = update.set("start_seconds", seconds);
    }
    update = still_to_restore(update, outstanding);
    if snapshot.is_some() {
        update = next_routing(update, state);
    }
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
