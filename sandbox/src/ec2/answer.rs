//! Answers and refusals as EC2 writes them
//! (element names: the EC2 API model, <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>).

use chrono::{DateTime, Utc};
use shared::model::EndpointId;
use testkit::ec2::ApiError;
use testkit::ec2::Association;
use testkit::ec2::Page;
use testkit::ec2::{Action, Answer};
use testkit::ec2::{ConnectionStatus, Terminating};
use testkit::ec2::{ConnectionView, EndpointView, RouteView, TargetNetworkView};
use testkit::ec2::{RuleView, SecurityGroupView, SubnetView};

use super::xml::Xml;

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// The document of an answer.
pub(super) fn answer(action: Action, answer: &Answer, request_id: &str) -> String {
    let root = format!("{}Response", action.as_str());
    Xml::document(&root, Some(NAMESPACE), |xml| {
        xml.text("requestId", request_id);
        match answer {
            Answer::Endpoints(page) => paged(xml, "clientVpnEndpoint", page, endpoint),
            Answer::TargetNetworks(page) => {
                paged(xml, "clientVpnTargetNetworks", page, target_network);
            }
            Answer::Connections(page) => paged(xml, "connections", page, connection),
            Answer::Routes(page) => paged(xml, "routes", page, route),
            Answer::AuthorizationRules(page) => paged(xml, "authorizationRule", page, rule),
            Answer::Subnets(page) => paged(xml, "subnetSet", page, subnet),
            Answer::SecurityGroupsOfVpc(page) => paged(xml, "securityGroupInfo", page, group),
            Answer::Associated(done) | Answer::Disassociated(done) => association(xml, done),
            Answer::RouteCreated(status) | Answer::RouteDeleted(status) => {
                xml.status("status", status.as_str());
            }
            Answer::SecurityGroups(groups) => xml.texts("securityGroupIds", groups),
            Answer::Configuration(text) => xml.text("clientConfiguration", text),
            Answer::Terminating {
                endpoint,
                user,
                connections,
            } => {
                terminating(xml, endpoint, user.as_deref(), connections);
            }
            Answer::Modified => xml.text("return", true),
        }
    })
}

/// The document of a refusal.
pub(super) fn refusal(error: &ApiError, request_id: &str) -> String {
    Xml::document("Response", None, |xml| {
        xml.list_of("Errors", "Error", [error], |xml, error| {
            xml.text("Code", error.code());
            xml.text("Message", error);
        });
        xml.text("RequestID", request_id);
    })
}

fn paged<T>(xml: &mut Xml, name: &str, page: &Page<T>, item: fn(&mut Xml, &T)) {
    xml.list(name, &page.items, item);
    xml.optional("nextToken", page.next_token.as_ref());
}

fn endpoint(xml: &mut Xml, endpoint: &EndpointView) {
    xml.text("clientVpnEndpointId", &endpoint.id);
    xml.text("description", &endpoint.description);
    xml.status("status", endpoint.status);
    xml.text(
        "creationTime",
        endpoint.created_at.format("%Y-%m-%dT%H:%M:%S"),
    );
    xml.text("dnsName", &endpoint.dns_name);
    xml.text("clientCidrBlock", endpoint.client_cidr);
    xml.text("splitTunnel", endpoint.split_tunnel);
    xml.text("vpnProtocol", "openvpn");
    xml.text("transportProtocol", "udp");
    xml.text("vpnPort", 443);
    xml.list(
        "associatedTargetNetwork",
        &endpoint.associated_subnets,
        |xml, subnet| {
            xml.text("networkId", subnet);
            xml.text("networkType", "vpc");
        },
    );
    xml.text("serverCertificateArn", &endpoint.server_certificate_arn);
    xml.list(
        "authenticationOptions",
        [&endpoint.saml_provider_arn],
        |xml, provider| {
            xml.text("type", "federated-authentication");
            xml.nest("federatedAuthentication", |xml| {
                xml.text("samlProviderArn", provider);
            });
        },
    );
    // These names are written with capitals in EC2's model too.
    xml.nest("connectionLogOptions", |xml| xml.text("Enabled", false));
    xml.list(
        "tagSet",
        [("Name", &endpoint.description)],
        |xml, (key, value)| {
            xml.text("key", key);
            xml.text("value", value);
        },
    );
    xml.texts("securityGroupIdSet", &endpoint.security_group_ids);
    xml.optional("vpcId", endpoint.vpc_id.as_ref());
    xml.nest("clientConnectOptions", |xml| xml.text("enabled", false));
    xml.text("sessionTimeoutHours", endpoint.session_timeout_hours);
    xml.nest("clientLoginBannerOptions", |xml| xml.text("enabled", false));
    xml.nest("clientRouteEnforcementOptions", |xml| {
        xml.text("enforced", false);
    });
    xml.text("disconnectOnSessionTimeout", true);
    xml.text("endpointIpAddressType", "ipv4");
    xml.text("trafficIpAddressType", "ipv4");
    if let Some(gateway) = &endpoint.transit_gateway {
        xml.nest("transitGatewayConfiguration", |xml| {
            xml.text("transitGatewayId", &gateway.id);
            xml.text("transitGatewayAttachmentId", &gateway.attachment_id);
            xml.texts("availabilityZoneSet", &gateway.availability_zones);
        });
    }
}

