//! What the listings show of an endpoint that is attached to a transit gateway: availability zones in place of subnets, and
//! routes that lead to the attachment (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TargetNetwork.html>).
//!
//! It has its zones from its creation on. What becomes of it when they go is not documented, so no call takes them away.

use shared::model::AssociationId;

use super::route::{RouteKey, RouteOrigin, RouteStatus};
use super::target_network::AssociationStatus;
use super::view::{RouteView, TargetNetworkView, TransitGatewayView};
use super::world::Endpoint;

/// Where its route leads: to all that a company usually has behind a transit gateway.
const BEHIND_THE_GATEWAY: &str = "10.0.0.0/8";

impl Endpoint {
    /// Its zones, as `DescribeClientVpnTargetNetworks` lists them.
    pub(super) fn zone_views(&self) -> impl Iterator<Item = TargetNetworkView> {
        let zones = self.spec.availability_zones.iter().enumerate();
        zones.map(|(number, zone)| TargetNetworkView {
            association_id: AssociationId::observed(format!("cvpn-assoc-{number:017x}")),
            vpc_id: None,
            subnet_id: None,
            endpoint: self.spec.id.clone(),
            status: AssociationStatus::Associated,
            security_groups: Vec::new(),
            availability_zones: vec![zone.clone()],
        })
    }

    /// Its route, as `DescribeClientVpnRoutes` lists it: there is one once it has a zone.
    pub(super) fn gateway_routes(&self) -> impl Iterator<Item = (RouteKey, RouteView)> {
        let gateway = self.transit_gateway_view().into_iter();
        let with_zones = gateway.filter(|gateway| !gateway.availability_zones.is_empty());
        with_zones.map(|gateway| {
            let route = RouteView {
                endpoint: self.spec.id.clone(),
                destination_cidr: BEHIND_THE_GATEWAY.to_owned(),
                target_subnet: None,
                transit_gateway_attachment_id: Some(gateway.attachment_id),
                origin: RouteOrigin::AddRoute,
                status: RouteStatus::Active,
                description: String::new(),
            };
            (RouteKey::MAX, route)
        })
    }

    /// What the endpoint itself says of it.
    pub(super) fn transit_gateway_view(&self) -> Option<TransitGatewayView> {
        let id = self.spec.transit_gateway_id.clone()?;
        Some(TransitGatewayView {
            attachment_id: id.replace("tgw-", "tgw-attach-"),
            id,
            availability_zones: self.spec.availability_zones.clone(),
        })
    }
}
