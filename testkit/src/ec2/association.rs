//! How target networks come and go.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{AssociationId, EndpointId, SecurityGroupId, SubnetId, VpcId};

use super::cidr::Range as _;
use super::draw::Delay;
use super::error::ApiError;
use super::route::{RouteOrigin, RouteTarget};
use super::settings::Subnet;
use super::target_network::{Association, AssociationStatus, TargetNetwork};
use super::world::{Ec2World, Endpoint, Event};

/// What a subnet must have left
/// (<https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/what-is-components.html>).
const FEWEST_FREE_ADDRESSES: u32 = 20;

const ASSOCIATE: &str = "AssociateClientVpnTargetNetwork";

impl Ec2World {
    /// `AssociateClientVpnTargetNetwork`.
    pub fn associate(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        subnet: &SubnetId,
        client_token: Option<&str>,
    ) -> Result<Association, ApiError> {
        let now = self.advance(now);
        let asked = format!("{endpoint} {subnet}");
        if let Some(first) = self.tokens.replayed(ASSOCIATE, client_token, &asked)? {
            return Ok(Association::new(
                AssociationId::observed(first),
                AssociationStatus::Associating,
            ));
        }
        let limit = self.behaviour().association_limit;
        let found = self.found(endpoint)?;
        if found.spec.transit_gateway_id.is_some() {
            return Err(ApiError::TransitGateway(endpoint.clone()));
        }
        let subnet = self
            .subnet(subnet)
            .ok_or_else(|| ApiError::SubnetNotFound(subnet.clone()))?
            .clone();
        let small_fail_later = self.behaviour().fail_small_subnets_later;
        let too_small = subnet.free_addresses < FEWEST_FREE_ADDRESSES;
        found.admits_subnet(&subnet, limit)?;
        if too_small && !small_fail_later {
            return Err(ApiError::TooFewAddresses(subnet.id));
        }
        self.admit_operation(endpoint)?;
        let id = AssociationId::observed(self.draw_id("cvpn-assoc-"));
        let lag = TimeDelta::seconds(self.behaviour().listing_lag_seconds.into());
        let network = TargetNetwork {
            association_id: id.clone(),
            subnet_id: subnet.id,
            vpc_id: subnet.vpc_id,
            availability_zone: subnet.availability_zone,
            status: AssociationStatus::Associating,
            associated_at: now,
            listed_from: now + lag,
            will_fail: too_small || self.next_association_fails(),
        };
        self.add_network(endpoint, network)?;
        self.tokens
            .remember(ASSOCIATE, client_token, &asked, id.as_str());
        Ok(Association::new(id, AssociationStatus::Associating))
    }

    /// `DisassociateClientVpnTargetNetwork`.
    pub fn disassociate(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) -> Result<Association, ApiError> {
        self.advance(now);
        let network = self.found(endpoint)?.networks.get(association);
        let network = network.ok_or_else(|| ApiError::AssociationNotFound(association.clone()))?;
        match network.status {
            AssociationStatus::Associated | AssociationStatus::AssociationFailed => {}
            AssociationStatus::Associating | AssociationStatus::Disassociating => {
                let status = network.status.as_str();
                return Err(ApiError::IncorrectState(format!(
                    "Association {association} is {status}"
                )));
            }
            AssociationStatus::Disassociated => {
                return Err(ApiError::AssociationNotFound(association.clone()));
            }
        }
        let was_up = network.status == AssociationStatus::Associated;
        let up_seconds = (self.now() - network.associated_at).num_seconds();
        self.admit_operation(endpoint)?;
        if was_up {
            self.found_mut(endpoint)?.billed_seconds += up_seconds;
        }
        self.set_status(endpoint, association, AssociationStatus::Disassociating);
        if !self.behaviour().keep_manual_routes {
            self.drop_manual_routes(endpoint, association);
        }
        if !self.found(endpoint)?.is_available() {
            self.cut_connections(endpoint);
        }
        let event = Event::Disassociated {
            endpoint: endpoint.clone(),
            association: association.clone(),
        };
        self.schedule(self.behaviour().disassociating, event);
        Ok(Association::new(
            association.clone(),
            AssociationStatus::Disassociating,
        ))
    }

    /// `ApplySecurityGroupsToClientVpnTargetNetwork`: replaces the groups of the whole endpoint.
    pub fn apply_security_groups(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        vpc: &VpcId,
        groups: Vec<SecurityGroupId>,
    ) -> Result<Vec<SecurityGroupId>, ApiError> {
        self.advance(now);
        let found = self.found(endpoint)?;
        if !found.occupying().any(|network| network.vpc_id == *vpc) {
            return Err(ApiError::NoActiveAssociation {
                endpoint: endpoint.clone(),
                target: vpc.to_string(),
            });
        }
        if groups.len() > 5 {
            return Err(ApiError::invalid(
                "SecurityGroupId",
                &groups.len().to_string(),
                "At most 5 can be applied.",
            ));
        }
        if let Some(unknown) = groups.iter().find(|group| !self.has_group(vpc, group)) {
            return Err(ApiError::GroupNotFound(unknown.clone()));
        }
        self.found_mut(endpoint)?
            .security_groups
            .clone_from(&groups);
        Ok(groups)
    }

