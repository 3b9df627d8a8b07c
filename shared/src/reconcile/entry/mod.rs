//! Where clicks, polls and sweeps come in.

pub(super) mod ahead;
pub(super) mod ask;
pub(super) mod booking;
mod ends;
pub(super) mod glance;
pub(super) mod order;
pub(super) mod own_bookings;
mod placing;
mod policy;
pub(super) mod profile;
mod release;
pub(super) mod status;
pub(super) mod sweep;

use chrono::{DateTime, Utc};

use super::Reconciler;
use crate::model::audit::{Actor, AuditRecord, Details, Event, Origin};
use crate::model::{Email, ManagedEndpoint};

/// A verified employee's request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub email: Email,
    pub origin: Origin,
}

impl Reconciler {
    fn record_of(
        &self,
        endpoint: Option<&ManagedEndpoint>,
        ask: &Ask,
        event: Event,
        reason: String,
        now: DateTime<Utc>,
        details: Details,
    ) -> AuditRecord {
        AuditRecord {
            event_id: self.ids.next(now),
            endpoint: endpoint.cloned(),
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
}
