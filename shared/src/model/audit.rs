//! The audit trail: immutable facts, each put once.

mod attributes;
mod closing;
mod denied;
mod event;
mod event_id;
mod id_bounds;
mod parse;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::item::{Item, Value, rfc3339, whole_seconds};
use super::{AssociationId, BookingId, ConnectionId, Email, ManagedEndpoint, SubnetId};

use attributes::Attributes;

pub use closing::{Closing, MAX_PEOPLE};
pub use denied::DeniedThing;
pub use event::{Actor, Event};
pub use event_id::{EventId, EventIds, InvalidEventId};

/// One immutable fact.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    pub event_id: EventId,
    /// The endpoint it is about; `None`: none in particular.
    pub endpoint: Option<ManagedEndpoint>,
    pub occurred_at: DateTime<Utc>,
    pub event: Event,
    pub actor: Actor,
    /// A sentence that a person understands.
    pub reason: String,
    /// When the table may forget it; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    pub details: Details,
}

/// The attributes of a record that apply to some events only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    pub stay: Option<u64>,
    pub origin: Origin,
    pub association_ids: BTreeSet<AssociationId>,
    pub subnet_ids: BTreeSet<SubnetId>,
    pub error_code: Option<String>,
    pub until: Option<DateTime<Utc>>,
    pub active_connections: Option<usize>,
    pub duration: Option<TimeDelta>,
    pub cost_usd: Option<f64>,
    pub cidrs: BTreeSet<String>,
    pub connection_id: Option<ConnectionId>,
    pub bytes: Option<u64>,
    /// The booking that it is about, or that caused it.
    pub booking_id: Option<BookingId>,
    /// Whose it is: the same days and times have the same id with everyone.
    pub booked_by: Option<Email>,
    /// The order (`hold`, `off`) that kept a booking from being placed.
    pub mode: Option<String>,
    /// In closing records only. In a box: few records have one.
    pub closing: Option<Box<Closing>>,
}

/// Where a person's request came from, as the ALB tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub actor_sub: Option<String>,
    /// The last address in `X-Forwarded-For`: the only one that the ALB itself wrote.
    pub source_ip: Option<String>,
    /// The browser, cut at 256 characters.
    pub user_agent: Option<String>,
    pub trace_id: Option<String>,
    /// `Sec-Fetch-Site`: whether a link on a foreign site brought the person here.
    pub sec_fetch_site: Option<String>,
}

impl AuditRecord {
    /// What stands for the endpoint where it is about none in particular.
    pub const NO_ENDPOINT: &'static str = "-";
    /// The attribute that says which record is meant, beside the endpoint.
    pub const KEY: &'static str = "event_id";

    pub fn to_item(&self) -> Item {
        let (endpoint_id, endpoint_name) = self
            .endpoint
            .as_ref()
            .map_or((Self::NO_ENDPOINT, Self::NO_ENDPOINT), |e| {
                (e.id.as_str(), e.name.as_str())
            });
        let mut item = Attributes(Item::new());
        item.set("endpoint_id", Some(endpoint_id));
        item.set("endpoint_name", Some(endpoint_name));
        item.set(Self::KEY, Some(self.event_id.to_string()));
        item.set("occurred_at", Some(self.occurred_at));
        item.set("day", Some(self.occurred_at.format("%Y-%m-%d").to_string()));
        item.set("event", Some(self.event.as_str()));
        item.set("actor", Some(self.actor.to_string()));
        item.set("reason", Some(self.reason.as_str()));
        item.set("expires_at", self.expires_at.map(|at| at.timestamp()));
        self.details.write_to(&mut item);
        if let Some(closing) = &self.details.closing {
            closing.write_to(&mut item, self.occurred_at);
        }
        item.0
    }
}

impl Details {
    fn write_to(&self, item: &mut Attributes) {
        item.set("stay", self.stay);
        item.set("actor_sub", self.origin.actor_sub.clone());
        item.set("source_ip", self.origin.source_ip.clone());
        item.set("user_agent", self.origin.user_agent.clone());
        item.set("trace_id", self.origin.trace_id.clone());
        item.set("sec_fetch_site", self.origin.sec_fetch_site.clone());
        item.set_all("association_ids", &self.association_ids);
        item.set_all("subnet_ids", &self.subnet_ids);
        item.set_all("cidrs", &self.cidrs);
        item.set("error_code", self.error_code.clone());
        item.set("until", self.until.map(rfc3339));
        item.set(
            "active_connections",
            self.active_connections.map(|n| n as u64),
        );
        item.set(
            "duration_seconds",
            self.duration.map(|duration| duration.num_seconds()),
        );
        item.set(
            "cost_usd",
            self.cost_usd.map(|usd| Value::N(format!("{usd:.4}"))),
        );
        item.set(
            "connection_id",
            self.connection_id.as_ref().map(ConnectionId::as_str),
        );
        item.set("bytes", self.bytes);
        item.set(
            "booking_id",
            self.booking_id.as_ref().map(BookingId::as_str),
        );
        item.set("booked_by", self.booked_by.as_ref().map(Email::as_str));
        item.set("mode", self.mode.clone());
    }
}

/// How long records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// `AUDIT_RETENTION_DAYS`; `None`: for ever.
    pub audit: Option<TimeDelta>,
    /// `CONNECTION_RETENTION_DAYS`, for `connection.ended`; `None`: for ever.
    pub connections: Option<TimeDelta>,
}

impl Retention {
    pub fn expires_at(self, event: Event, occurred_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let kept = if event == Event::ConnectionEnded {
            self.connections
        } else {
            self.audit
        };
        Some(whole_seconds(occurred_at) + kept?)
    }
}

/// An estimate of what one association costs: pro rata for part hours, as AWS bills
/// (<https://aws.amazon.com/vpn/pricing/>).
#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
pub fn cost_usd(up: TimeDelta, hour_price_usd: f64) -> f64 {
    up.num_seconds().max(0) as f64 / 3600.0 * hour_price_usd
}
