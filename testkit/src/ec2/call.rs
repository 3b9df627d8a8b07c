//! A call to EC2 as the world sees it: typed, admitted, and done.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId, VpcId};

use super::action::Action;
use super::admission::Bucket;
use super::cidr::Cidr;
use super::connection::Terminating;
use super::error::ApiError;
use super::listing::{Filter, Page, Paging};
use super::log::Actor;
use super::route::{NewRoute, RouteStatus, RouteTarget};
use super::target_network::Association;
use super::view::{ConnectionView, EndpointView, RouteView, TargetNetworkView};
use super::vpc::{RuleView, SecurityGroupView, SubnetView};
use super::world::Ec2World;

/// What a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub enum Request {
    DescribeEndpoints {
        ids: Vec<EndpointId>,
        filters: Vec<Filter>,
        paging: Paging,
    },
    DescribeTargetNetworks {
        endpoint: EndpointId,
        filters: Vec<Filter>,
        paging: Paging,
    },
    DescribeConnections {
        endpoint: EndpointId,
        filters: Vec<Filter>,
        paging: Paging,
    },
    DescribeRoutes {
        endpoint: EndpointId,
        filters: Vec<Filter>,
        paging: Paging,
    },
    DescribeAuthorizationRules {
        endpoint: EndpointId,
        paging: Paging,
    },
    DescribeSubnets {
        filters: Vec<Filter>,
        paging: Paging,
    },
    DescribeSecurityGroups {
        filters: Vec<Filter>,
        paging: Paging,
    },
    Associate {
        endpoint: EndpointId,
        subnet: SubnetId,
        client_token: Option<String>,
    },
    Disassociate {
        endpoint: EndpointId,
        association: AssociationId,
    },
    CreateRoute {
        endpoint: EndpointId,
        route: NewRoute,
        client_token: Option<String>,
    },
    DeleteRoute {
        endpoint: EndpointId,
        cidr: Cidr,
        target: RouteTarget,
    },
    ApplySecurityGroups {
        endpoint: EndpointId,
        vpc: VpcId,
        groups: Vec<SecurityGroupId>,
    },
    ExportConfiguration {
        endpoint: EndpointId,
    },
    TerminateConnection {
        endpoint: EndpointId,
        connection: ConnectionId,
    },
    TerminateUser {
        endpoint: EndpointId,
        user: String,
    },
    /// Of all that it can change, the security groups alone.
    ModifyEndpoint {
        endpoint: EndpointId,
        vpc: VpcId,
        groups: Vec<SecurityGroupId>,
    },
}

/// What EC2 answers when it does not refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub enum Answer {
    Endpoints(Page<EndpointView>),
    TargetNetworks(Page<TargetNetworkView>),
    Connections(Page<ConnectionView>),
    Routes(Page<RouteView>),
    AuthorizationRules(Page<RuleView>),
    Subnets(Page<SubnetView>),
    SecurityGroupsOfVpc(Page<SecurityGroupView>),
    Associated(Association),
    Disassociated(Association),
    RouteCreated(RouteStatus),
    RouteDeleted(RouteStatus),
    SecurityGroups(Vec<SecurityGroupId>),
    /// The `.ovpn`.
    Configuration(String),
    Terminating {
        endpoint: EndpointId,
        user: Option<String>,
        connections: Vec<Terminating>,
    },
    Modified,
}

impl Answer {
    /// Whether it is a listing of nothing.
    pub fn lists_nothing(&self) -> bool {
        match self {
            Self::Endpoints(page) => page.items.is_empty(),
            Self::TargetNetworks(page) => page.items.is_empty(),
            Self::Connections(page) => page.items.is_empty(),
            Self::Routes(page) => page.items.is_empty(),
            Self::AuthorizationRules(page) => page.items.is_empty(),
            Self::Subnets(page) => page.items.is_empty(),
            Self::SecurityGroupsOfVpc(page) => page.items.is_empty(),
            Self::Associated(_)
            | Self::Disassociated(_)
            | Self::RouteCreated(_)
            | Self::RouteDeleted(_)
            | Self::SecurityGroups(_)
            | Self::Configuration(_)
            | Self::Terminating { .. }
            | Self::Modified => false,
        }
    }
}

