//! What is read before anything is changed, and what speaks against a run.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{EndpointState, Mode};
use shared::ports::Store;

use super::plan::{CIDR, Setup};
use super::record::Record;
use crate::aws::Aws;
use crate::seen::{Answer, Endpoint, Network, Route, chain};

/// A sweep within this time means that the reaper runs: it sweeps each minute, or as often as the operator has chosen.
const SWEEPS_RUN: TimeDelta = TimeDelta::minutes(10);

/// What was found before the run.
#[derive(Debug, Clone)]
pub struct Found {
    pub endpoint: Answer<Endpoint>,
    pub networks: Answer<Vec<Network>>,
    pub routes: Answer<Vec<Route>>,
    /// What the lease table holds of it; `None`: it is not configured.
    pub state: Option<Result<EndpointState, String>>,
}

/// What speaks against the run, and what the operator should know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objections {
    /// Why it must not run.
    pub refusals: Vec<String>,
    /// What may go wrong.
    pub warnings: Vec<String>,
}

impl Found {
    pub async fn read(aws: &Aws, setup: &Setup) -> Self {
        let id = &setup.endpoint.id;
        let state = async {
            let store = aws.store.as_ref()?;
            Some(store.load(id).await.map_err(|error| chain(&error)))
        };
        let (endpoint, networks, routes, state) =
            futures::join!(aws.endpoint(id), aws.networks(id), aws.routes(id), state);
        Self {
            endpoint,
            networks,
            routes,
            state,
        }
    }

    /// What speaks against changing the endpoint now.
    pub fn objections(&self, setup: &Setup, now: DateTime<Utc>) -> Objections {
        let mut objections = Objections::default();
        let name = &setup.endpoint.name;
        let mut refuse = |why: String| objections.refusals.push(why);
        match &self.endpoint {
            Ok(endpoint) if endpoint.is_on_transit_gateway => refuse(format!(
                "{name} is attached to a transit gateway: it has no subnets to associate, and cannot be managed"
            )),
            Ok(_) => {}
            Err(refusal) => refuse(format!("{name} cannot be read: {refusal}")),
        }
        match &self.networks {
            Ok(networks) => {
                for network in networks
                    .iter()
                    .filter(|network| network.status != "disassociated")
                {
                    refuse(format!(
                        "{name} is not off: {} is {}. Wait until it is off, or disassociate it",
                        network.association_id, network.status
                    ));
                }
            }
            Err(refusal) => refuse(format!("its target networks cannot be read: {refusal}")),
        }
        let record = Record {
            client_cidr: self
                .endpoint
                .as_ref()
                .map_or_else(|_| String::new(), |it| it.client_cidr.clone()),
            ..Record::default()
        };
        match &self.routes {
            Ok(routes) if routes.iter().any(|route| record.is_ours(route)) => refuse(format!(
                "{name} has a route to {CIDR} or a `local` one to the clients' range, as this run would make it: delete it first"
            )),
            Ok(_) => {}
            Err(refusal) => refuse(format!("its routes cannot be read: {refusal}")),
        }
        match &self.state {
            Some(Ok(state)) => objections.of_state(state, now),
            Some(Err(why)) => objections.refusals.push(format!(
                "the lease table cannot be read, so it is not known whether an employee waits for this VPN: {why}"
            )),
            None => objections.warnings.push(
                "LEASE_TABLE is not set. If a stack is deployed, set ReaperState=DISABLED first, or its sweeps interfere"
                    .to_owned(),
            ),
        }
        objections
    }
}

impl Objections {
    fn of_state(&mut self, state: &EndpointState, now: DateTime<Utc>) {
        if let Some(last) = state
            .sightings
            .last_sweep_at
            .filter(|last| now - *last < SWEEPS_RUN)
        {
            self.refusals.push(format!(
                "the last sweep was at {last}: the reaper would adopt what this run associates, remember its routes, and \
                 stop it half-way. Deploy with ReaperState=DISABLED, wait {} minutes, and run this again",
                SWEEPS_RUN.num_minutes()
            ));
        }
        let holders: Vec<String> = state
            .leases
            .iter()
            .filter(|lease| lease.runs(now))
            .map(|lease| format!("{} until {}", lease.email, lease.until))
            .collect();
        if !holders.is_empty() {
            self.refusals.push(format!(
                "employees have asked for this VPN: {}. Run this once their leases have ended",
                holders.join(", ")
            ));
        }
        match state.order.in_force(now) {
            Some(Mode::Hold) => {}
            Some(Mode::Off) => self.refusals.push(
                "its mode is `off`: the next sweep would take down what this run associates. Set it to `hold` until you are \
                 done (docs/operate.md)"
                    .to_owned(),
            ),
            Some(Mode::On | Mode::Unreadable(_)) | None => self.warnings.push(
                "an employee who opens the page starts this VPN during the run. Set its mode to `hold` until you are done \
                 (docs/operate.md)"
                    .to_owned(),
            ),
        }
    }
}
