//! Disassociating: look once more, commit, then call EC2. The only place where the VPN is taken away.

use tracing::warn;

use super::{Execution, Step};
use crate::model::{AssociationId, Observation, Snapshot};
use crate::policy::{self, confirm_stop};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::deadline::LeftOut;
use crate::reconcile::transition::{self, NextState, TransitionContext};

impl Execution<'_> {
    pub(in crate::reconcile) async fn stop(&mut self, resumed: bool) -> Result<Step, StoreError> {
        if !self.has_time_to_stop() || !self.look_once_more().await {
            return Ok(Step::Done);
        }
        let now = self.reconciler.clock.now();
        let policy = self.reconciler.policy(self.endpoint);
        let Some(rule) = confirm_stop(&self.seen, &self.state, policy, now) else {
            return Ok(Step::DecideAnew);
        };
        self.carry_out(|context| transition::stop(context, rule, resumed))
            .await
    }

    /// The same by an administrator's order. Who is connected does not matter; what the stop deletes does.
    pub(in crate::reconcile) async fn stop_by_order(
        &mut self,
        resumed: bool,
        snapshot: Option<Snapshot>,
    ) -> Result<Step, StoreError> {
        if snapshot.is_some() && !self.is_unmoved().await {
            return Ok(Step::Done);
        }
        if !policy::is_ordered_off(&self.state, self.reconciler.clock.now()) {
            return Ok(Step::DecideAnew);
        }
        self.carry_out(|context| transition::stop_by_order(context, resumed, snapshot))
            .await
    }

    /// Commits a stop, if there is time for it, and disassociates everything.
    async fn carry_out(
        &mut self,
        stop: impl FnOnce(&TransitionContext<'_>) -> NextState + Send,
    ) -> Result<Step, StoreError> {
        if !self.has_time_to_stop() {
            return Ok(Step::Done);
        }
        let committed_at = self.reconciler.clock.now();
        if self.record(stop).await? == Step::Lost {
            return Ok(Step::Lost);
        }
        if policy::is_too_late_to_act(committed_at, self.reconciler.clock.now()) {
            warn!(endpoint = %self.endpoint.name, "a stop took too long to commit; a later sweep takes it up");
            return Ok(Step::Done);
        }
        let networks = self.seen.networks.iter();
        let ids: Vec<AssociationId> = networks.map(|n| n.association_id.clone()).collect();
        let mut refusal = None;
        let mut is_refused = true;
        for answer in self.disassociate(&ids).await {
            let Err(error) = answer else {
                is_refused = false;
                continue;
            };
            if let VpnError::Refused { code, message } = &error {
                refusal.get_or_insert((code.clone(), message.clone()));
            }
            self.keep_failure(error);
        }
        // A stop that began is finished by later sweeps; one that EC2 will not begin is over.
        is_refused &= self.delayed.is_none();
        let Some((code, message)) = refusal.filter(|_| is_refused) else {
            return Ok(Step::Done);
        };
        self.record(|context| transition::stop_refused(context, &code, &message))
            .await
    }

    /// A stop that is begun is carried through: without the time for it, it is left to the next sweep, which comes
    /// here first.
    fn has_time_to_stop(&mut self) -> bool {
        let now = self.reconciler.clock.now();
        let has_time = self.deadline.leaves_time_to_stop(now);
        if !has_time {
            self.left_out = Some(LeftOut::Stop);
        }
        has_time
    }

    /// Reads the connections again: between the first look and the commit an employee may have connected. What EC2 leaves
    /// open between this look and the call cannot be closed.
    async fn look_once_more(&mut self) -> bool {
        let now = self.reconciler.clock.now();
        match self.reconciler.vpn.connections(&self.endpoint.id).await {
            Ok(connections) => {
                let rules = &self.reconciler.settings.rules;
                let traffic = policy::traffic(&connections, &self.state.traffic, rules, now);
                let silent = traffic.silent();
                self.seen.usage = Some(policy::usage(&connections, &silent, now));
                self.seen.silent = Observation::silent_among(silent);
                true
            }
            Err(error) => {
                self.keep_failure(error);
                false
            }
        }
    }
}
