//! One pass over one endpoint: decide, see who may do it, execute, until nothing is left to do now.

use tracing::{info, warn};

use super::Reconciler;
use super::deadline::LeftOut;
use super::execute::{Execution, Step};
use super::read::Reading;
use super::transition;
use crate::model::{EndpointState, ManagedEndpoint, Observation};
use crate::policy::{
    Action, Decision, Executor, Phase, is_fresh, is_permitted, is_wanted, last_active_at,
};
use crate::ports::{StoreError, VpnError};

/// Bookkeeping comes one fact at a time; no endpoint has more of them at once than this.
const MAX_ROUNDS: usize = 12;

/// What a pass came to.
#[derive(Debug)]
pub(super) struct PassOutcome {
    pub(super) state: EndpointState,
    /// What was seen of EC2, or is assumed of it since.
    pub(super) seen: Observation,
    pub(super) decision: Decision,
    /// Whether EC2 could not be read.
    pub(super) is_unread: bool,
    /// What EC2 could not do now; the next pass tries again.
    pub(super) delayed: Option<VpnError>,
    /// What EC2 refused for good in this pass.
    pub(super) refused: Option<VpnError>,
    pub(super) left_out: Option<LeftOut>,
}

impl Reconciler {
    /// A click's or poll's pass: on what it has just read of EC2, else on what another one has seen. Where that is too old
    /// to act on, it only reports.
    pub(super) async fn pass(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        requests_before: u64,
        reading: Option<Reading>,
    ) -> Result<PassOutcome, StoreError> {
        let Some(reading) = reading else {
            let execution = Execution::on_record(self, endpoint, state);
            if is_fresh(&execution.seen, self.clock.now()) {
                return execution.run().await;
            }
            return Ok(execution.report());
        };
        let reader = Executor::Reader;
        match reading.interpret(&state, &self.settings.rules, reader) {
            Ok(seen) => {
                Execution::on_reading(self, endpoint, reader, state, requests_before, seen)
                    .run()
                    .await
            }
            Err(error) => self.after_failed_read(endpoint, state, error).await,
        }
    }

    /// A pass on what another one has seen, if it would only report.
    pub(super) fn idle_pass(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
    ) -> Option<PassOutcome> {
        let execution = Execution::on_record(self, endpoint, state);
        let decision = execution.decide();
        let is_fresh = is_fresh(&execution.seen, self.clock.now());
        let is_idle = !is_fresh || decision.actions.is_empty();
        is_idle.then(|| execution.report_of(decision))
    }

    /// What is on record: it only reports.
    pub(super) fn reported(&self, endpoint: &ManagedEndpoint, state: EndpointState) -> PassOutcome {
        Execution::on_record(self, endpoint, state).report()
    }

    /// What is left to do where EC2 could not be read.
    pub(super) async fn after_failed_read(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        error: VpnError,
    ) -> Result<PassOutcome, StoreError> {
        let mut execution = Execution::on_record(self, endpoint, state);
        execution.fail_read(error).await?;
        Ok(PassOutcome {
            is_unread: true,
            ..execution.report()
        })
    }
}

