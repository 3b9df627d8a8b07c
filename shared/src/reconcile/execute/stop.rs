//! Disassociating: look once more, commit, then call EC2. The only place where the VPN is taken away.

use chrono::TimeDelta;
use tracing::warn;

use crate::model::{AssociationId, NetworkStatus, Observation};
use crate::policy::{self, confirm_stop};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::pass::{Driver, Pass, Step};
use crate::reconcile::{CALLS_AT_ONCE, side_by_side, transition};

/// A commit older than this is not acted on: the evidence behind it is too old.
const ACT_WITHIN: TimeDelta = TimeDelta::seconds(30);
/// What the commit and the call take together if each is as slow as it may be: the SDK gives up on DynamoDB after 5 s
/// and on EC2 after 12 (`aws::Clients`). With less time left, a stop is not begun.
pub(crate) const STOP_TAKES: TimeDelta = TimeDelta::seconds(17);

impl Pass<'_> {
    pub(in crate::reconcile) async fn stop(&mut self, resumed: bool) -> Result<Step, StoreError> {
        if !self.has_time_to_stop() || !self.look_once_more().await {
            return Ok(Step::Done);
        }
        let now = self.reconciler.clock.now();
        let policy = self.reconciler.policy(self.endpoint);
        let Some(rule) = confirm_stop(&self.seen, &self.state, policy, now) else {
            return Ok(Step::DecideAnew);
        };
        if !self.has_time_to_stop() {
            return Ok(Step::Done);
        }
        let committed_at = self.reconciler.clock.now();
        let next = transition::stop(&self.context(committed_at), rule, resumed);
        if self.commit(next).await? == Step::Lost {
            return Ok(Step::Lost);
        }
        if self.reconciler.clock.now() - committed_at > ACT_WITHIN {
            warn!(endpoint = %self.endpoint.name, "a stop took too long to commit; a later sweep takes it up");
            return Ok(Step::Done);
        }
        self.disassociate().await
    }

    /// A stop that is begun is carried through: without the time for it, it is left to the next sweep, which comes
    /// here first.
    fn has_time_to_stop(&mut self) -> bool {
        let now = self.reconciler.clock.now();
        let has_time = self.driver.has_time_for(STOP_TAKES, now);
        if !has_time && let Driver::Sweep { complete, .. } = &mut self.driver {
            *complete = false;
            self.stop_left_out = true;
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

    async fn disassociate(&mut self) -> Result<Step, StoreError> {
        let ids: Vec<AssociationId> = self
            .seen
            .networks
            .iter()
            .map(|network| network.association_id.clone())
            .collect();
        let vpn = &self.reconciler.vpn;
        let calls = ids
            .iter()
            .map(|id| vpn.disassociate(&self.endpoint.id, id))
            .collect();
        let answers = side_by_side(calls, CALLS_AT_ONCE).await;
        let mut refusal = None;
        let mut accepted = false;
        for (id, answer) in ids.iter().zip(answers) {
            match answer {
                Ok(()) => {
                    accepted = true;
                    self.assume_status(id, NetworkStatus::Disassociating);
                }
                Err(VpnError::Refused { code, message }) => {
                    refusal.get_or_insert((code.clone(), message.clone()));
                    self.keep_failure(VpnError::Refused { code, message });
                }
                Err(later @ VpnError::TryLater { .. }) => self.keep_failure(later),
            }
        }
        // A stop that began is finished by later sweeps; one that EC2 will not begin is over.
        let all_refused = !accepted && self.delayed.is_none();
        if let Some((code, message)) = refusal.filter(|_| all_refused) {
            return self
                .record(|context| transition::stop_refused(context, &code, &message))
                .await;
        }
        Ok(Step::Done)
    }
}
