//! The domain's types: what an endpoint is, what was seen of it, what is on record.

mod ids;

pub use ids::{
    AssociationId, ConnectionId, Email, EndpointId, EndpointName, InvalidId, SecurityGroupId,
    SubnetId, VpcId,
};
