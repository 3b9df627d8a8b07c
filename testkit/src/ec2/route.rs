//! A route, as it stands in an endpoint's table.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::model::SubnetId;

use super::cidr::Cidr;

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteTarget {
    /// From client to client.
    Local,
    /// Through an associated subnet.
    Subnet(SubnetId),
}

/// How a route came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteOrigin {
    /// By itself, with the association: the route to the VPC.
    Associate,
    /// By `CreateClientVpnRoute`.
    AddRoute,
}

/// The status of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
#[serde(rename_all = "kebab-case")]
pub enum RouteStatus {
    Creating,
    Active,
    Failed,
    Deleting,
}

/// An entry of the route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Route {
    pub cidr: Cidr,
    pub target: RouteTarget,
    pub origin: RouteOrigin,
    pub status: RouteStatus,
    pub description: String,
}

/// What `CreateClientVpnRoute` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct NewRoute {
    pub cidr: Cidr,
    pub target: RouteTarget,
    pub description: String,
}

/// A route's place in the table. EC2 has no name for it; events and page tokens need one.
pub type RouteKey = u64;

impl Route {
    /// Whether it is `creating` because a caller asked for it.
    pub(super) fn is_being_made_by_hand(&self) -> bool {
        self.origin == RouteOrigin::AddRoute && self.status == RouteStatus::Creating
    }

    pub(super) fn new(route: NewRoute, origin: RouteOrigin, status: RouteStatus) -> Self {
        let NewRoute {
            cidr,
            target,
            description,
        } = route;
        Self {
            cidr,
            target,
            origin,
            status,
            description,
        }
    }
}

impl RouteTarget {
    /// As it stands in requests: `local`, or a subnet's id.
    pub fn parse(text: &str) -> Self {
        match text {
            "local" => Self::Local,
            subnet => Self::Subnet(SubnetId::observed(subnet)),
        }
    }
}

impl fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Subnet(subnet) => subnet.fmt(f),
        }
    }
}

impl RouteOrigin {
    /// EC2's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Associate => "associate",
            Self::AddRoute => "add-route",
        }
    }
}

impl RouteStatus {
    /// EC2's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Active => "active",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
        }
    }
}
