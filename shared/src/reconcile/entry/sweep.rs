//! A sweep's visit to one endpoint: what a pass does, on complete evidence, and what only sweeps put on record.

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::model::audit::{Actor, AuditRecord, Details, Event, EventId};
use crate::model::{Connection, EndedAt, EndpointState, ManagedEndpoint, NetworkStatus};
use crate::policy::Phase;
use crate::ports::{StoreError, VpnError};
use crate::reconcile::execute::stop::STOP_TAKES;
use crate::reconcile::pass::{Driver, Pass, PassOutcome};
use crate::reconcile::read::{Interpretation, ReadPlan};
use crate::reconcile::{Gauges, Reconciler};

/// How far behind the last sweep to look for connections that ended: EC2's listing lags, and the last sweep may have
/// died before it wrote them down. EC2 lists them for 60 minutes.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(10);
/// Records put side by side. They are an endpoint's, so they share a partition, which takes 1,000 writes a second
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>): at some
/// milliseconds each, more at once would only be throttled.
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
    fn of(passed: &PassOutcome, connections_ended: usize, now: DateTime<Utc>) -> Self {
        let PassOutcome {
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
    /// The time was up before all was done. The next sweep carries on.
    #[error("no time was left for {0}")]
    OutOfTime(LeftOut),
}

/// What a sweep had no time for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// A stop that was due.
    Stop,
    /// The ends of so many connections, which are not on record yet.
    Ends(usize),
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stop => f.write_str("a stop that is due"),
            Self::Ends(count) => write!(f, "the records of {count} connections that ended"),
        }
    }
}

/// Ends of connections that a sweep met.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    recorded: usize,
    left_out: usize,
}

