//! Which routes and security groups a start has to make again, and what the snapshot should say.

use std::collections::{BTreeMap, BTreeSet};

use super::view::View;
use crate::model::{
    Cidr, EndpointFacts, NetworkStatus, Observation, Restorable, RouteKey, RouteStatus,
    SeenNetwork, Snapshot, SubnetId, TargetNetwork,
};

/// What is not in place of what must be there for "ready".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outstanding {
    pub(super) missing: BTreeSet<Restorable>,
    /// Was made, and is not in force yet.
    pub(super) pending: BTreeSet<Restorable>,
}

impl Outstanding {
    pub(super) fn all(&self) -> BTreeSet<Restorable> {
        self.missing.union(&self.pending).cloned().collect()
    }
}

impl View<'_> {
    /// What of the required routes and groups is outstanding; `None` where the route table or the endpoint was not read.
    pub(super) fn outstanding(self) -> Option<Outstanding> {
        let routes = self.seen.routes.as_ref()?.iter();
        let endpoint = self.seen.endpoint.as_ref()?;
        let status: BTreeMap<_, _> = routes.map(|route| (&route.key, route.status)).collect();
        let mut outstanding = Outstanding::default();
        for restorable in self.required() {
            let place = match &restorable {
                Restorable::Route(key) => match status.get(key) {
                    Some(RouteStatus::Active) => continue,
                    Some(RouteStatus::Creating | RouteStatus::Deleting | RouteStatus::Unknown) => {
                        &mut outstanding.pending
                    }
                    Some(RouteStatus::Failed) | None => &mut outstanding.missing,
                },
                Restorable::SecurityGroups if self.has_its_groups(endpoint) => continue,
                Restorable::SecurityGroups => &mut outstanding.missing,
            };
            place.insert(restorable);
        }
        Some(outstanding)
    }

    /// What must be there. For "ready": every route of the snapshot for the associated subnets (and the `local` ones),
    /// every CIDR of `ROUTES` on each of them that is configured, and the security groups. Once ready, EC2 is the truth,
    /// but for what is being made again and for subnets that were associated since.
    fn required(self) -> BTreeSet<Restorable> {
        let was_ready = self.state.stay.ready_since.is_some();
        let associated: BTreeSet<&SubnetId> = self
            .seen
            .in_status(NetworkStatus::Associated)
            .filter(|network| !was_ready || self.is_late(network))
            .map(|network| &network.subnet_id)
            .collect();
        let remembered = self.state.snapshot.iter().flat_map(|s| s.routes.keys());
        let from_snapshot = remembered
            .filter(|key| associated.contains(&key.subnet_id) || (key.is_local() && !was_ready))
            .cloned();
        let subnets = self.policy.endpoint.subnets.iter();
        let configured = subnets
            .filter(|subnet_id| associated.contains(subnet_id))
            .flat_map(|subnet_id| {
                let key = |cidr: &Cidr| RouteKey {
                    cidr: cidr.to_string(),
                    subnet_id: subnet_id.clone(),
                };
                self.policy.rules.routes.iter().map(key)
            });
        let routes = from_snapshot.chain(configured).map(Restorable::Route);
        let mut required: BTreeSet<Restorable> = routes.collect();
        if was_ready {
            let to_restore = self.state.stay.to_restore.iter();
            required.extend(to_restore.filter(|r| self.is_possible(r)).cloned());
        } else {
            required.insert(Restorable::SecurityGroups);
        }
        required
    }

    /// Whether a network was associated after "ready" and after the snapshot: the snapshot's word on its routes counts.
    fn is_late(self, network: &SeenNetwork) -> bool {
        let taken_at = self.state.snapshot.as_ref().map(|s| s.taken_at);
        let settled = self.state.stay.ready_since.max(taken_at);
        settled.is_some_and(|settled| network.since > settled)
    }

    /// Whether it can still be made: a route's subnet may be gone.
    fn is_possible(self, restorable: &Restorable) -> bool {
        let Restorable::Route(key) = restorable else {
            return true;
        };
        let mut associated = self.seen.in_status(NetworkStatus::Associated);
        key.is_local() || associated.any(|network| network.subnet_id == key.subnet_id)
    }

    /// Whether an endpoint has the groups of the snapshot. With none there, there is nothing to put back.
    fn has_its_groups(self, endpoint: &EndpointFacts) -> bool {
        self.state.snapshot.as_ref().is_none_or(|snapshot| {
            let groups = &snapshot.security_group_ids;
            groups.is_empty() || *groups == endpoint.security_group_ids
        })
    }

    /// What the snapshot should say after this observation; `None` while that is not certain: not everything was read,
    /// a network moves, or a configured subnet is not associated (its routes are gone, and by no administrator's wish).
    /// What is outstanding is missing by no administrator's wish either, so it stays as it was.
    pub(super) fn snapshot_to_take(self, outstanding: &Outstanding) -> Option<Snapshot> {
        let routes = self.seen.routes.as_ref()?;
        let endpoint = self.seen.endpoint.as_ref()?;
        let mut networks = self.seen.networks.iter();
        let all_associated = self.policy.missing_subnets(self.seen).next().is_none()
            && networks.all(|network| network.status == NetworkStatus::Associated);
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
        let before = self.state.snapshot.iter();
        let carried = before.flat_map(|before| outstanding.iter().map(move |r| (r, before)));
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
            taken_at: self.seen.observed_at,
        })
    }

    /// Whether all that a stop deletes is known: it was read, or the stay has never been ready and the snapshot has it.
    pub(super) fn is_routing_known(self) -> bool {
        self.state.stay.ready_since.is_none() || self.outstanding().is_some()
    }

    /// What the snapshot has to say of a stay that was ready before a stop that waits for nothing; `None`: it says so.
    pub(super) fn snapshot_at_stop(self) -> Option<Snapshot> {
        self.state.stay.ready_since?;
        let outstanding = self.outstanding()?;
        self.snapshot_to_take(&outstanding)
            .filter(|snapshot| self.is_news(snapshot))
    }

    /// Whether a snapshot says something new: other routes or groups, or the first word after a subnet was associated.
    pub(super) fn is_news(self, snapshot: &Snapshot) -> bool {
        let mut networks = self.seen.networks.iter();
        let before = self.state.snapshot.as_ref();
        networks.any(|network| self.is_late(network))
            || before.is_none_or(|before| !before.same_as(snapshot))
    }
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
