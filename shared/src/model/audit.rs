//! The audit trail: immutable facts, each put once.

mod parse;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use ring::digest::{SHA256, digest};
use uuid::Uuid;

use super::item::{Item, Value, rfc3339, whole_seconds};
use super::{AssociationId, ConnectionId, Email, ManagedEndpoint, SubnetId};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident: $word:literal),* $(,)?) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Event { $($(#[$doc])* $name),* }

        impl Event {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in the `event` attribute.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

events! {
    /// An employee asked.
    AssociationRequested: "association.requested",
    /// EC2 accepted a start.
    AssociationStarted: "association.started",
    /// First ready of the stay.
    AssociationCompleted: "association.completed",
    /// An attempt failed.
    AssociationFailed: "association.failed",
    /// An association that no start of ours explains.
    AssociationAdopted: "association.adopted",
    /// Routes made again at a start.
    RoutesRestored: "routes.restored",
    /// The snapshot follows what an administrator changed.
    RoutesChanged: "routes.changed",
    /// An employee wanted longer.
    LeaseExtended: "lease.extended",
    /// An employee said "I'm done".
    LeaseReleased: "lease.released",
    /// An administrator's mode was noticed.
    ModeChanged: "mode.changed",
    /// A stop was committed.
    DisassociationStarted: "disassociation.started",
    /// Gone, by our stop.
    DisassociationCompleted: "disassociation.completed",
    /// A stop was refused or given up.
    DisassociationFailed: "disassociation.failed",
    /// Gone, and not by us.
    DisassociationExternal: "disassociation.external",
    /// A client's connection is over.
    ConnectionEnded: "connection.ended",
    /// A client profile was handed out.
    ProfileDownloaded: "profile.downloaded",
    /// A verified person who is not permitted.
    AccessDenied: "access.denied",
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An employee.
    Employee(Email),
    /// The user or certificate name of a VPN connection.
    Client(String),
    /// A sweep.
    Reaper,
    /// A click's or poll's pass.
    Associate,
    /// Somebody outside this system.
    External,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Employee(email) => f.write_str(email.as_str()),
            Self::Client(name) => f.write_str(name),
            Self::Reaper => f.write_str("reaper"),
            Self::Associate => f.write_str("associate"),
            Self::External => f.write_str("external"),
        }
    }
}

/// The sort key of an audit record: a `UUIDv7`, so that records sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

impl EventId {
    /// The id of a fact that several may notice: made from what the fact is, so that only the first put succeeds.
    pub fn of_fact(at: DateTime<Utc>, fact: &[&str]) -> Self {
        let hash = digest(&SHA256, fact.join("\n").as_bytes());
        Self::build(at, first_ten(hash.as_ref()))
    }

    fn build(at: DateTime<Utc>, rest: [u8; 10]) -> Self {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn first_ten(bytes: &[u8]) -> [u8; 10] {
    std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))
}

/// Makes event ids: in the order of their making within a process, and never one twice.
#[derive(Debug)]
pub struct EventIds {
    seed: [u8; 16],
    made: AtomicU64,
}

impl EventIds {
    /// Ids that nobody else makes.
    pub fn from_entropy() -> Self {
        Self::seeded(Uuid::new_v4().as_u128())
    }

    /// Ids that are the same for each run with this seed.
    pub fn seeded(seed: u128) -> Self {
        Self {
            seed: seed.to_be_bytes(),
            made: AtomicU64::new(0),
        }
    }

    /// The next id.
    pub fn next(&self, at: DateTime<Utc>) -> EventId {
        let sequence = self.made.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let hash = digest(&SHA256, &[self.seed.as_slice(), &sequence].concat());
        let mut rest = first_ten(hash.as_ref());
        // The first twelve bits sort within a millisecond (RFC 9562, 6.2, method 1).
        rest[0] = sequence[6];
        rest[1] = sequence[7];
        EventId::build(at, rest)
    }
}

/// One immutable fact.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its sort key.
    pub event_id: EventId,
    /// The endpoint it is about; `None`: none in particular.
    pub endpoint: Option<ManagedEndpoint>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
    /// Who did it.
    pub actor: Actor,
    /// A sentence that a person understands.
    pub reason: String,
    /// When the table may forget it; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// What else is known, where it applies.
    pub details: Details,
}

/// The attributes of a record that apply to some events only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// The number of the time up.
    pub stay: Option<u64>,
    /// Where a person's request came from.
    pub origin: Origin,
    /// The associations concerned.
    pub association_ids: BTreeSet<AssociationId>,
    /// Their subnets.
    pub subnet_ids: BTreeSet<SubnetId>,
    /// EC2's error code.
    pub error_code: Option<String>,
    /// Until when something holds.
    pub until: Option<DateTime<Utc>>,
    /// Connections with status `active` at the time.
    pub active_connections: Option<usize>,
    /// How long it took or lasted.
    pub duration: Option<TimeDelta>,
    /// An estimate of what it cost.
    pub cost_usd: Option<f64>,
    /// The destinations of routes.
    pub cidrs: BTreeSet<String>,
    /// The connection concerned.
    pub connection_id: Option<ConnectionId>,
    /// Bytes that went through it.
    pub bytes: Option<u64>,
}

/// Where a person's request came from, as the ALB tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The person's id in the user pool.
    pub actor_sub: Option<String>,
    /// The last address in `X-Forwarded-For`: the only one that the ALB itself wrote.
    pub source_ip: Option<String>,
    /// The browser, cut at 256 characters.
    pub user_agent: Option<String>,
    /// `X-Amzn-Trace-Id`.
    pub trace_id: Option<String>,
    /// `Sec-Fetch-Site`: whether a link on a foreign site brought the person here.
    pub sec_fetch_site: Option<String>,
}

impl AuditRecord {
    /// The attribute that says which record is meant, beside the endpoint.
    pub const KEY: &'static str = "event_id";

    /// All its attributes, keys included.
    pub fn to_item(&self) -> Item {
        let (endpoint_id, endpoint_name) = self
            .endpoint
            .as_ref()
            .map_or(("-", "-"), |e| (e.id.as_str(), e.name.as_str()));
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
    }
}

struct Attributes(Item);

impl Attributes {
    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn set_all<T: fmt::Display>(&mut self, name: &str, values: &BTreeSet<T>) {
        if !values.is_empty() {
            self.0.insert(name.to_owned(), values.iter().collect());
        }
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
    /// When a record of this event may be forgotten.
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
