//! The policy in force, on record: what it was at any time can be told afterwards.

use crate::model::PolicyText;
use crate::model::audit::{Actor, AuditRecord, Details, Event};
use crate::ports::StoreError;
use crate::reconcile::Reconciler;

impl Reconciler {
    /// Notes the policy in force, and puts on record what is another setting than before. The first one is only noted.
    ///
    /// Another process that notes it at the same time does the same; whichever is later has nothing to do.
    pub async fn note_policy(&self, policy: &PolicyText) -> Result<(), StoreError> {
        let now = self.clock.now();
        let before = self.store.noted_config().await?;
        let config = policy.noted_at(now);
        if before
            .as_ref()
            .is_some_and(|before| before.digest == config.digest)
        {
            return Ok(());
        }
        let record = before.as_ref().map(|before| {
            let changes = policy.changes_since(&before.text).join(" ");
            let event = Event::ConfigChanged;
            AuditRecord {
                event_id: self.ids.next(now),
                endpoint: None,
                occurred_at: now,
                event,
                actor: Actor::Reaper,
                reason: format!("The settings changed. {changes}"),
                expires_at: self.settings.retention.expires_at(event, now),
                details: Details::default(),
            }
        });
        let noted = self
            .store
            .note_config(&config, before.as_ref(), record.as_ref());
        noted.await.map(|_| ())
    }
}
