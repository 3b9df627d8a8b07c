//! The ends of connections, put on record by sweeps.

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::model::audit::{Actor, AuditRecord, Details, Event, EventId};
use crate::model::{Connection, EndedAt, EndpointState, ManagedEndpoint};
use crate::ports::StoreError;
use crate::reconcile::Reconciler;
use crate::reconcile::deadline::Deadline;
use crate::reconcile::read::Interpretation;

/// How far behind the last sweep to look for connections that ended: EC2's listing lags, and the last sweep may have
/// died before it wrote them down. EC2 lists them for 60 minutes.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(10);
/// Records put side by side. They are an endpoint's, so they share a partition, which takes 1,000 writes a second
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>): at some
/// milliseconds each, more at once would only be throttled.
const RECORDS_AT_ONCE: usize = 8;

/// Ends of connections that a sweep met.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends {
    pub(super) recorded: usize,
    pub(super) left_out: usize,
}

impl Reconciler {
    /// Puts each connection that ended on record, once however many sweeps see it. It stops in time for a stop: a flood
    /// of ends must not keep an idle endpoint up.
    pub(super) async fn record_ends(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        seen: &Interpretation,
        deadline: Deadline,
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
            if !deadline.leaves_time_to_stop(self.clock.now()) {
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
                duration: connection.established_at.map(|at| end.at - at),
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
