//! EC2 with a fleet of endpoints.

use std::ops::Range;

use crate::ec2::{Cidr, EndpointSpec, Settings, Subnet, Vpc};
use shared::model::{EndpointId, SecurityGroupId, SubnetId, VpcId};

/// EC2's world with so many endpoints, each with one subnet, all in one VPC. The functions are configured for it with
/// [`managed_endpoints`].
pub fn settings(endpoints: usize) -> Settings {
    let vpc_id = VpcId::observed("vpc-0ccccccccccccccc0".to_owned());
    let vpc = Vpc {
        id: vpc_id.clone(),
        cidr: cidr("10.0.0.0/16"),
        default_security_group: SecurityGroupId::observed("sg-0ccccccccccccccc0".to_owned()),
        security_groups: Vec::new(),
    };
    let subnet = |n: usize| Subnet {
        id: subnet_id(n),
        vpc_id: vpc_id.clone(),
        availability_zone: "ap-northeast-1a".to_owned(),
        cidr: cidr(&format!("10.0.{n}.0/24")),
        free_addresses: 251,
    };
    let endpoint = |n: usize| {
        let client_cidr = cidr(&format!("10.{}.0.0/16", 1 + n));
        EndpointSpec::new(endpoint_id(n), &name(n), client_cidr)
    };
    Settings {
        vpcs: vec![vpc],
        subnets: numbers(endpoints).map(subnet).collect(),
        endpoints: numbers(endpoints).map(endpoint).collect(),
        ..Settings::example()
    }
}

/// `MANAGED_ENDPOINTS` of such a world.
pub fn managed_endpoints(endpoints: usize) -> String {
    let one = |n| format!("{}={}:{}", name(n), endpoint_id(n), subnet_id(n));
    numbers(endpoints).map(one).collect::<Vec<_>>().join(";")
}

/// The id of the `n`th endpoint, counted from 0.
pub fn endpoint_id(n: usize) -> EndpointId {
    id(&format!("cvpn-endpoint-0c{n:015}"))
}

/// The name of the `n`th endpoint.
pub fn name(n: usize) -> String {
    format!("site{n}")
}

/// The id of its subnet.
pub fn subnet_id(n: usize) -> SubnetId {
    SubnetId::observed(format!("subnet-0c{n:015}"))
}

fn numbers(endpoints: usize) -> Range<usize> {
    assert!(endpoints <= 250, "there are no addresses for more");
    0..endpoints
}

fn id(text: &str) -> EndpointId {
    text.parse().expect("an endpoint's id")
}

fn cidr(text: &str) -> Cidr {
    text.parse().expect("a range of addresses")
}
