//! What an employee is handed out, and who is turned away.

use chrono::TimeDelta;

use super::Ask;
use super::status::StatusError;
use crate::model::ManagedEndpoint;
use crate::model::audit::{AuditRecord, Details, Event, EventId};
use crate::ports::StoreError;
use crate::reconcile::Reconciler;

/// What a verified person was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeniedThing {
    /// The use of a VPN, or of a page that names none.
    Vpn,
    /// An administrator's orders.
    Orders,
}

impl Reconciler {
    /// The client profile, once its handing out is on record.
    pub async fn profile(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
    ) -> Result<String, StatusError> {
        let profile = self.vpn.export_profile(&endpoint.id).await?;
        let event = Event::ProfileDownloaded;
        let reason = format!("{} fetched the client profile.", ask.email);
        let (now, details) = (self.clock.now(), Details::default());
        let record = self.record_of(Some(endpoint), &ask, event, reason, now, details);
        self.store.put_record(&record).await?;
        Ok(profile)
    }

    /// Puts on record that a verified person is not permitted: once an hour for each person and thing.
    pub async fn deny(
        &self,
        endpoint: Option<&ManagedEndpoint>,
        ask: Ask,
        thing: DeniedThing,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let hour = now.format("%Y-%m-%dT%H").to_string();
        let started = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(3_600_000));
        let event = Event::AccessDenied;
        let (thing, what) = match thing {
            DeniedThing::Vpn => {
                let name = endpoint.map_or("", |endpoint| endpoint.name.as_str());
                (format!("vpn {name}"), "use the VPN")
            }
            DeniedThing::Orders => ("orders".to_owned(), "give orders"),
        };
        let reason = format!("{} is not permitted to {what}.", ask.email);
        let record = AuditRecord {
            event_id: EventId::of_fact(
                started,
                &[event.as_str(), ask.email.as_str(), &thing, &hour],
            ),
            ..self.record_of(endpoint, &ask, event, reason, now, Details::default())
        };
        self.store.put_record(&record).await
    }
}
