//! What became of target networks and when, for judging afterwards what was true at a time.

use chrono::{DateTime, Utc};
use shared::model::{AssociationId, EndpointId, SubnetId};

use super::target_network::AssociationStatus;

/// A target network came to be in a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When, in the world's time.
    pub at: DateTime<Utc>,
    /// At which endpoint.
    pub endpoint: EndpointId,
    /// Which.
    pub association: AssociationId,
    /// Of which subnet.
    pub subnet: SubnetId,
    /// The status.
    pub status: AssociationStatus,
}
