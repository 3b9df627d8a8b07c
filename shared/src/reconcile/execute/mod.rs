//! What a pass does: its calls to EC2, and what it writes of them.

mod restore;
mod start;
mod stop;

use tracing::warn;

use super::Reconciler;
use super::deadline::{Deadline, LeftOut};
use super::read::Interpretation;
use super::transition::{NextState, TransitionContext};
use crate::model::{AssociationId, EndpointState, ManagedEndpoint, NetworkStatus, Observation};
use crate::policy::{self, Decision, Executor, decide};
use crate::ports::{StoreError, VpnError};

/// An endpoint as a pass works on it: what is on record, what was seen, and what came of it so far.
pub(super) struct Execution<'a> {
    pub(super) reconciler: &'a Reconciler,
    pub(super) endpoint: &'a ManagedEndpoint,
    pub(super) executor: Executor,
    pub(super) deadline: Deadline,
    pub(super) state: EndpointState,
    pub(super) seen: Observation,
    /// The `requests` read before EC2 was; `None`: this pass did not read EC2.
    requests_before: Option<u64>,
    /// Whether what was seen is written down.
    pub(super) is_noted: bool,
    pub(super) delayed: Option<VpnError>,
    pub(super) refused: Option<VpnError>,
    /// Only a sweep that leaves nothing out counts as the last one.
    pub(super) left_out: Option<LeftOut>,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    DecideAnew,
    /// Done for this pass.
    Done,
    /// Another pass changed the endpoint meanwhile: leave it to the next one.
    Lost,
}

impl<'a> Execution<'a> {
    /// On what was just read of EC2. `state` was read before that.
    pub(super) fn on_reading(
        reconciler: &'a Reconciler,
        endpoint: &'a ManagedEndpoint,
        executor: Executor,
        state: EndpointState,
        requests_before: u64,
        seen: Interpretation,
    ) -> Self {
        let mut execution = Self {
            executor,
            seen: seen.observation,
            requests_before: Some(requests_before),
            is_noted: false,
            ..Self::on_record(reconciler, endpoint, state)
        };
        for gap in seen.gaps {
            execution.keep_failure(gap);
        }
        execution
    }

    /// On what another pass has read and written down, however long ago.
    pub(super) fn on_record(
        reconciler: &'a Reconciler,
        endpoint: &'a ManagedEndpoint,
        state: EndpointState,
    ) -> Self {
        Self {
            reconciler,
            endpoint,
            executor: Executor::Follower,
            deadline: Deadline(None),
            seen: state.sightings.last_seen(),
            state,
            requests_before: None,
            is_noted: true,
            delayed: None,
            refused: None,
            left_out: None,
        }
    }

    pub(super) fn decide(&self) -> Decision {
        let policy = self.reconciler.policy(self.endpoint);
        let now = self.reconciler.clock.now();
        decide(&self.seen, &self.state, policy, now)
    }

    /// Writes the transition that begins where the pass stands now, and goes on with the state that it makes.
    pub(super) async fn record(
        &mut self,
        transition: impl FnOnce(&TransitionContext<'_>) -> NextState + Send,
    ) -> Result<Step, StoreError> {
        let next = transition(&self.context());
        let store = &self.reconciler.store;
        if !store.commit(&self.endpoint.id, &next.transition).await? {
            return Ok(Step::Lost);
        }
        self.state = next.state;
        self.is_noted = true;
        Ok(Step::DecideAnew)
    }

    /// Writes a transition without records, and goes on with the state as it is then. `false`: another pass was faster, or
    /// what this one read of EC2 must not be judged by that state.
    pub(super) async fn update(
        &mut self,
        transition: impl FnOnce(&TransitionContext<'_>) -> NextState + Send,
    ) -> Result<bool, StoreError> {
        let next = transition(&self.context());
        let store = &self.reconciler.store;
        let update = &next.transition.update;
        let Some(state) = store.update(&self.endpoint.id, update).await? else {
            return Ok(false);
        };
        let is_judged = policy::is_still_judged(&state, &self.state, next.state.routing_version);
        self.state = state.with_rest_of(&self.state);
        self.is_noted = true;
        Ok(is_judged)
    }

    fn context(&self) -> TransitionContext<'_> {
        TransitionContext {
            policy: self.reconciler.policy(self.endpoint),
            settings: &self.reconciler.settings,
            ids: &self.reconciler.ids,
            executor: self.executor,
            state: &self.state,
            seen: &self.seen,
            requests_before: self.requests_before,
            is_noted: self.is_noted,
            is_complete: self.left_out.is_none(),
            now: self.reconciler.clock.now(),
        }
    }

    /// Keeps the first of what EC2 could not do, and of what it refused.
    pub(super) fn keep_failure(&mut self, error: VpnError) {
        warn!(endpoint = %self.endpoint.name, error = %error, "EC2 did not do what was asked");
        let place = match error {
            VpnError::TryLater { .. } => &mut self.delayed,
            VpnError::Refused { .. } => &mut self.refused,
        };
        place.get_or_insert(error);
    }

    /// Disassociates these, and returns what EC2 answered to each. What it accepted shows in its next listing; until then
    /// it is assumed.
    async fn disassociate(&mut self, ids: &[AssociationId]) -> Vec<Result<(), VpnError>> {
        let (vpn, endpoint) = (&self.reconciler.vpn, &self.endpoint.id);
        let calls = ids
            .iter()
            .map(|id| vpn.disassociate(endpoint, id))
            .collect();
        let answers = super::side_by_side(calls, super::CALLS_AT_ONCE).await;
        for (id, _) in ids
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.is_ok())
        {
            let listed = self.seen.networks.iter_mut();
            for network in listed.filter(|network| network.association_id == *id) {
                network.status = NetworkStatus::Disassociating;
                network.since = self.seen.observed_at;
            }
        }
        answers
    }
}
