//! EC2's Client VPN, as far as this system and its users can tell it from the real one: state machines, routes,
//! connections, limits and faults, without I/O and without a clock.

mod action;
mod admission;
mod association;
mod call;
mod cidr;
mod clients;
mod connection;
mod draw;
mod error;
mod fault;
mod history;
mod instruments;
mod listing;
mod log;
mod route;
mod route_table;
mod settings;
mod target_network;
mod transit_gateway;
mod view;
mod vpc;
mod world;

pub use action::Action;
pub use call::{Answer, Caller, Request};
pub use cidr::{Cidr, InvalidCidr};
pub use clients::ClientError;
pub use connection::{
    Client, Connection, ConnectionStatus, Counters, LISTED_AFTER_END, Terminating, Traffic,
};
pub use draw::Delay;
pub use error::ApiError;
pub use fault::{Fault, FaultKind, InvalidFault};
pub use history::Moment;
pub use listing::{Filter, LARGEST_PAGE, Page, Paging};
pub use log::{Actor, Call, Outcome};
pub use route::{NewRoute, Route, RouteKey, RouteOrigin, RouteStatus, RouteTarget};
pub use settings::{
    AuthorizationRule, Behaviour, EndpointSpec, ManualRoute, RouteOutcome, Settings, Subnet,
    Throttle, Vpc,
};
pub use target_network::{Association, AssociationStatus, TargetNetwork};
pub use view::{ConnectionView, EndpointView, RouteView, TargetNetworkView, TransitGatewayView};
pub use vpc::{RuleView, SecurityGroupView, SubnetView};
pub use world::{Ec2World, Endpoint};
