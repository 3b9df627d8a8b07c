//! Each endpoint, compared with the configuration.

use std::collections::{BTreeMap, BTreeSet};

use shared::model::{ManagedEndpoint, Rules};

use super::{EndpointFacts, Finding};
use crate::seen::{Endpoint, Route, Subnet};

/// What a subnet must have left before it can be associated
/// (<https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/scaling-considerations.html>).
const FEWEST_FREE_ADDRESSES: i32 = 20;

pub(super) fn findings(
    managed: &ManagedEndpoint,
    found: &EndpointFacts,
    rules: &Rules,
) -> Vec<Finding> {
    let (name, id) = (&managed.name, &managed.id);
    let endpoint = match &found.endpoint {
        Ok(endpoint) => endpoint,
        Err(refusal) => {
            return vec![Finding::wrong(
                format!("the endpoint {name} ({id}) cannot be read: {refusal}"),
                "it cannot be started",
                "are the id in MANAGED_ENDPOINTS and the region right? May you call ec2:DescribeClientVpnEndpoints?",
            )];
        }
    };
    if endpoint.is_on_transit_gateway {
        return vec![Finding::wrong(
            format!("{name} ({id}) is attached to a transit gateway"),
            "it has no subnets to associate, so a start is refused",
            "manage an endpoint that is associated with subnets",
        )];
    }
    let mut findings = vec![Finding::Fine(format!(
        "{name} ({id}) exists and takes subnets"
    ))];
    findings.extend(of_subnets(managed, endpoint, found));
    findings.push(of_rules(managed, found));
    findings.extend(of_groups(managed, endpoint, found));
    findings.extend(of_routes(managed, found, rules));
    findings
}

fn of_subnets(
    managed: &ManagedEndpoint,
    endpoint: &Endpoint,
    found: &EndpointFacts,
) -> Vec<Finding> {
    let name = &managed.name;
    let subnets = match &found.subnets {
        Ok(subnets) => subnets,
        Err(refusal) => {
            return vec![Finding::wrong(
                format!("the subnets of {name} cannot be read: {refusal}"),
                "it is not known whether they can be associated",
                "may you call ec2:DescribeSubnets?",
            )];
        }
    };
    let mut wrong = Vec::new();
    let mut zones = BTreeMap::<&str, &str>::new();
    let mut vpcs = BTreeSet::new();
    for id in managed.subnets.iter().map(shared::model::SubnetId::as_str) {
        let Some(subnet) = subnets.get(id) else {
            wrong.push(Finding::wrong(
                format!("the subnet {id} of {name} does not exist"),
                "a start fails with InvalidClientVpnSubnetId.NotFound",
                "correct MANAGED_ENDPOINTS, or the region",
            ));
            continue;
        };
        vpcs.insert(subnet.vpc_id.as_str());
        wrong.extend(of_subnet(name.as_str(), endpoint, subnet));
        let zone = subnet.availability_zone.as_str();
        if let Some(other) = zones.insert(zone, id) {
            wrong.push(Finding::wrong(
                format!("{other} and {id} of {name} are both in {zone}"),
                "the second fails with InvalidClientVpnSubnetId.DuplicateAz: an endpoint takes one subnet of each zone",
                "name one subnet of each zone in MANAGED_ENDPOINTS",
            ));
        }
    }
    if vpcs.len() > 1 && endpoint.vpc_id.is_none() {
        wrong.push(Finding::wrong(
            format!("the subnets of {name} are in different VPCs: {vpcs:?}"),
            "an endpoint takes subnets of one VPC only",
            "name subnets of one VPC in MANAGED_ENDPOINTS",
        ));
    }
    if wrong.is_empty() {
        let zones: Vec<&str> = zones.into_keys().collect();
        wrong.push(Finding::Fine(format!(
            "the subnets of {name} can be associated: in the endpoint's VPC, in {}, with {FEWEST_FREE_ADDRESSES} free addresses \
             or more",
            zones.join(" and ")
        )));
    }
    wrong
}

fn of_subnet(name: &str, endpoint: &Endpoint, subnet: &Subnet) -> Vec<Finding> {
    let id = &subnet.id;
    let mut wrong = Vec::new();
    if let Some(vpc) = endpoint
        .vpc_id
        .as_ref()
        .filter(|vpc| **vpc != subnet.vpc_id)
    {
        wrong.push(Finding::wrong(
            format!(
                "the subnet {id} of {name} is in {}, the endpoint in {vpc}",
                subnet.vpc_id
            ),
            "it cannot be associated",
            format!("name a subnet of {vpc} in MANAGED_ENDPOINTS"),
        ));
    }
    if subnet.free_addresses < FEWEST_FREE_ADDRESSES {
        wrong.push(Finding::wrong(
            format!(
                "the subnet {id} of {name} has {} free addresses",
                subnet.free_addresses
            ),
            format!("associating it fails: it needs {FEWEST_FREE_ADDRESSES}"),
            "free some, or name a larger subnet",
        ));
    }
    wrong
}

fn of_rules(managed: &ManagedEndpoint, found: &EndpointFacts) -> Finding {
    let name = &managed.name;
    match &found.rules {
        Ok(rules) if rules.is_empty() => Finding::wrong(
            format!("{name} has no authorization rule"),
            "employees connect and reach nothing",
            format!(
                "`aws ec2 authorize-client-vpn-ingress --client-vpn-endpoint-id {} --target-network-cidr CIDR \
                 --authorize-all-groups`",
                managed.id
            ),
        ),
        Ok(rules) => Finding::Fine(format!(
            "{name} has authorization rules for {}",
            rules.join(", ")
        )),
        Err(refusal) => Finding::wrong(
            format!("the authorization rules of {name} cannot be read: {refusal}"),
            "it is not known whether employees can reach anything",
            "may you call ec2:DescribeClientVpnAuthorizationRules?",
        ),
    }
}

