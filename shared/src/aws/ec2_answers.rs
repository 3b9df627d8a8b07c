//! What EC2 answers, in the domain's types. Everything in an answer is optional and most of it text. A network or a route
//! that cannot be read makes the answer an error; a connection that cannot be read counts as connected. So no client is
//! taken for gone because of a field that is missing.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types;
use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};

use crate::ec2_errors::classified;
use crate::model::{
    AssociationId, Connection, ConnectionId, EndedAt, EndpointFacts, EndpointId, NetworkStatus,
    Route, RouteKey, RouteStatus, SecurityGroupId, SubnetId, TargetNetwork, VpcId,
};
use crate::ports::VpnError;

/// An SDK error as ours. Without a code nobody answered; a code that says nothing about time is a refusal.
pub(super) fn classify<E>(error: SdkError<E>) -> VpnError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let answered_in_error = error
        .raw_response()
        .is_some_and(|response| response.status().is_server_error());
    let code = error.code().map(str::to_owned);
    let message = error.message().unwrap_or("no message").to_owned();
    classified(code, message, answered_in_error, error.into())
}

/// An answer of which we cannot tell what it says. It is no evidence of anything, least of all that nothing is there.
pub(super) fn unreadable(what: &'static str) -> VpnError {
    VpnError::TryLater {
        code: None,
        source: what.into(),
    }
}

/// A network of another endpoint is not ours, whatever was asked for.
///
/// One without a subnet looks like one of a transit gateway, which has availability zones instead
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TargetNetwork.html>): only the endpoint can tell.
pub(super) fn target_network(
    network: types::TargetNetwork,
    endpoint: &EndpointId,
) -> Result<Option<TargetNetwork>, VpnError> {
    if network
        .client_vpn_endpoint_id
        .is_some_and(|id| id != endpoint.as_str())
    {
        return Ok(None);
    }
    let subnet_id = network
        .target_network_id
        .filter(|id| id.starts_with("subnet-"))
        .ok_or_else(VpnError::transit_gateway)?;
    let Some(association_id) = network.association_id else {
        return Err(unreadable("a target network without an id"));
    };
    let status = network.status.as_ref();
    let code = status.and_then(types::AssociationStatus::code);
    let message = status
        .and_then(types::AssociationStatus::message)
        .filter(|text| !text.is_empty());
    Ok(Some(TargetNetwork {
        association_id: AssociationId::observed(association_id),
        subnet_id: SubnetId::observed(subnet_id),
        status: code.map_or(NetworkStatus::Unknown, |code| {
            NetworkStatus::parse(code.as_str())
        }),
        message: message.map(str::to_owned),
    }))
}

/// A connection without an id still counts if it is active: no client is cut off for a field that is missing.
///
/// Connected is what is not said to be over or about to be: a status that is missing or that AWS has added since, and
/// `failed-to-terminate`, may well be connected (DESIGN 3.6).
pub(super) fn connection(connection: types::ClientVpnConnection) -> Connection {
    let status = connection.status.as_ref();
    let code = status.and_then(types::ClientVpnConnectionStatus::code);
    let (active, over) = match code.map(types::ClientVpnConnectionStatusCode::as_str) {
        Some("terminated") => (false, true),
        Some("terminating") => (false, false),
        Some(_) | None => (true, false),
    };
    let time = |text: Option<&str>| text.and_then(ec2_time);
    let ended_at = match time(connection.connection_end_time.as_deref()) {
        Some(_) | None if active => None,
        Some(at) => Some(EndedAt::Stated(at)),
        None if over => Some(EndedAt::Unstated {
            listed_at: time(connection.timestamp.as_deref()),
        }),
        None => None,
    };
    let user = connection
        .username
        .filter(|name| !name.is_empty())
        .or(connection.common_name);
    // Without an id nobody can tell whose counters these are, so it cannot be called silent.
    let has_id = connection.connection_id.is_some();
    let both = |ingress: Option<String>, egress: Option<String>| {
        let (ingress, egress) = ingress.filter(|_| has_id).zip(egress)?;
        Some(counter(&ingress)?.saturating_add(counter(&egress)?))
    };
    Connection {
        id: ConnectionId::observed(connection.connection_id.unwrap_or_default()),
        user: user.unwrap_or_default(),
        active,
        established_at: connection
            .connection_established_time
            .as_deref()
            .and_then(ec2_time),
        ended_at,
        bytes: both(connection.ingress_bytes, connection.egress_bytes),
        packets: both(connection.ingress_packets, connection.egress_packets),
    }
}

/// Counters are strings such as `32302`
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ClientVpnConnection.html>).
fn counter(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// EC2 writes `2019-08-12 07:57:14` in UTC without a zone, and `-` where there is no time yet. The API model calls these
/// strings and says no more; RFC 3339 is taken too.
fn ec2_time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .map(|time| time.and_utc())
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()))
        .ok()
        // chrono reads years of six digits; what is written of them is no RFC 3339, and nothing can be added to them.
        .filter(|time| (0..=9999).contains(&time.year()))
}

/// A route that is not EC2's own (`associate`) is an administrator's, whatever it is called: a start makes it again.
///
/// One that names no target is `local`: AWS does not say whether `local` is listed as the target subnet. But one that
/// leads to an attachment is a transit gateway's
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ClientVpnRoute.html>).
pub(super) fn route(route: types::ClientVpnRoute) -> Result<Route, VpnError> {
    let named = |text: Option<String>| text.filter(|text| !text.is_empty());
    let target = match named(route.target_subnet) {
        Some(target) => target,
        None if named(route.transit_gateway_attachment_id).is_some() => {
            return Err(VpnError::transit_gateway());
        }
        None => RouteKey::LOCAL.to_owned(),
    };
    let Some(cidr) = route.destination_cidr else {
        return Err(unreadable("a route without a destination"));
    };
    let status = route.status.as_ref();
    let code = status.and_then(types::ClientVpnRouteStatus::code);
    Ok(Route {
        key: RouteKey {
            cidr,
            subnet_id: SubnetId::observed(target),
        },
        manual: route.origin.as_deref() != Some("associate"),
        status: code.map_or(RouteStatus::Unknown, |code| {
            RouteStatus::parse(code.as_str())
        }),
        description: route.description.filter(|text| !text.is_empty()),
    })
}

pub(super) fn facts(endpoint: types::ClientVpnEndpoint) -> EndpointFacts {
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
mod tests;
