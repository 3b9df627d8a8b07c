//! Asking for the VPN, and for longer: the order of an ask's writes, and what is done beside them.

use chrono::{DateTime, Utc};
use tracing::warn;

use crate::model::audit::{Actor, AuditRecord, Details, Event, EventId, Origin};
use crate::model::item::{rfc3339, whole_seconds};
use crate::model::{Email, EndpointState, Lease, ManagedEndpoint};
use crate::policy::as_answer;
use crate::ports::{StoreError, VpnError};
use crate::reconcile::pass::{Driver, PassOutcome};
use crate::reconcile::read::{ReadPlan, Reading};
use crate::reconcile::{EndpointStatus, Reconciler};

/// A verified employee's request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub email: Email,
    /// From where.
    pub origin: Origin,
}

/// The answer to an ask that is durable.
#[derive(Debug)]
pub struct AskOutcome {
    /// Where the endpoint stands.
    pub status: EndpointStatus,
    /// What EC2 refused for good while this ask was handled.
    pub refused: Option<VpnError>,
}

/// An ask that is not durable: nothing was asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// A table could not be read or written.
    #[error("the request could not be put on record")]
    Store(#[from] StoreError),
}

/// An extension that is not possible.
#[derive(Debug, thiserror::Error)]
pub enum ExtendError {
    /// The time has passed.
    #[error("the time asked for has passed: {}", rfc3339(*.until))]
    Past {
        /// The time asked for.
        until: DateTime<Utc>,
    },
    /// The time is further ahead than `MAX_EXTENSION_HOURS`.
    #[error("the time asked for is too far ahead: {} at most", rfc3339(*.latest))]
    TooFar {
        /// The latest time possible.
        latest: DateTime<Utc>,
    },
    /// A table could not be read or written.
    #[error("the extension could not be put on record")]
    Store(#[from] StoreError),
}

/// A lease that an ask wants.
struct Claim {
    until: DateTime<Utc>,
    explicit: bool,
}

impl Reconciler {
    /// Asks for the VPN: puts it on record, gives a lease, and starts what is needed.
    ///
    /// The audit record is written before anything else is; once the request is counted the ask is durable, and
    /// whatever fails from then on is left to the next pass.
    pub async fn ask(&self, endpoint: &ManagedEndpoint, ask: Ask) -> Result<AskOutcome, AskError> {
        let now = self.clock.now();
        let until = whole_seconds(now) + self.settings.rules.first_connection_grace;
        let reason = format!("{} asked for the VPN.", ask.email);
        let record = self.record(
            endpoint,
            &ask,
            Event::AssociationRequested,
            reason,
            now,
            Details::default(),
        );
        let (before, recorded) = futures::join!(
            self.store.state(&endpoint.id),
            self.store.put_record(&record)
        );
        let before = before?;
        recorded?;
        let claim = Claim {
            until,
            explicit: false,
        };
        self.carry_out(endpoint, &ask, before, record.event_id, claim)
            .await
    }

    /// Keeps the VPN until a time of the employee's choice. With the endpoint off this is an ask.
    pub async fn extend(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
        until: DateTime<Utc>,
    ) -> Result<AskOutcome, ExtendError> {
        let now = self.clock.now();
        let until = whole_seconds(until);
        let latest = whole_seconds(now) + self.settings.rules.max_extension;
        if until <= now {
            return Err(ExtendError::Past { until });
        }
        if until > latest {
            return Err(ExtendError::TooFar { latest });
        }
        let before = self.store.state(&endpoint.id).await?;
        let (event, what) = if before.stay.up_since.is_some() {
            (Event::LeaseExtended, "keeps the VPN")
        } else {
            (Event::AssociationRequested, "asked for the VPN")
        };
        let reason = format!("{} {what} until {}.", ask.email, rfc3339(until));
        let details = Details {
            until: Some(until),
            ..Details::default()
        };
        let record = self.record(endpoint, &ask, event, reason, now, details);
        self.store.put_record(&record).await?;
        let claim = Claim {
            until,
            explicit: true,
        };
        let asked = self
            .carry_out(endpoint, &ask, before, record.event_id, claim)
            .await;
        asked.map_err(|AskError::Store(error)| ExtendError::Store(error))
    }

