//! What a pass asks EC2 beside the target networks: only what can change its answer.

use chrono::{DateTime, Utc};

use super::wanted::is_wanted;
use crate::model::{EndpointState, NetworkStatus, TargetNetwork};

/// What to read beside the target networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPlan {
    pub connections: bool,
    pub routes: bool,
    pub endpoint: bool,
}

impl ReadPlan {
    /// For a click (`asks`) or a poll: who uses it once it is ready, the routes before; the endpoint itself before a start.
    pub fn for_people(state: &EndpointState, asks: bool, now: DateTime<Utc>) -> Self {
        let up = !state.stay.association_ids.is_empty();
        let ready = state.stay.ready_since.is_some();
        Self {
            connections: up && ready,
            routes: up && !ready,
            endpoint: !ready && (up || asks || is_wanted(state, now)),
        }
    }

    /// For a sweep: the connections, also those that ended, and all that a stop would delete.
    pub fn for_sweep(state: &EndpointState) -> Self {
        let up = !state.stay.association_ids.is_empty();
        Self {
            connections: true,
            routes: up,
            endpoint: up || state.demand.requests > state.demand.served,
        }
    }

    /// For a sweep that finds something associated of which nothing was known: once adopted, it may be ready at once.
    pub fn for_adoption(state: &EndpointState, listed: &[TargetNetwork]) -> Option<Self> {
        let is_associated = |network: &TargetNetwork| network.status == NetworkStatus::Associated;
        let is_news = state.stay.association_ids.is_empty() && listed.iter().any(is_associated);
        is_news.then_some(Self {
            connections: false,
            routes: true,
            endpoint: true,
        })
    }
}
