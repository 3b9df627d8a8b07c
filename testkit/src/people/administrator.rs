//! What an administrator does by hand, and what EC2 is asked for then.

use shared::model::{EndpointId, SecurityGroupId, SubnetId, VpcId};

use crate::ec2::{Cidr, NewRoute, Request, RouteTarget};

/// What an administrator does by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Associates the first subnet.
    Associate,
    /// Disassociates everything.
    Disassociate,
    /// Disassociates one subnet of several.
    DisassociateOne,
    /// Makes a route to this network on each associated subnet.
    AddRoute(u8),
    /// Deletes the route to this network on each subnet.
    DeleteRoute(u8),
    /// Chooses other security groups.
    ChooseGroups,
    /// Sets `mode` for so many minutes, by the CLI.
    Mode(&'static str, i64),
    /// Orders a mode by the page, for so many minutes; `none`: back to normal.
    Order(Order),
    /// Takes `mode` away.
    NoMode,
    /// Ends every connection.
    TerminateConnections,
}

/// What an administrator orders by the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which of the two administrators.
    pub by: &'static str,
    /// The mode.
    pub mode: &'static str,
    /// For how many minutes.
    pub minutes: i64,
    /// Whether the other administrator, who has seen the same page, gives an order in the same moment.
    pub is_contested: bool,
}

impl Order {
    /// What the other administrator orders.
    #[must_use]
    pub fn contested(&self) -> Self {
        let [one, other] = ADMINISTRATORS;
        Self {
            by: if self.by == one { other } else { one },
            mode: if self.mode == "on" { "hold" } else { "on" },
            minutes: self.minutes + 1,
            is_contested: false,
        }
    }
}

/// As [`crate::example::ADMIN_EMAILS`] has them.
const ADMINISTRATORS: [&str; 2] = ["admin@example.com", "boss@example.com"];
const ORDERS: [&str; 5] = ["on", "hold", "off", "off", "none"];

impl Order {
    /// An order, as chance has it.
    pub fn draw(chance: &mut fastrand::Rng) -> Self {
        Self {
            by: ADMINISTRATORS[chance.usize(..ADMINISTRATORS.len())],
            mode: ORDERS[chance.usize(..ORDERS.len())],
            minutes: chance.i64(2..90),
            is_contested: chance.u8(..4) == 0,
        }
    }
}

impl Deed {
    /// A deed, as chance has it.
    pub fn draw(chance: &mut fastrand::Rng) -> Self {
        match chance.u8(..16) {
            0 => Self::Associate,
            1 => Self::Disassociate,
            2 => Self::DisassociateOne,
            3..=5 => Self::AddRoute(chance.u8(..4)),
            6 => Self::DeleteRoute(chance.u8(..4)),
            7 => Self::ChooseGroups,
            8 => Self::Mode("on", chance.i64(1..300)),
            9 => Self::Mode("hold", chance.i64(1..180)),
            10 => Self::NoMode,
            11 => Self::Mode("off", chance.i64(1..90)),
            12..=14 => Self::Order(Order::draw(chance)),
            _ => Self::TerminateConnections,
        }
    }
}

/// What EC2 is asked for when a subnet is associated by hand.
pub fn associate(endpoint: &EndpointId, subnet: &SubnetId) -> Request {
    Request::Associate {
        endpoint: endpoint.clone(),
        subnet: subnet.clone(),
        client_token: None,
    }
}

/// What EC2 is asked for when a route through a subnet is made by hand, or deleted.
pub fn change_route(endpoint: &EndpointId, cidr: Cidr, subnet: &SubnetId, add: bool) -> Request {
    let endpoint = endpoint.clone();
    let target = RouteTarget::Subnet(subnet.clone());
    if !add {
        return Request::DeleteRoute {
            endpoint,
            cidr,
            target,
        };
    }
    let description = "by hand".to_owned();
    Request::CreateRoute {
        endpoint,
        route: NewRoute {
            cidr,
            target,
            description,
        },
        client_token: None,
    }
}

/// The security groups that an administrator chooses from: a VPC's default, and another.
pub fn groups_of(vpc: &VpcId) -> Option<[SecurityGroupId; 2]> {
    let digits = vpc.as_str().strip_prefix("vpc-")?;
    let other = digits.get(1..)?;
    Some([format!("sg-{digits}"), format!("sg-1{other}")].map(SecurityGroupId::observed))
}
