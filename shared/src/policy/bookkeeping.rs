//! Facts that have to be on record before anything else is decided.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Policy;
use super::decision::Action;
use super::view::{View, ids};
use crate::model::{
    AssociationId, EndpointState, Failure, NetworkStatus, Observation, SeenNetwork, SubnetId,
};

impl View<'_> {
    pub(super) fn bookkeeping(self) -> Option<Action> {
        if !self.state.order.is_noted() {
            return Some(Action::NoteMode);
        }
        self.gone()
            .or_else(|| self.failed())
            .or_else(|| self.unheard())
            .or_else(|| self.adoptable())
    }

    /// What is known and no longer there. While a stop is in hand, it is gone once all of it is.
    fn gone(self) -> Option<Action> {
        let known = &self.state.stay.association_ids;
        let gone: BTreeSet<_> = known
            .iter()
            .filter(|id| self.seen.network(id).is_none())
            .cloned()
            .collect();
        let all = gone.len() == known.len();
        let stopping = self.is_stop_committed();
        let tell = !gone.is_empty() && (all || !stopping);
        tell.then_some(Action::RecordGone { ids: gone, all })
    }

    /// An attempt has failed once all that it associates has come to an end: one record for each attempt.
    fn failed(self) -> Option<Action> {
        if self.seen.any(NetworkStatus::Associating) {
            return None;
        }
        let failed = self.seen.in_status(NetworkStatus::AssociationFailed);
        let news: Vec<_> = failed
            .filter(|network| !self.is_failure_known(network))
            .collect();
        let message = news.iter().find_map(|network| network.message.clone());
        let failure = Failure {
            code: NetworkStatus::AssociationFailed.as_str().to_owned(),
            message: message.unwrap_or_else(|| "EC2 gives no reason".to_owned()),
        };
        (!news.is_empty()).then(|| Action::RecordFailed {
            ids: ids(news.into_iter()),
            failure,
        })
    }

    /// What a committed attempt may have associated before its answer was lost, while no pass is going to finish it: an
    /// order forbids it, or the employees who wanted it are gone.
    fn unheard(self) -> Option<Action> {
        if self.state.attempts.began_at.is_none() || self.finish_start().is_some() {
            return None;
        }
        let unanswered = self.unanswered_subnets();
        let up = self
            .seen
            .in_status(NetworkStatus::Associating)
            .chain(self.seen.in_status(NetworkStatus::Associated));
        let networks: BTreeMap<_, _> = up
            .filter(|network| unanswered.contains(&&network.subnet_id))
            .map(|network| (network.association_id.clone(), network.subnet_id.clone()))
            .collect();
        (!networks.is_empty()).then_some(Action::ClaimUnheard { networks })
    }

    /// Associations that no start of ours explains. One on a subnet that a committed start may have associated, before
    /// its answer was lost, is left to that start, while a pass is going to finish it.
    fn adoptable(self) -> Option<Action> {
        let claimed = if self.finish_start().is_some() {
            self.unanswered_subnets()
        } else {
            Vec::new()
        };
        let explained = |network: &&SeenNetwork| {
            self.is_known(network) || claimed.contains(&&network.subnet_id)
        };
        let strangers: BTreeSet<_> = self
            .seen
            .in_status(NetworkStatus::Associating)
            .chain(self.seen.in_status(NetworkStatus::Associated))
            .filter(|network| !explained(network))
            .map(|network| network.association_id.clone())
            .collect();
        let may = !strangers.is_empty() && !self.is_stop_in_force();
        may.then_some(Action::Adopt { ids: strangers })
    }
}

/// The requests that are served by another's hand, which took the endpoint away.
///
/// We do not fight an administrator: whatever was asked for before `left_at`, when it was up last, is served. An ask made
/// while the association was seen going is a new wish, and the employee was told that it comes back. `requests_before`
/// are those that were counted before EC2 was read.
pub fn served_by_external(
    state: &EndpointState,
    requests_before: u64,
    left_at: DateTime<Utc>,
) -> u64 {
    let demand = &state.demand;
    let observation = state.sightings.observation.as_ref();
    let was_going = observation.is_some_and(|seen| seen.any(NetworkStatus::Disassociating));
    let asked_since = demand.requested_at.is_some_and(|asked| asked > left_at);
    // An ask that came while this pass was reading is no matter of the past either.
    let is_new_wish = was_going
        && asked_since
        && requests_before == demand.requests
        && requests_before > demand.served;
    requests_before - u64::from(is_new_wish)
}

/// When associations that another removed were up last, as far as we saw it.
pub fn last_seen_up(ids: &BTreeSet<AssociationId>, state: &EndpointState) -> Option<DateTime<Utc>> {
    let before = state.sightings.observation.iter();
    before
        .flat_map(|seen| &seen.networks)
        .filter(|network| ids.contains(&network.association_id))
        .map(|network| match network.status {
            NetworkStatus::Disassociating | NetworkStatus::Disassociated => network.since,
            NetworkStatus::Associating
            | NetworkStatus::Associated
            | NetworkStatus::AssociationFailed
            | NetworkStatus::Unknown => network.seen_at,
        })
        .max()
}

/// Whether a series of attempts is over: this stay has been ready and has all its subnets, by associations that are known
/// to be its own. The next subnet that is lost gets attempts, and tokens, of its own.
pub fn is_series_over(seen: &Observation, state: &EndpointState, policy: Policy<'_>) -> bool {
    let stay = &state.stay;
    let is_associated = |subnet_id: &SubnetId| {
        let mut associated = seen.in_status(NetworkStatus::Associated);
        associated.any(|network| {
            network.subnet_id == *subnet_id
                && stay.association_ids.contains(&network.association_id)
        })
    };
    let is_whole = stay.ready_since.is_some() && policy.endpoint.subnets.iter().all(is_associated);
    is_whole && (state.attempts.began_at.is_some() || state.attempts.used() > 0)
}
