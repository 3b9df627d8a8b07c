//! Reading EC2: what is due, all of it side by side, and what it means together with what was believed before.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Reconciler;
use super::pass::Driver;
use crate::model::item::whole_seconds;
use crate::model::{
    Connection, ConnectionId, EndpointFacts, EndpointState, ManagedEndpoint, NetworkStatus,
    Observation, Route, Rules, TargetNetwork, Traffic,
};
use crate::policy::{self, is_wanted};
use crate::ports::VpnError;

/// What to ask EC2 beside the target networks: only what can change the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadPlan {
    connections: bool,
    routes: bool,
    endpoint: bool,
}

impl ReadPlan {
    /// For a click or a poll: who uses it once it is ready, the routes before; the endpoint itself before a start.
    pub(super) fn for_people(state: &EndpointState, asks: bool, now: DateTime<Utc>) -> Self {
        let up = !state.stay.association_ids.is_empty();
        let ready = state.stay.ready_since.is_some();
        Self {
            connections: up && ready,
            routes: up && !ready,
            endpoint: !ready && (up || asks || is_wanted(state, now)),
        }
    }

    /// For a sweep: the connections, also those that ended, and all that a stop would delete.
    pub(super) fn for_sweep(state: &EndpointState) -> Self {
        let up = !state.stay.association_ids.is_empty();
        Self {
            connections: true,
            routes: up,
            endpoint: up || state.demand.requests > state.demand.served,
        }
    }
}

/// What EC2 answered, part by part; `None`: not asked.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) read_at: DateTime<Utc>,
    pub(super) networks: Result<Vec<TargetNetwork>, VpnError>,
    pub(super) connections: Option<Result<Vec<Connection>, VpnError>>,
    pub(super) routes: Option<Result<Vec<Route>, VpnError>>,
    pub(super) endpoint: Option<Result<EndpointFacts, VpnError>>,
}

impl Reading {
    /// Whether a network in this status is listed.
    pub(super) fn shows(&self, status: NetworkStatus) -> bool {
        let listed = self.networks.iter().flatten();
        listed.into_iter().any(|network| network.status == status)
    }
}

/// What a reading means.
pub(super) struct Interpretation {
    pub(super) observation: Observation,
    /// What a sweep remembers of the connections; `None` where they were not read, or not by a sweep.
    pub(super) traffic: Option<Traffic>,
    pub(super) connections: Vec<Connection>,
    /// What could not be read beside the target networks.
    pub(super) gaps: Vec<VpnError>,
}

impl Reconciler {
    pub(super) async fn read(&self, endpoint: &ManagedEndpoint, plan: ReadPlan) -> Reading {
        let id = &endpoint.id;
        let read_at = self.clock.now();
        let connections = async {
            if plan.connections {
                Some(self.vpn.connections(id).await)
            } else {
                None
            }
        };
        let routes = async {
            if plan.routes {
                Some(self.vpn.routes(id).await)
            } else {
                None
            }
        };
        let facts = async {
            if plan.endpoint {
                Some(self.vpn.endpoint(id).await)
            } else {
                None
            }
        };
        let (networks, connections, routes, endpoint) =
            futures::join!(self.vpn.target_networks(id), connections, routes, facts);
        Reading {
            read_at,
            networks,
            connections,
            routes,
            endpoint,
        }
    }

    /// Goes on with a sweep's reading that shows something associated of which nothing was known: once adopted, it may
    /// be ready at once. The networks are read again beside the routes, as in any other reading.
    pub(super) async fn read_on(&self, endpoint: &ManagedEndpoint, reading: Reading) -> Reading {
        let plan = ReadPlan {
            connections: false,
            routes: true,
            endpoint: true,
        };
        Reading {
            connections: reading.connections,
            ..self.read(endpoint, plan).await
        }
    }

    /// What a reading means, given the state that was read before it.
    pub(super) fn interpret(
        &self,
        reading: Reading,
        state: &EndpointState,
        driver: Driver,
    ) -> Result<Interpretation, VpnError> {
        let mut gaps = Vec::new();
        let mut kept = |error| gaps.push(error);
        let mut observation = Observation::from_listing(
            state.sightings.observation.as_ref(),
            &state.stay.association_ids,
            reading.networks?,
            whole_seconds(reading.read_at),
        );
        observation.routes = reading.routes.and_then(|read| read.map_err(&mut kept).ok());
        observation.endpoint = reading
            .endpoint
            .and_then(|read| read.map_err(&mut kept).ok());
        let connections = reading
            .connections
            .and_then(|read| read.map_err(&mut kept).ok());
        let rules = &self.settings.rules;
        let traffic = match driver {
            Driver::Sweep { .. } => connections.as_ref().map(|connections| {
                policy::traffic(connections, &state.traffic, rules, reading.read_at)
            }),
            Driver::Person => None,
        };
        let silent = match &traffic {
            Some(traffic) => traffic.silent(),
            None => silent_before(state, rules, reading.read_at),
        };
        if let Some(connections) = &connections {
            observation.usage = Some(policy::usage(connections, &silent, reading.read_at));
            observation.connected = Observation::connected_among(connections);
        }
        observation.silent = Observation::silent_among(silent);
        Ok(Interpretation {
            observation,
            traffic,
            connections: connections.unwrap_or_default(),
            gaps,
        })
    }
}

/// The connections that the last sweep found silent, while a stale rule is in force.
fn silent_before(
    state: &EndpointState,
    rules: &Rules,
    now: DateTime<Utc>,
) -> BTreeSet<ConnectionId> {
    let last = state.sightings.observation.as_ref();
    last.filter(|_| policy::stale_after(rules, now).is_some())
        .map(|last| last.silent.clone())
        .unwrap_or_default()
}
