//! What there is around an endpoint, as EC2 lists it: subnets, security groups, and who may go where.

use chrono::{DateTime, Utc};
use shared::model::{EndpointId, SecurityGroupId, VpcId};

use super::error::ApiError;
use super::listing::{Filter, Page, Paging, page};
use super::world::Ec2World;

/// A subnet, as `DescribeSubnets` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct SubnetView {
    pub id: String,
    pub vpc_id: String,
    pub availability_zone: String,
    pub cidr: String,
    pub free_addresses: u32,
}

/// A security group, as `DescribeSecurityGroups` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct SecurityGroupView {
    pub id: String,
    pub name: String,
    pub vpc_id: String,
}

/// An authorization rule, as `DescribeClientVpnAuthorizationRules` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct RuleView {
    pub endpoint: EndpointId,
    pub destination_cidr: String,
    /// `None`: every user.
    pub group_id: Option<String>,
}

impl Ec2World {
    pub(super) fn subnets_page(
        &self,
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<SubnetView>, ApiError> {
        let views = self.subnets().map(|subnet| SubnetView {
            id: subnet.id.to_string(),
            vpc_id: subnet.vpc_id.to_string(),
            availability_zone: subnet.availability_zone.clone(),
            cidr: subnet.cidr.to_string(),
            free_addresses: subnet.free_addresses,
        });
        let listed = views.filter(|subnet| {
            Filter::all_pass(filters, |name| match name {
                "subnet-id" => Some(subnet.id.as_str()),
                "vpc-id" => Some(subnet.vpc_id.as_str()),
                _ => None,
            })
        });
        let keyed = listed.map(|subnet| (subnet.id.clone(), subnet));
        let cap = self.behaviour().page_cap;
        page(&format!("subnets {filters:?}"), keyed, paging, cap)
    }

    pub(super) fn security_groups_page(
        &self,
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<SecurityGroupView>, ApiError> {
        let views = self.vpcs().flat_map(|vpc| {
            let view = |id: &SecurityGroupId, name: &str| SecurityGroupView {
                id: id.to_string(),
                name: name.to_owned(),
                vpc_id: vpc.id.to_string(),
            };
            let others = vpc.security_groups.iter().map(move |id| view(id, "other"));
            std::iter::once(view(&vpc.default_security_group, "default")).chain(others)
        });
        let listed = views.filter(|group| {
            Filter::all_pass(filters, |name| match name {
                "group-id" => Some(group.id.as_str()),
                "vpc-id" => Some(group.vpc_id.as_str()),
                _ => None,
            })
        });
        let keyed = listed.map(|group| (group.id.clone(), group));
        let cap = self.behaviour().page_cap;
        page(&format!("groups {filters:?}"), keyed, paging, cap)
    }

    pub(super) fn rules_page(
        &self,
        endpoint: &EndpointId,
        paging: &Paging,
    ) -> Result<Page<RuleView>, ApiError> {
        let rules = self.found(endpoint)?.spec.authorization_rules.iter();
        let keyed = rules.enumerate().map(|(number, rule)| {
            let view = RuleView {
                endpoint: endpoint.clone(),
                destination_cidr: rule.destination_cidr.to_string(),
                group_id: rule.group_id.clone(),
            };
            // Keys as digits of one length, so that they sort as numbers do.
            (format!("{number:05}"), view)
        });
        let cap = self.behaviour().page_cap;
        page(&format!("rules {endpoint}"), keyed, paging, cap)
    }

    /// `ModifyClientVpnEndpoint`, as far as it sets security groups: with or without an association.
    pub fn modify_security_groups(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        vpc: &VpcId,
        groups: Vec<SecurityGroupId>,
    ) -> Result<(), ApiError> {
        self.advance(now);
        if let Some(unknown) = groups.iter().find(|group| !self.has_group(vpc, group)) {
            return Err(ApiError::GroupNotFound(unknown.clone()));
        }
        let found = self.found_mut(endpoint)?;
        found.vpc_id = Some(vpc.clone());
        found.security_groups.clone_from(&groups);
        found.spec.security_group_ids = groups;
        Ok(())
    }
}
