//! Associating: commit the attempt, call EC2, put on record what it answered.

use std::collections::BTreeSet;
use std::fmt::Write;

use ring::digest::{SHA256, digest};

use super::{Execution, Step};
use crate::model::{AssociationId, EndpointId, EndpointState, Failure, SeenNetwork, SubnetId};
use crate::policy::attempt_due;
use crate::ports::{Association, StoreError, VpnError};
use crate::reconcile::transition::{self, Answers};
use crate::reconcile::{CALLS_AT_ONCE, side_by_side};

impl Execution<'_> {
    /// Commits the next attempt and calls EC2. A pass that loses the commit joins the one that won. One whose reading is
    /// overtaken leaves the committed attempt to the pass that reads EC2 next.
    pub(in crate::reconcile) async fn start(
        &mut self,
        subnet_ids: &[SubnetId],
        new_stay: bool,
    ) -> Result<Step, StoreError> {
        let begun = self.update(|context| transition::attempt(context, new_stay));
        if begun.await? {
            self.associate(subnet_ids).await
        } else {
            Ok(Step::Lost)
        }
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
        let recorded = self.record(|context| transition::answered(context, &answers));
        if recorded.await? == Step::Lost {
            return Ok(Step::Lost);
        }
        for (subnet_id, id) in answers.accepted {
            let networks = &mut self.seen.networks;
            networks.retain(|network| network.association_id != id);
            networks.push(SeenNetwork::accepted(id, subnet_id, now));
        }
        // What EC2 accepted needs no second look in this pass.
        Ok(Step::Done)
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
        let counted =
            self.record(|context| transition::refused_before(context, new_stay, &failure));
        if counted.await? == Step::Lost {
            return Ok(Step::Lost);
        }
        self.keep_failure(failure.into());
        Ok(Step::Done)
    }

    /// EC2 could not be read. Where it refuses even to describe the endpoint, an attempt that is due counts as made, and
    /// as failed.
    pub(in crate::reconcile) async fn fail_read(
        &mut self,
        error: VpnError,
    ) -> Result<(), StoreError> {
        let now = self.reconciler.clock.now();
        let policy = self.reconciler.policy(self.endpoint);
        match (error, attempt_due(&self.seen, &self.state, policy, now)) {
            (VpnError::Refused { code, message }, Some(new_stay)) => {
                self.refuse_attempt(new_stay, Failure { code, message })
                    .await?;
            }
            (error, _) => self.keep_failure(error),
        }
        Ok(())
    }

    /// Disassociates networks whose association failed: they are in the way of the next attempt, and of no use.
    pub(in crate::reconcile) async fn remove_failed(
        &mut self,
        ids: BTreeSet<AssociationId>,
    ) -> Step {
        let ids: Vec<_> = ids.into_iter().collect();
        for error in self
            .disassociate(&ids)
            .await
            .into_iter()
            .filter_map(Result::err)
        {
            self.keep_failure(error);
        }
        Step::Done
    }
}

/// A `ClientToken`: the same for each try of one call, and another for each stay, attempt and subject. EC2 takes at most
/// 64 ASCII characters (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>).
pub(super) fn client_token(
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
    let mut hex = String::with_capacity(64);
    for byte in hash.as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
