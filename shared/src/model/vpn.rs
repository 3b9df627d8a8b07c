//! What EC2 shows of an endpoint, in the domain's types.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AssociationId, ConnectionId, Counters, SecurityGroupId, SubnetId, VpcId};

/// Where the association of a subnet stands
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociationStatus.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkStatus {
    /// On its way up, 4 to 10 minutes and sometimes more.
    Associating,
    /// Up, and billed.
    Associated,
    /// Never came up; it stays listed until it is disassociated.
    AssociationFailed,
    /// On its way down.
    Disassociating,
    /// Gone, listed for a while yet.
    Disassociated,
    /// A status that AWS added since: nothing is done while one is shown.
    Unknown,
}

impl NetworkStatus {
    pub fn parse(word: &str) -> Self {
        match word {
            "associating" => Self::Associating,
            "associated" => Self::Associated,
            "association-failed" => Self::AssociationFailed,
            "disassociating" => Self::Disassociating,
            "disassociated" => Self::Disassociated,
            _ => Self::Unknown,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Associating => "associating",
            Self::Associated => "associated",
            Self::AssociationFailed => "association-failed",
            Self::Disassociating => "disassociating",
            Self::Disassociated => "disassociated",
            Self::Unknown => "unknown",
        }
    }
}

/// A subnet's association with the endpoint, as one reading shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetNetwork {
    pub association_id: AssociationId,
    pub subnet_id: SubnetId,
    pub status: NetworkStatus,
    /// What EC2 says about the status, where it says something.
    pub message: Option<String>,
}

/// One VPN client's connection, active or ended within the last 60 minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub id: ConnectionId,
    /// Who: the user name, or the common name of the certificate where there is none.
    pub user: String,
    /// Whether it may be connected: EC2 calls it `active`, or does not say that it is over or about to be.
    pub active: bool,
    pub established_at: Option<DateTime<Utc>>,
    /// When it ended; `None` while it is active.
    pub ended_at: Option<EndedAt>,
    /// Bytes in both directions; `None` where EC2's figures cannot be read.
    pub bytes: Option<u64>,
    /// Packets in both directions; `None` where EC2's figures cannot be read.
    pub packets: Option<u64>,
}

impl Connection {
    /// Its counters, where all of them can be read.
    pub fn counters(&self) -> Option<Counters> {
        let (bytes, packets) = self.bytes.zip(self.packets)?;
        Some(Counters { bytes, packets })
    }
}

/// When a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedAt {
    /// EC2 says when.
    Stated(DateTime<Utc>),
    /// EC2 says that it is over, and not when.
    Unstated {
        /// When EC2 listed it as over, if it says that: the end was not later.
        listed_at: Option<DateTime<Utc>>,
    },
}

impl EndedAt {
    /// The end, or the latest that it can have been as of a reading at `now`.
    pub fn at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Stated(at) => at,
            Self::Unstated { listed_at } => listed_at.map_or(now, |at| at.min(now)),
        }
    }
}

/// An entry in the endpoint's route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where it leads and through what.
    pub key: RouteKey,
    /// Whether somebody made it, rather than EC2 with the association.
    pub manual: bool,
    pub status: RouteStatus,
    /// What its maker wrote about it.
    pub description: Option<String>,
}

/// What makes a route that route: at most one for each destination and target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RouteKey {
    pub cidr: String,
    /// The target subnet, or `local` for client to client.
    pub subnet_id: SubnetId,
}

impl RouteKey {
    /// The target of a route from client to client.
    pub const LOCAL: &'static str = "local";

    /// Whether the target is `local` (client to client) and no subnet.
    pub fn is_local(&self) -> bool {
        self.subnet_id.as_str() == Self::LOCAL
    }
}

impl std::fmt::Display for RouteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.cidr, self.subnet_id)
    }
}

/// Where a route stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteStatus {
    Creating,
    /// In use.
    Active,
    /// EC2 could not make it.
    Failed,
    /// On its way out.
    Deleting,
    /// A status that AWS added since.
    Unknown,
}

impl RouteStatus {
    pub fn parse(word: &str) -> Self {
        match word {
            "creating" => Self::Creating,
            "active" => Self::Active,
            "failed" => Self::Failed,
            "deleting" => Self::Deleting,
            _ => Self::Unknown,
        }
    }
}

/// What `DescribeClientVpnEndpoints` says that we need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointFacts {
    /// The endpoint's VPC; `None` until the first association chose one.
    pub vpc_id: Option<VpcId>,
    /// The security groups, endpoint-wide.
    pub security_group_ids: BTreeSet<SecurityGroupId>,
    /// Attached to a transit gateway: no subnets to associate, so not ours to manage.
    pub transit_gateway: bool,
}
