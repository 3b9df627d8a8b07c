//! The world: everything that EC2 knows about Client VPN here, and the passing of its time.
//!
//! Pure: no I/O, no clock. Every method takes the time and first applies all that was due by then, in the order of
//! its time. The same seed and the same calls give the same world.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId, VpcId};

use super::admission::{Bucket, Tokens};
use super::connection::Connection;
use super::draw::{Delay, Draw};
use super::error::ApiError;
use super::fault::Fault;
use super::history::Moment;
use super::log::CallLog;
use super::route::{Route, RouteKey};
use super::settings::{Behaviour, EndpointSpec, RouteOutcome, Settings, Subnet, Vpc};
use super::target_network::TargetNetwork;

/// The Client VPN of one account and region.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ec2World {
    now: DateTime<Utc>,
    vpcs: BTreeMap<VpcId, Vpc>,
    subnets: BTreeMap<SubnetId, Subnet>,
    endpoints: BTreeMap<EndpointId, Endpoint>,
    behaviour: Behaviour,
    draw: Draw,
    due: BTreeSet<Due>,
    order: u64,
    failing_associations: u32,
    pub(super) tokens: Tokens,
    /// Full again after a restart.
    #[serde(skip)]
    pub(super) bucket: Option<Bucket>,
    pub(super) faults: Vec<Fault>,
    #[serde(skip)]
    pub(super) log: CallLog,
    #[serde(skip)]
    pub(super) history: Option<Vec<Moment>>,
}

/// An endpoint and all that hangs on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoint {
    /// As it was created.
    pub spec: EndpointSpec,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// The VPC chosen, or that of the first association.
    pub vpc_id: Option<VpcId>,
    /// The security groups in force.
    pub security_groups: Vec<SecurityGroupId>,
    /// Its target networks, `disassociated` ones included for as long as they are listed.
    pub networks: BTreeMap<AssociationId, TargetNetwork>,
    /// Its route table.
    pub routes: BTreeMap<RouteKey, Route>,
    /// Its connections; ended ones are kept longer than EC2 lists them.
    pub connections: BTreeMap<ConnectionId, Connection>,
    /// What the associations that were disassociated had lasted, from the associate call that EC2 accepted to the
    /// disassociate call that it accepted: what AWS bills, in seconds. Failed ones are not billed.
    pub billed_seconds: i64,
    pub(super) connections_ever: u32,
    pub(super) ever_associated: BTreeSet<SubnetId>,
}

/// Something that will happen by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Due {
    at: DateTime<Utc>,
    /// What was scheduled first happens first.
    order: u64,
    event: Event,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Event {
    AssociationSettles {
        endpoint: EndpointId,
        association: AssociationId,
    },
    Disassociated {
        endpoint: EndpointId,
        association: AssociationId,
    },
    NetworkForgotten {
        endpoint: EndpointId,
        association: AssociationId,
    },
    RouteSettles {
        endpoint: EndpointId,
        key: RouteKey,
        outcome: RouteOutcome,
    },
    RouteGone {
        endpoint: EndpointId,
        key: RouteKey,
    },
    ConnectionEnds {
        endpoint: EndpointId,
        connection: ConnectionId,
    },
}

impl Ec2World {
    /// A world in which nothing has happened yet.
    pub fn new(settings: Settings, now: DateTime<Utc>) -> Self {
        let endpoint = |spec: EndpointSpec| (spec.id.clone(), Endpoint::new(spec, now));
        Self {
            now,
            vpcs: settings
                .vpcs
                .into_iter()
                .map(|vpc| (vpc.id.clone(), vpc))
                .collect(),
            subnets: settings
                .subnets
                .into_iter()
                .map(|subnet| (subnet.id.clone(), subnet))
                .collect(),
            endpoints: settings.endpoints.into_iter().map(endpoint).collect(),
            behaviour: settings.behaviour,
            draw: Draw::seeded(settings.seed),
            due: BTreeSet::new(),
            order: 0,
            failing_associations: 0,
            tokens: Tokens::default(),
            bucket: None,
            faults: Vec::new(),
            log: CallLog::default(),
            history: None,
        }
    }

    /// Applies every transition due by `now`, in the order of their times, and tells the world's time.
    /// Time never goes back: an earlier `now` is taken for the latest one seen.
    pub fn advance(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        while self.due.first().is_some_and(|due| due.at <= now) {
            let Some(due) = self.due.pop_first() else {
                break;
            };
            self.now = self.now.max(due.at);
            self.apply(due.event);
        }
        self.now = self.now.max(now);
        self.now
    }

    /// When the next transition happens by itself: what a simulator can jump to.
    pub fn next_transition(&self) -> Option<DateTime<Utc>> {
        self.due.first().map(|due| due.at)
    }

