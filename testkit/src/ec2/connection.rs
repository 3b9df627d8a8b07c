//! VPN clients' connections and the traffic they make.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::model::ConnectionId;

/// EC2 lists a connection for this long after its end.
pub const LISTED_AFTER_END: TimeDelta = TimeDelta::minutes(60);

/// The status of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionStatus {
    Active,
    FailedToTerminate,
    Terminating,
    Terminated,
}

/// Who connects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// A user who signed in.
    User(String),
    /// A machine with a certificate of this common name; EC2 lists no user for it.
    Certificate(String),
}

/// Bytes that a client moves each second beside keepalive packets, from a time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// From the client.
    pub ingress_per_second: u32,
    /// To the client.
    pub egress_per_second: u32,
    /// The size of each packet.
    pub packet_bytes: u32,
}

impl Traffic {
    /// A person at work.
    pub const USUAL: Self = Self {
        ingress_per_second: 2_000,
        egress_per_second: 8_000,
        packet_bytes: usual_packet(),
    };
    /// Connected, and nothing but keepalive packets.
    pub const NONE: Self = Self {
        ingress_per_second: 0,
        egress_per_second: 0,
        packet_bytes: usual_packet(),
    };

    /// Whether nothing but keepalive packets moves.
    pub fn is_none(&self) -> bool {
        self.ingress_per_second == 0 && self.egress_per_second == 0
    }
}

const fn usual_packet() -> u32 {
    1_200
}

/// EC2's counters of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's, seen from the endpoint")]
pub struct Counters {
    pub ingress_bytes: u64,
    pub egress_bytes: u64,
    pub ingress_packets: u64,
    pub egress_packets: u64,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Connection {
    pub id: ConnectionId,
    pub client: Client,
    pub client_ip: String,
    pub established_at: DateTime<Utc>,
    /// When a caller used `TerminateClientVpnConnections` on it.
    pub terminating_at: Option<DateTime<Utc>>,
    /// When that failed.
    pub failed_to_terminate_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What it moves beside keepalive packets, each entry from its time until the next.
    pub traffic: Vec<(DateTime<Utc>, Traffic)>,
    /// The size of its keepalive packets. Each side sends one a second, whatever else moves.
    pub keepalive_bytes: u32,
    /// From when EC2's counters count, where they began anew.
    pub counted_from: Option<DateTime<Utc>>,
}

/// A connection that `TerminateClientVpnConnections` is ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminating(pub ConnectionId);

impl Connection {
    /// Whether EC2 lists it at this time.
    pub fn is_listed(&self, at: DateTime<Utc>) -> bool {
        self.established_at <= at && self.ended_at.is_none_or(|end| at < end + LISTED_AFTER_END)
    }

    /// Its status at this time.
    pub fn status(&self, at: DateTime<Utc>) -> ConnectionStatus {
        if self.ended_at.is_some_and(|end| end <= at) {
            ConnectionStatus::Terminated
        } else if self.terminating_at.is_some_and(|since| since <= at) {
            ConnectionStatus::Terminating
        } else if self.failed_to_terminate_at.is_some_and(|since| since <= at) {
            ConnectionStatus::FailedToTerminate
        } else {
            ConnectionStatus::Active
        }
    }

    /// Whether it moves keepalive packets alone at present.
    pub fn is_silent(&self) -> bool {
        self.traffic
            .last()
            .is_some_and(|(_, traffic)| traffic.is_none())
    }

    /// EC2's counters at this time.
    pub fn counters(&self, at: DateTime<Utc>) -> Counters {
        let total = self.moved(at);
        match self.counted_from.filter(|from| *from <= at) {
            Some(from) => total.less(self.moved(from)),
            None => total,
        }
    }

    /// What it has moved until this time, whatever EC2's counters say.
    pub fn moved(&self, at: DateTime<Utc>) -> Counters {
        let until = self.ended_at.map_or(at, |end| end.min(at));
        let ends = self
            .traffic
            .iter()
            .skip(1)
            .map(|(from, _)| *from)
            .chain([until]);
        let seconds = |from: DateTime<Utc>, end: DateTime<Utc>| {
            u64::try_from((end - from).num_seconds()).unwrap_or(0)
        };
        let keepalives = seconds(self.established_at, until);
        let mut moved = Counters {
            ingress_bytes: u64::from(self.keepalive_bytes) * keepalives,
            egress_bytes: u64::from(self.keepalive_bytes) * keepalives,
            ingress_packets: keepalives,
            egress_packets: keepalives,
        };
        for ((from, traffic), end) in self.traffic.iter().zip(ends) {
            let seconds = seconds(*from, end.min(until));
            let packet = u64::from(traffic.packet_bytes.max(1));
            let ingress = u64::from(traffic.ingress_per_second) * seconds;
            let egress = u64::from(traffic.egress_per_second) * seconds;
            moved.ingress_bytes += ingress;
            moved.egress_bytes += egress;
            moved.ingress_packets += ingress.div_ceil(packet);
            moved.egress_packets += egress.div_ceil(packet);
        }
        moved
    }
}

impl Counters {
    fn less(self, other: Self) -> Self {
        Self {
            ingress_bytes: self.ingress_bytes - other.ingress_bytes,
            egress_bytes: self.egress_bytes - other.egress_bytes,
            ingress_packets: self.ingress_packets - other.ingress_packets,
            egress_packets: self.egress_packets - other.egress_packets,
        }
    }
}

impl Client {
    /// The user name, where a user signed in.
    pub fn user_name(&self) -> Option<&str> {
        match self {
            Self::User(name) => Some(name),
            Self::Certificate(_) => None,
        }
    }

    /// The common name: the certificate's, or the user's name.
    pub fn common_name(&self) -> &str {
        match self {
            Self::User(name) | Self::Certificate(name) => name,
        }
    }
}

impl ConnectionStatus {
    /// Whether traffic still flows.
    pub fn is_connected(self) -> bool {
        match self {
            Self::Active | Self::FailedToTerminate => true,
            Self::Terminating | Self::Terminated => false,
        }
    }

    /// EC2's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::FailedToTerminate => "failed-to-terminate",
            Self::Terminating => "terminating",
            Self::Terminated => "terminated",
        }
    }
}
