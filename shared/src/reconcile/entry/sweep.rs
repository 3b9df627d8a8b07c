//! A sweep's visit to one endpoint: a pass on complete evidence, and what only sweeps put on record.

use chrono::{DateTime, Utc};
use futures::future::{Either, select};
use serde::Serialize;

use super::placing::BookingsServed;
use crate::model::{EndpointName, EndpointState, ManagedEndpoint};
use crate::policy::{Executor, Phase, ReadPlan, is_same_stay};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::deadline::{Deadline, LeftOut};
use crate::reconcile::execute::Execution;
use crate::reconcile::pass::PassOutcome;
use crate::reconcile::read::Reading;
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

/// A sweep that has read the tables and EC2.
struct BegunSweep {
    /// The state, read before anything else.
    before: EndpointState,
    /// All that a sweep needs.
    loaded: EndpointState,
    reading: Reading,
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
        let BegunSweep {
            before,
            loaded,
            reading,
            served,
        } = self.begin(endpoint, dry_run, deadline).await?;
        if !is_same_stay(&loaded, &before) {
            // Another pass changed the endpoint meanwhile; this reading is of an earlier stay.
            let mut passed = self.reported(endpoint, loaded);
            passed.left_out = served.left_out();
            return finish(endpoint, &mut passed, served.failure, 0, self.clock.now());
        }
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

    /// Reads the state first: an ask writes its lease before it is counted, so that what is counted there is known with
    /// its lease. Then the rest of the tables and EC2, side by side.
    ///
    /// Bookings that are due are served as soon as they are known, whatever EC2 does; what was read until then is of
    /// before, so all of it is read anew.
    async fn begin(
        &self,
        endpoint: &ManagedEndpoint,
        dry_run: bool,
        deadline: Deadline,
    ) -> Result<BegunSweep, StoreError> {
        let mut served = dry_run.then(BookingsServed::default);
        loop {
            let before = self.store.state(&endpoint.id).await?;
            let reading = Box::pin(self.read(endpoint, ReadPlan::for_sweep(&before)));
            let loading = self.store.load_for_sweep(&endpoint.id);
            let (loaded, reading) = match select(loading, reading).await {
                Either::Left((loaded, reading)) => (loaded?, Either::Left(reading)),
                Either::Right((reading, loading)) => (loading.await?, Either::Right(reading)),
            };
            if served.is_none() {
                let first = Box::pin(self.serve_bookings(endpoint, &loaded, deadline)).await;
                if served.insert(first).is_changed {
                    continue;
                }
            }
            let reading = match reading {
                Either::Left(under_way) => under_way.await,
                Either::Right(reading) => reading,
            };
            let served = served.unwrap_or_default();
            return Ok(BegunSweep {
                before,
                loaded,
                reading,
                served,
            });
        }
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