    /// Makes an association that is under way end in `association-failed`.
    pub fn fail_association(
        &mut self,
        now: DateTime<Utc>,
        association: &AssociationId,
    ) -> Result<(), ApiError> {
        self.advance(now);
        let network = self
            .endpoints_mut()
            .find_map(|endpoint| endpoint.networks.get_mut(association));
        let network = network.ok_or_else(|| ApiError::AssociationNotFound(association.clone()))?;
        if network.status != AssociationStatus::Associating {
            return Err(ApiError::IncorrectState(format!(
                "Association {association} is not associating"
            )));
        }
        network.will_fail = true;
        Ok(())
    }

    pub(super) fn association_settles(
        &mut self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) {
        let Ok(found) = self.found_mut(endpoint) else {
            return;
        };
        let Some(network) = found.networks.get_mut(association) else {
            return;
        };
        if network.will_fail {
            network.status = AssociationStatus::AssociationFailed;
            self.network_changed(endpoint, association);
            return;
        }
        network.status = AssociationStatus::Associated;
        let subnet = network.subnet_id.clone();
        self.network_changed(endpoint, association);
        self.add_association_routes(endpoint, &subnet);
    }

    pub(super) fn disassociation_completes(
        &mut self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) {
        self.set_status(endpoint, association, AssociationStatus::Disassociated);
        if self.behaviour().forget_tokens_of_gone {
            self.tokens.forget_of(ASSOCIATE, association.as_str());
        }
        let (listed, forget) = {
            let behaviour = self.behaviour();
            (
                behaviour.disassociated_listed_seconds,
                behaviour.forget_security_groups,
            )
        };
        if let Ok(found) = self.found_mut(endpoint) {
            if let Some(subnet) = found
                .networks
                .get(association)
                .map(|network| network.subnet_id.clone())
            {
                let target = RouteTarget::Subnet(subnet);
                found.routes.retain(|_, route| {
                    route.origin != RouteOrigin::Associate || route.target != target
                });
            }
            if forget && found.occupying().next().is_none() {
                found
                    .security_groups
                    .clone_from(&found.spec.security_group_ids);
            }
        }
        let event = Event::NetworkForgotten {
            endpoint: endpoint.clone(),
            association: association.clone(),
        };
        self.schedule(Delay::exactly(listed), event);
    }

    fn add_network(
        &mut self,
        endpoint: &EndpointId,
        network: TargetNetwork,
    ) -> Result<(), ApiError> {
        let default_group = self
            .vpc(&network.vpc_id)
            .map(|vpc| vpc.default_security_group.clone());
        let event = Event::AssociationSettles {
            endpoint: endpoint.clone(),
            association: network.association_id.clone(),
        };
        let found = self.found_mut(endpoint)?;
        if found.security_groups.is_empty() {
            found.security_groups.extend(default_group);
        }
        found.vpc_id.get_or_insert_with(|| network.vpc_id.clone());
        let id = network.association_id.clone();
        found.networks.insert(id.clone(), network);
        self.network_changed(endpoint, &id);
        self.schedule(self.behaviour().associating, event);
        Ok(())
    }

    fn set_status(
        &mut self,
        endpoint: &EndpointId,
        association: &AssociationId,
        status: AssociationStatus,
    ) {
        if let Ok(endpoint) = self.found_mut(endpoint)
            && let Some(network) = endpoint.networks.get_mut(association)
        {
            network.status = status;
        }
        self.network_changed(endpoint, association);
    }
}

impl Endpoint {
    /// The target networks that traffic can go through.
    pub fn associated(&self) -> impl Iterator<Item = &TargetNetwork> {
        self.networks
            .values()
            .filter(|network| network.status == AssociationStatus::Associated)
    }

    /// Whether some target network is associated: then clients can connect, and the endpoint reads `available`.
    pub fn is_available(&self) -> bool {
        self.associated().next().is_some()
    }

    /// The target networks that hold their subnet and its zone.
    fn occupying(&self) -> impl Iterator<Item = &TargetNetwork> {
        self.networks
            .values()
            .filter(|network| network.status != AssociationStatus::Disassociated)
    }

    /// Whether this subnet can be associated.
    fn admits_subnet(&self, subnet: &Subnet, limit: usize) -> Result<(), ApiError> {
        if let Some(vpc) = self.vpc_id.as_ref().filter(|vpc| **vpc != subnet.vpc_id) {
            return Err(ApiError::SubnetInOtherVpc {
                subnet: subnet.id.clone(),
                vpc: vpc.clone(),
            });
        }
        let same_zone = self
            .occupying()
            .find(|network| network.availability_zone == subnet.availability_zone);
        if let Some(network) = same_zone {
            return Err(if network.status == AssociationStatus::Disassociating {
                ApiError::IncorrectState(format!(
                    "Association {} is disassociating",
                    network.association_id
                ))
            } else if network.subnet_id == subnet.id {
                ApiError::DuplicateAssociation(subnet.id.clone())
            } else {
                ApiError::DuplicateZone(subnet.availability_zone.clone())
            });
        }
        if self.occupying().count() >= limit {
            return Err(ApiError::AssociationLimit(limit));
        }
        if subnet.cidr.overlaps(self.spec.client_cidr) {
            return Err(ApiError::OverlappingCidr(subnet.id.clone()));
        }
        Ok(())
    }
}
