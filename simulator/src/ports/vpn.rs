//! EC2, for a process.

use std::collections::BTreeSet;

use async_trait::async_trait;
use shared::ec2_errors;
use shared::model::{
    AssociationId, Connection, EndedAt, EndpointFacts, EndpointId, NetworkStatus, Route, RouteKey,
    RouteStatus, SecurityGroupId, SubnetId, TargetNetwork, VpcId,
};
use shared::ports::{Association, ClientVpn, VpnError};
use testkit::ec2::{
    self, Answer, ApiError, AssociationStatus, Caller as ApiCaller, ConnectionView, EndpointView,
    NewRoute, Page, Paging, Request, RouteOrigin, RouteTarget, RouteView, TargetNetworkView,
};

use super::Line;
use crate::bugs;
use crate::weather::{Failing, To};

/// [`ClientVpn`] over the simulated EC2.
#[derive(Debug)]
pub struct SimulatedVpn {
    line: Line,
}

/// Small, so that most listings have more than one page.
const PAGE: usize = 3;

impl SimulatedVpn {
    pub(crate) fn new(line: Line) -> Self {
        Self { line }
    }

    async fn request(&self, request: Request) -> Result<Answer, VpnError> {
        let action = request.action();
        let changes = !action.only_reads();
        let answer = self
            .line
            .call(
                To::Ec2 { changes },
                action.as_str(),
                move |universe, engine, caller| {
                    let now = engine.now();
                    let mut request = request;
                    bugs::request(universe.bug, &mut request, &mut universe.chance);
                    if let Some(pretended) = bugs::pretended(universe.bug, &request) {
                        return Ok(pretended);
                    }
                    let staleness = universe.staleness(&request);
                    let by = ApiCaller {
                        staleness,
                        misses_counters: universe.counters_are_missing(now, &request),
                        ..ApiCaller::api(testkit::example::REGION)
                    };
                    universe.before_request(now, caller, &request);
                    let answer = universe.vpn.perform(now, &by, request.clone());
                    universe.requested(now, caller, &request, &answer, staleness);
                    answer
                },
            )
            .await;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(refused(&error)),
            Err(failing) => Err(failed(failing)),
        }
    }

    /// All pages of a listing, each a call of its own: what happens in between happens between two pages.
    async fn all<T>(
        &self,
        request: impl Fn(Paging) -> Request,
        page: impl Fn(Answer) -> Option<Page<T>>,
    ) -> Result<Vec<T>, VpnError> {
        let (mut items, mut next_token) = (Vec::new(), None);
        loop {
            let paging = Paging {
                max_results: Some(PAGE),
                next_token,
            };
            let answer = self.request(request(paging)).await?;
            let Some(page) = page(answer) else {
                return Err(failed(Failing::Internal));
            };
            items.extend(page.items);
            next_token = bugs::next_page(self.line.bug(), page.next_token);
            if next_token.is_none() {
                return Ok(items);
            }
        }
    }
}

/// The page in an answer to a listing.
macro_rules! page {
    ($listing:ident) => {
        |answer| {
            if let Answer::$listing(page) = answer {
                Some(page)
            } else {
                None
            }
        }
    };
}

#[async_trait]
impl ClientVpn for SimulatedVpn {
    async fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError> {
        let request = |paging| Request::DescribeTargetNetworks {
            endpoint: endpoint.clone(),
            filters: Vec::new(),
            paging,
        };
        let views = self.all(request, page!(TargetNetworks)).await?;
        let networks = views.into_iter().map(target_network).collect();
        Ok(bugs::networks(self.line.bug(), networks))
    }

    async fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError> {
        let request = |paging| Request::DescribeConnections {
            endpoint: endpoint.clone(),
            filters: Vec::new(),
            paging,
        };
        let (bug, invocation) = (self.line.bug(), self.line.invocation());
        let first_looks = &self.line.first_looks;
        if let Some(read_before) = first_looks.read_before(bug, invocation) {
            return Ok(read_before);
        }
        let views = bugs::connections_read(bug, self.all(request, page!(Connections)).await)?;
        let connections = views.into_iter().map(connection).collect();
        let connections = bugs::connections(bug, connections);
        first_looks.remember(bug, invocation, &connections);
        Ok(connections)
    }

    async fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError> {
        let request = |paging| Request::DescribeRoutes {
            endpoint: endpoint.clone(),
            filters: Vec::new(),
            paging,
        };
        let views = self.all(request, page!(Routes)).await?;
        Ok(views.into_iter().map(route).collect())
    }

    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError> {
        let request = |paging| Request::DescribeEndpoints {
            ids: vec![endpoint.clone()],
            filters: Vec::new(),
            paging,
        };
        let found = self
            .all(request, page!(Endpoints))
            .await?
            .into_iter()
            .next();
        found.map(facts).ok_or_else(|| failed(Failing::Internal))
    }

