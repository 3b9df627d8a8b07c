//! What the listings show: the world's things in EC2's words.

use chrono::{DateTime, SubsecRound as _, Utc};
use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId, VpcId};

use super::cidr::Cidr;
use super::connection::{Connection, ConnectionStatus, Counters};
use super::error::ApiError;
use super::listing::{Filter, Page, Paging, page};
use super::route::{Route, RouteOrigin, RouteStatus, RouteTarget};
use super::target_network::{AssociationStatus, TargetNetwork};
use super::world::{Ec2World, Endpoint};

/// An endpoint, as `DescribeClientVpnEndpoints` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct EndpointView {
    pub id: EndpointId,
    pub description: String,
    pub status: &'static str,
    pub created_at: DateTime<Utc>,
    pub dns_name: String,
    pub client_cidr: Cidr,
    pub split_tunnel: bool,
    pub associated_subnets: Vec<SubnetId>,
    pub server_certificate_arn: String,
    pub saml_provider_arn: String,
    pub security_group_ids: Vec<SecurityGroupId>,
    pub vpc_id: Option<VpcId>,
    pub session_timeout_hours: u32,
    pub transit_gateway: Option<TransitGatewayView>,
}

/// What an endpoint says of its transit gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct TransitGatewayView {
    pub id: String,
    pub attachment_id: String,
    pub availability_zones: Vec<String>,
}

/// A target network, as `DescribeClientVpnTargetNetworks` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct TargetNetworkView {
    pub association_id: AssociationId,
    pub vpc_id: Option<VpcId>,
    pub subnet_id: Option<SubnetId>,
    pub endpoint: EndpointId,
    pub status: AssociationStatus,
    pub security_groups: Vec<SecurityGroupId>,
    /// In place of a subnet, where the endpoint is attached to a transit gateway.
    pub availability_zones: Vec<String>,
}

/// A connection, as `DescribeClientVpnConnections` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct ConnectionView {
    pub endpoint: EndpointId,
    /// In whole seconds, as all of EC2's times.
    pub timestamp: DateTime<Utc>,
    pub connection_id: ConnectionId,
    pub username: Option<String>,
    pub established_at: DateTime<Utc>,
    /// `None`: the listing lacks them.
    pub counters: Option<Counters>,
    pub client_ip: String,
    pub common_name: String,
    pub status: ConnectionStatus,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A route, as `DescribeClientVpnRoutes` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct RouteView {
    pub endpoint: EndpointId,
    pub destination_cidr: String,
    /// A subnet, or `local`.
    pub target_subnet: Option<SubnetId>,
    pub transit_gateway_attachment_id: Option<String>,
    pub origin: RouteOrigin,
    pub status: RouteStatus,
    pub description: String,
}

/// The account that everything belongs to.
const ACCOUNT: &str = "123456789012";