fn target_network(xml: &mut Xml, network: &TargetNetworkView) {
    xml.text("associationId", &network.association_id);
    xml.optional("vpcId", network.vpc_id.as_ref());
    xml.optional("targetNetworkId", network.subnet_id.as_ref());
    xml.text("clientVpnEndpointId", &network.endpoint);
    xml.status("status", network.status.as_str());
    xml.texts("securityGroups", &network.security_groups);
    if !network.availability_zones.is_empty() {
        xml.texts("availabilityZoneSet", &network.availability_zones);
    }
}

fn connection(xml: &mut Xml, connection: &ConnectionView) {
    xml.text("clientVpnEndpointId", &connection.endpoint);
    xml.text("timestamp", time(connection.timestamp));
    xml.text("connectionId", &connection.connection_id);
    xml.optional("username", connection.username.as_ref());
    xml.text("connectionEstablishedTime", time(connection.established_at));
    if let Some(counters) = connection.counters {
        xml.text("ingressBytes", counters.ingress_bytes);
        xml.text("egressBytes", counters.egress_bytes);
        xml.text("ingressPackets", counters.ingress_packets);
        xml.text("egressPackets", counters.egress_packets);
    }
    xml.text("clientIp", &connection.client_ip);
    xml.text("commonName", &connection.common_name);
    xml.status("status", connection.status.as_str());
    let ended = connection.ended_at.map(time);
    xml.text("connectionEndTime", ended.as_deref().unwrap_or("-"));
}

/// Client VPN's way to write a time: UTC, without saying so.
fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn route(xml: &mut Xml, route: &RouteView) {
    xml.text("clientVpnEndpointId", &route.endpoint);
    xml.text("destinationCidr", &route.destination_cidr);
    xml.optional("targetSubnet", route.target_subnet.as_ref());
    xml.text("type", "Nat");
    xml.text("origin", route.origin.as_str());
    xml.status("status", route.status.as_str());
    xml.text("description", &route.description);
    let attachment = route.transit_gateway_attachment_id.as_ref();
    xml.optional("transitGatewayAttachmentId", attachment);
}

fn rule(xml: &mut Xml, rule: &RuleView) {
    xml.text("clientVpnEndpointId", &rule.endpoint);
    xml.text("description", "");
    xml.text("groupId", rule.group_id.as_deref().unwrap_or_default());
    xml.text("accessAll", rule.group_id.is_none());
    xml.text("destinationCidr", &rule.destination_cidr);
    xml.status("status", "active");
}

fn subnet(xml: &mut Xml, subnet: &SubnetView) {
    xml.text("subnetId", &subnet.id);
    xml.text("state", "available");
    xml.text("vpcId", &subnet.vpc_id);
    xml.text("cidrBlock", &subnet.cidr);
    xml.text("availableIpAddressCount", subnet.free_addresses);
    xml.text("availabilityZone", &subnet.availability_zone);
}

fn group(xml: &mut Xml, group: &SecurityGroupView) {
    xml.text("groupId", &group.id);
    xml.text("groupName", &group.name);
    xml.text("groupDescription", &group.name);
    xml.text("vpcId", &group.vpc_id);
}

fn association(xml: &mut Xml, association: &Association) {
    xml.text("associationId", &association.association_id);
    xml.status("status", association.status.as_str());
}

fn terminating(xml: &mut Xml, endpoint: &EndpointId, user: Option<&str>, ended: &[Terminating]) {
    xml.text("clientVpnEndpointId", endpoint);
    xml.optional("username", user);
    xml.list("connectionStatuses", ended, |xml, Terminating(id)| {
        xml.text("connectionId", id);
        xml.status("previousStatus", ConnectionStatus::Active.as_str());
        xml.status("currentStatus", ConnectionStatus::Terminating.as_str());
    });
}