fn of_groups(
    managed: &ManagedEndpoint,
    endpoint: &Endpoint,
    found: &EndpointFacts,
) -> Vec<Finding> {
    let name = &managed.name;
    let Some(groups) = &found.groups else {
        return vec![Finding::Note(format!(
            "{name} has no VPC yet: the first association sets it, with the VPC's default security group"
        ))];
    };
    let there_are = match groups {
        Ok(groups) => groups,
        Err(refusal) => {
            return vec![Finding::wrong(
                format!("the security groups around {name} cannot be read: {refusal}"),
                "it is not known whether they can be applied",
                "may you call ec2:DescribeSecurityGroups?",
            )];
        }
    };
    let in_force = endpoint
        .security_group_ids
        .iter()
        .map(|group| ("has", group.as_str()));
    let snapshot = found
        .state
        .as_ref()
        .and_then(|state| state.as_ref().ok()?.snapshot.as_ref());
    let remembered = snapshot.iter().flat_map(|it| &it.security_group_ids);
    let remembered = remembered.map(|group| ("remembers", group.as_str()));
    let wrong: Vec<Finding> = in_force
        .clone()
        .chain(remembered)
        .filter(|(_, group)| !there_are.iter().any(|other| other == group))
        .map(|(has, group)| {
            Finding::wrong(
                format!("{name} {has} the security group {group}, which its VPC does not have"),
                "it cannot be applied at a start",
                "apply groups of its VPC once while the VPN is up; they are remembered",
            )
        })
        .collect();
    if wrong.is_empty() {
        let groups: Vec<&str> = in_force.map(|(_, group)| group).collect();
        return vec![Finding::Fine(format!(
            "{name} has the security groups {}",
            groups.join(", ")
        ))];
    }
    wrong
}

/// Manual routes of each subnet: those in force if something is up, else those remembered.
fn of_routes(managed: &ManagedEndpoint, found: &EndpointFacts, rules: &Rules) -> Vec<Finding> {
    let name = &managed.name;
    let routes = match &found.routes {
        Ok(routes) => routes,
        Err(refusal) => {
            return vec![Finding::wrong(
                format!("the routes of {name} cannot be read: {refusal}"),
                "a start waits five minutes for \"ready\"",
                "may you, and the functions, call ec2:DescribeClientVpnRoutes?",
            )];
        }
    };
    let snapshot = found
        .state
        .as_ref()
        .and_then(|state| state.as_ref().ok()?.snapshot.as_ref());
    let in_force: Vec<(String, String)> = routes.iter().filter_map(by_hand).collect();
    let remembered = snapshot.iter().flat_map(|it| it.routes.keys());
    let remembered = remembered.map(|key| (key.subnet_id.to_string(), key.cidr.clone()));
    let (whose, routes) = if in_force.is_empty() {
        ("remembered", remembered.collect())
    } else {
        ("in force", in_force)
    };
    let mut by_subnet = BTreeMap::<&str, BTreeSet<&str>>::new();
    let associated = found.networks.as_ref().map_or(&[][..], Vec::as_slice);
    for subnet in managed.subnets.iter().map(shared::model::SubnetId::as_str) {
        let is_up = associated.iter().any(|network| {
            network.subnet_id.as_deref() == Some(subnet) && network.status == "associated"
        });
        if whose == "remembered" || is_up {
            by_subnet.insert(subnet, BTreeSet::new());
        }
    }
    for (subnet, cidr) in routes.iter().filter(|(subnet, _)| subnet != "local") {
        by_subnet.entry(subnet).or_default().insert(cidr);
    }
    let all: BTreeSet<&str> = by_subnet.values().flatten().copied().collect();
    let wrong: Vec<Finding> = by_subnet
        .iter()
        .filter_map(|(subnet, cidrs)| {
            let missing: Vec<&str> = all.difference(cidrs).copied().collect();
            (!missing.is_empty()).then(|| differs(name.as_str(), subnet, whose, &missing))
        })
        .collect();
    if !wrong.is_empty() {
        return wrong;
    }
    let configured = if rules.routes.is_empty() {
        ""
    } else {
        ", in addition to ROUTES"
    };
    if all.is_empty() {
        return vec![Finding::Note(format!(
            "{name} has no manual routes{configured}"
        ))];
    }
    let all: Vec<&str> = all.into_iter().collect();
    vec![Finding::Fine(format!(
        "every subnet of {name} has the same manual routes ({whose}): {}{configured}",
        all.join(", ")
    ))]
}

fn by_hand(route: &Route) -> Option<(String, String)> {
    let is_by_hand = route.origin != "associate" && route.status != "deleting";
    let target = route
        .target_subnet
        .clone()
        .unwrap_or_else(|| "local".to_owned());
    is_by_hand.then(|| (target, route.cidr.clone()))
}

fn differs(name: &str, subnet: &str, whose: &str, missing: &[&str]) -> Finding {
    Finding::wrong(
        format!(
            "the routes of {name} differ ({whose}): {subnet} has none to {}",
            missing.join(", ")
        ),
        "clients connected through that subnet do not get there: access is intermittent",
        "make the missing routes once while the VPN is up, or delete the others; changes are remembered",
    )
}
