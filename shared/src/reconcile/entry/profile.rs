//! What an employee is handed out, and who is turned away.

use super::Ask;
use super::status::StatusError;
use crate::model::ManagedEndpoint;
use crate::model::audit::{AuditRecord, DeniedThing, Details, Event};
use crate::ports::StoreError;
use crate::reconcile::Reconciler;

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
    pub async fn deny(&self, ask: Ask, thing: DeniedThing<'_>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let retention = self.settings.retention;
        let record = AuditRecord::denied(&ask.email, ask.origin, thing, now, retention);
        self.store.put_record(&record).await
    }
}
