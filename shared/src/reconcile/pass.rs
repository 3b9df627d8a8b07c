//! One pass over one endpoint: decide, act, until nothing is left to do now.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{info, warn};

use super::Reconciler;
use super::read::Interpretation;
use super::transition::{self, NextState, TransitionContext};
use crate::model::{EndpointState, ManagedEndpoint, Observation};
use crate::policy::{Action, Decision, Executor, Phase, decide, is_permitted, is_wanted};
use crate::ports::{StoreError, Transition, VpnError};

/// Bookkeeping comes one fact at a time; no endpoint has more of them at once than this.
const MAX_ROUNDS: usize = 12;

/// Who drives a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Driver {
    /// A click or a poll. It never stops anything.
    Person,
    /// A sweep.
    Sweep {
        /// Write down what is seen, and leave EC2 as it is.
        dry_run: bool,
        /// When it has to be done; `None`: it may take its time.
        end: Option<DateTime<Utc>>,
        /// Whether it has put all on record that it should. Only such a sweep counts as the last one.
        complete: bool,
    },
}

impl Driver {
    /// Whether something that takes so long would be done in time.
    pub(super) fn has_time_for(self, takes: TimeDelta, now: DateTime<Utc>) -> bool {
        match self {
            Self::Person | Self::Sweep { end: None, .. } => true,
            Self::Sweep { end: Some(end), .. } => now + takes <= end,
        }
    }
}

/// What a pass came to.
#[derive(Debug)]
pub struct PassOutcome {
    /// The endpoint's state at the end.
    pub state: EndpointState,
    /// What was seen of EC2, or is assumed of it since.
    pub seen: Observation,
    /// What was decided last.
    pub decision: Decision,
    /// What EC2 could not do now; the next pass tries again.
    pub delayed: Option<VpnError>,
    /// What EC2 refused for good in this pass.
    pub refused: Option<VpnError>,
    /// A stop was due, and there was no time left to carry it through.
    pub stop_left_out: bool,
}

/// A pass under way.
pub(super) struct Pass<'a> {
    pub(super) reconciler: &'a Reconciler,
    pub(super) endpoint: &'a ManagedEndpoint,
    pub(super) driver: Driver,
    pub(super) state: EndpointState,
    pub(super) seen: Observation,
    /// The `requests` read before EC2 was; `None`: this pass did not read EC2.
    pub(super) requests_before: Option<u64>,
    /// Whether what was seen still has to be written down.
    pub(super) noted: bool,
    pub(super) delayed: Option<VpnError>,
    pub(super) refused: Option<VpnError>,
    pub(super) stop_left_out: bool,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Something is on record that was not: decide anew.
    DecideAnew,
    /// Done for this pass.
    Done,
    /// Another pass changed the endpoint meanwhile: leave it to the next one.
    Lost,
}

impl<'a> Pass<'a> {
    /// A pass on what was just read of EC2. `state` was read before that.
    pub(super) fn on_reading(
        reconciler: &'a Reconciler,
        endpoint: &'a ManagedEndpoint,
        driver: Driver,
        state: EndpointState,
        requests_before: u64,
        seen: &Interpretation,
    ) -> Self {
        let seen = seen.observation.clone();
        let requests_before = Some(requests_before);
        let (delayed, refused) = (None, None);
        Self {
            reconciler,
            endpoint,
            driver,
            state,
            seen,
            requests_before,
            noted: false,
            delayed,
            refused,
            stop_left_out: false,
        }
    }

    /// A pass on what another pass has just read and written down.
    pub(super) fn on_record(
        reconciler: &'a Reconciler,
        endpoint: &'a ManagedEndpoint,
        state: EndpointState,
        seen: Observation,
    ) -> Self {
        let (delayed, refused) = (None, None);
        let driver = Driver::Person;
        Self {
            reconciler,
            endpoint,
            driver,
            state,
            seen,
            requests_before: None,
            noted: true,
            delayed,
            refused,
            stop_left_out: false,
        }
    }

