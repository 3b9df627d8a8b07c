//! A sweep's visit to one endpoint: what a pass does, on complete evidence, and what only sweeps put on record.

use chrono::{DateTime, TimeDelta, Utc};

use super::observe::Plan;
use super::pass::{Driver, Pass, Passed};
use super::{Gauges, Reconciler, side_by_side};
use crate::model::audit::{Actor, AuditRecord, Details, Event, EventId};
use crate::model::{Connection, EndpointState, ManagedEndpoint};
use crate::policy::{Phase, stale_after};
use crate::ports::{StoreError, VpnError};

/// How far behind the last sweep to look for connections that ended: EC2's listing lags, and the last sweep may have
/// died before it wrote them down. EC2 lists them for 60 minutes.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(10);
/// Records put side by side.
const RECORDS_AT_ONCE: usize = 8;

/// What a sweep came to at one endpoint.
#[derive(Debug)]
pub struct Swept {
    /// The phase it left it in.
    pub phase: Phase,
    /// Why.
    pub reason: String,
    /// Connections that were put on record as ended, now or by an earlier sweep.
    pub connections_ended: usize,
    /// How the endpoint stands, in numbers.
    pub gauges: Gauges,
}

impl Swept {
    fn of(passed: &Passed, connections_ended: usize, now: DateTime<Utc>) -> Self {
        let Passed {
            state,
            seen,
            decision,
            ..
        } = passed;
        Self {
            phase: decision.phase,
            reason: decision.reason.to_string(),
            connections_ended,
            gauges: Gauges::of(decision.phase, state, seen, now),
        }
    }
}

/// Why a sweep could not do all it should at an endpoint; it stays as it is until the next one.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A table could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// EC2 could not be read, or did not do what was asked.
    #[error(transparent)]
    Vpn(#[from] VpnError),
}

impl Reconciler {
    /// Sweeps one endpoint. What was seen is written down even where something else then fails.
    pub async fn sweep(
        &self,
        endpoint: &ManagedEndpoint,
        dry_run: bool,
    ) -> Result<Swept, SweepError> {
        let before = self.store.state(&endpoint.id).await?;
        let (loaded, reading) = futures::join!(
            self.store.load(&endpoint.id),
            self.read(endpoint, Plan::for_sweep(&before))
        );
        let loaded = loaded?;
        if !loaded.is_same_time_up(&before) {
            // Somebody was faster; what was read belongs to another time up.
            let passed = self.reported(endpoint, loaded);
            return Ok(Swept::of(&passed, 0, self.clock.now()));
        }
        // The state is the one read first: whoever asked since makes a stop's condition fail.
        let state = before.clone().with_rest_of(&loaded);
        let driver = Driver::Sweep { dry_run };
        let seen = match self.interpret(reading, &state) {
            Ok(seen) => seen,
            Err(error) => return Err(self.unreadable(endpoint, state, error).await?.into()),
        };
        let ended = self
            .record_ended(endpoint, &state, &seen.connections)
            .await?;
        let mut pass = Pass::on_reading(
            self,
            endpoint,
            driver,
            state.clone(),
            before.requests,
            &seen,
        );
        let traffic = seen.traffic.filter(|traffic| *traffic != state.traffic);
        let mut gaps = seen.gaps;
        let stale_rule = stale_after(&self.settings.rules, self.clock.now()).is_some();
        if let Some(traffic) = traffic
            .filter(|traffic| stale_rule || !state.traffic.0.is_empty() || !traffic.0.is_empty())
        {
            self.store.put_traffic(&endpoint.id, &traffic).await?;
            pass.state.traffic = traffic;
        }
        let mut passed = pass.run().await?;
        let failure = passed.refused.take().or(passed.delayed.take());
        match failure.or(gaps.pop()) {
            Some(error) => Err(error.into()),
            None => Ok(Swept::of(&passed, ended, self.clock.now())),
        }
    }

    async fn unreadable(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        error: VpnError,
    ) -> Result<VpnError, StoreError> {
        let passed = self.unread(endpoint, state, error).await?;
        Ok(passed
            .refused
            .or(passed.delayed)
            .unwrap_or(VpnError::Refused {
                code: "Unknown".to_owned(),
                message: "EC2 could not be read".to_owned(),
            }))
    }

    /// Puts each connection that ended on record, once however many sweeps see it.
    async fn record_ended(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        connections: &[Connection],
    ) -> Result<usize, StoreError> {
        let since = state.last_sweep_at.map(|at| at - LOOK_BACK);
        let records: Vec<AuditRecord> = connections
            .iter()
            .filter_map(|connection| Some((connection, connection.ended_at?)))
            .filter(|(_, ended_at)| since.is_none_or(|since| *ended_at >= since))
            .map(|(connection, ended_at)| self.ended(endpoint, state, connection, ended_at))
            .collect();
        let puts = records
            .iter()
            .map(|record| self.store.put_record(record))
            .collect();
        for put in side_by_side(puts, RECORDS_AT_ONCE).await {
            put?;
        }
        Ok(records.len())
    }

    fn ended(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        connection: &Connection,
        ended_at: DateTime<Utc>,
    ) -> AuditRecord {
        let event = Event::ConnectionEnded;
        let fact = [
            event.as_str(),
            connection.id.as_str(),
            &ended_at.to_rfc3339(),
        ];
        let duration = connection
            .established_at
            .map(|established| ended_at - established);
        AuditRecord {
            event_id: EventId::of_fact(ended_at, &fact),
            endpoint: Some(endpoint.clone()),
            occurred_at: ended_at,
            event,
            actor: Actor::Client(connection.user.clone()),
            reason: format!("{}'s connection ended.", connection.user),
            expires_at: self.settings.retention.expires_at(event, ended_at),
            details: Details {
                stay: Some(state.stay),
                connection_id: Some(connection.id.clone()),
                duration,
                bytes: connection.bytes,
                ..Details::default()
            },
        }
    }
}