    /// The time up to which everything has happened.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The endpoints.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.values()
    }

    /// One endpoint.
    pub fn endpoint(&self, id: &EndpointId) -> Option<&Endpoint> {
        self.endpoints.get(id)
    }

    /// How the world behaves.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Changes how the world behaves from now on.
    pub fn set_behaviour(&mut self, behaviour: Behaviour) {
        self.behaviour = behaviour;
    }

    /// As after a while without calls: the request limit allows as many at once as it ever does.
    pub fn refill(&mut self) {
        self.bucket = None;
    }

    /// Makes the next `count` associations end in `association-failed`.
    pub fn fail_next_associations(&mut self, count: u32) {
        self.failing_associations = count;
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::AssociationSettles {
                endpoint,
                association,
            } => self.association_settles(&endpoint, &association),
            Event::Disassociated {
                endpoint,
                association,
            } => self.disassociation_completes(&endpoint, &association),
            Event::NetworkForgotten {
                endpoint,
                association,
            } => {
                if let Ok(endpoint) = self.found_mut(&endpoint) {
                    endpoint.networks.remove(&association);
                }
            }
            Event::RouteSettles {
                endpoint,
                key,
                outcome,
            } => self.route_settles(&endpoint, key, outcome),
            Event::RouteGone { endpoint, key } => {
                if let Ok(endpoint) = self.found_mut(&endpoint) {
                    endpoint.routes.remove(&key);
                }
            }
            Event::ConnectionEnds {
                endpoint,
                connection,
            } => self.connection_ends(&endpoint, &connection),
        }
    }

    pub(super) fn schedule(&mut self, delay: Delay, event: Event) {
        let (at, order) = (self.now + self.draw.delay(delay), self.next_order());
        self.due.insert(Due { at, order, event });
    }

    /// Refuses a call that would be one operation too many under way on its endpoint.
    pub(super) fn admit_operation(&self, endpoint: &EndpointId) -> Result<(), ApiError> {
        let under_way = self
            .due
            .iter()
            .filter(|due| self.is_operation_on(&due.event, endpoint))
            .count();
        match self.behaviour.operations_in_flight {
            Some(limit) if under_way >= limit => {
                Err(ApiError::ConcurrentMutationLimit(endpoint.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What a caller set going and waits for; what follows from it by itself does not count.
    fn is_operation_on(&self, event: &Event, on: &EndpointId) -> bool {
        match event {
            Event::AssociationSettles { endpoint, .. } | Event::Disassociated { endpoint, .. } => {
                endpoint == on
            }
            Event::RouteSettles { endpoint, key, .. } => {
                let route = self
                    .endpoint(endpoint)
                    .and_then(|endpoint| endpoint.routes.get(key));
                endpoint == on && route.is_some_and(Route::is_being_made_by_hand)
            }
            Event::NetworkForgotten { .. }
            | Event::RouteGone { .. }
            | Event::ConnectionEnds { .. } => false,
        }
    }

    pub(super) fn next_association_fails(&mut self) -> bool {
        let fails = self.failing_associations > 0;
        self.failing_associations = self.failing_associations.saturating_sub(1);
        fails
    }

    pub(super) fn next_order(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    pub(super) fn draw_id(&mut self, prefix: &str) -> String {
        self.draw.id(prefix)
    }

    pub(super) fn found(&self, id: &EndpointId) -> Result<&Endpoint, ApiError> {
        self.endpoints
            .get(id)
            .ok_or_else(|| ApiError::EndpointNotFound(id.to_string()))
    }

    pub(super) fn found_mut(&mut self, id: &EndpointId) -> Result<&mut Endpoint, ApiError> {
        self.endpoints
            .get_mut(id)
            .ok_or_else(|| ApiError::EndpointNotFound(id.to_string()))
    }

    pub(super) fn endpoints_mut(&mut self) -> impl Iterator<Item = &mut Endpoint> {
        self.endpoints.values_mut()
    }

    pub(super) fn subnets(&self) -> impl Iterator<Item = &Subnet> {
        self.subnets.values()
    }

    pub(super) fn vpcs(&self) -> impl Iterator<Item = &Vpc> {
        self.vpcs.values()
    }

    pub(super) fn subnet(&self, id: &SubnetId) -> Option<&Subnet> {
        self.subnets.get(id)
    }

    pub(super) fn vpc(&self, id: &VpcId) -> Option<&Vpc> {
        self.vpcs.get(id)
    }

    pub(super) fn has_group(&self, vpc: &VpcId, group: &SecurityGroupId) -> bool {
        self.vpcs.get(vpc).is_some_and(|vpc| {
            vpc.default_security_group == *group || vpc.security_groups.contains(group)
        })
    }
}

impl Endpoint {
    fn new(spec: EndpointSpec, created_at: DateTime<Utc>) -> Self {
        Self {
            created_at,
            vpc_id: spec.vpc_id.clone(),
            security_groups: spec.security_group_ids.clone(),
            spec,
            networks: BTreeMap::new(),
            routes: BTreeMap::new(),
            connections: BTreeMap::new(),
            billed_seconds: 0,
            connections_ever: 0,
            ever_associated: BTreeSet::new(),
        }
    }
}
