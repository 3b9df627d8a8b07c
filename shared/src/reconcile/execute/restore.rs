//! Making routes and security groups again, and remembering them.

use std::collections::BTreeSet;

use super::start::client_token;
use crate::model::{NetworkStatus, Restorable, RouteKey, Snapshot};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::pass::{Pass, Step};
use crate::reconcile::{CALLS_AT_ONCE, side_by_side, transition};

impl Pass<'_> {
    /// Notes what is going to be made, then makes it: the pass that finds it in force puts it on record.
    pub(in crate::reconcile) async fn restore(
        &mut self,
        missing: BTreeSet<Restorable>,
    ) -> Result<Step, StoreError> {
        let now = self.reconciler.clock.now();
        let intent = transition::restoring(&self.context(now), &missing);
        let store = &self.reconciler.store;
        let Some(state) = store.update(&self.endpoint.id, &intent.update).await? else {
            return Ok(Step::Lost);
        };
        let routing = self.state.routing_version + 1;
        if !self.takes_over(state, routing) {
            return Ok(Step::Lost);
        }
        let (routes, groups) = split(missing);
        let calls = routes.iter().map(|key| self.create_route(key)).collect();
        let made = side_by_side(calls, CALLS_AT_ONCE).await;
        for error in made.into_iter().filter_map(Result::err) {
            self.keep_failure(error);
        }
        if let Some(Err(error)) = if groups {
            Some(self.apply_groups().await)
        } else {
            None
        } {
            self.keep_failure(error);
        }
        Ok(Step::Done)
    }

    async fn create_route(&self, key: &RouteKey) -> Result<(), VpnError> {
        let id = &self.endpoint.id;
        let described = self
            .state
            .snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.routes.get(key));
        let description = described.and_then(Option::as_deref);
        // A route goes with its subnet's association: the next association's route is another call.
        let through = self
            .seen
            .in_status(NetworkStatus::Associated)
            .filter(|network| key.is_local() || network.subnet_id == key.subnet_id)
            .map(|network| network.association_id.as_str());
        let subject: Vec<&str> = [key.subnet_id.as_str(), &key.cidr]
            .into_iter()
            .chain(through)
            .collect();
        let token = client_token(id, &self.state, &subject);
        self.reconciler
            .vpn
            .create_route(id, key, description, &token)
            .await
    }

    async fn apply_groups(&self) -> Result<(), VpnError> {
        let vpc = self
            .seen
            .endpoint
            .as_ref()
            .and_then(|facts| facts.vpc_id.as_ref());
        match (vpc, &self.state.snapshot) {
            (Some(vpc), Some(snapshot)) => {
                let groups = &snapshot.security_group_ids;
                self.reconciler
                    .vpn
                    .apply_security_groups(&self.endpoint.id, vpc, groups)
                    .await
            }
            // EC2 has not chosen a VPC yet: the next pass sees it.
            (None, _) | (_, None) => Ok(()),
        }
    }

    /// Lets the snapshot follow EC2. A route can be missing because its subnet is just being disassociated by hand, so
    /// the target networks are read again: they have to stand as they stood before the routes were read.
    pub(in crate::reconcile) async fn take_snapshot(
        &mut self,
        snapshot: Snapshot,
    ) -> Result<Step, StoreError> {
        let listed = match self.reconciler.vpn.target_networks(&self.endpoint.id).await {
            Ok(listed) => listed,
            Err(error) => {
                self.keep_failure(error);
                return Ok(Step::Done);
            }
        };
        let unchanged = self.seen.networks.iter().all(|seen| {
            listed
                .iter()
                .any(|now| now.association_id == seen.association_id && now.status == seen.status)
        });
        if !unchanged {
            return Ok(Step::Done);
        }
        self.record(|context| transition::snapshot_taken(context, snapshot))
            .await
    }
}

fn split(missing: BTreeSet<Restorable>) -> (Vec<RouteKey>, bool) {
    let mut routes = Vec::new();
    let mut groups = false;
    for restorable in missing {
        match restorable {
            Restorable::Route(key) => routes.push(key),
            Restorable::SecurityGroups => groups = true,
        }
    }
    (routes, groups)
}
