//! What there is in the world, and how it behaves.

use serde::{Deserialize, Serialize};
use shared::model::{EndpointId, SecurityGroupId, SubnetId, VpcId};

use super::cidr::Cidr;
use super::draw::Delay;

/// Everything a [`Ec2World`](super::Ec2World) starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// Ids and delays follow from it.
    pub seed: u64,
    /// The VPCs.
    pub vpcs: Vec<Vpc>,
    /// The subnets.
    pub subnets: Vec<Subnet>,
    /// The endpoints.
    pub endpoints: Vec<EndpointSpec>,
    /// Delays, limits and oddities; they can be changed later.
    pub behaviour: Behaviour,
}

/// A VPC: its range is what the automatic route of each association leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Vpc {
    pub id: VpcId,
    pub cidr: Cidr,
    pub default_security_group: SecurityGroupId,
    /// The others that it has.
    pub security_groups: Vec<SecurityGroupId>,
}

/// A subnet that can be associated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Subnet {
    pub id: SubnetId,
    pub vpc_id: VpcId,
    pub availability_zone: String,
    pub cidr: Cidr,
    /// Client VPN wants 20 of them.
    pub free_addresses: u32,
}

/// An endpoint as it was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct EndpointSpec {
    pub id: EndpointId,
    pub description: String,
    pub client_cidr: Cidr,
    pub split_tunnel: bool,
    /// With none chosen, the first association chooses.
    pub vpc_id: Option<VpcId>,
    /// With none chosen, the VPC's default group is applied with the first association.
    pub security_group_ids: Vec<SecurityGroupId>,
    /// `tgw-…`: an endpoint of this kind has no subnets to associate.
    pub transit_gateway_id: Option<String>,
    /// The availability zones that such an endpoint has in place of subnets, from its creation on.
    pub availability_zones: Vec<String>,
    /// EC2 allows 8, 10, 12 and 24.
    pub session_timeout_hours: u32,
    /// Routes that the administrator makes by hand on each subnet when it is associated for the very first time;
    /// after that no caller does.
    pub first_routes: Vec<ManualRoute>,
    /// Who may go where; without one no client gets anywhere.
    pub authorization_rules: Vec<AuthorizationRule>,
}

/// An authorization rule, as an administrator made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct AuthorizationRule {
    pub destination_cidr: Cidr,
    /// Of the identity provider; `None`: every user who signs in.
    pub group_id: Option<String>,
}

/// A route as an administrator writes it down, without its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct ManualRoute {
    pub cidr: Cidr,
    pub description: String,
}

/// How the world behaves. All of it can be changed while it runs; what is already under way keeps its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one question that AWS leaves open"
)]
pub struct Behaviour {
    /// From the call until `associated` (or `association-failed`).
    pub associating: Delay,
    /// From the call until `disassociated`.
    pub disassociating: Delay,
    /// From the call until a route is `active`.
    pub route_creating: Delay,
    /// From the call until a route that is `deleting` is gone.
    pub route_deleting: Delay,
    /// From `TerminateClientVpnConnections` until a connection is `terminated`.
    pub terminating: Delay,
    /// What becomes of routes made by hand.
    pub route_outcome: RouteOutcome,
    /// How long a new association is missing from the listing.
    pub listing_lag_seconds: u32,
    /// How long a `disassociated` target network is still listed.
    pub disassociated_listed_seconds: u32,
    /// `None`: no request limit.
    pub throttle: Option<Throttle>,
    /// Calls under way for each endpoint before more are refused; `None`: no limit.
    pub operations_in_flight: Option<usize>,
    /// Associations for each endpoint.
    pub association_limit: usize,
    /// Routes for each association.
    pub route_limit: usize,
    /// The largest page of a listing, whatever `MaxResults` asks for; `None`: as asked.
    pub page_cap: Option<usize>,
    /// Whether security groups set with `ApplySecurityGroupsToClientVpnTargetNetwork` are lost with the last
    /// association. What the real service does is not documented.
    pub forget_security_groups: bool,
    /// Whether `local` routes are listed without a `TargetSubnet`. What the real service does is not documented.
    pub local_routes_without_target: bool,
    /// Whether a connection that has ended is listed without its `ConnectionEndTime`, its `Timestamp` being the time of
    /// the listing. The API model makes every field of a connection optional.
    pub ends_unstated: bool,
    /// Whether `TerminateClientVpnConnections` ends nothing: the connection is `failed-to-terminate` and goes on.
    pub terminations_fail: bool,
    /// The size of keepalive packets of clients that connect from now on.
    pub keepalive_bytes: u32,
    /// Whether `local` routes are listed with another word for their target, which no document has.
    pub local_routes_by_another_name: bool,
    /// Whether a client token is forgotten with the association that it made. What the real service does is not
    /// documented.
    pub forget_tokens_of_gone: bool,
    /// Whether routes made by hand stay when their subnet is disassociated. AWS's guide says that they do not.
    pub keep_manual_routes: bool,
    /// Whether an answer that lists nothing lacks its last tag. The API reference's samples have it.
    pub cut_empty_listings: bool,
    /// Whether a subnet with too few addresses is accepted first, and ends as `association-failed`.
    pub fail_small_subnets_later: bool,
}

/// What becomes of a route that was made by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteOutcome {
    /// It becomes `active`.
    Active,
    /// It stays `creating` for ever.
    StaysCreating,
    /// It ends as `failed`.
    Failed,
}

