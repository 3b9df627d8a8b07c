//! What is read.

use std::collections::BTreeMap;

use futures::future::join_all;
use shared::model::{EndpointState, ManagedEndpoint};
use shared::ports::Store;

use crate::aws::Aws;
use crate::config::Config;
use crate::seen::{Answer, Connection, Endpoint, Network, Route, Subnet, Table, chain};

#[derive(Debug, Clone)]
pub struct Facts {
    /// The SDK's region; `None`: none is configured.
    pub region: Option<String>,
    /// Of each managed endpoint, in the order of the configuration.
    pub endpoints: Vec<EndpointFacts>,
    /// The lease table and the audit table; `None`: they are not configured.
    pub tables: Option<[Answer<Table>; 2]>,
}

/// What is looked at of one endpoint.
#[derive(Debug, Clone)]
pub struct EndpointFacts {
    pub endpoint: Answer<Endpoint>,
    pub networks: Answer<Vec<Network>>,
    pub routes: Answer<Vec<Route>>,
    pub connections: Answer<Vec<Connection>>,
    /// The CIDRs that some authorization rule leads to.
    pub rules: Answer<Vec<String>>,
    /// The configured subnets that exist, by their ids.
    pub subnets: Answer<BTreeMap<String, Subnet>>,
    /// The security groups of its VPC; `None`: it names no VPC.
    pub groups: Option<Answer<Vec<String>>>,
    /// What the lease table holds of it; `None`: it is not configured.
    pub state: Option<Result<EndpointState, String>>,
}

impl Facts {
    /// Reads everything that this configuration names.
    pub async fn read(aws: &Aws, config: &Config) -> Self {
        let endpoints = config.common.endpoints.iter();
        let endpoints = join_all(endpoints.map(|endpoint| EndpointFacts::read(aws, endpoint)));
        let tables = async {
            let tables = config.tables.as_ref()?;
            let (lease, audit) = futures::join!(aws.table(&tables.lease), aws.table(&tables.audit));
            Some([lease, audit])
        };
        // On the heap: it holds all calls at once.
        let (endpoints, tables) = Box::pin(async { futures::join!(endpoints, tables) }).await;
        Self {
            region: aws.region.clone(),
            endpoints,
            tables,
        }
    }
}

impl EndpointFacts {
    async fn read(aws: &Aws, managed: &ManagedEndpoint) -> Self {
        let id = &managed.id;
        let state = async {
            let store = aws.store.as_ref()?;
            Some(store.load(id).await.map_err(|error| chain(&error)))
        };
        let subnets = aws.subnets(managed.subnets.iter().map(ToString::to_string).collect());
        let (endpoint, networks, routes, connections, rules, subnets, state) = futures::join!(
            aws.endpoint(id),
            aws.networks(id),
            aws.routes(id),
            aws.connections(id),
            aws.rules(id),
            subnets,
            state
        );
        let vpc = endpoint
            .as_ref()
            .ok()
            .and_then(|endpoint| endpoint.vpc_id.clone());
        let groups = match vpc {
            Some(vpc) => Some(aws.groups_of(&vpc).await),
            None => None,
        };
        let by_id =
            |subnets: Vec<Subnet>| subnets.into_iter().map(|it| (it.id.clone(), it)).collect();
        Self {
            endpoint,
            networks,
            routes,
            connections,
            rules,
            subnets: subnets.map(by_id),
            groups,
            state,
        }
    }
}
