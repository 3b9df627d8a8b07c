//! Routes and security groups: made again, and remembered.

use std::collections::BTreeSet;

use super::{Scene, count};
use crate::model::audit::{Actor, AuditRecord, Details, Event};
use crate::model::item::Value;
use crate::model::update::Update;
use crate::model::{EndpointState, Restorable, RouteKey, RouteStatus, Snapshot};
use crate::ports::Transition;

/// What was made again is in force, or no longer called for.
pub(in crate::reconcile) fn restored(
    scene: &Scene<'_>,
    restored: &BTreeSet<Restorable>,
) -> Transition {
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

/// The snapshot follows EC2. The first one, and one that only confirms what was there, is no change by anybody.
pub(in crate::reconcile) fn snapshot_taken(scene: &Scene<'_>, snapshot: Snapshot) -> Transition {
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
        update: next_routing(scene.change(), &scene.state)
            .when("ready_since", scene.state.ready_since),
        records: record.into_iter().collect(),
        snapshot: Some(snapshot),
        ..Transition::default()
    }
}

/// A snapshot, or the intent to make routes again, follows what this pass knew of both before it read EC2. Otherwise two
/// passes that saw the same change would both put it on record, and one that read earlier would undo it.
pub(in crate::reconcile) fn next_routing(update: Update, state: &EndpointState) -> Update {
    update
        .when("routing_version", count(state.routing_version))
        .set("routing_version", state.routing_version + 1)
}

pub(super) fn restored_record(
    scene: &Scene<'_>,
    restored: &BTreeSet<Restorable>,
) -> Option<AuditRecord> {
    let in_force = |key: &&RouteKey| {
        let routes = scene.seen.routes.iter().flatten();
        routes
            .into_iter()
            .any(|route| route.key == **key && route.status == RouteStatus::Active)
    };
    let routes: Vec<_> = restored
        .iter()
        .filter_map(|restorable| match restorable {
            Restorable::Route(key) => Some(key),
            Restorable::SecurityGroups => None,
        })
        // One whose subnet is gone is no longer called for, and was not made.
        .filter(in_force)
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

pub(super) fn still_to_restore(update: Update, outstanding: &BTreeSet<Restorable>) -> Update {
    if outstanding.is_empty() {
        update.remove(&["to_restore"])
    } else {
        update.set("to_restore", outstanding.iter().collect::<Value>())
    }
}
