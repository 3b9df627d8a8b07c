//! Associating: commit the attempt, call EC2, put on record what it answered.

use std::collections::BTreeSet;
use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::model::{
    AssociationId, EndpointId, EndpointState, Failure, NetworkStatus, SeenNetwork, SubnetId,
};
use crate::policy::attempt_due;
use crate::ports::{Association, StoreError, VpnError};
use crate::reconcile::pass::{Pass, Step};
use crate::reconcile::transition::{self, Answers};
use crate::reconcile::{CALLS_AT_ONCE, side_by_side};

impl Pass<'_> {
    /// Commits the next attempt and calls EC2. A pass that loses the commit joins the one that won.
    pub(in crate::reconcile) async fn start(
        &mut self,
        subnet_ids: &[SubnetId],
        new_stay: bool,
    ) -> Result<Step, StoreError> {
        let now = self.reconciler.clock.now();
        let begun = transition::attempt(&self.context(now), new_stay);
        let store = &self.reconciler.store;
        let Some(state) = store.update(&self.endpoint.id, &begun.update).await? else {
            return Ok(Step::Lost);
        };
        let routing = self.state.routing_version;
        if !self.takes_over(state, routing) {
            // The attempt is committed; the pass that reads EC2 next makes what is missing then.
            return Ok(Step::Lost);
        }
        self.associate(subnet_ids).await
    }

    /// Associates the subnets of the attempt that is committed, all at once. Done again after a crash, the tokens
    /// make EC2 answer with what it did the first time.
    pub(in crate::reconcile) async fn associate(
        &mut self,
        subnet_ids: &[SubnetId],
    ) -> Result<Step, StoreError> {
        let vpn = &self.reconciler.vpn;
        let id = &self.endpoint.id;
        let state = &self.state;
        let call = |subnet_id| async move {
            let token = client_token(id, state, &[SubnetId::as_str(subnet_id)]);
            vpn.associate(id, subnet_id, &token).await
        };
        let calls = subnet_ids.iter().map(call).collect();
        let answers = side_by_side(calls, CALLS_AT_ONCE).await;
        let answers = self.classify(subnet_ids, answers);
        if answers.accepted.is_empty() && answers.refused.is_none() && !answers.attempt_is_over {
            return Ok(Step::Done);
        }
        let now = self.reconciler.clock.now();
        let next = transition::answered(&self.context(now), &answers);
        let step = self.commit(next).await?;
        if step == Step::DecideAnew {
            for (subnet_id, id) in answers.accepted {
                self.seen
                    .networks
                    .retain(|network| network.association_id != id);
                self.seen
                    .networks
                    .push(SeenNetwork::accepted(id, subnet_id, now));
            }
            // What EC2 accepted needs no second look in this pass.
            return Ok(Step::Done);
        }
        Ok(step)
    }

    fn classify(
        &mut self,
        subnet_ids: &[SubnetId],
        answers: Vec<Result<Association, VpnError>>,
    ) -> Answers {
        let mut classified = Answers {
            accepted: Vec::new(),
            refused: None,
            attempt_is_over: true,
        };
        for (subnet_id, answer) in subnet_ids.iter().zip(answers) {
            match answer {
                Ok(Association::Accepted(id)) => classified.accepted.push((subnet_id.clone(), id)),
                // The next pass finds it listed, and takes it over.
                Ok(Association::AlreadyThere) => {}
                Err(VpnError::Refused { code, message }) => {
                    let failure = Failure {
                        code: code.clone(),
                        message: message.clone(),
                    };
                    let (subnets, _) = classified.refused.get_or_insert((Vec::new(), failure));
                    subnets.push(subnet_id.clone());
                    self.keep_failure(VpnError::Refused { code, message });
                }
                Err(later @ VpnError::TryLater { .. }) => {
                    classified.attempt_is_over = false;
                    self.keep_failure(later);
                }
            }
        }
        if !classified.attempt_is_over {
            // A refusal ends the attempt, and what EC2 may have accepted without our hearing of it would pass for
            // another's. Asked again, it is refused again.
            classified.refused = None;
        }
        classified
    }

    /// Counts an attempt that failed before anything could be associated.
    pub(in crate::reconcile) async fn refuse_attempt(
        &mut self,
        new_stay: bool,
        failure: Failure,
    ) -> Result<Step, StoreError> {
        let step = self
            .record(|context| transition::refused_before(context, new_stay, &failure))
            .await?;
        if step == Step::Lost {
            return Ok(Step::Lost);
        }
        let Failure { code, message } = failure;
        self.keep_failure(VpnError::Refused { code, message });
        Ok(Step::Done)
    }

    /// Counts an attempt if one was due, for an endpoint that EC2 refuses even to describe.
    pub(in crate::reconcile) async fn refuse_if_due(
        &mut self,
        failure: Failure,
    ) -> Result<(), StoreError> {
        let now = self.reconciler.clock.now();
        let policy = self.reconciler.policy(self.endpoint);
        if let Some(new_stay) = attempt_due(&self.seen, &self.state, policy, now) {
            self.refuse_attempt(new_stay, failure).await?;
        } else {
            let Failure { code, message } = failure;
            self.keep_failure(VpnError::Refused { code, message });
        }
        Ok(())
    }

    /// Disassociates networks whose association failed: they are in the way of the next attempt, and of no use.
    pub(in crate::reconcile) async fn remove_failed(
        &mut self,
        ids: &BTreeSet<AssociationId>,
    ) -> Result<Step, StoreError> {
        let vpn = &self.reconciler.vpn;
        let calls = ids
            .iter()
            .map(|id| vpn.disassociate(&self.endpoint.id, id))
            .collect();
        let answers = side_by_side(calls, CALLS_AT_ONCE).await;
        for (id, removal) in ids.iter().zip(answers) {
            match removal {
                Ok(()) => self.assume_status(id, NetworkStatus::Disassociating),
                Err(error) => self.keep_failure(error),
            }
        }
        Ok(Step::Done)
    }

    /// What EC2 accepted shows in its next listing; until then it is assumed.
    pub(in crate::reconcile) fn assume_status(
        &mut self,
        id: &AssociationId,
        status: NetworkStatus,
    ) {
        let now = self.seen.observed_at;
        for network in self
            .seen
            .networks
            .iter_mut()
            .filter(|n| n.association_id == *id)
        {
            network.status = status;
            network.since = now;
        }
    }
}

/// A `ClientToken`: the same for each try of one call, and another for each stay, attempt and subject. EC2 takes at most
/// 64 ASCII characters (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>).
pub(in crate::reconcile) fn client_token(
    endpoint: &EndpointId,
    state: &EndpointState,
    subject: &[&str],
) -> String {
    let mut text = format!("{endpoint}\n{}\n{}", state.stay.number, state.attempts.made);
    for part in subject {
        text.push('\n');
        text.push_str(part);
    }
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
