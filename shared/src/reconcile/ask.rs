//! What an employee does: ask, look, extend, give back, fetch the profile.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::observe::{Plan, Seen};
use super::pass::{Driver, Pass, Passed};
use super::{Reconciler, Standing};
use crate::model::audit::{Actor, AuditRecord, Details, Event, EventId, Origin};
use crate::model::item::{rfc3339, whole_seconds};
use crate::model::update::Update;
use crate::model::{Email, EndpointState, Lease, ManagedEndpoint, Observation};
use crate::policy::Phase;
use crate::ports::{StoreError, Transition, VpnError};

/// How long a reading of EC2 serves everybody who clicks or polls.
const READ_AT_MOST_EVERY: TimeDelta = TimeDelta::seconds(5);
/// An observation older than this says nothing any more.
const TOO_OLD: TimeDelta = TimeDelta::minutes(2);

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
pub struct Asked {
    /// Where the endpoint stands.
    pub standing: Standing,
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

/// A status that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// A table could not be read or written.
    #[error("the lease table could not be read")]
    Store(#[from] StoreError),
    /// EC2 could not be read.
    #[error("EC2 could not be read")]
    Vpn(#[from] VpnError),
    /// Somebody else is reading EC2, and what was seen before is too old.
    #[error("EC2 is being read")]
    BeingRead,
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
    pub async fn ask(&self, endpoint: &ManagedEndpoint, ask: Ask) -> Result<Asked, AskError> {
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
    ) -> Result<Asked, ExtendError> {
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
        let (event, what) = if before.up_since.is_some() {
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
    ) -> Result<Asked, AskError> {
        let now = self.clock.now();
        // Asked while it goes down, it is a claim on the next time up.
        let is_up = before.up_since.is_some() && before.stopping_since.is_none();
        let joins = is_up || before.start_began_at.is_some();
        let lease = Lease {
            email: ask.email.clone(),
            requested_at: whole_seconds(now),
            until: claim.until,
            stay: if joins { before.stay } else { before.stay + 1 },
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
                self.read(endpoint, Plan::for_people(&before, true, now))
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
        let requests_before = before.requests;
        let passed = match reading {
            Some(reading) if state.is_same_time_up(&before) => {
                match self.interpret(reading, &state) {
                    Ok(seen) => {
                        self.pass(endpoint, state.clone(), requests_before, seen)
                            .await
                    }
                    Err(error) => self.unread(endpoint, state.clone(), error).await,
                }
            }
            Some(_) | None => self.pass_on_record(endpoint, state.clone()).await,
        };
        Ok(self.answer(endpoint, state, passed))
    }

    /// Where the endpoint stands. A pass, but no ask.
    pub async fn status(&self, endpoint: &ManagedEndpoint) -> Result<Standing, StatusError> {
        let state = self.store.load(&endpoint.id).await?;
        let passed = if self.may_read(endpoint, &state).await? {
            let plan = Plan::for_people(&state, false, self.clock.now());
            let reading = self.read(endpoint, plan).await;
            match self.interpret(reading, &state) {
                Ok(seen) => {
                    self.pass(endpoint, state.clone(), state.requests, seen)
                        .await?
                }
                Err(error @ VpnError::TryLater { .. }) => return Err(error.into()),
                Err(error @ VpnError::Refused { .. }) => {
                    let passed = self.unread(endpoint, state, error).await?;
                    return Err(passed
                        .refused
                        .or(passed.delayed)
                        .map_or(StatusError::BeingRead, StatusError::Vpn));
                }
            }
        } else {
            self.pass_on_record(endpoint, state).await?
        };
        if self.clock.now() - passed.seen.observed_at > TOO_OLD {
            return Err(StatusError::BeingRead);
        }
        Ok(Standing::of(endpoint, &passed, self.clock.now()))
    }

    /// Gives an employee's lease back, or the one of this stay that ran out: either way its owner is done. Others' leases
    /// and connections still hold the VPN. Without a lease nothing changes, and nothing is recorded.
    pub async fn release(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
    ) -> Result<Standing, StatusError> {
        let now = self.clock.now();
        let state = self.store.load(&endpoint.id).await?;
        let mine = state.leases.iter().find(|lease| {
            let counts = lease.runs(now) || lease.was_held_in(state.stay, state.up_since);
            lease.email == ask.email && lease.released_at.is_none() && counts
        });
        if let Some(lease) = mine {
            let reason = format!("{} is done.", ask.email);
            let details = Details {
                stay: Some(state.stay),
                ..Details::default()
            };
            let record = self.record(endpoint, &ask, Event::LeaseReleased, reason, now, details);
            let transition = Transition {
                update: Update::new().set("released_at", now),
                records: vec![record],
                released: Some((lease.clone(), now)),
                ..Transition::default()
            };
            if !self.store.commit(&endpoint.id, &transition).await? {
                // The same person extended in another tab at the same moment: the later wish counts.
                warn!(endpoint = %endpoint.name, "a lease changed while it was given back");
            }
        }
        self.status(endpoint).await
    }

    /// The client profile, once its handing out is on record.
    pub async fn profile(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
    ) -> Result<String, StatusError> {
        let profile = self.vpn.export_profile(&endpoint.id).await?;
        let reason = format!("{} fetched the client profile.", ask.email);
        let record = self.record(
            endpoint,
            &ask,
            Event::ProfileDownloaded,
            reason,
            self.clock.now(),
            Details::default(),
        );
        self.store.put_record(&record).await?;
        Ok(profile)
    }

    /// Puts on record that a verified person is not permitted: once an hour for each person.
    pub async fn deny(
        &self,
        endpoint: Option<&ManagedEndpoint>,
        ask: Ask,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let hour = now.format("%Y-%m-%dT%H").to_string();
        let started = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(3_600_000));
        let event = Event::AccessDenied;
        let record = AuditRecord {
            event_id: EventId::of_fact(started, &[event.as_str(), ask.email.as_str(), &hour]),
            endpoint: endpoint.cloned(),
            occurred_at: now,
            event,
            reason: format!("{} is not permitted to use the VPN.", ask.email),
            actor: Actor::Employee(ask.email),
            expires_at: self.settings.retention.expires_at(event, now),
            details: Details {
                origin: ask.origin,
                ..Details::default()
            },
        };
        self.store.put_record(&record).await
    }

    fn record(
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

    /// Whether this click or poll is the one that reads EC2: nobody else has within [`READ_AT_MOST_EVERY`].
    async fn may_read(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
    ) -> Result<bool, StoreError> {
        let now_ms = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let every_ms = u64::try_from(READ_AT_MOST_EVERY.num_milliseconds()).unwrap_or(0);
        let last_allowed = now_ms.saturating_sub(every_ms);
        if state
            .reading_since_ms
            .is_some_and(|since| since > last_allowed)
        {
            return Ok(false);
        }
        let claim = Update::new()
            .when_at_most("reading_since_ms", last_allowed)
            .set("reading_since_ms", now_ms);
        Ok(self.store.update(&endpoint.id, &claim).await?.is_some())
    }

    async fn pass(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        requests_before: u64,
        seen: Seen,
    ) -> Result<Passed, StoreError> {
        let mut pass = Pass::on_reading(
            self,
            endpoint,
            Driver::Person,
            state,
            requests_before,
            &seen,
        );
        for gap in seen.gaps {
            pass.missed(gap);
        }
        pass.run().await
    }

    /// A pass on what another one has seen. Too old to act on, it only reports.
    async fn pass_on_record(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
    ) -> Result<Passed, StoreError> {
        let now = self.clock.now();
        let seen = state.observation.clone();
        let fresh = seen
            .as_ref()
            .is_some_and(|seen| now - seen.observed_at <= READ_AT_MOST_EVERY);
        let seen = seen.unwrap_or_else(|| Observation::nothing(DateTime::UNIX_EPOCH));
        let pass = Pass::on_record(self, endpoint, state, seen);
        if fresh {
            pass.run().await
        } else {
            Ok(pass.report())
        }
    }

    /// EC2 could not be read. Where it refuses to be, a start that was due has failed.
    pub(super) async fn unread(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        error: VpnError,
    ) -> Result<Passed, StoreError> {
        let seen = state.observation.clone();
        let seen = seen.unwrap_or_else(|| Observation::nothing(DateTime::UNIX_EPOCH));
        let mut pass = Pass::on_record(self, endpoint, state, seen);
        match error {
            VpnError::TryLater { .. } => pass.missed(error),
            VpnError::Refused { .. } => pass.refuse_if_due(error).await?,
        }
        Ok(pass.report())
    }

    /// The answer to a durable ask, whatever became of its pass.
    fn answer(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        passed: Result<Passed, StoreError>,
    ) -> Asked {
        let now = self.clock.now();
        let mut passed = passed.unwrap_or_else(|error| {
            warn!(endpoint = %endpoint.name, error = %error, "a pass failed; the ask is kept for the next one");
            let seen = state.observation.clone();
            let seen = seen.unwrap_or_else(|| Observation::nothing(DateTime::UNIX_EPOCH));
            Pass::on_record(self, endpoint, state, seen).report()
        });
        let known = now - passed.seen.observed_at <= TOO_OLD && passed.delayed.is_none();
        if passed.decision.phase == Phase::Ready && !known {
            // Nobody is told "ready" on old evidence.
            passed.decision.phase = Phase::Starting;
        }
        Asked {
            standing: Standing::of(endpoint, &passed, now),
            refused: passed.refused,
        }
    }
}
