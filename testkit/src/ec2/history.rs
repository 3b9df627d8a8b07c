//! What became of target networks and when, for judging afterwards what was true at a time.

use chrono::{DateTime, Utc};
use shared::model::{AssociationId, EndpointId, SubnetId};

use super::target_network::AssociationStatus;
use super::world::World;

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

impl World {
    /// From now on, remembers what happens. Without this nothing is remembered, for it never ends.
    pub fn keep_history(&mut self) {
        self.history.get_or_insert_default();
    }

    /// What happened since this was last asked, oldest first.
    pub fn take_history(&mut self) -> Vec<Moment> {
        self.history
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(super) fn network_changed(&mut self, endpoint: &EndpointId, association: &AssociationId) {
        let at = self.now();
        let found = self.endpoint(endpoint);
        let Some(network) = found.and_then(|endpoint| endpoint.networks.get(association)) else {
            return;
        };
        let (subnet, status) = (network.subnet_id.clone(), network.status);
        if let Some(history) = &mut self.history {
            history.push(Moment {
                at,
                endpoint: endpoint.clone(),
                association: association.clone(),
                subnet,
                status,
            });
        }
    }
}
