//! A sweep's visit to one endpoint: a pass on complete evidence, and what only sweeps put on record.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::placing::BookingsServed;
use crate::model::{EndpointName, EndpointState, ManagedEndpoint};
use crate::policy::{Executor, Phase, ReadPlan, is_same_stay};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::deadline::{Deadline, LeftOut};
use crate::reconcile::execute::Execution;
use crate::reconcile::pass::PassOutcome;
use crate::reconcile::{Gauges, Reconciler};

/// What a sweep came to at one endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepOutcome {
    pub endpoint: EndpointName,
    pub phase: Phase,
    pub reason: String,
    /// Connections that were put on record as ended, now or by an earlier sweep.
    pub connections_ended: usize,
    /// How the endpoint stands, in numbers.
    #[serde(skip)]
    pub gauges: Gauges,
}

impl SweepOutcome {
    fn of(
        endpoint: &ManagedEndpoint,
        passed: &PassOutcome,
        connections_ended: usize,
        now: DateTime<Utc>,
    ) -> Self {
        let phase = passed.decision.phase;
        Self {
            endpoint: endpoint.name.clone(),
            phase,
            reason: passed.decision.reason.to_string(),
            connections_ended,
            gauges: Gauges::of(phase, &passed.state, &passed.seen, now),
        }
    }
}

/// Why a sweep could not do all it should at an endpoint; it stays as it is until the next one.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vpn(#[from] VpnError),
    #[error("no time was left for {0}")]
    OutOfTime(LeftOut),
}

/// A sweep that has read the tables.
struct BegunSweep {
    /// The state, read before anything else.
    before: EndpointState,
    /// All that a sweep needs.
    loaded: EndpointState,
    served: BookingsServed,
}

impl Reconciler {
    /// When a sweep last did all it should at an endpoint: those that waited longest come first.
    pub async fn last_sweep_at(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let state = self.store.state(&endpoint.id).await?;
        Ok(state.sightings.last_sweep_at)
    }

    /// Sweeps one endpoint, however long that takes.
    pub async fn sweep(
        &self,
        endpoint: &ManagedEndpoint,
        dry_run: bool,
    ) -> Result<SweepOutcome, SweepError> {
        self.sweep_by(endpoint, dry_run, None).await
    }

    /// Sweeps one endpoint. What was seen is written down even where something else then fails.
    ///
    /// As `end` comes near, nothing is begun that could not be finished by then: what is left out is an error, and the
    /// next sweep's to do.
    pub async fn sweep_by(
        &self,
        endpoint: &ManagedEndpoint,
        dry_run: bool,
        end: Option<DateTime<Utc>>,
    ) -> Result<SweepOutcome, SweepError> {
        let deadline = Deadline(end);
        let executor = if dry_run {
            Executor::DrySweep
        } else {
            Executor::Sweep
        };
        let begun = self.load_and_serve(endpoint, dry_run, deadline).await?;
        let (before, loaded, served) = (begun.before, begun.loaded, begun.served);
        if !is_same_stay(&loaded, &before) {
            // Another pass changed the endpoint meanwhile, and is at work on it.
            let mut passed = self.reported(endpoint, loaded);
            passed.left_out = served.left_out();
            return finish(endpoint, &mut passed, served.failure, 0, self.clock.now());
        }
        let reading = self.read(endpoint, ReadPlan::for_sweep(&before)).await;
        let reading = self.read_on(endpoint, &before, reading).await;
        // The state is the one read first: an ask that came since makes a stop's condition fail.
        let requests_before = before.demand.requests;
        let mut state = before.with_rest_of(&loaded);
        let mut seen = match reading.interpret(&state, &self.settings.rules, executor) {
            Ok(seen) => seen,
            Err(error) => {
                let mut passed = self.after_failed_read(endpoint, state, error).await?;
                return finish(endpoint, &mut passed, served.failure, 0, self.clock.now());
            }
        };
        self.renew_connected(endpoint, &state.bookings, &seen.connections, deadline)
            .await;
        let ends = self.record_ends(endpoint, &state, &seen, deadline).await?;
        if let Some(traffic) = seen
            .traffic
            .take()
            .filter(|traffic| *traffic != state.traffic)
        {
            self.store.put_traffic(&endpoint.id, &traffic).await?;
            state.traffic = traffic;
        }
        let mut execution =
            Execution::on_reading(self, endpoint, executor, state, requests_before, seen);
        execution.deadline = deadline;
        let ends_left_out = (ends.left_out > 0).then_some(LeftOut::Ends(ends.left_out));
        execution.left_out = served.left_out().or(ends_left_out);
        let mut passed = execution.run().await?;
        let now = self.clock.now();
        finish(endpoint, &mut passed, served.failure, ends.recorded, now)
    }

    /// Reads the tables, and serves bookings before EC2 is asked: what that cannot do must not keep one from being placed,
    /// and a pass answers only what was asked before it read EC2.
    async fn load_and_serve(
        &self,
        endpoint: &ManagedEndpoint,
        dry_run: bool,
        deadline: Deadline,
    ) -> Result<BegunSweep, StoreError> {
        let (mut before, mut loaded) = self.load_for_sweep(endpoint).await?;
        let mut served = BookingsServed::default();
        if !dry_run {
            served = Box::pin(self.serve_bookings(endpoint, &loaded, deadline)).await;
        }
        if served.is_changed {
            (before, loaded) = self.load_for_sweep(endpoint).await?;
        }
        Ok(BegunSweep {
            before,
            loaded,
            served,
        })
    }

    /// The state first: an ask writes its lease before it is counted, so that what is counted here is known with its
    /// lease.
    async fn load_for_sweep(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<(EndpointState, EndpointState), StoreError> {
        let before = self.store.state(&endpoint.id).await?;
        let loaded = self.store.load_for_sweep(&endpoint.id).await?;
        Ok((before, loaded))
    }
}

fn finish(
    endpoint: &ManagedEndpoint,
    passed: &mut PassOutcome,
    of_bookings: Option<StoreError>,
    connections_ended: usize,
    now: DateTime<Utc>,
) -> Result<SweepOutcome, SweepError> {
    match (of_bookings, passed.failure(), passed.left_out) {
        (Some(error), _, _) => Err(error.into()),
        (None, Some(error), _) => Err(error.into()),
        (None, None, Some(left_out)) => Err(SweepError::OutOfTime(left_out)),
        (None, None, None) => Ok(SweepOutcome::of(endpoint, passed, connections_ended, now)),
    }
}