impl Reconciler {
    /// When a sweep last did all it should at an endpoint: those that waited longest come first.
    pub async fn last_sweep_at(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self
            .store
            .state(&endpoint.id)
            .await?
            .sightings
            .last_sweep_at)
    }

    /// Sweeps one endpoint, however long that takes.
    pub async fn sweep(
        &self,
        endpoint: &ManagedEndpoint,
        dry_run: bool,
    ) -> Result<Swept, SweepError> {
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
    ) -> Result<Swept, SweepError> {
        let before = self.store.state(&endpoint.id).await?;
        let (loaded, reading) = futures::join!(
            self.store.load_for_sweep(&endpoint.id),
            self.read(endpoint, ReadPlan::for_sweep(&before))
        );
        let loaded = loaded?;
        if !loaded.is_same_time_up(&before) {
            // Another pass changed the endpoint meanwhile; this reading is of an earlier stay.
            let passed = self.reported(endpoint, loaded);
            return Ok(Swept::of(&passed, 0, self.clock.now()));
        }
        let is_news =
            before.stay.association_ids.is_empty() && reading.shows(NetworkStatus::Associated);
        let reading = if is_news {
            // Rare and large: in a box, so that every sweep's future stays small.
            Box::pin(self.read_on(endpoint, reading)).await
        } else {
            reading
        };
        // The state is the one read first: an ask that came since makes a stop's condition fail.
        let state = before.clone().with_rest_of(&loaded);
        let driver = Driver::Sweep {
            dry_run,
            end,
            complete: true,
        };
        let seen = match self.interpret(reading, &state, driver) {
            Ok(seen) => seen,
            Err(error) => return Err(self.unreadable(endpoint, state, error).await?.into()),
        };
        let ends = self.record_ended(endpoint, &state, &seen, driver).await?;
        let driver = Driver::Sweep {
            dry_run,
            end,
            complete: ends.left_out == 0,
        };
        let mut pass = Pass::on_reading(
            self,
            endpoint,
            driver,
            state.clone(),
            before.demand.requests,
            &seen,
        );
        let mut gaps = seen.gaps;
        if let Some(traffic) = seen.traffic.filter(|traffic| *traffic != state.traffic) {
            self.store.put_traffic(&endpoint.id, &traffic).await?;
            pass.state.traffic = traffic;
        }
        let mut passed = pass.run().await?;
        let failure = passed.refused.take().or(passed.delayed.take());
        match failure.or(gaps.pop()) {
            Some(error) => Err(error.into()),
            None if passed.stop_left_out => Err(SweepError::OutOfTime(LeftOut::Stop)),
            None if ends.left_out > 0 => Err(SweepError::OutOfTime(LeftOut::Ends(ends.left_out))),
            None => Ok(Swept::of(&passed, ends.recorded, self.clock.now())),
        }
    }

    async fn unreadable(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        error: VpnError,
    ) -> Result<VpnError, StoreError> {
        let passed = self.after_failed_read(endpoint, state, error).await?;
        Ok(passed
            .refused
            .or(passed.delayed)
            .unwrap_or(VpnError::Refused {
                code: "Unknown".to_owned(),
                message: "EC2 could not be read".to_owned(),
            }))
    }

    /// Puts each connection that ended on record, once however many sweeps see it. It stops in time for a stop: a flood
    /// of ends must not keep an idle endpoint up.
    async fn record_ended(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        seen: &Interpretation,
        driver: Driver,
    ) -> Result<Ends, StoreError> {
        let since = state.sightings.last_sweep_at.map(|at| at - LOOK_BACK);
        if let Some(since) = since {
            self.recorded.forget_before(&endpoint.id, since);
        }
        let mut ends = Ends::default();
        // One by one: what waits for its turn takes no memory, and ten thousand may have ended.
        let mut puts = FuturesUnordered::new();
        for connection in &seen.connections {
            let Some(end) = End::of(connection, seen.observation.observed_at)
                .filter(|end| since.is_none_or(|since| end.at >= since))
            else {
                continue;
            };
            if self.recorded.has(&endpoint.id, &end.event_id) {
                ends.recorded += 1;
                continue;
            }
            if !driver.has_time_for(STOP_TAKES, self.clock.now()) {
                ends.left_out += 1;
                continue;
            }
            if puts.len() >= RECORDS_AT_ONCE
                && let Some(put) = puts.next().await
            {
                put?;
                ends.recorded += 1;
            }
            puts.push(self.put_end(self.ended(endpoint, state, connection, end), endpoint));
        }
        while let Some(put) = puts.next().await {
            put?;
            ends.recorded += 1;
        }
        Ok(ends)
    }

    async fn put_end(
        &self,
        record: AuditRecord,
        endpoint: &ManagedEndpoint,
    ) -> Result<(), StoreError> {
        self.store.put_record(&record).await?;
        self.recorded
            .note(&endpoint.id, record.event_id, record.occurred_at);
        Ok(())
    }

    fn ended(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        connection: &Connection,
        end: End,
    ) -> AuditRecord {
        let event = Event::ConnectionEnded;
        let duration = connection
            .established_at
            .map(|established| end.at - established);
        let when = if end.is_stated {
            ""
        } else {
            "; EC2 does not say when, so this is when a sweep found it over"
        };
        AuditRecord {
            event_id: end.event_id,
            endpoint: Some(endpoint.clone()),
            occurred_at: end.at,
            event,
            actor: Actor::Client(connection.user.clone()),
            reason: format!("{}'s connection ended{when}.", connection.user),
            expires_at: self.settings.retention.expires_at(event, end.at),
            details: Details {
                stay: Some(state.stay.number),
                connection_id: Some(connection.id.clone()),
                duration,
                bytes: connection.bytes,
                ..Details::default()
            },
        }
    }
}

/// The end of a connection, as it is put on record.
struct End {
    at: DateTime<Utc>,
    is_stated: bool,
    /// The same for each sweep that sees this end.
    event_id: EventId,
}

impl End {
    /// An end that EC2 does not state is another time for each sweep that looks: its id is made from when the connection
    /// was established. Where EC2 states neither, nothing is left by which sweeps could know it again: no record.
    fn of(connection: &Connection, read_at: DateTime<Utc>) -> Option<Self> {
        let ended_at = connection.ended_at?;
        let (is_stated, known) = match ended_at {
            EndedAt::Stated(at) => (true, at),
            EndedAt::Unstated { .. } => (false, connection.established_at?),
        };
        let event = Event::ConnectionEnded.as_str();
        let fact = [event, connection.id.as_str(), &known.to_rfc3339()];
        Some(Self {
            at: ended_at.at(read_at),
            is_stated,
            event_id: EventId::of_fact(known, &fact),
        })
    }
}
