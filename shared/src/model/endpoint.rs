//! The endpoints that the configuration puts into our hands.

use super::{EndpointId, EndpointName, SubnetId};

/// An endpoint that we may change, as `MANAGED_ENDPOINTS` names it. No other endpoint is ever acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedEndpoint {
    pub name: EndpointName,
    pub id: EndpointId,
    /// The subnets to associate, in the order given: at least one, each once.
    pub subnets: Vec<SubnetId>,
}
