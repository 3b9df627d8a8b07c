//! What happened in the world and when, for those who judge afterwards what was true at a time.

use chrono::{DateTime, Utc};
use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId};

use super::cidr::Cidr;
use super::route::{RouteStatus, RouteTarget};
use super::target_network::AssociationStatus;

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