    /// Decides and acts until there is nothing more to do now, then writes down what was seen.
    pub(super) async fn run(mut self) -> Result<PassOutcome, StoreError> {
        let mut lost = self.rounds().await?;
        if !lost && !self.noted {
            let wanted_before = is_wanted(&self.state, self.reconciler.clock.now());
            lost = !self.write_note().await?;
            // An employee who asked while EC2 was being read relies on this pass.
            if !lost && !wanted_before && is_wanted(&self.state, self.reconciler.clock.now()) {
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

    /// What the pass came to, as it stands now.
    pub(super) fn report(self) -> PassOutcome {
        let decision = self.decide();
        self.log(&decision);
        let Self {
            state,
            seen,
            delayed,
            refused,
            stop_left_out,
            ..
        } = self;
        PassOutcome {
            state,
            seen,
            decision,
            delayed,
            refused,
            stop_left_out,
        }
    }

    /// Whether another pass was faster.
    async fn rounds(&mut self) -> Result<bool, StoreError> {
        for _ in 0..MAX_ROUNDS {
            let mut anew = false;
            for action in self.decide().actions {
                if !self.is_permitted(&action) {
                    continue;
                }
                match self.act(action).await? {
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

    pub(super) fn decide(&self) -> Decision {
        let now = self.reconciler.clock.now();
        decide(
            &self.seen,
            &self.state,
            self.reconciler.policy(self.endpoint),
            now,
        )
    }

    fn is_permitted(&self, action: &Action) -> bool {
        let executor = match self.driver {
            Driver::Person if self.requests_before.is_none() => Executor::Follower,
            Driver::Person => Executor::Reader,
            Driver::Sweep { dry_run: true, .. } => Executor::DrySweep,
            Driver::Sweep { dry_run: false, .. } => Executor::Sweep,
        };
        let is_permitted = is_permitted(action, executor);
        if !is_permitted && executor == Executor::DrySweep {
            info!(endpoint = %self.endpoint.name, ?action, "dry run: not done");
        }
        is_permitted
    }

    async fn act(&mut self, action: Action) -> Result<Step, StoreError> {
        match action {
            Action::NoteMode => self.record(transition::mode_noted).await,
            Action::RecordGone { ids, all } => {
                self.record(|context| transition::gone(context, &ids, all))
                    .await
            }
            Action::RecordFailed { ids, failure } => {
                self.record(|context| transition::association_failed(context, &ids, &failure))
                    .await
            }
            Action::Adopt { ids } => {
                self.record(|context| transition::adopted(context, ids))
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
            } => self.start(&subnet_ids, new_stay).await,
            Action::RefuseStart { failure, new_stay } => {
                self.refuse_attempt(new_stay, failure).await
            }
            Action::FinishStart { subnet_ids } => self.associate(&subnet_ids).await,
            Action::Restore { missing } => self.restore(missing).await,
            Action::RemoveFailed { ids, .. } => self.remove_failed(&ids).await,
            Action::Stop { resumed } => self.stop(resumed).await,
        }
    }

    /// Writes the transition that begins where the pass stands now.
    pub(super) async fn record(
        &mut self,
        transition: impl FnOnce(&TransitionContext<'_>) -> NextState + Send,
    ) -> Result<Step, StoreError> {
        let next = transition(&self.context(self.reconciler.clock.now()));
        self.commit(next).await
    }

    /// Writes a transition; the pass goes on with the state that it makes.
    pub(super) async fn commit(&mut self, next: NextState) -> Result<Step, StoreError> {
        let NextState {
            state,
            update,
            records,
            snapshot,
        } = next;
        let transition = Transition {
            update,
            records,
            snapshot,
            released: None,
        };
        let store = &self.reconciler.store;
        if !store.commit(&self.endpoint.id, &transition).await? {
            return Ok(Step::Lost);
        }
        self.state = state;
        self.noted = true;
        Ok(Step::DecideAnew)
    }

    /// Whether what was seen was written; if not, a pass that saw more did.
    async fn write_note(&mut self) -> Result<bool, StoreError> {
        let note = transition::noted(&self.context(self.reconciler.clock.now()));
        let store = &self.reconciler.store;
        let Some(state) = store.update(&self.endpoint.id, &note.update).await? else {
            return Ok(false);
        };
        let routing = self.state.routing_version;
        Ok(self.takes_over(state, routing))
    }

    /// Goes on with the state as it is after a write of ours. `false`: meanwhile another pass put an association on record,
    /// or took one off it, or began to make routes again or took a snapshot (the version is not `routing`), so that what
    /// this pass read of EC2 must not be judged by that state.
    pub(super) fn takes_over(&mut self, state: EndpointState, routing: u64) -> bool {
        let same = state.stay.association_ids == self.state.stay.association_ids
            && state.routing_version == routing;
        self.state = state.with_rest_of(&self.state);
        self.noted = true;
        same
    }

    pub(super) fn context(&self, now: DateTime<Utc>) -> TransitionContext<'_> {
        TransitionContext {
            endpoint: self.endpoint,
            settings: &self.reconciler.settings,
            ids: &self.reconciler.ids,
            driver: self.driver,
            state: &self.state,
            seen: &self.seen,
            requests_before: self.requests_before,
            decision: self.decide(),
            is_noted: self.noted,
            now,
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

    fn log(&self, decision: &Decision) {
        let phase = decision.phase.as_str();
        let idle_seconds = self.idle_seconds(decision);
        info!(
            endpoint = %self.endpoint.name,
            phase,
            decision = ?decision.actions,
            reason = %decision.reason,
            idle_seconds,
            "decided"
        );
    }

    fn idle_seconds(&self, decision: &Decision) -> Option<i64> {
        let usage = self
            .seen
            .usage
            .as_ref()
            .filter(|_| decision.phase == Phase::Ready)?;
        let since = if usage.in_use > 0 {
            None
        } else {
            crate::policy::last_active_at(&self.state, usage)
        };
        since.map(|since| (self.reconciler.clock.now() - since).num_seconds())
    }
}
