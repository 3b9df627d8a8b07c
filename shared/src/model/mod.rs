//! The domain's types: what an endpoint is, what was seen of it, what is on record.

mod endpoint;
mod ids;
mod rules;

pub use endpoint::ManagedEndpoint;
pub use ids::{
    AssociationId, ConnectionId, Email, EndpointId, EndpointName, InvalidId, SecurityGroupId,
    SubnetId, VpcId,
};
pub use rules::{Cidr, InvalidCidr, InvalidWindow, OvernightWindow, Rules};
