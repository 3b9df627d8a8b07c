//! EC2 by the SDK: codes and words as they are answered.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ec2::types;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use shared::model::EndpointId;

use super::Aws;
use crate::seen::{Answer, Connection, Endpoint, Network, Refusal, Route, Subnet};

/// Every item of a listing, each by `$read`.
macro_rules! all_pages {
    ($call:expr, $items:ident, $read:expr) => {{
        let mut pages = $call.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            items.extend(
                page.map_err(Refusal::of)?
                    .$items
                    .unwrap_or_default()
                    .into_iter()
                    .map($read),
            );
        }
        Ok(items)
    }};
}

/// What EC2 lists of an endpoint.
macro_rules! listings {
    ($($name:ident -> $item:ty: $call:ident, $items:ident, $read:expr;)+) => {
        $(pub async fn $name(&self, endpoint: &EndpointId) -> Answer<Vec<$item>> {
            let call = self.ec2.$call().client_vpn_endpoint_id(endpoint.as_str());
            all_pages!(call, $items, $read)
        })+
    };
}

impl Aws {
    listings! {
        networks -> Network: describe_client_vpn_target_networks, client_vpn_target_networks, network;
        routes -> Route: describe_client_vpn_routes, routes, route;
        connections -> Connection: describe_client_vpn_connections, connections, connection;
        // The CIDRs to which there is an authorization rule.
        rules -> String: describe_client_vpn_authorization_rules, authorization_rules, destination;
    }

    pub async fn endpoint(&self, endpoint: &EndpointId) -> Answer<Endpoint> {
        let call = self.ec2.describe_client_vpn_endpoints();
        let call = call.client_vpn_endpoint_ids(endpoint.as_str());
        let answer = call.send().await.map_err(Refusal::of)?;
        let mut found = answer.client_vpn_endpoints.unwrap_or_default().into_iter();
        let ours = found.find(|found| found.client_vpn_endpoint_id() == Some(endpoint.as_str()));
        ours.map(self::endpoint).ok_or_else(|| Refusal {
            code: Some("InvalidClientVpnEndpointId.NotFound".to_owned()),
            message: format!("{endpoint} is not in the answer"),
        })
    }

    /// `DescribeSubnets`, of these: one that does not exist is not in the answer.
    pub async fn subnets(&self, ids: Vec<String>) -> Answer<Vec<Subnet>> {
        let call = self.ec2.describe_subnets();
        all_pages!(call.filters(filter("subnet-id", ids)), subnets, subnet)
    }

    /// `DescribeSecurityGroups`: those of a VPC.
    pub async fn groups_of(&self, vpc: &str) -> Answer<Vec<String>> {
        let call = self.ec2.describe_security_groups();
        let call = call.filters(filter("vpc-id", vec![vpc.to_owned()]));
        all_pages!(call, security_groups, |group: types::SecurityGroup| group
            .group_id
            .unwrap_or_default())
    }

    /// `AssociateClientVpnTargetNetwork`: the association's id.
    pub async fn associate(
        &self,
        endpoint: &EndpointId,
        subnet: &str,
        token: &str,
    ) -> Answer<String> {
        let call = self.ec2.associate_client_vpn_target_network();
        let call = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .subnet_id(subnet)
            .client_token(token);
        let answer = call.send().await.map_err(Refusal::of)?;
        Ok(answer.association_id.unwrap_or_default())
    }

    /// `DisassociateClientVpnTargetNetwork`: the status that follows.
    pub async fn disassociate(&self, endpoint: &EndpointId, association: &str) -> Answer<String> {
        let call = self.ec2.disassociate_client_vpn_target_network();
        let call = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .association_id(association);
        let answer = call.send().await.map_err(Refusal::of)?;
        let code = answer.status.and_then(|status| status.code);
        Ok(word(code))
    }

    /// `CreateClientVpnRoute`: the status that follows.
    pub async fn create_route(
        &self,
        endpoint: &EndpointId,
        cidr: &str,
        target: &str,
        token: &str,
    ) -> Answer<String> {
        let call = self.ec2.create_client_vpn_route();
        let call = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .destination_cidr_block(cidr)
            .target_vpc_subnet_id(target)
            .description("cargo prove")
            .client_token(token);
        let answer = call.send().await.map_err(Refusal::of)?;
        let code = answer.status.and_then(|status| status.code);
        Ok(word(code))
    }

