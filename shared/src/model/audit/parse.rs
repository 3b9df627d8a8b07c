//! Reads an audit record back from its item: what [`AuditRecord::to_item`] wrote.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attributes::{number, parsed, seconds};
use super::{Actor, AuditRecord, Closing, Details, Event, EventId, Origin};
use crate::model::item::{Item, Malformed, Reader, required};
use crate::model::{AssociationId, BookingId, ConnectionId, ManagedEndpoint, SubnetId};

impl AuditRecord {
    /// A record as the table has it. Its endpoint has no subnets, for a record does not say which are configured.
    ///
    /// # Errors
    /// An attribute that this system does not write so.
    pub fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let text = |name| required(name, read.text(name)?);
        let event = text("event")?;
        let event = Event::ALL.iter().find(|known| known.as_str() == event);
        let event = *required("event", event)?;
        let endpoint = match text("endpoint_id")? {
            Self::NO_ENDPOINT => None,
            id => Some(ManagedEndpoint {
                name: parsed("endpoint_name", text("endpoint_name")?)?,
                id: parsed("endpoint_id", id)?,
                subnets: Vec::new(),
            }),
        };
        let occurred_at = required("occurred_at", read.time("occurred_at")?)?;
        Ok(Self {
            event_id: EventId(parsed::<Uuid>(Self::KEY, text(Self::KEY)?)?),
            endpoint,
            occurred_at,
            event,
            actor: actor(event, text("actor")?)?,
            reason: text("reason")?.to_owned(),
            expires_at: number(item, "expires_at")?
                .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0)),
            details: Details {
                closing: Closing::parse(item, occurred_at)?.map(Box::new),
                ..Details::parse(item)?
            },
        })
    }
}

impl Details {
    fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let text = |name| Ok(read.text(name)?.map(str::to_owned));
        Ok(Self {
            stay: read.count("stay")?,
            origin: Origin {
                actor_sub: text("actor_sub")?,
                source_ip: text("source_ip")?,
                user_agent: text("user_agent")?,
                trace_id: text("trace_id")?,
                sec_fetch_site: text("sec_fetch_site")?,
            },
            association_ids: read.set("association_ids", AssociationId::observed)?,
            subnet_ids: read.set("subnet_ids", SubnetId::observed)?,
            error_code: text("error_code")?,
            until: read.time("until")?,
            active_connections: number(item, "active_connections")?,
            duration: seconds(item, "duration_seconds")?,
            cost_usd: number(item, "cost_usd")?,
            cidrs: read.set("cidrs", |cidr| cidr)?,
            connection_id: text("connection_id")?.map(ConnectionId::observed),
            bytes: number(item, "bytes")?,
            booking_id: text("booking_id")?.map(BookingId::observed),
            booked_by: text("booked_by")?
                .map(|email| parsed("booked_by", &email))
                .transpose()?,
            mode: text("mode")?,
            closing: None,
        })
    }
}

fn actor(event: Event, name: &str) -> Result<Actor, Malformed> {
    Ok(match name {
        name if event == Event::ConnectionEnded => Actor::Client(name.to_owned()),
        "reaper" => Actor::Reaper,
        "associate" => Actor::Associate,
        "external" => Actor::External,
        email => Actor::Employee(parsed("actor", email)?),
    })
}
