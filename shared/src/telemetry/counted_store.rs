//! A [`Store`] that counts what is put on record: what the records say is what the metrics say.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::metrics::{Metric, Metrics};
use crate::model::audit::{AuditRecord, Event, EventId};
use crate::model::update::Update;
use crate::model::{
    Email, EndpointId, EndpointState, Lease, NotedConfig, Personal, PersonalItem, Traffic,
};
use crate::ports::{Store, StoreError, Transition};

/// A store, and the metrics of what is put on record through it.
pub struct CountedStore {
    store: Arc<dyn Store>,
    metrics: Metrics,
}

impl CountedStore {
    /// Counts what is put on record through `store`.
    pub fn new(store: Arc<dyn Store>, metrics: Metrics) -> Self {
        Self { store, metrics }
    }

    fn count(&self, record: &AuditRecord) {
        let name = record.endpoint.as_ref().map(|endpoint| &endpoint.name);
        self.metrics.emit(name, &values(record));
    }
}

#[expect(clippy::cast_precision_loss, reason = "no start takes 2^52 seconds")]
fn values(record: &AuditRecord) -> Vec<(Metric, f64)> {
    if record.event == Event::AssociationRequested {
        return vec![(Metric::Requests, 1.0)];
    }
    if record.event == Event::AssociationFailed {
        return vec![(Metric::FailedStarts, 1.0)];
    }
    // What an order kept off was told to everyone: no alarm.
    if record.event == Event::BookingMissed && record.details.mode.is_none() {
        return vec![(Metric::MissedBookings, 1.0)];
    }
    // One that was adopted becomes ready too, but no employee waited for it: it has no duration.
    match record.details.duration {
        Some(took) if record.event == Event::AssociationCompleted => {
            let seconds = took.num_seconds() as f64;
            vec![(Metric::Starts, 1.0), (Metric::StartSeconds, seconds)]
        }
        Some(_) | None => Vec::new(),
    }
}

#[async_trait]
impl Store for CountedStore {
    async fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.store.state(endpoint).await
    }

    async fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.store.load(endpoint).await
    }

    async fn load_for_sweep(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.store.load_for_sweep(endpoint).await
    }

    async fn load_personal(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<Personal, StoreError> {
        self.store.load_personal(endpoint, email).await
    }

    async fn glance(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<EndpointState, StoreError> {
        self.store.glance(endpoint, email).await
    }

    async fn update_personal(
        &self,
        endpoint: &EndpointId,
        item: &PersonalItem,
        update: &Update,
    ) -> Result<bool, StoreError> {
        self.store.update_personal(endpoint, item, update).await
    }

    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.store.put_record(record).await?;
        self.count(record);
        Ok(())
    }

    async fn grant_lease(
        &self,
        endpoint: &EndpointId,
        lease: &Lease,
        may_shorten: bool,
    ) -> Result<(), StoreError> {
        self.store.grant_lease(endpoint, lease, may_shorten).await
    }

    async fn add_request(
        &self,
        endpoint: &EndpointId,
        at: DateTime<Utc>,
        ask: &EventId,
    ) -> Result<EndpointState, StoreError> {
        self.store.add_request(endpoint, at, ask).await
    }

    async fn update(
        &self,
        endpoint: &EndpointId,
        update: &Update,
    ) -> Result<Option<EndpointState>, StoreError> {
        self.store.update(endpoint, update).await
    }

    async fn commit(
        &self,
        endpoint: &EndpointId,
        transition: &Transition,
    ) -> Result<bool, StoreError> {
        let is_written = self.store.commit(endpoint, transition).await?;
        if is_written {
            for record in &transition.records {
                self.count(record);
            }
        }
        Ok(is_written)
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        self.store.noted_config().await
    }

    async fn note_config(
        &self,
        config: &NotedConfig,
        before: Option<&NotedConfig>,
        record: Option<&AuditRecord>,
    ) -> Result<bool, StoreError> {
        // No metric counts it.
        self.store.note_config(config, before, record).await
    }

    async fn put_traffic(
        &self,
        endpoint: &EndpointId,
        traffic: &Traffic,
    ) -> Result<(), StoreError> {
        self.store.put_traffic(endpoint, traffic).await
    }
}