    pub async fn delete_route(
        &self,
        endpoint: &EndpointId,
        cidr: &str,
        target: &str,
    ) -> Answer<()> {
        let call = self.ec2.delete_client_vpn_route();
        let call = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .destination_cidr_block(cidr)
            .target_vpc_subnet_id(target);
        call.send().await.map(|_| ()).map_err(Refusal::of)
    }

    /// `ApplySecurityGroupsToClientVpnTargetNetwork`.
    pub async fn apply_groups(
        &self,
        endpoint: &EndpointId,
        vpc: &str,
        groups: Vec<String>,
    ) -> Answer<()> {
        let call = self
            .ec2
            .apply_security_groups_to_client_vpn_target_network();
        let call = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .vpc_id(vpc)
            .set_security_group_ids(Some(groups));
        call.send().await.map(|_| ()).map_err(Refusal::of)
    }

    /// `ModifyClientVpnEndpoint`: sets the groups where nothing is associated.
    pub async fn set_groups(
        &self,
        endpoint: &EndpointId,
        vpc: &str,
        groups: Vec<String>,
    ) -> Answer<()> {
        let call = self.ec2.modify_client_vpn_endpoint();
        let call = call
            .client_vpn_endpoint_id(endpoint.as_str())
            .vpc_id(vpc)
            .set_security_group_ids(Some(groups));
        call.send().await.map(|_| ()).map_err(Refusal::of)
    }

    /// The text of `DescribeClientVpnConnections`' answer, byte for byte.
    pub async fn connections_text(&self, endpoint: &EndpointId) -> Answer<String> {
        let body = Body::default();
        let call = self.ec2.describe_client_vpn_connections();
        let call = call.client_vpn_endpoint_id(endpoint.as_str());
        let sent = call.customize().interceptor(body.clone()).send().await;
        sent.map_err(Refusal::of)?;
        Ok(body
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }
}

/// A word of EC2's, as text.
fn word(word: Option<impl AsRef<str>>) -> String {
    word.map_or_else(String::new, |word| word.as_ref().to_owned())
}

fn filter(name: &str, values: Vec<String>) -> types::Filter {
    let filter = types::Filter::builder().name(name);
    filter.set_values(Some(values)).build()
}

fn network(found: types::TargetNetwork) -> Network {
    let status = found
        .status
        .unwrap_or_else(|| types::AssociationStatus::builder().build());
    Network {
        association_id: found.association_id.unwrap_or_default(),
        subnet_id: found.target_network_id,
        status: word(status.code),
        message: status.message.filter(|text| !text.is_empty()),
    }
}

fn route(found: types::ClientVpnRoute) -> Route {
    let code = found.status.and_then(|status| status.code);
    Route {
        cidr: found.destination_cidr.unwrap_or_default(),
        target_subnet: found.target_subnet,
        origin: found.origin.unwrap_or_default(),
        status: word(code),
    }
}

fn connection(found: types::ClientVpnConnection) -> Connection {
    let code = found.status.and_then(|status| status.code);
    let named = found.username.filter(|name| !name.is_empty());
    let both =
        |one: Option<String>, other: Option<String>| [one, other].map(Option::unwrap_or_default);
    Connection {
        connection_id: found.connection_id.unwrap_or_default(),
        user: named.or(found.common_name).unwrap_or_default(),
        status: word(code),
        end_time: found.connection_end_time.unwrap_or_default(),
        bytes: both(found.ingress_bytes, found.egress_bytes),
        packets: both(found.ingress_packets, found.egress_packets),
    }
}

fn destination(rule: types::AuthorizationRule) -> String {
    rule.destination_cidr.unwrap_or_default()
}

fn endpoint(found: types::ClientVpnEndpoint) -> Endpoint {
    let code = found.status.and_then(|status| status.code);
    Endpoint {
        status: word(code),
        vpc_id: found.vpc_id.filter(|id| !id.is_empty()),
        security_group_ids: found
            .security_group_ids
            .unwrap_or_default()
            .into_iter()
            .collect(),
        client_cidr: found.client_cidr_block.unwrap_or_default(),
        is_on_transit_gateway: found.transit_gateway_configuration.is_some(),
    }
}

fn subnet(found: types::Subnet) -> Subnet {
    Subnet {
        id: found.subnet_id.unwrap_or_default(),
        vpc_id: found.vpc_id.unwrap_or_default(),
        availability_zone: found.availability_zone.unwrap_or_default(),
        free_addresses: found.available_ip_address_count.unwrap_or_default(),
    }
}

#[derive(Debug, Clone, Default)]
struct Body(Arc<Mutex<String>>);

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            String::from_utf8_lossy(body).into_owned();
        Ok(())
    }
}
