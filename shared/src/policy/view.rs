//! What a rule looks at, and the predicates that several rules share.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Policy;
use super::decision::{Hold, Phase};
use super::wanted::{is_held, is_unserved, is_wanted};
use crate::model::{
    AssociationId, EndpointState, NetworkStatus, Observation, STOP_IN_FORCE, SeenNetwork,
};

/// An endpoint at an instant: what was seen, what is on record, and what was decided beforehand.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) seen: &'a Observation,
    pub(super) state: &'a EndpointState,
    pub(super) policy: Policy<'a>,
    pub(super) now: DateTime<Utc>,
}

impl View<'_> {
    /// Whether a network is on record in this stay.
    pub(super) fn is_known(self, network: &SeenNetwork) -> bool {
        let known = &self.state.stay.association_ids;
        known.contains(&network.association_id)
    }

    /// Whether it is on record that a network's association failed.
    pub(super) fn is_failure_known(self, network: &SeenNetwork) -> bool {
        let failed = &self.state.attempts.failed_ids;
        failed.contains(&network.association_id)
    }

    pub(super) fn is_wanted(self) -> bool {
        is_wanted(self.state, self.now)
    }

    /// The order under which nothing is started, if one is in force.
    pub(super) fn hold(self) -> Option<Hold> {
        is_held(self.state, self.now).then(|| Hold {
            until: self.state.order.until,
            asked: is_unserved(self.state, self.now),
        })
    }

    /// Whether a connection counts as use.
    pub(super) fn is_in_use(self) -> bool {
        let usage = self.seen.usage.as_ref();
        usage.is_some_and(|usage| usage.in_use > 0)
    }

    /// Whether a stop is committed, however long ago.
    pub(super) fn is_stop_committed(self) -> bool {
        self.state.stay.stop.since.is_some()
    }

    /// Whether a stop is committed and may still be at work.
    pub(super) fn is_stop_in_force(self) -> bool {
        let stop = &self.state.stay.stop;
        stop.since
            .is_some_and(|since| self.now - since < STOP_IN_FORCE)
    }

    /// Whether it can be used: ready in this stay, and something is associated.
    pub(super) fn is_usable(self) -> bool {
        self.state.stay.ready_since.is_some() && self.seen.any(NetworkStatus::Associated)
    }

    pub(super) fn phase_if_up(self) -> Phase {
        if self.is_usable() {
            Phase::Ready
        } else {
            Phase::Starting
        }
    }

    /// Whether the start was given up, and no employee has asked since.
    pub(super) fn is_given_up(self) -> bool {
        self.state.demand.gave_up == Some(self.state.demand.requests)
    }

    pub(super) fn associated_and_configured(self) -> usize {
        self.seen
            .in_status(NetworkStatus::Associated)
            .filter(|network| self.policy.endpoint.subnets.contains(&network.subnet_id))
            .count()
    }
}

pub(super) fn ids<'a>(networks: impl Iterator<Item = &'a SeenNetwork>) -> BTreeSet<AssociationId> {
    networks
        .map(|network| network.association_id.clone())
        .collect()
}
