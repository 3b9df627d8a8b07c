//! Which routes and security groups a start has to make again, and what the snapshot should say.

use std::collections::{BTreeMap, BTreeSet};

use super::Policy;
use crate::model::{
    Cidr, EndpointFacts, EndpointState, NetworkStatus, Observation, Restorable, RouteKey,
    RouteStatus, SeenNetwork, Snapshot, SubnetId, TargetNetwork,
};

/// What is not in place of what must be there for "ready".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outstanding {
    /// Has to be made.
    pub(super) missing: BTreeSet<Restorable>,
    /// Was made, and is not in force yet.
    pub(super) pending: BTreeSet<Restorable>,
}

impl Outstanding {
    /// Everything that is not in force.
    pub(super) fn all(&self) -> BTreeSet<Restorable> {
        self.missing.union(&self.pending).cloned().collect()
    }
}

/// What of the required routes and groups is outstanding; `None` where the route table or the endpoint was not read.
pub(super) fn outstanding(
    seen: &Observation,
    state: &EndpointState,
    policy: Policy<'_>,
) -> Option<Outstanding> {
    let routes = seen.routes.as_ref()?;
    let endpoint = seen.endpoint.as_ref()?;
    let status: BTreeMap<&RouteKey, RouteStatus> = routes
        .iter()
        .map(|route| (&route.key, route.status))
        .collect();
    let mut outstanding = Outstanding::default();
    for restorable in required(seen, state, policy) {
        let place = match &restorable {
            Restorable::Route(key) => match status.get(key) {
                Some(RouteStatus::Active) => continue,
                Some(RouteStatus::Creating | RouteStatus::Deleting | RouteStatus::Unknown) => {
                    &mut outstanding.pending
                }
                Some(RouteStatus::Failed) | None => &mut outstanding.missing,
            },
            Restorable::SecurityGroups if groups_as_in(state.snapshot.as_ref(), endpoint) => {
                continue;
            }
            Restorable::SecurityGroups => &mut outstanding.missing,
        };
        place.insert(restorable);
    }
    Some(outstanding)
}

/// What must be there. For "ready": every route of the snapshot for the associated subnets (and the `local` ones),
/// every CIDR of `ROUTES` on each of them that is configured, and the security groups. Once ready, EC2 is the truth,
/// but for what is being made again and for subnets that were associated since.
fn required(seen: &Observation, state: &EndpointState, policy: Policy<'_>) -> BTreeSet<Restorable> {
    let associated: BTreeSet<&SubnetId> = seen
        .in_status(NetworkStatus::Associated)
        .filter(|network| state.stay.ready_since.is_none() || is_late(network, state))
        .map(|network| &network.subnet_id)
        .collect();
    let from_snapshot = state
        .snapshot
        .iter()
        .flat_map(|snapshot| snapshot.routes.keys())
        .filter(|key| {
            associated.contains(&key.subnet_id)
                || (key.is_local() && state.stay.ready_since.is_none())
        })
        .cloned();
    let configured = policy
        .endpoint
        .subnets
        .iter()
        .filter(|subnet_id| associated.contains(subnet_id))
        .flat_map(|subnet_id| {
            let key = |cidr: &Cidr| RouteKey {
                cidr: cidr.to_string(),
                subnet_id: subnet_id.clone(),
            };
            policy.rules.routes.iter().map(key)
        });
    let mut required: BTreeSet<Restorable> = from_snapshot
        .chain(configured)
        .map(Restorable::Route)
        .collect();
    if state.stay.ready_since.is_none() {
        required.insert(Restorable::SecurityGroups);
    } else {
        required.extend(
            state
                .stay
                .to_restore
                .iter()
                .filter(|r| is_possible(r, seen))
                .cloned(),
        );
    }
    required
}

/// Whether a network was associated after "ready" and after the snapshot: the snapshot's word on its routes counts.
fn is_late(network: &SeenNetwork, state: &EndpointState) -> bool {
    let taken_at = state.snapshot.as_ref().map(|snapshot| snapshot.taken_at);
    state
        .stay
        .ready_since
        .max(taken_at)
        .is_some_and(|settled| network.since > settled)
}

/// Whether it can still be made: a route's subnet may be gone.
fn is_possible(restorable: &Restorable, seen: &Observation) -> bool {
    match restorable {
        Restorable::Route(key) => {
            key.is_local()
                || seen
                    .in_status(NetworkStatus::Associated)
                    .any(|network| network.subnet_id == key.subnet_id)
        }
        Restorable::SecurityGroups => true,
    }
}

/// With none in the snapshot there is nothing to put back.
fn groups_as_in(snapshot: Option<&Snapshot>, endpoint: &EndpointFacts) -> bool {
    snapshot.is_none_or(|snapshot| {
        snapshot.security_group_ids.is_empty()
            || snapshot.security_group_ids == endpoint.security_group_ids
    })
}

/// What the snapshot should say after this observation; `None` while that is not certain: not everything was read,
/// a network moves, or a configured subnet is not associated (its routes are gone, and not by anybody's wish).
/// What is outstanding is missing by nobody's wish either, so it stays as it was.
pub(super) fn snapshot_to_take(
    seen: &Observation,
    state: &EndpointState,
    policy: Policy<'_>,
    outstanding: &Outstanding,
) -> Option<Snapshot> {
    let routes = seen.routes.as_ref()?;
    let endpoint = seen.endpoint.as_ref()?;
    let all_associated = policy.missing_subnets(seen).next().is_none()
        && seen
            .networks
            .iter()
            .all(|network| network.status == NetworkStatus::Associated);
    if !all_associated {
        return None;
    }
    let mut kept: BTreeMap<RouteKey, Option<String>> = routes
        .iter()
        .filter(|route| route.manual && route.status != RouteStatus::Deleting)
        .map(|route| (route.key.clone(), route.description.clone()))
        .collect();
    let mut security_group_ids = endpoint.security_group_ids.clone();
    let outstanding = outstanding.all();
    let carried = state
        .snapshot
        .iter()
        .flat_map(|before| outstanding.iter().map(move |r| (r, before)));
    for (restorable, before) in carried {
        match restorable {
            Restorable::Route(key) => {
                if let Some(description) = before.routes.get(key) {
                    kept.entry(key.clone())
                        .or_insert_with(|| description.clone());
                }
            }
            Restorable::SecurityGroups => {
                security_group_ids.clone_from(&before.security_group_ids);
            }
        }
    }
    Some(Snapshot {
        routes: kept,
        security_group_ids,
        taken_at: seen.observed_at,
    })
}

/// Whether the target networks stand as they stood before the routes were read. A route can be missing because its subnet
/// is just being disassociated by hand.
pub fn is_unmoved(seen: &Observation, listed: &[TargetNetwork]) -> bool {
    seen.networks.iter().all(|seen| {
        let same = |now: &TargetNetwork| {
            now.association_id == seen.association_id && now.status == seen.status
        };
        listed.iter().any(same)
    })
}

/// Whether a snapshot says something new: other routes or groups, or the first word after a subnet was associated.
pub(super) fn is_news(snapshot: &Snapshot, seen: &Observation, state: &EndpointState) -> bool {
    let late = seen.networks.iter().any(|network| is_late(network, state));
    late || !state
        .snapshot
        .as_ref()
        .is_some_and(|before| before.same_as(snapshot))
}
