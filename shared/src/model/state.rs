//! The `state` item of the lease table and what belongs to it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::item::{Item, Malformed, Reader, Value};
use super::update::Update;
use super::{AssociationId, Lease, Observation, RouteKey, Snapshot, SubnetId, Traffic};

/// How long an ask is wanted if nothing comes of it.
pub const WANTED_FOR: TimeDelta = TimeDelta::hours(2);
/// How long a committed stop is in force.
pub const STOP_IN_FORCE: TimeDelta = TimeDelta::minutes(3);

/// All that the lease table holds of an endpoint. Times are to the second; `None` means "not so" or "not known".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndpointState {
    /// How often somebody asked.
    pub requests: u64,
    /// When somebody last asked.
    pub requested_at: Option<DateTime<Utc>>,
    /// The highest `requests` that was answered by "ready".
    pub served: u64,
    /// The `requests` at which a start was given up.
    pub gave_up: Option<u64>,
    /// Number of this time up.
    pub stay: u64,
    /// Attempts made in this stay.
    pub attempt: u64,
    /// How many of them belong to a series that is over (ready since, or given up).
    pub attempts_spent: u64,
    /// When the attempt under way was committed.
    pub start_began_at: Option<DateTime<Utc>>,
    /// When the employee asked whom this stay's start answers.
    pub asked_at: Option<DateTime<Utc>>,
    /// Since when a start has been possible that was not before: the endpoint was going down, or held.
    pub startable_since: Option<DateTime<Utc>>,
    /// When the latest attempt failed, while another is to come.
    pub failed_at: Option<DateTime<Utc>>,
    /// What went wrong with the latest attempt that failed: EC2's code, and a sentence.
    pub failure: Option<Failure>,
    /// Associations that EC2 listed as failed and whose failure is on record.
    pub failed_ids: BTreeSet<AssociationId>,
    /// Associations that EC2 accepted or that we saw, in this stay.
    pub association_ids: BTreeSet<AssociationId>,
    /// When EC2 accepted the first of them, or we saw it.
    pub up_since: Option<DateTime<Utc>>,
    /// When EC2 accepted, or we saw, those of them that came later than the first.
    pub joined_at: BTreeMap<AssociationId, DateTime<Utc>>,
    /// When a pass first saw one of them associated.
    pub associated_since: Option<DateTime<Utc>>,
    /// First ready in this stay.
    pub ready_since: Option<DateTime<Utc>>,
    /// Last use seen.
    pub last_active_at: Option<DateTime<Utc>>,
    /// The last "I'm done" in this stay.
    pub released_at: Option<DateTime<Utc>>,
    /// A stop is committed.
    pub stopping_since: Option<DateTime<Utc>>,
    /// When EC2 last refused a stop.
    pub stop_failed_at: Option<DateTime<Utc>>,
    /// What this stay's start has to make again and has not seen in place yet.
    pub to_restore: BTreeSet<Restorable>,
    /// How often a snapshot was taken or routes were set out to be made again.
    pub routing_version: u64,
    /// What an administrator set.
    pub mode: Option<Mode>,
    /// Until when; `None` with a mode: until it is taken away.
    pub mode_until: Option<DateTime<Utc>>,
    /// The mode that is on record, as [`EndpointState::mode_text`] writes it; empty: none.
    pub mode_noted: String,
    /// What the last pass saw.
    pub observation: Option<Observation>,
    /// When somebody last set out to read EC2, in milliseconds since 1970: seconds are too coarse to keep five of
    /// them apart.
    pub reading_since_ms: Option<u64>,
    /// How long the last starts took to ready, each from [`EndpointState::start_counts_from`], latest last.
    pub start_seconds: Vec<u64>,
    /// When a sweep last went through.
    pub last_sweep_at: Option<DateTime<Utc>>,
    /// The id of the audit record of the latest ask: an ask whose answer was lost is not counted twice.
    pub last_ask: Option<String>,
    /// The leases, those that ended long ago left out.
    pub leases: Vec<Lease>,
    /// What a start makes again.
    pub snapshot: Option<Snapshot>,
    /// What sweeps remember of the connections; nobody else reads it.
    pub traffic: Traffic,
    /// The `state` item as it was read.
    item: Item,
}

/// What an administrator may set with the CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// `on`: do not stop.
    On,
    /// `hold`: do not start.
    Hold,
    /// Anything else: nothing is stopped until somebody corrects it.
    Unreadable(String),
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// EC2's error code, or `association-failed`.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// What a start makes again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restorable {
    /// A route.
    Route(RouteKey),
    /// The endpoint's security groups, as the snapshot has them.
    SecurityGroups,
}

impl Restorable {
    const SECURITY_GROUPS: &'static str = "security-groups";

    /// The destination of a route.
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

impl EndpointState {
    /// The sort key of the item.
    pub const KEY: &'static str = "state";