impl Ec2World {
    pub(super) fn endpoints_page(
        &self,
        region: &str,
        ids: &[EndpointId],
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<EndpointView>, ApiError> {
        let chosen = self.endpoints().filter(|endpoint| {
            (ids.is_empty() || ids.contains(&endpoint.spec.id))
                && Filter::all_pass(filters, |name| match name {
                    "endpoint-id" => Some(endpoint.spec.id.as_str()),
                    "transport-protocol" => Some("udp"),
                    _ => None,
                })
        });
        let views = chosen.map(|endpoint| (endpoint.spec.id.to_string(), endpoint.view(region)));
        page(
            &format!("endpoints {ids:?} {filters:?}"),
            views,
            paging,
            self.behaviour().page_cap,
        )
    }

    pub(super) fn target_networks_page(
        &self,
        endpoint: &EndpointId,
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<TargetNetworkView>, ApiError> {
        let found = self.found(endpoint)?;
        let listed = found.networks.values().filter(|network| {
            network.listed_from <= self.now()
                && Filter::all_pass(filters, |name| match name {
                    "association-id" => Some(network.association_id.as_str()),
                    "target-network-id" => Some(network.subnet_id.as_str()),
                    "vpc-id" => Some(network.vpc_id.as_str()),
                    _ => None,
                })
        });
        let views = listed
            .map(|network| network.view(found))
            .chain(found.zone_views())
            .map(|view| (view.association_id.to_string(), view));
        page(
            &format!("networks {endpoint} {filters:?}"),
            views,
            paging,
            self.behaviour().page_cap,
        )
    }

    pub(super) fn connections_page(
        &self,
        endpoint: &EndpointId,
        as_of: DateTime<Utc>,
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<ConnectionView>, ApiError> {
        let listed = self
            .found(endpoint)?
            .connections
            .values()
            .filter(|connection| {
                connection.is_listed(as_of)
                    && Filter::all_pass(filters, |name| match name {
                        "connection-id" => Some(connection.id.as_str()),
                        "username" => connection.client.user_name(),
                        _ => None,
                    })
            });
        let found = page(
            &format!("connections {endpoint} {filters:?}"),
            listed.map(|connection| (connection.id.to_string(), connection)),
            paging,
            self.behaviour().page_cap,
        )?;
        // Only those of the page: there may be thousands of others.
        let unstated = self.behaviour().ends_unstated;
        let views = found.items.into_iter();
        let views = views.map(|it| it.view(endpoint, as_of, unstated));
        Ok(Page {
            items: views.collect(),
            next_token: found.next_token,
        })
    }

    pub(super) fn routes_page(
        &self,
        endpoint: &EndpointId,
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<RouteView>, ApiError> {
        let routes = self.found(endpoint)?.routes.iter();
        // Keys as digits of one length, so that they sort as numbers do.
        let local_target = self.behaviour().local_target();
        let views = routes
            .map(|(key, route)| (*key, route.view(endpoint, local_target)))
            .chain(self.found(endpoint)?.gateway_routes())
            .map(|(key, view)| (format!("{key:020}"), view));
        let listed = views.filter(|(_, route)| {
            Filter::all_pass(filters, |name| match name {
                "destination-cidr" => Some(route.destination_cidr.as_str()),
                "origin" => Some(route.origin.as_str()),
                "target-subnet" => route.target_subnet.as_ref().map(SubnetId::as_str),
                _ => None,
            })
        });
        page(
            &format!("routes {endpoint} {filters:?}"),
            listed,
            paging,
            self.behaviour().page_cap,
        )
    }
}

impl Endpoint {
    /// `available` or `pending-associate`. The latter also while the first target network is still associating,
    /// which is why it must not be taken for "nothing is associated".
    pub fn status(&self) -> &'static str {
        if self.is_available() || !self.spec.availability_zones.is_empty() {
            "available"
        } else {
            "pending-associate"
        }
    }

    /// The name that clients resolve; `*` stands for any label they choose.
    pub fn dns_name(&self, region: &str) -> String {
        format!("*.{}", self.host(region))
    }

    /// The `.ovpn` as `ExportClientVpnClientConfiguration` hands it out, with a certificate that no authority signed.
    pub(super) fn client_configuration(&self, region: &str) -> String {
        let host = self.host(region);
        format!(
            "client\ndev tun\nproto udp\nremote {host} 443\nremote-random-hostname\nresolv-retry infinite\nnobind\n\
             remote-cert-tls server\ncipher AES-256-GCM\nverb 3\n\
             <ca>\n-----BEGIN CERTIFICATE-----\n{SANDBOX_CERTIFICATE}\n-----END CERTIFICATE-----\n</ca>\n\n\
             auth-federate\nauth-retry interact\nauth-nocache\nreneg-sec 0\n"
        )
    }

    fn host(&self, region: &str) -> String {
        format!("{}.prod.clientvpn.{region}.amazonaws.com", self.spec.id)
    }

    fn view(&self, region: &str) -> EndpointView {
        EndpointView {
            id: self.spec.id.clone(),
            description: self.spec.description.clone(),
            status: self.status(),
            created_at: self.created_at.trunc_subsecs(0),
            dns_name: self.dns_name(region),
            client_cidr: self.spec.client_cidr,
            split_tunnel: self.spec.split_tunnel,
            associated_subnets: self
                .associated()
                .map(|network| network.subnet_id.clone())
                .collect(),
            server_certificate_arn: format!(
                "arn:aws:acm:{region}:{ACCOUNT}:certificate/5a4d0b0e-0000-4000-8000-000000000000"
            ),
            saml_provider_arn: format!("arn:aws:iam::{ACCOUNT}:saml-provider/sandbox"),
            security_group_ids: self.security_groups.clone(),
            vpc_id: self.vpc_id.clone(),
            session_timeout_hours: self.spec.session_timeout_hours,
            transit_gateway: self.transit_gateway_view(),
        }
    }
}

impl TargetNetwork {
    fn view(&self, endpoint: &Endpoint) -> TargetNetworkView {
        TargetNetworkView {
            association_id: self.association_id.clone(),
            vpc_id: Some(self.vpc_id.clone()),
            subnet_id: Some(self.subnet_id.clone()),
            endpoint: endpoint.spec.id.clone(),
            status: self.status,
            security_groups: endpoint.security_groups.clone(),
            availability_zones: Vec::new(),
        }
    }
}

impl Connection {
    fn view(&self, endpoint: &EndpointId, at: DateTime<Utc>, unstated: bool) -> ConnectionView {
        let ended = self.ended_at.filter(|end| *end <= at && !unstated);
        ConnectionView {
            endpoint: endpoint.clone(),
            timestamp: ended.unwrap_or(at).trunc_subsecs(0),
            connection_id: self.id.clone(),
            username: self.client.user_name().map(ToOwned::to_owned),
            established_at: self.established_at.trunc_subsecs(0),
            counters: Some(self.counters(at)),
            client_ip: self.client_ip.clone(),
            common_name: self.client.common_name().to_owned(),
            status: self.status(at),
            ended_at: ended.map(|at| at.trunc_subsecs(0)),
        }
    }
}

impl Route {
    fn view(&self, endpoint: &EndpointId, local_target: Option<&str>) -> RouteView {
        RouteView {
            endpoint: endpoint.clone(),
            destination_cidr: self.cidr.to_string(),
            target_subnet: match &self.target {
                RouteTarget::Local => local_target.map(SubnetId::observed),
                RouteTarget::Subnet(subnet) => Some(subnet.clone()),
            },
            transit_gateway_attachment_id: None,
            origin: self.origin,
            status: self.status,
            description: self.description.clone(),
        }
    }
}

/// Base64 of "This is the sandbox. No VPN server stands behind this profile, and nothing trusts it."
const SANDBOX_CERTIFICATE: &str = "VGhpcyBpcyB0aGUgc2FuZGJveC4gTm8gVlBOIHNlcnZlciBzdGFuZHMgYmVoaW5kIHRoaXMg\n\
cHJvZmlsZSwgYW5kIG5vdGhpbmcgdHJ1c3RzIGl0Lg==";
