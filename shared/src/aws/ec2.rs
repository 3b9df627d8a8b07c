//! EC2's Client VPN by the SDK: every page read, everything matched on our side, every error sorted.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types;
use chrono::{DateTime, NaiveDateTime, Utc};

use super::ec2_errors::{ALREADY_GONE, ALREADY_THERE, sort, succeeds_as};
use crate::model::{
    AssociationId, Connection, ConnectionId, EndpointFacts, EndpointId, NetworkStatus, Route,
    RouteKey, RouteStatus, SecurityGroupId, SubnetId, TargetNetwork, VpcId,
};
use crate::ports::{Association, ClientVpn, VpnError};

/// The most connections that EC2 hands out in one page.
const CONNECTIONS_PER_PAGE: i32 = 1000;

/// [`ClientVpn`] by EC2.
#[derive(Debug, Clone)]
pub struct Ec2ClientVpn {
    client: Client,
}

impl Ec2ClientVpn {
    /// Over a client; [`super::Clients`] makes one with the time-outs and retries that suit a Lambda.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

/// Reads a listing to its last page, each page into our types before the next, so that the SDK's never hold all of it.
/// A page that points to itself is no last page: the listing is incomplete.
macro_rules! all_pages {
    ($paginator:expr, $items:ident, $ours:expr) => {{
        let mut pages = $paginator.send();
        let mut items = Vec::new();
        let mut next = None;
        while let Some(page) = pages.next().await {
            let page = page.map_err(sort)?;
            next = page.next_token.filter(|token| !token.is_empty());
            items.extend(
                page.$items
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map($ours),
            );
        }
        match next {
            None => items,
            Some(_) => {
                return Err(VpnError::TryLater {
                    code: None,
                    source: "the listing does not end".into(),
                });
            }
        }
    }};
}

#[async_trait]
impl ClientVpn for Ec2ClientVpn {
    async fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError> {
        let call = self.client.describe_client_vpn_target_networks();
        let pages = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .into_paginator();
        let ours = |network| target_network(network, endpoint);
        Ok(all_pages!(pages, client_vpn_target_networks, ours))
    }

    async fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError> {
        let call = self.client.describe_client_vpn_connections();
        let pages = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .into_paginator()
            .page_size(CONNECTIONS_PER_PAGE);
        Ok(all_pages!(pages, connections, |found| Some(connection(
            found
        ))))
    }

    async fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError> {
        let call = self.client.describe_client_vpn_routes();
        let pages = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .into_paginator();
        Ok(all_pages!(pages, routes, route))
    }

    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError> {
        let call = self.client.describe_client_vpn_endpoints();
        let pages = call
            .client_vpn_endpoint_ids(endpoint.as_str())
            .into_paginator();
        let ours = |found: types::ClientVpnEndpoint| {
            (found.client_vpn_endpoint_id() == Some(endpoint.as_str())).then(|| facts(found))
        };
        let found = all_pages!(pages, client_vpn_endpoints, ours);
        found.into_iter().next().ok_or_else(|| VpnError::Refused {
            code: "InvalidClientVpnEndpointId.NotFound".to_owned(),
            message: format!("{endpoint} is not among this account's endpoints"),
        })
    }

    async fn associate(
        &self,
        endpoint: &EndpointId,
        subnet: &SubnetId,
        client_token: &str,
    ) -> Result<Association, VpnError> {
        let call = self
            .client
            .associate_client_vpn_target_network()
            .client_vpn_endpoint_id(endpoint.as_str())
            .subnet_id(subnet.as_str())
            .client_token(client_token);
        match call.send().await.map_err(sort) {
            Ok(answer) => match answer.association_id {
                Some(id) => Ok(Association::Accepted(AssociationId::observed(id))),
                None => Err(VpnError::TryLater {
                    code: None,
                    source: "no association id in the answer".into(),
                }),
            },
            Err(error) if succeeds_as(&error, ALREADY_THERE) => Ok(Association::AlreadyThere),
            Err(error) => Err(error),
        }
    }

