//! Reading EC2, all that is due side by side, and what the answers mean together with what was known before.

use chrono::{DateTime, Utc};
use futures::future::OptionFuture;

use super::Reconciler;
use crate::model::item::whole_seconds;
use crate::model::{
    Attribute, Connection, EndpointFacts, EndpointState, ManagedEndpoint, Observation, Route,
    Rules, StateChange, TargetNetwork, Traffic,
};
use crate::policy::{self, Executor, ReadPlan};
use crate::ports::{StoreError, VpnError};

/// What EC2 answered, part by part; `None`: not asked.
#[derive(Debug)]
pub(super) struct Reading {
    read_at: DateTime<Utc>,
    pub(super) networks: Result<Vec<TargetNetwork>, VpnError>,
    connections: Option<Result<Vec<Connection>, VpnError>>,
    routes: Option<Result<Vec<Route>, VpnError>>,
    endpoint: Option<Result<EndpointFacts, VpnError>>,
}

/// What a reading means.
pub(super) struct Interpretation {
    pub(super) observation: Observation,
    /// What a sweep remembers of the connections; `None` where they were not read, or not by a sweep.
    pub(super) traffic: Option<Traffic>,
    pub(super) connections: Vec<Connection>,
    pub(super) gaps: Vec<VpnError>,
}

impl Reconciler {
    /// Reads EC2 for a click (`asks`) or a poll, if no other has within five seconds: however many people wait, it is read
    /// once.
    pub(super) async fn read_if_due(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        asks: bool,
    ) -> Result<Option<Reading>, StoreError> {
        let now = self.clock.now();
        if !policy::is_reading_due(state, now) {
            return Ok(None);
        }
        let mut claim = StateChange::of(state);
        claim.require_at_most(
            Attribute::ReadingSinceMs,
            policy::latest_reading_before(now),
        );
        claim.after.sightings.reading_since_ms =
            Some(u64::try_from(now.timestamp_millis()).unwrap_or(0));
        let won = self.store.update(&endpoint.id, &claim.update()).await?;
        if won.is_none() {
            return Ok(None);
        }
        let plan = ReadPlan::for_people(state, asks, self.clock.now());
        Ok(Some(self.read(endpoint, plan).await))
    }

    /// Reads the target networks, and beside them what the plan says.
    pub(super) async fn read(&self, endpoint: &ManagedEndpoint, plan: ReadPlan) -> Reading {
        let (vpn, id) = (&self.vpn, &endpoint.id);
        let read_at = self.clock.now();
        let (networks, connections, routes, endpoint) = futures::join!(
            vpn.target_networks(id),
            OptionFuture::from(plan.connections.then(|| vpn.connections(id))),
            OptionFuture::from(plan.routes.then(|| vpn.routes(id))),
            OptionFuture::from(plan.endpoint.then(|| vpn.endpoint(id))),
        );
        Reading {
            read_at,
            networks,
            connections,
            routes,
            endpoint,
        }
    }

    /// Goes on with a sweep's reading where that shows something to adopt. The networks are read again beside the routes,
    /// as in any other reading.
    pub(super) async fn read_on(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        reading: Reading,
    ) -> Reading {
        let listed = reading.networks.as_deref().unwrap_or_default();
        let Some(plan) = ReadPlan::for_adoption(state, listed) else {
            return reading;
        };
        Reading {
            connections: reading.connections,
            // Rare and large: in a box, so that every sweep's future stays small.
            ..Box::pin(self.read(endpoint, plan)).await
        }
    }
}

impl Reading {
    /// What it means, given the state that was read before it; an error where the target networks could not be read.
    pub(super) fn interpret(
        self,
        state: &EndpointState,
        rules: &Rules,
        executor: Executor,
    ) -> Result<Interpretation, VpnError> {
        let read_at = self.read_at;
        let mut observation = Observation::from_listing(
            state.sightings.observation.as_ref(),
            &state.stay.association_ids,
            self.networks?,
            whole_seconds(read_at),
        );
        let mut gaps = Vec::new();
        observation.routes = read_part(self.routes, &mut gaps);
        observation.endpoint = read_part(self.endpoint, &mut gaps);
        let connections = read_part(self.connections, &mut gaps);
        let traffic = connections
            .as_ref()
            .filter(|_| executor.is_sweep())
            .map(|connections| policy::traffic(connections, &state.traffic, rules, read_at));
        let silent = match &traffic {
            Some(traffic) => traffic.silent(),
            None => policy::known_silent(state, rules, read_at),
        };
        if let Some(connections) = &connections {
            observation.usage = Some(policy::usage(connections, &silent, read_at));
            observation.connected = Observation::connected_among(connections);
        }
        observation.silent = Observation::silent_among(silent);
        observation.booked = if executor.is_sweep() {
            policy::booked_spans(state, rules, read_at)
        } else {
            let before = state.sightings.observation.as_ref();
            before.map(|seen| seen.booked.clone()).unwrap_or_default()
        };
        Ok(Interpretation {
            observation,
            traffic,
            connections: connections.unwrap_or_default(),
            gaps,
        })
    }
}

fn read_part<T>(part: Option<Result<T, VpnError>>, gaps: &mut Vec<VpnError>) -> Option<T> {
    part?.map_err(|error| gaps.push(error)).ok()
}