/// Who calls, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// By the API, or by hand.
    pub actor: Actor,
    /// The region that the call was signed for; it stands in names that EC2 makes.
    pub region: String,
    /// The access key that signed it: each instance of a function has its own. Empty: none did.
    pub access_key: String,
    /// Only asks whether it would be permitted.
    pub dry_run: bool,
    /// How old the connections are that it gets to see; only a fault makes this more than zero.
    pub staleness: TimeDelta,
    /// Whether connections are listed to it without their counters, which only a fault does.
    pub misses_counters: bool,
}

impl Ec2World {
    /// Does what a client of the API asks, within the request limit.
    pub fn perform(
        &mut self,
        now: DateTime<Utc>,
        caller: &Caller,
        request: Request,
    ) -> Result<Answer, ApiError> {
        self.advance(now);
        if caller.actor == Actor::Api {
            let (throttle, now) = (self.behaviour().throttle, self.now());
            Bucket::admit(&mut self.bucket, throttle, now)?;
        }
        for endpoint in request.endpoints() {
            self.found(endpoint)?;
        }
        if caller.dry_run {
            return Err(ApiError::DryRun);
        }
        self.dispatch(now, caller, request)
    }

    /// The connections as a fault may have this caller see them.
    fn connections_seen_by(
        &self,
        caller: &Caller,
        endpoint: &EndpointId,
        filters: &[Filter],
        paging: &Paging,
    ) -> Result<Page<ConnectionView>, ApiError> {
        let as_of = self.now() - caller.staleness;
        let mut page = self.connections_page(endpoint, as_of, filters, paging)?;
        if caller.misses_counters {
            page.items.iter_mut().for_each(|view| view.counters = None);
        }
        Ok(page)
    }

    fn dispatch(
        &mut self,
        now: DateTime<Utc>,
        caller: &Caller,
        request: Request,
    ) -> Result<Answer, ApiError> {
        match request {
            Request::DescribeEndpoints {
                ids,
                filters,
                paging,
            } => self
                .endpoints_page(&caller.region, &ids, &filters, &paging)
                .map(Answer::Endpoints),
            Request::DescribeTargetNetworks {
                endpoint,
                filters,
                paging,
            } => self
                .target_networks_page(&endpoint, &filters, &paging)
                .map(Answer::TargetNetworks),
            Request::DescribeConnections {
                endpoint,
                filters,
                paging,
            } => self
                .connections_seen_by(caller, &endpoint, &filters, &paging)
                .map(Answer::Connections),
            Request::DescribeRoutes {
                endpoint,
                filters,
                paging,
            } => self
                .routes_page(&endpoint, &filters, &paging)
                .map(Answer::Routes),
            Request::DescribeAuthorizationRules { endpoint, paging } => self
                .rules_page(&endpoint, &paging)
                .map(Answer::AuthorizationRules),
            Request::DescribeSubnets { filters, paging } => {
                self.subnets_page(&filters, &paging).map(Answer::Subnets)
            }
            Request::DescribeSecurityGroups { filters, paging } => self
                .security_groups_page(&filters, &paging)
                .map(Answer::SecurityGroupsOfVpc),
            Request::Associate {
                endpoint,
                subnet,
                client_token,
            } => self
                .associate(now, &endpoint, &subnet, client_token.as_deref())
                .map(Answer::Associated),
            Request::Disassociate {
                endpoint,
                association,
            } => self
                .disassociate(now, &endpoint, &association)
                .map(Answer::Disassociated),
            Request::CreateRoute {
                endpoint,
                route,
                client_token,
            } => self
                .create_route(now, &endpoint, route, client_token.as_deref())
                .map(Answer::RouteCreated),
            Request::DeleteRoute {
                endpoint,
                cidr,
                target,
            } => self
                .delete_route(now, &endpoint, cidr, &target)
                .map(Answer::RouteDeleted),
            Request::ApplySecurityGroups {
                endpoint,
                vpc,
                groups,
            } => self
                .apply_security_groups(now, &endpoint, &vpc, groups)
                .map(Answer::SecurityGroups),
            Request::ExportConfiguration { endpoint } => self
                .found(&endpoint)
                .map(|found| Answer::Configuration(found.client_configuration(&caller.region))),
            Request::TerminateConnection {
                endpoint,
                connection,
            } => self
                .terminate_connection(now, &endpoint, &connection)
                .map(|connections| Answer::Terminating {
                    endpoint,
                    user: None,
                    connections,
                }),
            Request::TerminateUser { endpoint, user } => self
                .terminate_user(now, &endpoint, &user)
                .map(|connections| Answer::Terminating {
                    endpoint,
                    user: Some(user),
                    connections,
                }),
            Request::ModifyEndpoint {
                endpoint,
                vpc,
                groups,
            } => self
                .modify_security_groups(now, &endpoint, &vpc, groups)
                .map(|()| Answer::Modified),
        }
    }
}