    /// Reads the `state` item; leases, snapshot and traffic are left empty.
    pub fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let (mode, mode_until) = parse_mode(read);
        // An observation that an older version wrote, or none, only costs one more look at EC2.
        let observation = read.json("observation").unwrap_or_default();
        Ok(Self {
            requests: read.count("requests")?.unwrap_or(0),
            requested_at: read.time("requested_at")?,
            served: read.count("served")?.unwrap_or(0),
            gave_up: read.count("gave_up")?,
            stay: read.count("stay")?.unwrap_or(0),
            attempt: read.count("attempt")?.unwrap_or(0),
            attempts_spent: read.count("attempts_spent")?.unwrap_or(0),
            start_began_at: read.time("start_began_at")?,
            asked_at: read.time("asked_at")?,
            startable_since: read.time("startable_since")?,
            failed_at: read.time("failed_at")?,
            failure: read.text("failure")?.map(Failure::parse),
            failed_ids: read.set("failed_ids", AssociationId::observed)?,
            association_ids: read.set("association_ids", AssociationId::observed)?,
            up_since: read.time("up_since")?,
            joined_at: read.named_times("joined_at", |id| AssociationId::observed(id))?,
            associated_since: read.time("associated_since")?,
            ready_since: read.time("ready_since")?,
            last_active_at: read.time("last_active_at")?,
            released_at: read.time("released_at")?,
            stopping_since: read.time("stopping_since")?,
            stop_failed_at: read.time("stop_failed_at")?,
            to_restore: read.set("to_restore", |text| Restorable::parse(&text))?,
            routing_version: read.count("routing_version")?.unwrap_or(0),
            mode,
            mode_until,
            mode_noted: read.text("mode_noted")?.unwrap_or_default().to_owned(),
            observation,
            reading_since_ms: read.count("reading_since_ms")?,
            start_seconds: read.counts("start_seconds")?,
            last_sweep_at: read.time("last_sweep_at")?,
            last_ask: read.text("last_ask")?.map(str::to_owned),
            leases: Vec::new(),
            snapshot: None,
            traffic: Traffic::default(),
            item: item.clone(),
        })
    }

    /// Takes what does not stand in the `state` item from another reading of the table.
    #[must_use]
    pub fn with_rest_of(self, other: &Self) -> Self {
        Self {
            leases: other.leases.clone(),
            snapshot: other.snapshot.clone(),
            traffic: other.traffic.clone(),
            ..self
        }
    }

    /// The state once an update of it has been written.
    pub fn after(&self, update: &Update) -> Result<Self, Malformed> {
        let mut item = self.item.clone();
        update.apply(&mut item);
        Ok(Self::parse(&item)?.with_rest_of(self))
    }

    /// An attribute as it was read, for a condition that nobody changed it since.
    pub fn as_read(&self, attribute: &str) -> Option<Value> {
        self.item.get(attribute).cloned()
    }

    /// The mode in force, if one is.
    pub fn mode_in_force(&self, now: DateTime<Utc>) -> Option<&Mode> {
        self.mode
            .as_ref()
            .filter(|_| self.mode_until.is_none_or(|until| until > now))
    }

    /// The mode as it is put on record: `on until 2026-11-23T01:31:01Z`, `hold`; empty: none.
    pub fn mode_text(&self) -> String {
        let Some(mode) = &self.mode else {
            return String::new();
        };
        let word = match mode {
            Mode::On => "on",
            Mode::Hold => "hold",
            Mode::Unreadable(text) => text,
        };
        match self.mode_until {
            Some(until) => format!("{word} until {}", super::item::rfc3339(until)),
            None => word.to_owned(),
        }
    }

    /// The leases that "I'm done" gives back: those that run, and those of this stay that ran out; either way their
    /// owners are done.
    pub fn releasable(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Lease> {
        self.leases.iter().filter(move |lease| {
            let counts = lease.runs(now) || lease.was_held_in(self.stay, self.up_since);
            counts && lease.released_at.is_none()
        })
    }

    /// Whether something that was read of EC2 in the time of `before` can be judged by this state: nothing came up or
    /// was found gone in between.
    pub fn is_same_time_up(&self, before: &Self) -> bool {
        self.stay == before.stay && self.up_since == before.up_since
    }

    /// Since when an association of this time up is billed.
    pub fn billed_since(&self, id: &AssociationId) -> Option<DateTime<Utc>> {
        self.joined_at.get(id).copied().or(self.up_since)
    }

    /// From when this stay's start counts: the later of the ask and the first moment at which a start was possible.
    pub fn start_counts_from(&self) -> Option<DateTime<Utc>> {
        let asked_at = self.asked_at?;
        Some(self.startable_since.map_or(asked_at, |at| at.max(asked_at)))
    }

    /// How many attempts the present series has used.
    pub fn attempts_used(&self) -> u64 {
        self.attempt.saturating_sub(self.attempts_spent)
    }
}

impl Failure {
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

/// People type these two attributes; a slip must neither stop the sweeps nor the VPN.
fn parse_mode(read: Reader<'_>) -> (Option<Mode>, Option<DateTime<Utc>>) {
    let mode = match read.text("mode") {
        Ok(None) => return (None, None),
        Ok(Some("on")) => Mode::On,
        Ok(Some("hold")) => Mode::Hold,
        Ok(Some(other)) => Mode::Unreadable(other.to_owned()),
        Err(_) => Mode::Unreadable("not a string".to_owned()),
    };
    match read.time("mode_until") {
        Ok(until) => (Some(mode), until),
        Err(_) => (
            Some(Mode::Unreadable(
                "mode_until is not an RFC 3339 time".to_owned(),
            )),
            None,
        ),
    }
}
