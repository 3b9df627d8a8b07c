//! What was true in EC2 and when: its history and its call log, kept to be asked afterwards.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use shared::model::{AssociationId, ConnectionId, EndpointId, SubnetId};
use testkit::ec2::{Action, Actor, AssociationStatus, Call, Change, Moment, Outcome, RouteStatus};

/// A route that was made by hand: destination and target.
pub(super) type RoutePair = (String, String);

/// All that EC2 told so far.
#[derive(Debug, Default)]
pub(super) struct Truth {
    pub(super) networks: BTreeMap<AssociationId, Network>,
    pub(super) connections: BTreeMap<ConnectionId, Connected>,
    /// Calls by the functions that were done, in their order.
    pub(super) calls: Vec<Done>,
    routes: BTreeMap<EndpointId, BTreeMap<RoutePair, RouteStatus>>,
    groups: BTreeMap<EndpointId, BTreeSet<String>>,
}

/// The life of a target network.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub(super) endpoint: EndpointId,
    pub(super) subnet: SubnetId,
    /// Each status from its time on.
    pub(super) steps: Vec<(DateTime<Utc>, AssociationStatus)>,
}

/// The life of a connection.
#[derive(Debug, Clone)]
pub(super) struct Connected {
    pub(super) endpoint: EndpointId,
    pub(super) from: DateTime<Utc>,
    pub(super) to: Option<DateTime<Utc>>,
}

/// A call of the functions that EC2 did.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) at: DateTime<Utc>,
    pub(super) endpoint: String,
    /// Who: each process has a key of its own.
    pub(super) access_key: String,
    pub(super) what: Did,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Did {
    /// The connections were read.
    Looked,
    /// A subnet was associated, or a token that did so was used again.
    Associated,
    /// This target network was disassociated.
    Disassociated(AssociationId),
}

impl Truth {
    /// Takes in what happened since.
    pub(super) fn learn(&mut self, moments: Vec<Moment>, calls: Vec<Call>) {
        for moment in moments {
            self.happened(moment);
        }
        self.calls.extend(calls.into_iter().filter_map(done));
    }

    fn happened(&mut self, moment: Moment) {
        let Moment {
            at,
            endpoint,
            change,
        } = moment;
        match change {
            Change::Network {
                association,
                subnet,
                status,
            } => {
                let network = self.networks.entry(association).or_insert(Network {
                    endpoint,
                    subnet,
                    steps: Vec::new(),
                });
                network.steps.push((at, status));
            }
            Change::Route {
                cidr,
                target,
                status,
            } => {
                let routes = self.routes.entry(endpoint).or_default();
                let pair = (cidr.to_string(), target.to_string());
                match status {
                    Some(status) => routes.insert(pair, status),
                    None => routes.remove(&pair),
                };
            }
            Change::SecurityGroups(groups) => {
                let groups = groups.iter().map(ToString::to_string).collect();
                self.groups.insert(endpoint, groups);
            }
            Change::Connected(id) => {
                let connected = Connected {
                    endpoint,
                    from: at,
                    to: None,
                };
                self.connections.insert(id, connected);
            }
            Change::Ended(id) => {
                if let Some(connected) = self.connections.get_mut(&id) {
                    connected.to = Some(at);
                }
            }
        }
    }

    /// Whether clients could connect at some instant from `from` to `to`.
    pub(super) fn usable(
        &self,
        endpoint: &EndpointId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> bool {
        self.networks
            .values()
            .filter(|network| network.endpoint == *endpoint)
            .flat_map(Network::times_up)
            .any(|(up, down)| up <= to && down.is_none_or(|down| down > from))
    }

    /// The routes made by hand that are in force now.
    pub(super) fn active_routes(&self, endpoint: &EndpointId) -> BTreeSet<RoutePair> {
        let routes = self.routes.get(endpoint).into_iter().flatten();
        routes
            .filter(|(_, status)| **status == RouteStatus::Active)
            .map(|(pair, _)| pair.clone())
            .collect()
    }

    /// The security groups in force now.
    pub(super) fn groups(&self, endpoint: &EndpointId) -> BTreeSet<String> {
        self.groups.get(endpoint).cloned().unwrap_or_default()
    }

    /// The subnets that are associated now.
    pub(super) fn associated<'a>(&'a self, endpoint: &EndpointId) -> BTreeSet<&'a SubnetId> {
        self.of(endpoint)
            .filter(|(_, network)| network.now() == Some(AssociationStatus::Associated))
            .map(|(_, network)| &network.subnet)
            .collect()
    }

    /// Whether everything of the endpoint is gone now.
    pub(super) fn is_gone(&self, endpoint: &EndpointId) -> bool {
        self.of(endpoint)
            .all(|(_, network)| network.now() == Some(AssociationStatus::Disassociated))
    }

    /// How many clients are connected now.
    pub(super) fn in_use(&self, endpoint: &EndpointId) -> usize {
        let connections = self.connections.values();
        connections
            .filter(|connected| connected.endpoint == *endpoint && connected.to.is_none())
            .count()
    }

    /// An endpoint's target networks.
    pub(super) fn of<'a, 'b>(
        &'a self,
        endpoint: &'b EndpointId,
    ) -> impl Iterator<Item = (&'a AssociationId, &'a Network)> + use<'a, 'b> {
        self.networks
            .iter()
            .filter(move |(_, network)| network.endpoint == *endpoint)
    }
}

impl Network {
    /// When it came to be in a status first.
    pub(super) fn first(&self, status: AssociationStatus) -> Option<DateTime<Utc>> {
        let step = self.steps.iter().find(|(_, found)| *found == status);
        step.map(|(at, _)| *at)
    }

    pub(super) fn now(&self) -> Option<AssociationStatus> {
        self.steps.last().map(|(_, status)| *status)
    }

    /// From when to when clients could connect.
    fn times_up(&self) -> impl Iterator<Item = (DateTime<Utc>, Option<DateTime<Utc>>)> {
        let up = self.first(AssociationStatus::Associated);
        up.into_iter()
            .map(|up| (up, self.first(AssociationStatus::Disassociating)))
    }

    /// From when to when it held its subnet.
    pub(super) fn held(&self) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
        let (from, _) = self.steps.first()?;
        Some((*from, self.first(AssociationStatus::Disassociated)))
    }
}

fn done(call: Call) -> Option<Done> {
    if call.actor != Actor::Api || call.outcome != Outcome::Done {
        return None;
    }
    let parameter = |name: &str| call.parameters.get(name).cloned().unwrap_or_default();
    let what = match call.action {
        Action::DescribeClientVpnConnections => Did::Looked,
        Action::AssociateClientVpnTargetNetwork => Did::Associated,
        Action::DisassociateClientVpnTargetNetwork => {
            Did::Disassociated(AssociationId::observed(parameter("AssociationId")))
        }
        Action::DescribeClientVpnEndpoints
        | Action::DescribeClientVpnTargetNetworks
        | Action::DescribeClientVpnRoutes
        | Action::CreateClientVpnRoute
        | Action::DeleteClientVpnRoute
        | Action::ApplySecurityGroupsToClientVpnTargetNetwork
        | Action::ExportClientVpnClientConfiguration
        | Action::DescribeClientVpnAuthorizationRules
        | Action::DescribeSubnets
        | Action::DescribeSecurityGroups
        | Action::ModifyClientVpnEndpoint
        | Action::TerminateClientVpnConnections => return None,
    };
    Some(Done {
        at: call.at,
        endpoint: parameter("ClientVpnEndpointId"),
        access_key: call.access_key,
        what,
    })
}
