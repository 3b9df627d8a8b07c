//! EC2's Client VPN by the SDK: every page read, everything matched on our side, every error classified.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::ClientVpnEndpoint;

use super::ec2_answers::{classify, connection, facts, route, target_network, unreadable};
use crate::ec2_errors::{is_already_gone, is_already_there};
use crate::model::{
    AssociationId, Connection, EndpointFacts, EndpointId, Route, RouteKey, SecurityGroupId,
    SubnetId, TargetNetwork, VpcId,
};
use crate::ports::{Association, ClientVpn, VpnError};

/// The most connections that EC2 hands out in one page.
const CONNECTIONS_PER_PAGE: i32 = 1000;

/// The most pages that a listing is believed to have. An endpoint with five subnets serves 126,000 connections
/// (<https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/limits.html>).
const MAX_PAGES: usize = 500;

/// [`ClientVpn`] by EC2.
#[derive(Debug, Clone)]
pub struct Ec2ClientVpn {
    pub(super) client: Client,
}

impl Ec2ClientVpn {
    /// Over a client; [`super::Clients`] makes one with the time-outs and retries that suit a Lambda.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

/// Reads a listing to its last page, each page into our types before the next, so that the SDK's never hold all of it,
/// and each item by `$read`: `None` where it is not ours, an error where it cannot be told
/// what it is. A listing whose pages go in a circle, or that is too long to be one, has no last page: it is incomplete.
macro_rules! all_pages {
    ($paginator:expr, $items:ident, $read:expr) => {{
        let mut pages = $paginator.send();
        let mut items = Vec::new();
        let mut tokens = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(classify)?;
            for item in page.$items.unwrap_or_default() {
                items.extend($read(item)?);
            }
            match page.next_token.filter(|token| !token.is_empty()) {
                None => break,
                Some(token) => {
                    if tokens.len() == MAX_PAGES || !tokens.insert(token) {
                        return Err(unreadable("the listing does not end"));
                    }
                }
            }
        }
        items
    }};
}

impl Ec2ClientVpn {
    /// A listing that looks like one of a transit gateway is refused as that only if the endpoint says so itself;
    /// else it cannot be read.
    async fn confirmed<T>(
        &self,
        endpoint: &EndpointId,
        listed: Result<T, VpnError>,
    ) -> Result<T, VpnError> {
        match listed {
            Err(error) if error.is_transit_gateway() => {
                let on_a_gateway = self.endpoint(endpoint).await?.transit_gateway;
                Err(if on_a_gateway {
                    error
                } else {
                    unreadable("a target network or a route without a subnet")
                })
            }
            listed => listed,
        }
    }
}

#[async_trait]
impl ClientVpn for Ec2ClientVpn {
    async fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError> {
        let call = self.client.describe_client_vpn_target_networks();
        let pages = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .into_paginator();
        let read = |network| target_network(network, endpoint);
        let listed = async { Ok(all_pages!(pages, client_vpn_target_networks, read)) };
        self.confirmed(endpoint, listed.await).await
    }

    async fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError> {
        let call = self.client.describe_client_vpn_connections();
        let pages = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .into_paginator()
            .page_size(CONNECTIONS_PER_PAGE);
        let read = |found| Ok::<_, VpnError>(Some(connection(found)));
        Ok(all_pages!(pages, connections, read))
    }

    async fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError> {
        let call = self.client.describe_client_vpn_routes();
        let pages = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .into_paginator();
        let read = |found| route(found).map(Some);
        let listed = async { Ok(all_pages!(pages, routes, read)) };
        self.confirmed(endpoint, listed.await).await
    }

    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError> {
        let call = self.client.describe_client_vpn_endpoints();
        let pages = call
            .client_vpn_endpoint_ids(endpoint.as_str())
            .into_paginator();
        let ours = |found: ClientVpnEndpoint| {
            let is_ours = found.client_vpn_endpoint_id() == Some(endpoint.as_str());
            Ok::<_, VpnError>(is_ours.then(|| facts(found)))
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
        match call.send().await.map_err(classify) {
            Ok(answer) => match answer.association_id {
                Some(id) => Ok(Association::Accepted(AssociationId::observed(id))),
                None => Err(unreadable("no association id in the answer")),
            },
            Err(error) if is_already_there(&error) => Ok(Association::AlreadyThere),
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
        let answer = call.send().await;
        done(answer.map_err(classify), is_already_gone)
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
        let answer = call.send().await;
        done(answer.map_err(classify), is_already_there)
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
            .map_err(classify)?;
        Ok(())
    }

    async fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError> {
        let answer = self
            .client
            .export_client_vpn_client_configuration()
            .client_vpn_endpoint_id(endpoint.as_str())
            .send()
            .await
            .map_err(classify)?;
        answer
            .client_configuration
            .filter(|profile| !profile.is_empty())
            .ok_or_else(|| unreadable("no configuration in the answer"))
    }
}

/// What EC2 says is so already is done.
fn done<T>(
    answer: Result<T, VpnError>,
    is_done_already: impl Fn(&VpnError) -> bool,
) -> Result<(), VpnError> {
    match answer {
        Err(error) if !is_done_already(&error) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}