    async fn associate(
        &self,
        endpoint: &EndpointId,
        subnet: &SubnetId,
        client_token: &str,
    ) -> Result<Association, VpnError> {
        let request = Request::Associate {
            endpoint: endpoint.clone(),
            subnet: subnet.clone(),
            client_token: Some(client_token.to_owned()),
        };
        let answer = self.request(request).await;
        if let Ok(Answer::Associated(made)) = answer {
            return Ok(Association::Accepted(made.association_id));
        }
        match answer {
            Err(error) if ec2_errors::is_already_there(&error) => Ok(Association::AlreadyThere),
            Err(error) => Err(error),
            Ok(_) => Err(failed(Failing::Internal)),
        }
    }

    async fn disassociate(
        &self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) -> Result<(), VpnError> {
        let request = Request::Disassociate {
            endpoint: endpoint.clone(),
            association: association.clone(),
        };
        match self.request(request).await {
            Err(error) if ec2_errors::is_already_gone(&error) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    async fn create_route(
        &self,
        endpoint: &EndpointId,
        route: &RouteKey,
        description: Option<&str>,
        client_token: &str,
    ) -> Result<(), VpnError> {
        let cidr = route.cidr.parse().map_err(|_| VpnError::Refused {
            code: "InvalidParameterValue".to_owned(),
            message: format!("{} is not a CIDR", route.cidr),
        })?;
        let target = if route.is_local() {
            RouteTarget::Local
        } else {
            RouteTarget::Subnet(route.subnet_id.clone())
        };
        let request = Request::CreateRoute {
            endpoint: endpoint.clone(),
            route: NewRoute {
                cidr,
                target,
                description: description.unwrap_or_default().to_owned(),
            },
            client_token: Some(client_token.to_owned()),
        };
        match self.request(request).await {
            Err(error) if ec2_errors::is_already_there(&error) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    async fn apply_security_groups(
        &self,
        endpoint: &EndpointId,
        vpc: &VpcId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), VpnError> {
        let request = Request::ApplySecurityGroups {
            endpoint: endpoint.clone(),
            vpc: vpc.clone(),
            groups: groups.iter().cloned().collect(),
        };
        self.request(request).await.map(|_| ())
    }

    async fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError> {
        let request = Request::ExportConfiguration {
            endpoint: endpoint.clone(),
        };
        if let Answer::Configuration(profile) = self.request(request).await? {
            Ok(profile)
        } else {
            Err(failed(Failing::Internal))
        }
    }
}

/// What EC2 refuses, sorted as the real adapter sorts it.
fn refused(error: &ApiError) -> VpnError {
    ec2_errors::answered(error.code(), &error.to_string(), error.status())
}

fn failed(failing: Failing) -> VpnError {
    match failing {
        Failing::NoAnswer | Failing::Conflict => VpnError::TryLater {
            code: None,
            source: "simulated: no answer".into(),
        },
        Failing::Throttled => {
            ec2_errors::answered("RequestLimitExceeded", "Request limit exceeded.", 503)
        }
        Failing::Internal => ec2_errors::answered("InternalError", "An internal error.", 500),
        Failing::Refused => ec2_errors::answered("UnauthorizedOperation", "Not authorized.", 403),
    }
}

fn target_network(view: TargetNetworkView) -> TargetNetwork {
    TargetNetwork {
        association_id: view.association_id,
        subnet_id: view.subnet_id.unwrap_or_else(|| SubnetId::observed("")),
        status: match view.status {
            AssociationStatus::Associating => NetworkStatus::Associating,
            AssociationStatus::Associated => NetworkStatus::Associated,
            AssociationStatus::AssociationFailed => NetworkStatus::AssociationFailed,
            AssociationStatus::Disassociating => NetworkStatus::Disassociating,
            AssociationStatus::Disassociated => NetworkStatus::Disassociated,
        },
        message: None,
    }
}

fn connection(view: ConnectionView) -> Connection {
    Connection {
        id: view.connection_id,
        user: view.username.unwrap_or(view.common_name),
        active: view.status.is_connected(),
        established_at: Some(view.established_at),
        ended_at: view.ended_at.map(EndedAt::Stated),
        bytes: view.counters.map(|c| c.ingress_bytes + c.egress_bytes),
        packets: view.counters.map(|c| c.ingress_packets + c.egress_packets),
    }
}

fn route(view: RouteView) -> Route {
    Route {
        key: RouteKey {
            cidr: view.destination_cidr,
            subnet_id: view
                .target_subnet
                .unwrap_or_else(|| SubnetId::observed(RouteKey::LOCAL)),
        },
        manual: view.origin == RouteOrigin::AddRoute,
        status: match view.status {
            ec2::RouteStatus::Creating => RouteStatus::Creating,
            ec2::RouteStatus::Active => RouteStatus::Active,
            ec2::RouteStatus::Failed => RouteStatus::Failed,
            ec2::RouteStatus::Deleting => RouteStatus::Deleting,
        },
        description: Some(view.description).filter(|text| !text.is_empty()),
    }
}

fn facts(view: EndpointView) -> EndpointFacts {
    EndpointFacts {
        vpc_id: view.vpc_id,
        security_group_ids: view.security_group_ids.into_iter().collect(),
        transit_gateway: view.transit_gateway.is_some(),
    }
}
