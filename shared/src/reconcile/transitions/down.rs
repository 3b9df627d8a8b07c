//! On the way down: stops, and what is gone by our stop or by somebody else's hand.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{OF_ONE_STAY, Scene, count, subnets};
use crate::model::audit::{Actor, Details, Event, cost_usd};
use crate::model::{AssociationId, NetworkStatus};
use crate::policy::KeepRule;
use crate::ports::Transition;

/// The commit of a stop, before EC2 is called. One that takes up an earlier stop has its record already.
pub(in crate::reconcile) fn stop(scene: &Scene<'_>, rule: KeepRule, resumed: bool) -> Transition {
    let Scene { state, now, .. } = scene;
    let update = scene
        .change()
        // As read before EC2 and the leases were: whoever asked since is heard.
        .when(
            "requests",
            count(scene.requests_before.unwrap_or(state.requests)),
        )
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
pub(in crate::reconcile) fn stop_abandoned(scene: &Scene<'_>) -> Transition {
    let reason =
        "The stop did not happen in time, and the VPN is wanted or in use again.".to_owned();
    stop_failed(scene, reason, None, false)
}

/// A stop that EC2 refused.
pub(in crate::reconcile) fn stop_refused(
    scene: &Scene<'_>,
    code: &str,
    message: &str,
) -> Transition {
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
    let mut records = vec![record];
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
        records.push(scene.record(Event::DisassociationCompleted, reason, details));
        update = update.delete("association_ids", &gone);
    }
    Transition {
        update,
        records,
        ..Transition::default()
    }
}

/// Associations are gone: by our stop, or by somebody else's hand.
pub(in crate::reconcile) fn gone(
    scene: &Scene<'_>,
    ids: &BTreeSet<AssociationId>,
    all: bool,
) -> Transition {
    let Scene { state, .. } = scene;
    let mut update = scene.change();
    for id in ids {
        update = update.when_contains("association_ids", id);
    }
    update = if all {
        update.remove(OF_ONE_STAY).set("startable_since", scene.now)
    } else {
        // The tokens of the attempt that made them would be answered with what is gone.
        update
            .delete("association_ids", ids)
            .remove(&["start_began_at"])
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

/// How long associations were up, and what that cost: each from when EC2 accepted it.
fn time_up(scene: &Scene<'_>, ids: &BTreeSet<AssociationId>, ended_at: DateTime<Utc>) -> Details {
    let price = scene.settings.association_hour_price_usd;
    let up: Vec<_> = ids
        .iter()
        .filter_map(|id| Some(ended_at - scene.state.billed_since(id)?))
        .collect();
    let cost = up.iter().map(|up| cost_usd(*up, price)).sum();
    Details {
        association_ids: ids.clone(),
        subnet_ids: scene.subnets_of(ids),
        duration: up.iter().max().copied(),
        cost_usd: (!up.is_empty()).then_some(cost),
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
    // An ask that came while this pass was reading is no matter of the past either.
    let before = scene.requests_before.unwrap_or(state.requests);
    if was_going && asked_since && before == state.requests && before > state.served {
        before - 1
    } else {
        before
    }
}