    /// The rest of an ask, its record written: lease and count beside the look at EC2 that is due, then a pass.
    async fn carry_out(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        before: EndpointState,
        record: EventId,
        claim: Claim,
    ) -> Result<AskOutcome, AskError> {
        let now = self.clock.now();
        // Asked while it goes down, it is a claim on the next time up.
        let is_up = before.stay.up_since.is_some() && before.stay.stop.since.is_none();
        let joins = is_up || before.attempts.began_at.is_some();
        let lease = Lease {
            email: ask.email.clone(),
            requested_at: whole_seconds(now),
            until: claim.until,
            stay: if joins {
                before.stay.number
            } else {
                before.stay.number + 1
            },
            released_at: None,
        };
        let writes = async {
            self.store
                .grant_lease(&endpoint.id, &lease, claim.explicit)
                .await?;
            self.store.add_request(&endpoint.id, now, &record).await
        };
        let reading = async {
            if !self.may_read(endpoint, &before).await.unwrap_or(false) {
                return None;
            }
            Some(
                self.read(endpoint, ReadPlan::for_people(&before, true, now))
                    .await,
            )
        };
        // From here on the ask is durable, or the first `?` says that it is not.
        let (counted, reading) = futures::join!(
            async {
                let counted = writes.await?;
                Ok::<_, StoreError>((self.store.load(&endpoint.id).await, counted))
            },
            reading
        );
        let (loaded, counted) = counted?;
        let state = loaded.unwrap_or_else(|error| {
            warn!(endpoint = %endpoint.name, error = %error, "leases could not be read; the ask stays");
            counted.with_rest_of(&before)
        });
        // In a box: it is large, and the handler's future holds all of an ask.
        let passed = Box::pin(self.pass_of_ask(endpoint, &before, state.clone(), reading)).await;
        Ok(self.answer(endpoint, state, passed))
    }

    /// The pass that follows a durable ask: on what was read of EC2 beside it, if that is still of the same stay.
    async fn pass_of_ask(
        &self,
        endpoint: &ManagedEndpoint,
        before: &EndpointState,
        state: EndpointState,
        reading: Option<Reading>,
    ) -> Result<PassOutcome, StoreError> {
        let Some(reading) = reading.filter(|_| state.is_same_time_up(before)) else {
            return self.pass_on_record(endpoint, state).await;
        };
        match self.interpret(reading, &state, Driver::Person) {
            Ok(seen) => {
                self.pass(endpoint, state, before.demand.requests, seen)
                    .await
            }
            Err(error) => self.after_failed_read(endpoint, state, error).await,
        }
    }

    pub(in crate::reconcile) fn record(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        event: Event,
        reason: String,
        now: DateTime<Utc>,
        details: Details,
    ) -> AuditRecord {
        AuditRecord {
            event_id: self.ids.next(now),
            endpoint: Some(endpoint.clone()),
            occurred_at: now,
            event,
            actor: Actor::Employee(ask.email.clone()),
            reason,
            expires_at: self.settings.retention.expires_at(event, now),
            details: Details {
                origin: ask.origin.clone(),
                ..details
            },
        }
    }

    /// The answer to a durable ask, whatever became of its pass.
    fn answer(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        passed: Result<PassOutcome, StoreError>,
    ) -> AskOutcome {
        let now = self.clock.now();
        let mut passed = passed.unwrap_or_else(|error| {
            warn!(endpoint = %endpoint.name, error = %error, "a pass failed; the ask is kept for the next one");
            self.reported(endpoint, state)
        });
        let is_delayed = passed.delayed.is_some();
        passed.decision = as_answer(passed.decision, &passed.seen, is_delayed, now);
        AskOutcome {
            status: EndpointStatus::of(endpoint, &passed, now),
            refused: passed.refused,
        }
    }
}