    async fn disassociate(
        &self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) -> Result<(), VpnError> {
        let call = self
            .client
            .disassociate_client_vpn_target_network()
            .client_vpn_endpoint_id(endpoint.as_str())
            .association_id(association.as_str());
        match call.send().await.map_err(sort) {
            Ok(_) => Ok(()),
            Err(error) if succeeds_as(&error, ALREADY_GONE) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn create_route(
        &self,
        endpoint: &EndpointId,
        route: &RouteKey,
        description: Option<&str>,
        client_token: &str,
    ) -> Result<(), VpnError> {
        let call = self
            .client
            .create_client_vpn_route()
            .client_vpn_endpoint_id(endpoint.as_str())
            .destination_cidr_block(&route.cidr)
            .target_vpc_subnet_id(route.subnet_id.as_str())
            .set_description(description.map(str::to_owned))
            .client_token(client_token);
        match call.send().await.map_err(sort) {
            Ok(_) => Ok(()),
            Err(error) if succeeds_as(&error, ALREADY_THERE) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn apply_security_groups(
        &self,
        endpoint: &EndpointId,
        vpc: &VpcId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), VpnError> {
        let groups = groups.iter().map(ToString::to_string).collect();
        self.client
            .apply_security_groups_to_client_vpn_target_network()
            .client_vpn_endpoint_id(endpoint.as_str())
            .vpc_id(vpc.as_str())
            .set_security_group_ids(Some(groups))
            .send()
            .await
            .map_err(sort)?;
        Ok(())
    }

    async fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError> {
        let answer = self
            .client
            .export_client_vpn_client_configuration()
            .client_vpn_endpoint_id(endpoint.as_str())
            .send()
            .await
            .map_err(sort)?;
        answer
            .client_configuration
            .filter(|profile| !profile.is_empty())
            .ok_or(VpnError::TryLater {
                code: None,
                source: "no configuration in the answer".into(),
            })
    }
}

/// A network without an id or subnet is not one; one of another endpoint is not ours, whatever was asked for.
fn target_network(network: types::TargetNetwork, endpoint: &EndpointId) -> Option<TargetNetwork> {
    let other = network
        .client_vpn_endpoint_id
        .as_deref()
        .is_some_and(|id| id != endpoint.as_str());
    let status = network.status.as_ref();
    let code = status.and_then(types::AssociationStatus::code);
    let message = status
        .and_then(types::AssociationStatus::message)
        .filter(|text| !text.is_empty());
    let message = message.map(str::to_owned);
    let found = TargetNetwork {
        association_id: AssociationId::observed(network.association_id?),
        subnet_id: SubnetId::observed(network.target_network_id?),
        status: code.map_or(NetworkStatus::Unknown, network_status),
        message,
    };
    (!other).then_some(found)
}

fn network_status(code: &types::AssociationStatusCode) -> NetworkStatus {
    match code.as_str() {
        "associating" => NetworkStatus::Associating,
        "associated" => NetworkStatus::Associated,
        "association-failed" => NetworkStatus::AssociationFailed,
        "disassociating" => NetworkStatus::Disassociating,
        "disassociated" => NetworkStatus::Disassociated,
        _ => NetworkStatus::Unknown,
    }
}

/// A connection without an id still counts if it is active: nobody is cut off for a field that is missing.
fn connection(connection: types::ClientVpnConnection) -> Connection {
    let code = connection
        .status
        .as_ref()
        .and_then(types::ClientVpnConnectionStatus::code);
    let active = code == Some(&types::ClientVpnConnectionStatusCode::Active);
    let user = connection
        .username
        .filter(|name| !name.is_empty())
        .or(connection.common_name);
    let bytes = |text: Option<String>| text.and_then(|text| text.trim().parse::<u64>().ok());
    let (ingress, egress) = (
        bytes(connection.ingress_bytes),
        bytes(connection.egress_bytes),
    );
    let ended_at = connection.connection_end_time.as_deref().and_then(ec2_time);
    // Without an id nobody can tell whose byte count this is, so it cannot be called stale.
    let has_id = connection.connection_id.is_some();
    Connection {
        id: ConnectionId::observed(connection.connection_id.unwrap_or_default()),
        user: user.unwrap_or_default(),
        active,
        established_at: connection
            .connection_established_time
            .as_deref()
            .and_then(ec2_time),
        ended_at: ended_at.filter(|_| !active),
        bytes: ingress
            .filter(|_| has_id)
            .zip(egress)
            .map(|(ingress, egress)| ingress.saturating_add(egress)),
    }
}

/// EC2 writes `2019-08-12 07:57:14` in UTC without a zone, and `-` where there is no time yet. The API model calls these
/// strings and says no more; RFC 3339 is taken too.
fn ec2_time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .map(|time| time.and_utc())
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()))
        .ok()
}

fn route(route: types::ClientVpnRoute) -> Option<Route> {
    let code = route
        .status
        .as_ref()
        .and_then(types::ClientVpnRouteStatus::code);
    Some(Route {
        key: RouteKey {
            cidr: route.destination_cidr?,
            subnet_id: SubnetId::observed(route.target_subnet?),
        },
        manual: route.origin.as_deref() == Some("add-route"),
        status: code.map_or(RouteStatus::Unknown, route_status),
        description: route.description.filter(|text| !text.is_empty()),
    })
}

fn route_status(code: &types::ClientVpnRouteStatusCode) -> RouteStatus {
    match code.as_str() {
        "creating" => RouteStatus::Creating,
        "active" => RouteStatus::Active,
        "failed" => RouteStatus::Failed,
        "deleting" => RouteStatus::Deleting,
        _ => RouteStatus::Unknown,
    }
}

fn facts(endpoint: types::ClientVpnEndpoint) -> EndpointFacts {
    let groups = endpoint.security_group_ids.unwrap_or_default();
    EndpointFacts {
        vpc_id: endpoint
            .vpc_id
            .filter(|id| !id.is_empty())
            .map(VpcId::observed),
        security_group_ids: groups.into_iter().map(SecurityGroupId::observed).collect(),
        transit_gateway: endpoint.transit_gateway_configuration.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_without_a_zone_and_a_dash_is_none() {
        let expected = DateTime::parse_from_rfc3339("2019-08-12T07:57:14Z")
            .unwrap()
            .to_utc();
        assert_eq!(ec2_time("2019-08-12 07:57:14"), Some(expected));
        assert_eq!(ec2_time(" 2019-08-12T07:57:14Z"), Some(expected));
        for none in ["-", "", "yesterday", "2019-08-12", "2019-13-12 07:57:14"] {
            assert_eq!(ec2_time(none), None, "{none}");
        }
    }

    #[test]
    fn only_an_active_connection_counts_and_only_one_that_is_not_has_ended() {
        let status = |code: &str| {
            types::ClientVpnConnectionStatus::builder()
                .code(code.into())
                .build()
        };
        let built =
            types::ClientVpnConnection::builder().connection_end_time("2019-08-12 07:57:14");
        for (code, active) in [
            ("active", true),
            ("terminated", false),
            ("terminating", false),
            ("failed-to-terminate", false),
            ("new-word", false),
        ] {
            let found = connection(built.clone().status(status(code)).build());
            assert_eq!(found.active, active, "{code}");
            assert_eq!(found.ended_at.is_some(), !active, "{code}");
        }
    }

    #[test]
    fn bytes_that_cannot_be_read_are_not_zero() {
        let read = |ingress: &str, egress: &str| {
            connection(
                types::ClientVpnConnection::builder()
                    .connection_id("cvpn-connection-0123456789abcdef0")
                    .ingress_bytes(ingress)
                    .egress_bytes(egress)
                    .build(),
            )
            .bytes
        };
        assert_eq!(read("32302", "5707"), Some(38009));
        assert_eq!(read("32302", "-"), None);
        assert_eq!(read("99999999999999999999999", "1"), None);
        assert_eq!(read("18446744073709551615", "1"), Some(u64::MAX));
    }
}
