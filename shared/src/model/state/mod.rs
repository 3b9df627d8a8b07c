//! What the lease table holds of an endpoint, in parts: each says when it begins and what it ends with.

mod attributes;
mod change;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::item::Value;
use super::{
    AssociationId, Booking, Email, Lease, Observation, RouteKey, Snapshot, SubnetId, Traffic,
};

pub use attributes::Attribute;
pub use change::StateChange;

/// How long an ask is wanted if nothing comes of it.
pub const WANTED_FOR: TimeDelta = TimeDelta::hours(2);
/// How long a committed stop is in force.
pub const STOP_IN_FORCE: TimeDelta = TimeDelta::minutes(3);
/// How many starts the estimate looks back on.
const STARTS_REMEMBERED: usize = 20;

/// All that the lease table holds of an endpoint. Times are to the second; `None` means "not so" or "not known".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndpointState {
    pub demand: Demand,
    pub stay: Stay,
    pub attempts: Attempts,
    pub order: ModeOrder,
    pub sightings: Sightings,
    /// How often a snapshot was taken or routes were set out to be made again.
    pub routing_version: u64,
    /// The leases, those that ended long ago left out.
    pub leases: Vec<Lease>,
    pub snapshot: Option<Snapshot>,
    pub traffic: Traffic,
    /// All bookings, those that ended among them; only sweeps read them.
    pub bookings: Vec<Booking>,
}

/// Employees' requests, counted. A request is open until its number is reached by `served` or `gave_up`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Demand {
    pub requests: u64,
    pub requested_at: Option<DateTime<Utc>>,
    /// The highest `requests` that was answered by "ready".
    pub served: u64,
    /// The `requests` at which a start was given up.
    pub gave_up: Option<u64>,
    /// Since when a start has been possible that was not before: the endpoint was going down, or held.
    pub startable_since: Option<DateTime<Utc>>,
}

/// One time up, from the start or the adoption that began it until nothing of it is left. All but its number ends
/// with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stay {
    pub number: u64,
    /// Associations that EC2 accepted or that we saw, in this stay.
    pub association_ids: BTreeSet<AssociationId>,
    /// When EC2 accepted the first of them, or we saw it.
    pub up_since: Option<DateTime<Utc>>,
    /// When EC2 accepted, or we saw, those of them that came later than the first.
    pub joined_at: BTreeMap<AssociationId, DateTime<Utc>>,
    /// The association seconds of what of this stay has ended, for its closing record.
    pub ended_seconds: u64,
    /// `requests` when it began, less those that it is to answer; `None`: a version before closing records began it.
    pub requests_before: Option<u64>,
    /// Who held it when a stop of it was committed last: an ask made while it goes down makes of a lease one of the next
    /// stay.
    pub people_at_stop: BTreeSet<Email>,
    pub ready_since: Option<DateTime<Utc>>,
    pub last_active_at: Option<DateTime<Utc>>,
    /// The last "I'm done" in this stay.
    pub released_at: Option<DateTime<Utc>>,
    pub stop: Stop,
    /// What this stay's start has to make again and has not seen in place yet.
    pub to_restore: BTreeSet<Restorable>,
}

/// A stop that is committed, or that EC2 refused.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stop {
    pub since: Option<DateTime<Utc>>,
    /// The order that it carries out, as [`ModeOrder::text`] writes it; empty: none, nothing kept the VPN any more.
    pub order: String,
    pub refused_at: Option<DateTime<Utc>>,
}

/// The attempts of a stay's start, and of subnets that it lost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attempts {
    pub made: u64,
    /// How many of them belong to a series that is over (ready since, or given up).
    pub spent: u64,
    /// When the one under way was committed.
    pub began_at: Option<DateTime<Utc>>,
    /// When the employee asked whom the start answers.
    pub asked_at: Option<DateTime<Utc>>,
    /// When the latest failed, while another is to come.
    pub failed_at: Option<DateTime<Utc>>,
    pub failure: Option<Failure>,
    /// Associations that EC2 listed as failed and whose failure is on record.
    pub failed_ids: BTreeSet<AssociationId>,
}

/// What an administrator ordered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModeOrder {
    pub mode: Option<Mode>,
    /// Until when; `None` with a mode: until it is taken away.
    pub until: Option<DateTime<Utc>>,
    /// Who gave it and why. They count only while the order is the one that is on record: see [`ModeOrder::giver`].
    pub by: Option<String>,
    pub reason: Option<String>,
    /// The order that is on record, as [`ModeOrder::text`] writes it; empty: none.
    pub noted: String,
    /// Who was put on record with it, and why, as [`ModeOrder::credit`] writes it.
    pub credited: String,
    /// What the table holds: people type it, so it may be anything.
    typed: Typed,
}

/// A mode and its end as they were typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Typed {
    mode: Option<Value>,
    until: Option<Value>,
}

/// What passes leave for one another, and for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sightings {
    pub observation: Option<Observation>,
    /// What it decided, and why: for people who look into the table. No rule depends on it.
    pub last_decision: Option<String>,
    /// When a pass last set out to read EC2, in milliseconds since 1970: seconds are too coarse to keep five of them
    /// apart.
    pub reading_since_ms: Option<u64>,
    /// How long the last starts took to ready, each from [`EndpointState::start_counts_from`], latest last.
    pub start_seconds: Vec<u64>,
    pub last_sweep_at: Option<DateTime<Utc>>,
}

/// What an administrator may order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// `on`: do not stop.
    On,
    /// `hold`: do not start.
    Hold,
    /// `off`: do not start, and take down what is up.
    Off,
    /// Anything else: nothing is stopped until an administrator corrects it.
    Unreadable(String),
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// EC2's error code, or `association-failed`.
    pub code: String,
    pub message: String,
}

