//! What happened in the world and when, for those who judge afterwards what was true at a time.

use chrono::{DateTime, Utc};
use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId};

use super::cidr::Cidr;
use super::route::{RouteOrigin, RouteStatus, RouteTarget};
use super::target_network::AssociationStatus;
use super::world::Ec2World;

/// Something that became so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When, in the world's time.
    pub at: DateTime<Utc>,
    /// At which endpoint.
    pub endpoint: EndpointId,
    /// What.
    pub change: Change,
}

/// What became so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A target network came to be in this status.
    Network {
        /// Which.
        association: AssociationId,
        /// Of which subnet.
        subnet: SubnetId,
        /// The status.
        status: AssociationStatus,
    },
    /// A route that was made by hand came to be in this status; `None`: it is gone.
    Route {
        /// Where to.
        cidr: Cidr,
        /// Through what.
        target: RouteTarget,
        /// The status.
        status: Option<RouteStatus>,
    },
    /// These security groups are in force.
    SecurityGroups(Vec<SecurityGroupId>),
    /// A client connected.
    Connected(ConnectionId),
    /// A connection ended.
    Ended(ConnectionId),
}

impl Ec2World {
    /// From now on, remembers what happens. Without this nothing is remembered, for it never ends.
    pub fn keep_history(&mut self) {
        self.history.get_or_insert_default();
    }

    /// What happened since this was last asked, oldest first.
    pub fn take_history(&mut self) -> Vec<Moment> {
        self.history
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(super) fn happened(&mut self, endpoint: &EndpointId, change: Change) {
        let at = self.now();
        if let Some(history) = &mut self.history {
            let endpoint = endpoint.clone();
            history.push(Moment {
                at,
                endpoint,
                change,
            });
        }
    }

    pub(super) fn network_changed(&mut self, endpoint: &EndpointId, association: &AssociationId) {
        let found = self.endpoint(endpoint);
        let network = found.and_then(|endpoint| endpoint.networks.get(association));
        if let Some(network) = network {
            let change = Change::Network {
                association: association.clone(),
                subnet: network.subnet_id.clone(),
                status: network.status,
            };
            self.happened(endpoint, change);
        }
    }

    /// `gone`: the route is about to be taken out of the table.
    pub(super) fn route_changed(&mut self, endpoint: &EndpointId, key: u64, gone: bool) {
        let found = self.endpoint(endpoint);
        let route = found.and_then(|endpoint| endpoint.routes.get(&key));
        if let Some(route) = route.filter(|route| route.origin == RouteOrigin::AddRoute) {
            let change = Change::Route {
                cidr: route.cidr,
                target: route.target.clone(),
                status: Some(route.status).filter(|_| !gone),
            };
            self.happened(endpoint, change);
        }
    }

    pub(super) fn security_groups_changed(&mut self, endpoint: &EndpointId) {
        let groups = self
            .endpoint(endpoint)
            .map(|found| found.security_groups.clone());
        if let Some(groups) = groups {
            self.happened(endpoint, Change::SecurityGroups(groups));
        }
    }
}
