//! What EC2 answers, in the domain's types. Everything in an answer is optional and most of it text; what cannot be read
//! makes the answer an error, so that nobody is taken for gone because of a field that is missing.

use aws_sdk_ec2::types;
use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};

use crate::model::{
    AssociationId, Connection, ConnectionId, EndpointFacts, EndpointId, NetworkStatus, Route,
    RouteKey, RouteStatus, SecurityGroupId, SubnetId, TargetNetwork, VpcId,
};
use crate::ports::VpnError;

/// An answer of which we cannot tell what it says. It is no evidence of anything, least of all that nothing is there.
pub(super) fn unreadable(what: &'static str) -> VpnError {
    VpnError::TryLater {
        code: None,
        source: what.into(),
    }
}

/// A network of another endpoint is not ours, whatever was asked for.
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
    let (Some(association_id), Some(subnet_id)) =
        (network.association_id, network.target_network_id)
    else {
        return Err(unreadable("a target network without an id or a subnet"));
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

/// A connection without an id still counts if it is active: nobody is cut off for a field that is missing. One whose
/// status or end we cannot read may be in use, or may have been until now.
pub(super) fn connection(connection: types::ClientVpnConnection) -> Result<Connection, VpnError> {
    let status = connection.status.as_ref();
    let code = status.and_then(types::ClientVpnConnectionStatus::code);
    let (active, over) = match code.map(types::ClientVpnConnectionStatusCode::as_str) {
        Some("active") => (true, false),
        Some("terminating" | "failed-to-terminate") => (false, false),
        Some("terminated") => (false, true),
        Some(_) | None => return Err(unreadable("a connection whose status is not known")),
    };
    let ended_at = match connection.connection_end_time.as_deref().map(str::trim) {
        None | Some("" | "-") if over => {
            return Err(unreadable("a connection that ended without a time"));
        }
        None | Some("" | "-") => None,
        Some(_) if active => None,
        Some(text) => Some(ec2_time(text).ok_or_else(|| unreadable("a connection's odd end"))?),
    };
    let user = connection
        .username
        .filter(|name| !name.is_empty())
        .or(connection.common_name);
    let bytes = |text: Option<String>| text.and_then(|text| text.trim().parse::<u64>().ok());
    let (ingress, egress) = (
        bytes(connection.ingress_bytes),
        bytes(connection.egress_bytes),
    );
    // Without an id nobody can tell whose byte count this is, so it cannot be called stale.
    let has_id = connection.connection_id.is_some();
    Ok(Connection {
        id: ConnectionId::observed(connection.connection_id.unwrap_or_default()),
        user: user.unwrap_or_default(),
        active,
        established_at: connection
            .connection_established_time
            .as_deref()
            .and_then(ec2_time),
        ended_at,
        bytes: ingress
            .filter(|_| has_id)
            .zip(egress)
            .map(|(ingress, egress)| ingress.saturating_add(egress)),
    })
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

/// A route that is not EC2's own (`associate`) is somebody's, whatever it is called: a start makes it again.
pub(super) fn route(route: types::ClientVpnRoute) -> Result<Route, VpnError> {
    let (Some(cidr), Some(target)) = (route.destination_cidr, route.target_subnet) else {
        return Err(unreadable("a route without a destination or a target"));
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
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_without_a_zone_and_a_dash_is_none() {
        let expected = DateTime::parse_from_rfc3339("2019-08-12T07:57:14Z")
            .unwrap()
            .to_utc();
        assert_eq!(ec2_time("2019-08-12 07:57:14"), Some(expected));
        assert_eq!(ec2_time(" 2019-08-12T07:57:14Z"), Some(expected));
        for none in [
            "-",
            "",
            "yesterday",
            "2019-08-12",
            "2019-13-12 07:57:14",
            "+262142-12-31 23:59:59",
            "-0001-12-31 23:59:59",
        ] {
            assert_eq!(ec2_time(none), None, "{none}");
        }
    }

    fn status(code: &str) -> types::ClientVpnConnectionStatus {
        types::ClientVpnConnectionStatus::builder()
            .code(code.into())
            .build()
    }

    #[test]
    fn only_an_active_connection_counts_and_only_one_that_is_not_has_ended() {
        let built =
            types::ClientVpnConnection::builder().connection_end_time("2019-08-12 07:57:14");
        for (code, active) in [
            ("active", true),
            ("terminated", false),
            ("terminating", false),
            ("failed-to-terminate", false),
        ] {
            let found = connection(built.clone().status(status(code)).build()).unwrap();
            assert_eq!(found.active, active, "{code}");
            assert_eq!(found.ended_at.is_some(), !active, "{code}");
        }
    }

    #[test]
    fn a_connection_whose_status_or_end_cannot_be_read_is_no_evidence() {
        let built = || types::ClientVpnConnection::builder().connection_end_time("-");
        let nothing = types::ClientVpnConnectionStatus::builder().build();
        for unreadable in [
            built(),
            built().status(nothing),
            built().status(status("new-word")),
            built().status(status("Active")),
            built().status(status("terminated")),
            built()
                .status(status("terminated"))
                .connection_end_time("yesterday"),
            built()
                .status(status("terminating"))
                .connection_end_time("2019-13-12 07:57:14"),
        ] {
            let text = format!("{unreadable:?}");
            let read = connection(unreadable.build());
            assert!(matches!(read, Err(VpnError::TryLater { .. })), "{text}");
        }
        assert!(connection(built().status(status("terminating")).build()).is_ok());
    }

    #[test]
    fn a_network_or_route_without_its_names_is_no_evidence() {
        let endpoint: EndpointId = "cvpn-endpoint-0a1b2c3d4e5f60718".parse().unwrap();
        let network = types::TargetNetwork::builder();
        let is_unreadable = |built: types::builders::TargetNetworkBuilder| {
            target_network(built.build(), &endpoint).is_err()
        };
        assert!(is_unreadable(
            network.clone().association_id("cvpn-assoc-1")
        ));
        assert!(is_unreadable(network.clone().target_network_id("subnet-1")));
        let other = network.client_vpn_endpoint_id("cvpn-endpoint-0123456789abcdef0");
        assert!(matches!(target_network(other.build(), &endpoint), Ok(None)));

        let built = || types::ClientVpnRoute::builder();
        assert!(route(built().destination_cidr("0.0.0.0/0").build()).is_err());
        assert!(route(built().target_subnet("subnet-1").build()).is_err());
    }

    #[test]
    fn a_route_is_somebodys_unless_it_came_with_the_association() {
        for (origin, manual) in [
            (Some("associate"), false),
            (Some("add-route"), true),
            (Some("new-word"), true),
            (None, true),
        ] {
            let built = types::ClientVpnRoute::builder()
                .destination_cidr("0.0.0.0/0")
                .target_subnet("subnet-1")
                .set_origin(origin.map(str::to_owned));
            assert_eq!(route(built.build()).unwrap().manual, manual, "{origin:?}");
        }
    }

    #[test]
    fn bytes_that_cannot_be_read_are_not_zero() {
        let read = |ingress: &str, egress: &str| {
            connection(
                types::ClientVpnConnection::builder()
                    .connection_id("cvpn-connection-0123456789abcdef0")
                    .status(status("active"))
                    .ingress_bytes(ingress)
                    .egress_bytes(egress)
                    .build(),
            )
            .unwrap()
            .bytes
        };
        assert_eq!(read("32302", "5707"), Some(38009));
        assert_eq!(read("32302", "-"), None);
        assert_eq!(read("99999999999999999999999", "1"), None);
        assert_eq!(read("18446744073709551615", "1"), Some(u64::MAX));
    }
}
