//! VPN clients' connections and the traffic they make.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::model::{ConnectionId, EndpointId};

use super::cidr::Range as _;
use super::draw::Delay;
use super::error::ApiError;
use super::world::{Event, World};

/// EC2 lists a connection for this long after its end.
pub const LISTED_AFTER_END: TimeDelta = TimeDelta::minutes(60);

/// How long the world remembers a connection after its end: stale reads look back at most an hour.
const REMEMBERED_AFTER_END: TimeDelta = TimeDelta::minutes(120);

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
    /// Somebody who signed in.
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
    /// When somebody called `TerminateClientVpnConnections` on it.
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

/// Why a client cannot connect, or nothing can be done to a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No such endpoint.
    #[error(transparent)]
    Endpoint(#[from] ApiError),
    /// No target network is associated.
    #[error("endpoint {0} has no associated target network: clients cannot connect")]
    NotAvailable(EndpointId),
    /// No such connection, or it is over.
    #[error("connection {0} does not exist or is over")]
    NoConnection(ConnectionId),
}

impl World {
    /// A client connects.
    pub fn connect(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        client: Client,
    ) -> Result<ConnectionId, ClientError> {
        let now = self.advance(now);
        if !self.found(endpoint)?.is_available() {
            return Err(ClientError::NotAvailable(endpoint.clone()));
        }
        let id = ConnectionId::observed(self.draw_id("cvpn-connection-"));
        let keepalive_bytes = self.behaviour().keepalive_bytes;
        let found = self.found_mut(endpoint)?;
        found.connections_ever += 1;
        let connection = Connection {
            id: id.clone(),
            client,
            // The endpoint keeps the first addresses of each range to itself.
            client_ip: found
                .spec
                .client_cidr
                .nth_address(found.connections_ever + 1)
                .to_string(),
            established_at: now,
            terminating_at: None,
            failed_to_terminate_at: None,
            ended_at: None,
            traffic: vec![(now, Traffic::USUAL)],
            keepalive_bytes,
            counted_from: None,
        };
        let session = Delay::exactly(found.spec.session_timeout_hours * 3600);
        found.connections.insert(id.clone(), connection);
        self.schedule(
            session,
            Event::ConnectionEnds {
                endpoint: endpoint.clone(),
                connection: id.clone(),
            },
        );
        Ok(id)
    }

    /// The client disconnects.
    pub fn end(
        &mut self,
        now: DateTime<Utc>,
        connection: &ConnectionId,
    ) -> Result<(), ClientError> {
        let now = self.advance(now);
        self.live(connection)?.ended_at = Some(now);
        Ok(())
    }

    /// From now on the connection moves this much.
    pub fn set_traffic(
        &mut self,
        now: DateTime<Utc>,
        connection: &ConnectionId,
        traffic: Traffic,
    ) -> Result<(), ClientError> {
        let now = self.advance(now);
        self.live(connection)?.traffic.push((now, traffic));
        Ok(())
    }

    /// EC2's counters of all connections of an endpoint begin anew.
    pub fn restart_counters(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
    ) -> Result<(), ApiError> {
        let now = self.advance(now);
        for connection in self.found_mut(endpoint)?.connections.values_mut() {
            if connection.ended_at.is_none() {
                connection.counted_from = Some(now);
            }
        }
        Ok(())
    }

    /// The client stays connected and moves keepalive packets alone: a laptop that was left on.
    pub fn silence(
        &mut self,
        now: DateTime<Utc>,
        connection: &ConnectionId,
    ) -> Result<(), ClientError> {
        self.set_traffic(now, connection, Traffic::NONE)
    }

    /// `TerminateClientVpnConnections` by id.
    pub fn terminate_connection(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        connection: &ConnectionId,
    ) -> Result<Vec<Terminating>, ApiError> {
        self.advance(now);
        match self.found(endpoint)?.connections.get(connection) {
            Some(found) if found.status(self.now()).is_connected() => {
                Ok(vec![self.terminate(endpoint, connection.clone())])
            }
            Some(_) | None => Err(ApiError::ConnectionNotFound(connection.clone())),
        }
    }

    /// `TerminateClientVpnConnections` by user: all of the user's active connections, which may be five at most.
    pub fn terminate_user(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        user: &str,
    ) -> Result<Vec<Terminating>, ApiError> {
        let now = self.advance(now);
        let connections = self.found(endpoint)?.connections.values();
        let theirs: Vec<_> = connections
            .filter(|c| c.client.user_name() == Some(user) && c.status(now).is_connected())
            .map(|c| c.id.clone())
            .collect();
        match theirs.len() {
            0 => Err(ApiError::UserNotFound(user.to_owned())),
            1..=5 => Ok(theirs
                .into_iter()
                .map(|id| self.terminate(endpoint, id))
                .collect()),
            _ => Err(ApiError::invalid(
                "Username",
                user,
                "The user has more than five connections.",
            )),
        }
    }

    fn terminate(&mut self, endpoint: &EndpointId, id: ConnectionId) -> Terminating {
        let now = self.now();
        let fails = self.behaviour().terminations_fail;
        if let Ok(connection) = self.live(&id) {
            if fails {
                connection.failed_to_terminate_at = Some(now);
                return Terminating(id);
            }
            connection.terminating_at = Some(now);
        }
        let event = Event::ConnectionEnds {
            endpoint: endpoint.clone(),
            connection: id.clone(),
        };
        self.schedule(self.behaviour().terminating, event);
        Terminating(id)
    }

    /// Removing the last target network cuts every connection.
    pub(super) fn cut_connections(&mut self, endpoint: &EndpointId) {
        let now = self.now();
        if let Ok(endpoint) = self.found_mut(endpoint) {
            let connections = endpoint.connections.values_mut();
            for connection in connections.filter(|connection| connection.ended_at.is_none()) {
                connection.ended_at = Some(now);
            }
        }
    }

    /// A session ran out, or a terminated one is over. One that ended earlier stays ended then.
    pub(super) fn connection_ends(&mut self, endpoint: &EndpointId, connection: &ConnectionId) {
        let now = self.now();
        if let Ok(endpoint) = self.found_mut(endpoint) {
            if let Some(connection) = endpoint.connections.get_mut(connection) {
                connection.ended_at.get_or_insert(now);
            }
            endpoint.connections.retain(|_, c| {
                c.ended_at
                    .is_none_or(|end| now < end + REMEMBERED_AFTER_END)
            });
        }
    }

    fn live(&mut self, connection: &ConnectionId) -> Result<&mut Connection, ClientError> {
        self.endpoints_mut()
            .find_map(|endpoint| endpoint.connections.get_mut(connection))
            .filter(|connection| connection.ended_at.is_none())
            .ok_or_else(|| ClientError::NoConnection(connection.clone()))
    }
}

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
    /// The user name, where somebody signed in.
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