impl Request {
    /// The action that it is.
    pub fn action(&self) -> Action {
        match self {
            Self::DescribeEndpoints { .. } => Action::DescribeClientVpnEndpoints,
            Self::DescribeTargetNetworks { .. } => Action::DescribeClientVpnTargetNetworks,
            Self::DescribeConnections { .. } => Action::DescribeClientVpnConnections,
            Self::DescribeRoutes { .. } => Action::DescribeClientVpnRoutes,
            Self::DescribeAuthorizationRules { .. } => Action::DescribeClientVpnAuthorizationRules,
            Self::DescribeSubnets { .. } => Action::DescribeSubnets,
            Self::DescribeSecurityGroups { .. } => Action::DescribeSecurityGroups,
            Self::Associate { .. } => Action::AssociateClientVpnTargetNetwork,
            Self::Disassociate { .. } => Action::DisassociateClientVpnTargetNetwork,
            Self::CreateRoute { .. } => Action::CreateClientVpnRoute,
            Self::DeleteRoute { .. } => Action::DeleteClientVpnRoute,
            Self::ApplySecurityGroups { .. } => Action::ApplySecurityGroupsToClientVpnTargetNetwork,
            Self::ExportConfiguration { .. } => Action::ExportClientVpnClientConfiguration,
            Self::TerminateConnection { .. } | Self::TerminateUser { .. } => {
                Action::TerminateClientVpnConnections
            }
            Self::ModifyEndpoint { .. } => Action::ModifyClientVpnEndpoint,
        }
    }

    fn endpoints(&self) -> &[EndpointId] {
        match self {
            Self::DescribeEndpoints { ids, .. } => ids,
            Self::DescribeSubnets { .. } | Self::DescribeSecurityGroups { .. } => &[],
            Self::DescribeTargetNetworks { endpoint, .. }
            | Self::DescribeConnections { endpoint, .. }
            | Self::DescribeRoutes { endpoint, .. }
            | Self::DescribeAuthorizationRules { endpoint, .. }
            | Self::Associate { endpoint, .. }
            | Self::Disassociate { endpoint, .. }
            | Self::CreateRoute { endpoint, .. }
            | Self::DeleteRoute { endpoint, .. }
            | Self::ApplySecurityGroups { endpoint, .. }
            | Self::ExportConfiguration { endpoint }
            | Self::TerminateConnection { endpoint, .. }
            | Self::TerminateUser { endpoint, .. }
            | Self::ModifyEndpoint { endpoint, .. } => std::slice::from_ref(endpoint),
        }
    }
}

impl Caller {
    /// A plain call by the API.
    pub fn api(region: impl Into<String>) -> Self {
        Self {
            actor: Actor::Api,
            region: region.into(),
            access_key: String::new(),
            dry_run: false,
            staleness: TimeDelta::zero(),
            misses_counters: false,
        }
    }

    /// The administrator.
    pub fn admin() -> Self {
        Self {
            actor: Actor::Admin,
            ..Self::api("")
        }
    }
}