/// What a start makes again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restorable {
    Route(RouteKey),
    /// The endpoint's security groups, as the snapshot has them.
    SecurityGroups,
}

impl EndpointState {
    pub const KEY: &'static str = "state";

    /// Takes what does not stand in the `state` item from another reading of the table.
    #[must_use]
    pub fn with_rest_of(self, other: &Self) -> Self {
        Self {
            leases: other.leases.clone(),
            snapshot: other.snapshot.clone(),
            traffic: other.traffic.clone(),
            bookings: other.bookings.clone(),
            ..self
        }
    }

    /// From when this stay's start counts: the later of the ask and the first moment at which a start was possible.
    pub fn start_counts_from(&self) -> Option<DateTime<Utc>> {
        let asked_at = self.attempts.asked_at?;
        Some(
            self.demand
                .startable_since
                .map_or(asked_at, |at| at.max(asked_at)),
        )
    }
}

impl Stay {
    pub fn billed_since(&self, id: &AssociationId) -> Option<DateTime<Utc>> {
        self.joined_at.get(id).copied().or(self.up_since)
    }
}

impl Attempts {
    pub fn used(&self) -> u64 {
        self.made.saturating_sub(self.spent)
    }
}

impl Mode {
    /// Its word in the table.
    pub fn as_str(&self) -> &str {
        match self {
            Self::On => "on",
            Self::Hold => "hold",
            Self::Off => "off",
            Self::Unreadable(text) => text,
        }
    }
}

impl ModeOrder {
    /// An order of the page: on record, with who gave it and why.
    pub fn of_page(mode: Mode, until: DateTime<Utc>, by: &Email, reason: Option<String>) -> Self {
        let mut order = Self {
            typed: Typed {
                mode: Some(mode.as_str().into()),
                until: Some(until.into()),
            },
            mode: Some(mode),
            until: Some(until),
            by: Some(by.to_string()),
            reason,
            ..Self::default()
        };
        order.noted = order.text();
        order.credited = order.credit();
        order
    }

    pub fn in_force(&self, now: DateTime<Utc>) -> Option<&Mode> {
        self.mode
            .as_ref()
            .filter(|_| self.until.is_none_or(|until| until > now))
    }

    /// The order as it is put on record: `on until 2026-11-23T01:31:01Z`, `hold`; empty: none.
    pub fn text(&self) -> String {
        let Some(mode) = &self.mode else {
            return String::new();
        };
        let word = mode.as_str();
        match self.until {
            Some(until) => format!("{word} until {}", super::item::rfc3339(until)),
            None => word.to_owned(),
        }
    }

    /// Whether it is on record as it stands.
    pub fn is_noted(&self) -> bool {
        self.text() == self.noted
    }

    /// Whether its time is over.
    pub fn has_run_out(&self, now: DateTime<Utc>) -> bool {
        self.mode.is_some() && self.in_force(now).is_none()
    }

    /// Who gave the order that is on record, and why; not known of one that was changed since.
    pub fn giver(&self) -> (Option<&str>, Option<&str>) {
        if self.is_noted() {
            (self.by.as_deref(), self.reason.as_deref())
        } else {
            (None, None)
        }
    }

    /// What tells an order's giver and reason from those of the order before.
    pub fn credit(&self) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match (text(&self.by), text(&self.reason)) {
            (by, reason) if by.is_empty() && reason.is_empty() => String::new(),
            (by, reason) => format!("{by}\n{reason}"),
        }
    }
}

impl Sightings {
    /// What the last pass saw; before the first, nothing.
    pub fn last_seen(&self) -> Observation {
        let seen = self.observation.clone();
        seen.unwrap_or_else(|| Observation::nothing(DateTime::UNIX_EPOCH))
    }

    /// Remembers how long a start took, and forgets the oldest beyond those that count.
    pub fn add_start(&mut self, took: TimeDelta) {
        self.start_seconds
            .push(u64::try_from(took.num_seconds()).unwrap_or(0));
        let forgotten = self.start_seconds.len().saturating_sub(STARTS_REMEMBERED);
        self.start_seconds.drain(..forgotten);
    }
}

impl Restorable {
    const SECURITY_GROUPS: &'static str = "security-groups";

    pub fn cidr(&self) -> Option<&str> {
        match self {
            Self::Route(key) => Some(&key.cidr),
            Self::SecurityGroups => None,
        }
    }

    fn parse(text: &str) -> Self {
        match text.split_once(' ') {
            Some((cidr, subnet)) => Self::Route(RouteKey {
                cidr: cidr.to_owned(),
                subnet_id: SubnetId::observed(subnet),
            }),
            None => Self::SecurityGroups,
        }
    }
}

impl std::fmt::Display for Restorable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Route(key) => key.fmt(f),
            Self::SecurityGroups => f.write_str(Self::SECURITY_GROUPS),
        }
    }
}

impl Failure {
    /// The code that stands for EC2's where the endpoint is attached to a transit gateway.
    pub const TRANSIT_GATEWAY: &'static str = "TransitGatewayEndpoint";

    /// Such an endpoint has availability zones in place of subnets, and whether it outlives its last one is not
    /// documented (DESIGN 3.10).
    pub fn transit_gateway() -> Self {
        Self {
            code: Self::TRANSIT_GATEWAY.to_owned(),
            message:
                "the endpoint is attached to a transit gateway and has no subnets to associate; \
                      take it out of MANAGED_ENDPOINTS"
                    .to_owned(),
        }
    }

    fn parse(text: &str) -> Self {
        let (code, message) = text.split_once(": ").unwrap_or((text, text));
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