impl Execution<'_> {
    /// Decides and acts until there is nothing more to do now, then writes down what was seen.
    pub(super) async fn run(mut self) -> Result<PassOutcome, StoreError> {
        let mut lost = self.rounds().await?;
        if !lost && !self.is_noted {
            let clock = &self.reconciler.clock;
            let wanted_before = is_wanted(&self.state, clock.now());
            lost = !self.update(transition::noted).await?;
            // An employee who asked while EC2 was being read relies on this pass.
            if !lost && !wanted_before && is_wanted(&self.state, clock.now()) {
                lost = self.rounds().await?;
            }
        }
        if lost {
            // The pass that was faster knows better; this one only reports.
            self.state = self.reconciler.store.load(&self.endpoint.id).await?;
            if let Some(seen) = self.state.sightings.observation.clone() {
                self.seen = seen;
            }
        }
        Ok(self.report())
    }

    /// Whether another pass was faster.
    async fn rounds(&mut self) -> Result<bool, StoreError> {
        for _ in 0..MAX_ROUNDS {
            let mut anew = false;
            for action in self.decide().actions {
                if !is_permitted(&action, self.executor) {
                    if self.executor == Executor::DrySweep {
                        info!(endpoint = %self.endpoint.name, ?action, "dry run: not done");
                    }
                    continue;
                }
                match self.execute(action).await? {
                    Step::DecideAnew => anew = true,
                    Step::Done => {}
                    Step::Lost => return Ok(true),
                }
            }
            if !anew {
                return Ok(false);
            }
        }
        warn!(endpoint = %self.endpoint.name, "a pass did not come to rest; the next one carries on");
        Ok(false)
    }

    async fn execute(&mut self, action: Action) -> Result<Step, StoreError> {
        match action {
            Action::NoteMode => self.record(transition::mode_noted).await,
            Action::EndMode => self.record(transition::mode_ended).await,
            Action::ClaimUnheard { networks } => {
                self.record(|context| transition::unheard_claimed(context, &networks))
                    .await
            }
            Action::RecordGone { ids, all } => {
                self.record(|context| transition::gone(context, &ids, all))
                    .await
            }
            Action::RecordFailed { ids, failure } => {
                self.record(|context| transition::association_failed(context, &ids, &failure))
                    .await
            }
            Action::Adopt { ids } => {
                self.record(|context| transition::adopted(context, &ids))
                    .await
            }
            Action::MarkReady {
                outstanding,
                snapshot,
            } => {
                self.record(|context| transition::ready(context, &outstanding, snapshot))
                    .await
            }
            Action::RecordRestored { restored } => {
                self.record(|context| transition::restored(context, &restored))
                    .await
            }
            Action::AbandonStop => self.record(transition::stop_abandoned).await,
            Action::TakeSnapshot(snapshot) => self.take_snapshot(snapshot).await,
            Action::Start {
                subnet_ids,
                new_stay,
            } => {
                // A pass that loses the commit joins the one that won. One whose reading is overtaken leaves the committed
                // attempt to the pass that reads EC2 next.
                let begun = self.update(|context| transition::attempt(context, new_stay, None));
                if !begun.await? {
                    return Ok(Step::Lost);
                }
                self.associate(&subnet_ids).await
            }
            Action::RefuseStart { failure, new_stay } => {
                self.refuse_attempt(new_stay, failure).await
            }
            Action::FinishStart { subnet_ids } => self.associate(&subnet_ids).await,
            Action::Restore { missing } => self.restore(&missing).await,
            Action::RemoveFailed { ids, .. } => Ok(self.remove_failed(ids).await),
            Action::Stop { resumed } => self.stop(resumed).await,
            Action::StopByOrder { resumed, snapshot } => {
                self.stop_by_order(resumed, snapshot).await
            }
        }
    }

    /// What the pass came to, as it stands now.
    fn report(self) -> PassOutcome {
        let decision = self.decide();
        self.report_of(decision)
    }

    fn report_of(self, decision: Decision) -> PassOutcome {
        info!(
            endpoint = %self.endpoint.name,
            phase = decision.phase.as_str(),
            decision = ?decision.actions,
            reason = %decision.reason,
            idle_seconds = self.idle_seconds(&decision),
            "decided"
        );
        PassOutcome {
            state: self.state,
            seen: self.seen,
            decision,
            is_unread: false,
            delayed: self.delayed,
            refused: self.refused,
            left_out: self.left_out,
        }
    }

    fn idle_seconds(&self, decision: &Decision) -> Option<i64> {
        let usage = self.seen.usage.as_ref();
        let usage = usage.filter(|usage| decision.phase == Phase::Ready && usage.in_use == 0)?;
        let since = last_active_at(&self.state, usage)?;
        Some((self.reconciler.clock.now() - since).num_seconds())
    }
}

impl PassOutcome {
    /// What EC2 refused, or could not do.
    pub(super) fn failure(&mut self) -> Option<VpnError> {
        self.refused.take().or(self.delayed.take())
    }
}
