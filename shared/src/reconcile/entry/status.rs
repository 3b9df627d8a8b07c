//! What an employee does beside asking: look, give back, fetch the profile, be turned away.

use chrono::TimeDelta;
use tracing::warn;

use super::ask::Ask;
use crate::model::audit::{Actor, AuditRecord, Details, Event, EventId};
use crate::model::item::whole_seconds;
use crate::model::{Attribute, ManagedEndpoint, StateChange};
use crate::policy;
use crate::ports::{StoreError, Transition, VpnError};
use crate::reconcile::pass::Driver;
use crate::reconcile::read::ReadPlan;
use crate::reconcile::{EndpointStatus, Reconciler};

/// A status that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// A table could not be read or written.
    #[error("the lease table could not be read")]
    Store(#[from] StoreError),
    /// EC2 could not be read.
    #[error("EC2 could not be read")]
    Vpn(#[from] VpnError),
    /// Another pass is reading EC2, and what was seen before is too old.
    #[error("EC2 is being read")]
    BeingRead,
}

impl Reconciler {
    /// Where the endpoint stands. A pass, but no ask.
    pub async fn status(&self, endpoint: &ManagedEndpoint) -> Result<EndpointStatus, StatusError> {
        if let Some(status) = self.on_its_way(endpoint).await? {
            return Ok(status);
        }
        self.status_anew(endpoint).await
    }

    async fn status_anew(&self, endpoint: &ManagedEndpoint) -> Result<EndpointStatus, StatusError> {
        let read_at = self.clock.now();
        let state = self.store.load(&endpoint.id).await?;
        let passed = if self.may_read(endpoint, &state).await? {
            let plan = ReadPlan::for_people(&state, false, self.clock.now());
            let reading = self.read(endpoint, plan).await;
            match self.interpret(reading, &state, Driver::Person) {
                Ok(seen) => {
                    self.pass(endpoint, state.clone(), state.demand.requests, seen)
                        .await?
                }
                Err(error @ VpnError::TryLater { .. }) => return Err(error.into()),
                Err(error @ VpnError::Refused { .. }) => {
                    let passed = self.after_failed_read(endpoint, state, error).await?;
                    return Err(passed
                        .refused
                        .or(passed.delayed)
                        .map_or(StatusError::BeingRead, StatusError::Vpn));
                }
            }
        } else {
            self.pass_on_record(endpoint, state).await?
        };
        if policy::is_too_old(&passed.seen, self.clock.now()) {
            return Err(StatusError::BeingRead);
        }
        self.waiting_leases.keep(&endpoint.id, read_at, &passed);
        Ok(EndpointStatus::of(endpoint, &passed, self.clock.now()))
    }

    /// Gives an employee's lease back, or the one of this stay that ran out: either way its owner is done. Others' leases
    /// and connections still hold the VPN. Without a lease nothing changes, and nothing is recorded.
    pub async fn release(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
    ) -> Result<EndpointStatus, StatusError> {
        let now = self.clock.now();
        let state = self.store.load(&endpoint.id).await?;
        let mine = state.releasable(now).find(|lease| lease.email == ask.email);
        if let Some(lease) = mine {
            let reason = format!("{} is done.", ask.email);
            let details = Details {
                stay: Some(state.stay.number),
                ..Details::default()
            };
            let record = self.record(endpoint, &ask, Event::LeaseReleased, reason, now, details);
            let mut change = StateChange::of(&state);
            change.after.stay.released_at = Some(whole_seconds(now));
            change.rewrite(&[Attribute::ReleasedAt]);
            let transition = Transition {
                update: change.update(),
                records: vec![record],
                released: Some((lease.clone(), now)),
                ..Transition::default()
            };
            if !self.store.commit(&endpoint.id, &transition).await? {
                // The same person extended in another tab at the same moment: the later wish counts.
                warn!(endpoint = %endpoint.name, "a lease changed while it was given back");
            }
        }
        self.status_anew(endpoint).await
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
}
