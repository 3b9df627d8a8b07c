//! Making routes and security groups again, and remembering them.

use std::collections::BTreeSet;

use super::start::client_token;
use super::{Execution, Step};
use crate::model::{NetworkStatus, Restorable, RouteKey, Snapshot};
use crate::policy;
use crate::ports::{StoreError, VpnError};
use crate::reconcile::{CALLS_AT_ONCE, side_by_side, transition};

impl Execution<'_> {
    /// Notes what is going to be made, then makes it: the pass that finds it in force puts it on record.
    pub(in crate::reconcile) async fn restore(
        &mut self,
        missing: &BTreeSet<Restorable>,
    ) -> Result<Step, StoreError> {
        let intended = self.update(|context| transition::restoring(context, missing));
        if !intended.await? {
            return Ok(Step::Lost);
        }
        let routes = missing.iter().filter_map(|restorable| match restorable {
            Restorable::Route(key) => Some(key),
            Restorable::SecurityGroups => None,
        });
        let calls = routes.map(|key| self.create_route(key)).collect();
        let mut made = side_by_side(calls, CALLS_AT_ONCE).await;
        if missing.contains(&Restorable::SecurityGroups) {
            made.push(self.apply_groups().await);
        }
        for error in made.into_iter().filter_map(Result::err) {
            self.keep_failure(error);
        }
        Ok(Step::Done)
    }

    async fn create_route(&self, key: &RouteKey) -> Result<(), VpnError> {
        let id = &self.endpoint.id;
        let snapshot = self.state.snapshot.as_ref();
        let described = snapshot.and_then(|snapshot| snapshot.routes.get(key));
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
        let vpn = &self.reconciler.vpn;
        vpn.create_route(id, key, description, &token).await
    }

    async fn apply_groups(&self) -> Result<(), VpnError> {
        let facts = self.seen.endpoint.as_ref();
        let vpc = facts.and_then(|facts| facts.vpc_id.as_ref());
        let Some((vpc, snapshot)) = vpc.zip(self.state.snapshot.as_ref()) else {
            // EC2 has not chosen a VPC yet: the next pass sees it.
            return Ok(());
        };
        let (vpn, groups) = (&self.reconciler.vpn, &snapshot.security_group_ids);
        vpn.apply_security_groups(&self.endpoint.id, vpc, groups)
            .await
    }

    /// Lets the snapshot follow EC2, if the target networks stand as they stood before the routes were read.
    pub(in crate::reconcile) async fn take_snapshot(
        &mut self,
        snapshot: Snapshot,
    ) -> Result<Step, StoreError> {
        if !self.is_unmoved().await {
            return Ok(Step::Done);
        }
        self.record(|context| transition::snapshot_taken(context, snapshot))
            .await
    }

    /// Looks whether the target networks stand as they stood before the routes were read.
    pub(super) async fn is_unmoved(&mut self) -> bool {
        match self.reconciler.vpn.target_networks(&self.endpoint.id).await {
            Ok(listed) => policy::is_unmoved(&self.seen, &listed),
            Err(error) => {
                self.keep_failure(error);
                false
            }
        }
    }
}