/// EC2's request limit: a bucket of tokens
/// (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Calls that a full bucket allows.
    pub capacity: u32,
    /// Calls added each second.
    pub refill_per_second: u32,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            associating: Delay::between(4 * 60, 10 * 60),
            disassociating: Delay::between(4 * 60, 10 * 60),
            route_creating: Delay::between(2, 8),
            route_deleting: Delay::between(1, 5),
            terminating: Delay::between(1, 3),
            route_outcome: RouteOutcome::Active,
            listing_lag_seconds: 0,
            disassociated_listed_seconds: 60,
            throttle: Some(Throttle {
                capacity: 100,
                refill_per_second: 20,
            }),
            operations_in_flight: Some(10),
            association_limit: 5,
            route_limit: 100,
            page_cap: None,
            forget_security_groups: false,
            local_routes_without_target: true,
            ends_unstated: false,
            terminations_fail: false,
            keepalive_bytes: 50,
            local_routes_by_another_name: false,
            forget_tokens_of_gone: false,
            keep_manual_routes: false,
            cut_empty_listings: false,
            fail_small_subnets_later: false,
        }
    }
}

impl Behaviour {
    /// What `local` routes are listed with as their target.
    pub(super) fn local_target(&self) -> Option<&'static str> {
        match (
            self.local_routes_without_target,
            self.local_routes_by_another_name,
        ) {
            (_, true) => Some("client-to-client"),
            (true, false) => None,
            (false, false) => Some("local"),
        }
    }
}

impl Settings {
    /// The world that the sandbox starts with: `cvpn-endpoint-0a1b2c3d4e5f60718` with two subnets in two zones of a
    /// VPC in Tokyo and three routes by hand, and `cvpn-endpoint-0b1b2c3d4e5f60718` with one subnet of another VPC.
    pub fn example() -> Self {
        Self {
            seed: 20_190_812,
            vpcs: vec![
                vpc("0aaaaaaaaaaaaaaaa", "10.0.0.0/16"),
                vpc("0bbbbbbbbbbbbbbbb", "10.20.0.0/16"),
            ],
            subnets: vec![
                subnet(
                    "0aaaaaaaaaaaaaaa1",
                    "0aaaaaaaaaaaaaaaa",
                    "ap-northeast-1a",
                    "10.0.1.0/24",
                ),
                subnet(
                    "0aaaaaaaaaaaaaaa2",
                    "0aaaaaaaaaaaaaaaa",
                    "ap-northeast-1c",
                    "10.0.2.0/24",
                ),
                subnet(
                    "0bbbbbbbbbbbbbbb1",
                    "0bbbbbbbbbbbbbbbb",
                    "ap-northeast-1a",
                    "10.20.1.0/24",
                ),
            ],
            endpoints: vec![
                EndpointSpec {
                    first_routes: vec![
                        manual_route("0.0.0.0/0", "internet"),
                        manual_route("172.16.0.0/16", "peered VPC"),
                        manual_route("192.168.0.0/16", "on-premises"),
                    ],
                    ..EndpointSpec::new(
                        id("cvpn-endpoint-0a1b2c3d4e5f60718"),
                        "Tokyo",
                        cidr("10.100.0.0/22"),
                    )
                },
                EndpointSpec::new(
                    id("cvpn-endpoint-0b1b2c3d4e5f60718"),
                    "Osaka",
                    cidr("10.101.0.0/22"),
                ),
            ],
            behaviour: Behaviour::default(),
        }
    }
}

impl EndpointSpec {
    /// A split-tunnel endpoint for which nothing else was chosen.
    pub fn new(id: EndpointId, description: &str, client_cidr: Cidr) -> Self {
        Self {
            id,
            description: description.to_owned(),
            client_cidr,
            split_tunnel: true,
            vpc_id: None,
            security_group_ids: Vec::new(),
            transit_gateway_id: None,
            availability_zones: Vec::new(),
            session_timeout_hours: 24,
            first_routes: Vec::new(),
            authorization_rules: vec![AuthorizationRule {
                destination_cidr: cidr("0.0.0.0/0"),
                group_id: None,
            }],
        }
    }
}

fn vpc(digits: &str, range: &str) -> Vpc {
    Vpc {
        id: VpcId::observed(format!("vpc-{digits}")),
        cidr: cidr(range),
        default_security_group: SecurityGroupId::observed(format!("sg-{digits}")),
        security_groups: vec![SecurityGroupId::observed(format!("sg-1{}", &digits[1..]))],
    }
}

fn subnet(digits: &str, vpc_digits: &str, zone: &str, range: &str) -> Subnet {
    Subnet {
        id: SubnetId::observed(format!("subnet-{digits}")),
        vpc_id: VpcId::observed(format!("vpc-{vpc_digits}")),
        availability_zone: zone.to_owned(),
        cidr: cidr(range),
        free_addresses: 251,
    }
}

fn manual_route(range: &str, description: &str) -> ManualRoute {
    ManualRoute {
        cidr: cidr(range),
        description: description.to_owned(),
    }
}

fn id(text: &str) -> EndpointId {
    text.parse().expect("the example's ids are valid")
}

fn cidr(text: &str) -> Cidr {
    text.parse().expect("the example's ranges are valid")
}
