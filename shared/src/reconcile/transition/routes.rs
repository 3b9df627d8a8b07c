//! Routes and security groups: made again, and remembered.

use std::collections::BTreeSet;

use super::context::{NextState, TransitionContext};
use super::sighting::next;
use crate::model::audit::{AuditRecord, Details, Event};
use crate::model::{Attribute, Restorable, RouteKey, RouteStatus, Snapshot};

/// The intent to make these again. It follows what this pass knew of both snapshot and intents before it read EC2.
pub(in crate::reconcile) fn restoring(
    context: &TransitionContext<'_>,
    missing: &BTreeSet<Restorable>,
) -> NextState {
    let mut change = context.change();
    change.next_routing();
    // A pass that looked later knows whether it is still missing.
    change.require_at_most(Attribute::ObservedAt, context.seen.observed_at);
    change.add_to_restore(missing);
    next(context, change, Vec::new())
}

/// What was made again is in force, or no longer called for.
pub(in crate::reconcile) fn restored(
    context: &TransitionContext<'_>,
    restored: &BTreeSet<Restorable>,
) -> NextState {
    let mut change = context.change();
    for restorable in restored {
        change.require_in(Attribute::ToRestore, restorable);
        change.after.stay.to_restore.remove(restorable);
    }
    let records = restored_record(context, restored).into_iter().collect();
    next(context, change, records)
}

/// The snapshot follows EC2. The first one, and one that only confirms what was there, is no change of an administrator's.
pub(in crate::reconcile) fn snapshot_taken(
    context: &TransitionContext<'_>,
    snapshot: Snapshot,
) -> NextState {
    let record = routes_changed(context, &snapshot);
    let mut change = context.change();
    change.next_routing();
    change.require_as_read(&[Attribute::ReadySince]);
    next(context, change, record.into_iter().collect()).with_snapshot(Some(snapshot))
}

/// What an administrator changed, if a snapshot says something else than the one before.
pub(super) fn routes_changed(
    context: &TransitionContext<'_>,
    snapshot: &Snapshot,
) -> Option<AuditRecord> {
    let before = context.state.snapshot.as_ref();
    before
        .filter(|before| !before.same_as(snapshot))
        .map(|before| {
            let cidrs = |one: &Snapshot, other: &Snapshot| -> BTreeSet<String> {
                one.routes
                    .iter()
                    .filter(|(key, d)| other.routes.get(key) != Some(d))
                    .map(|(key, _)| key.cidr.clone())
                    .collect()
            };
            let (added, removed) = (cidrs(snapshot, before), cidrs(before, snapshot));
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
            context.external_record(Event::RoutesChanged, reason, details)
        })
}

pub(super) fn restored_record(
    context: &TransitionContext<'_>,
    restored: &BTreeSet<Restorable>,
) -> Option<AuditRecord> {
    let in_force = |key: &&RouteKey| {
        let routes = context.seen.routes.iter().flatten();
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
        context.record(
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
