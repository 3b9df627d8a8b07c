//! Asking for the VPN, and for longer: the order of an ask's writes, and what is done beside them.

use chrono::{DateTime, Utc};
use tracing::warn;

use super::Ask;
use crate::model::audit::{AuditRecord, Details, Event};
use crate::model::item::{rfc3339, whole_seconds};
use crate::model::update::Update;
use crate::model::{Clicks, Email, EndpointState, Lease, ManagedEndpoint, PersonalItem};
use crate::policy::{as_answer, day_of, is_same_stay, stay_asked_for};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::read::Reading;
use crate::reconcile::{EndpointStatus, Reconciler};

/// The answer to an ask that is durable.
#[derive(Debug)]
pub struct AskOutcome {
    pub status: EndpointStatus,
    /// What EC2 refused for good while this ask was handled.
    pub refused: Option<VpnError>,
}

/// An extension that is not possible.
#[derive(Debug, thiserror::Error)]
pub enum ExtendError {
    #[error("the time asked for has passed: {}", rfc3339(*.until))]
    Past { until: DateTime<Utc> },
    #[error("the time asked for is too far ahead: {} at most", rfc3339(*.latest))]
    TooFar { latest: DateTime<Utc> },
    #[error("the extension could not be put on record")]
    Store(#[from] StoreError),
}

/// The lease that an ask wants.
struct WantedLease {
    until: DateTime<Utc>,
    may_shorten: bool,
}

/// The lease of an ask that is made now.
fn lease_of_ask(
    email: &Email,
    until: DateTime<Utc>,
    state: &EndpointState,
    now: DateTime<Utc>,
) -> Lease {
    Lease {
        email: email.clone(),
        requested_at: whole_seconds(now),
        until,
        stay: stay_asked_for(state),
        request: state.demand.requests + 1,
        released_at: None,
    }
}

/// The same as it is written within a transaction, if it still ends as it was read.
pub(super) fn lease_asked_for(
    email: &Email,
    until: DateTime<Utc>,
    state: &EndpointState,
    now: DateTime<Utc>,
) -> (PersonalItem, Update) {
    let lease = lease_of_ask(email, until, state, now);
    let held = state.leases.iter().find(|held| held.email == *email);
    let update = match held {
        Some(held) if held.until > until => lease.asked_again().when("until", Some(held.until)),
        Some(_) | None => lease.granted(false),
    };
    (PersonalItem::Lease(email.clone()), update)
}

impl Reconciler {
    /// Asks for the VPN: puts it on record, gives a lease, and starts what is needed.
    ///
    /// The audit record is written before anything else is; once the request is counted the ask is durable, and
    /// whatever fails from then on is left to the next pass. An error: nothing was asked.
    pub async fn ask(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
    ) -> Result<AskOutcome, StoreError> {
        let now = self.clock.now();
        let event = Event::AssociationRequested;
        let reason = format!("{} asked for the VPN.", ask.email);
        let record = self.record_of(Some(endpoint), &ask, event, reason, now, Details::default());
        let (before, recorded) = futures::join!(
            self.store.state(&endpoint.id),
            self.store.put_record(&record)
        );
        let before = before?;
        recorded?;
        let lease = WantedLease {
            until: whole_seconds(now) + self.settings.rules.first_connection_grace,
            may_shorten: false,
        };
        self.grant(endpoint, &ask, before, &record, lease).await
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
        let record = self.record_of(Some(endpoint), &ask, event, reason, now, details);
        self.store.put_record(&record).await?;
        let lease = WantedLease {
            until,
            may_shorten: true,
        };
        Ok(self.grant(endpoint, &ask, before, &record, lease).await?)
    }

    /// The rest of an ask, its record written: lease and count beside the look at EC2 that is due, then a pass. An error:
    /// it is not durable.
    async fn grant(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        before: EndpointState,
        record: &AuditRecord,
        wanted: WantedLease,
    ) -> Result<AskOutcome, StoreError> {
        let now = self.clock.now();
        let lease = lease_of_ask(&ask.email, wanted.until, &before, now);
        let (store, id) = (&self.store, &endpoint.id);
        let writes = async {
            store.grant_lease(id, &lease, wanted.may_shorten).await?;
            let counted = store.add_request(id, now, &record.event_id).await?;
            // From here on the ask is durable.
            let (state, ()) = futures::join!(
                store.load(id),
                self.remember_click(endpoint, &ask.email, now)
            );
            Ok::<_, StoreError>(state.unwrap_or_else(|error| {
                warn!(endpoint = %endpoint.name, error = %error, "leases could not be read; the ask stays");
                counted.with_rest_of(&before)
            }))
        };
        let (state, reading) = futures::join!(writes, self.read_if_due(endpoint, &before, true));
        let state = state?;
        // What was read beside the ask counts if it is still of the same stay.
        let reading = reading.ok().flatten();
        let reading = reading.filter(|_| is_same_stay(&state, &before));
        let requests_before = before.demand.requests;
        let answer = self.answer(endpoint, state, requests_before, reading, true);
        Ok(answer.await)
    }

    /// Remembers an employee's first click of a day, for suggesting a booking. It may be lost.
    async fn remember_click(&self, endpoint: &ManagedEndpoint, email: &Email, now: DateTime<Utc>) {
        let (day, began) = day_of(&self.settings.rules, now);
        let item = PersonalItem::Clicks(email.clone());
        let click = Clicks::clicked(whole_seconds(now), day, began);
        let written = self.store.update_personal(&endpoint.id, &item, &click);
        if let Err(error) = written.await {
            warn!(endpoint = %endpoint.name, error = %error, "a click could not be remembered; nothing but a suggestion depends on it");
        }
    }

    /// A pass for what is durable, and what its caller is told: an employee who asked is promised no more than was seen.
    pub(super) async fn answer(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        requests_before: u64,
        reading: Option<Reading>,
        is_ask: bool,
    ) -> AskOutcome {
        // In a box: it is large, and the handler's future holds all of an ask.
        let passed = Box::pin(self.pass(endpoint, state.clone(), requests_before, reading)).await;
        let mut passed = passed.unwrap_or_else(|error| {
            warn!(endpoint = %endpoint.name, error = %error, "a pass failed; what was asked is kept for the next one");
            self.reported(endpoint, state)
        });
        let now = self.clock.now();
        if is_ask {
            let is_delayed = passed.delayed.is_some();
            passed.decision = as_answer(passed.decision, &passed.seen, is_delayed, now);
        }
        AskOutcome {
            status: EndpointStatus::of(endpoint, &passed, now),
            refused: passed.refused,
        }
    }
}
