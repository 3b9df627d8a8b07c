//! What clients do and what becomes of their connections.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{ConnectionId, EndpointId};

use super::cidr::Range as _;
use super::connection::{Client, Connection, Terminating, Traffic};
use super::draw::Delay;
use super::error::ApiError;
use super::world::{Ec2World, Event};

/// How long the world remembers a connection after its end: stale reads look back at most an hour.
const REMEMBERED_AFTER_END: TimeDelta = TimeDelta::minutes(120);

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

impl Ec2World {
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
