//! The EC2 Query protocol: a form of parameters into a typed call.

use std::collections::BTreeMap;

use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId, VpcId};
use testkit::ec2::ApiError;
use testkit::ec2::{Action, Request};
use testkit::ec2::{Cidr, InvalidCidr};
use testkit::ec2::{Filter, LARGEST_PAGE, Paging};
use testkit::ec2::{NewRoute, RouteTarget};

/// The only version of the API there is.
const VERSION: &str = "2016-11-15";
const SMALLEST_PAGE: usize = 5;

/// The parameters of one request, taken out one by one: what is left over in the end is unknown.
pub(super) struct Parameters(BTreeMap<String, String>);

/// A request, understood.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) request: Request,
    pub(super) dry_run: bool,
}

impl Parameters {
    /// From a query string or a form. A name that comes twice counts once, with its last value.
    pub(super) fn decode(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }

    /// All parameters, for the call log.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let named = |name: &str| matches!(name, "Action" | "Version");
        self.0
            .iter()
            .filter(|(name, _)| !named(name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect()
    }

    /// What is to be done.
    pub(super) fn action(&mut self) -> Result<Action, ApiError> {
        let action = self.take("Action").ok_or(ApiError::MissingAction)?;
        match self.take("Version") {
            Some(version) if version == VERSION => {}
            Some(other) => return Err(ApiError::NoSuchVersion(other)),
            None => return Err(ApiError::MissingParameter("Version")),
        }
        Action::named(&action).ok_or(ApiError::InvalidAction(action))
    }

    /// The call in full.
    pub(super) fn parse(mut self, action: Action) -> Result<Parsed, ApiError> {
        let dry_run = self.boolean("DryRun")?;
        let request = match action {
            Action::DescribeClientVpnEndpoints => Request::DescribeEndpoints {
                ids: self
                    .list("ClientVpnEndpointId")
                    .iter()
                    .map(|id| endpoint(id))
                    .collect::<Result<_, _>>()?,
                filters: self.filters(&["endpoint-id", "transport-protocol"])?,
                paging: self.paging()?,
            },
            Action::DescribeClientVpnTargetNetworks => {
                // The real service ignores them: <https://github.com/aws/aws-sdk/issues/68>.
                self.list("AssociationIds");
                Request::DescribeTargetNetworks {
                    endpoint: self.endpoint()?,
                    filters: self.filters(&["association-id", "target-network-id", "vpc-id"])?,
                    paging: self.paging()?,
                }
            }
            Action::DescribeClientVpnConnections => Request::DescribeConnections {
                endpoint: self.endpoint()?,
                filters: self.filters(&["connection-id", "username"])?,
                paging: self.paging()?,
            },
            Action::DescribeClientVpnRoutes => Request::DescribeRoutes {
                endpoint: self.endpoint()?,
                filters: self.filters(&["destination-cidr", "origin", "target-subnet"])?,
                paging: self.paging()?,
            },
            Action::DescribeClientVpnAuthorizationRules => Request::DescribeAuthorizationRules {
                endpoint: self.endpoint()?,
                paging: self.paging()?,
            },
            Action::DescribeSubnets => Request::DescribeSubnets {
                filters: self.filters(&["subnet-id", "vpc-id"])?,
                paging: self.paging()?,
            },
            Action::DescribeSecurityGroups => Request::DescribeSecurityGroups {
                filters: self.filters(&["group-id", "vpc-id"])?,
                paging: self.paging()?,
            },
            Action::AssociateClientVpnTargetNetwork => self.associate()?,
            Action::DisassociateClientVpnTargetNetwork => Request::Disassociate {
                endpoint: self.endpoint()?,
                association: AssociationId::observed(self.required("AssociationId")?),
            },
            Action::CreateClientVpnRoute => self.create_route()?,
            Action::DeleteClientVpnRoute => Request::DeleteRoute {
                endpoint: self.endpoint()?,
                cidr: self.cidr()?,
                target: self.target()?,
            },
            Action::ApplySecurityGroupsToClientVpnTargetNetwork => self.apply_security_groups()?,
            Action::ExportClientVpnClientConfiguration => Request::ExportConfiguration {
                endpoint: self.endpoint()?,
            },
            Action::TerminateClientVpnConnections => self.terminate()?,
            Action::ModifyClientVpnEndpoint => self.modify_endpoint()?,
        };
        self.nothing_left()?;
        Ok(Parsed { request, dry_run })
    }

    fn associate(&mut self) -> Result<Request, ApiError> {
        if self
            .take("AvailabilityZone")
            .or_else(|| self.take("AvailabilityZoneId"))
            .is_some()
        {
            return Err(ApiError::InvalidParameterCombination(
                "AvailabilityZone is for endpoints with a transit gateway",
            ));
        }
        Ok(Request::Associate {
            endpoint: self.endpoint()?,
            subnet: SubnetId::observed(self.required("SubnetId")?),
            client_token: self.take("ClientToken"),
        })
    }

    fn create_route(&mut self) -> Result<Request, ApiError> {
        Ok(Request::CreateRoute {
            endpoint: self.endpoint()?,
            route: NewRoute {
                cidr: self.cidr()?,
                target: self.target()?,
                description: self.take("Description").unwrap_or_default(),
            },
            client_token: self.take("ClientToken"),
        })
    }

    fn modify_endpoint(&mut self) -> Result<Request, ApiError> {
        let Request::ApplySecurityGroups {
            endpoint,
            vpc,
            groups,
        } = self.apply_security_groups()?
        else {
            return Err(ApiError::MissingParameter("SecurityGroupId"));
        };
        Ok(Request::ModifyEndpoint {
            endpoint,
            vpc,
            groups,
        })
    }

    fn apply_security_groups(&mut self) -> Result<Request, ApiError> {
        let groups = self.list("SecurityGroupId");
        if groups.is_empty() {
            return Err(ApiError::MissingParameter("SecurityGroupId"));
        }
        Ok(Request::ApplySecurityGroups {
            endpoint: self.endpoint()?,
            vpc: VpcId::observed(self.required("VpcId")?),
            groups: groups.into_iter().map(SecurityGroupId::observed).collect(),
        })
    }

    fn terminate(&mut self) -> Result<Request, ApiError> {
        let endpoint = self.endpoint()?;
        match (self.take("ConnectionId"), self.take("Username")) {
            (Some(id), None) => Ok(Request::TerminateConnection {
                endpoint,
                connection: ConnectionId::observed(id),
            }),
            (None, Some(user)) => Ok(Request::TerminateUser { endpoint, user }),
            (None, None) => Err(ApiError::MissingParameter("ConnectionId")),
            (Some(_), Some(_)) => Err(ApiError::InvalidParameterCombination(
                "ConnectionId and Username cannot be used together",
            )),
        }
    }

    fn paging(&mut self) -> Result<Paging, ApiError> {
        let max_results = self.take("MaxResults").map(|text| match text.parse() {
            Ok(count) if (SMALLEST_PAGE..=LARGEST_PAGE).contains(&count) => Ok(count),
            Ok(_) | Err(_) => Err(ApiError::invalid(
                "MaxResults",
                &text,
                "5 to 1000 are valid.",
            )),
        });
        Ok(Paging {
            max_results: max_results.transpose()?,
            next_token: self.take("NextToken"),
        })
    }

    /// `Filter.1.Name`, `Filter.1.Value.1` and so on, of the names that this action knows.
    fn filters(&mut self, known: &[&'static str]) -> Result<Vec<Filter>, ApiError> {
        let mut filters = Vec::new();
        for number in 1.. {
            let Some(name) = self.take(&format!("Filter.{number}.Name")) else {
                break;
            };
            let values = self.list(&format!("Filter.{number}.Value"));
            let known = known.iter().copied().find(|known| *known == name);
            let name = known.ok_or_else(|| {
                ApiError::invalid("Filter", &name, "The filter is not known to this action.")
            })?;
            if values.is_empty() {
                return Err(ApiError::invalid(
                    "Filter",
                    name,
                    "The filter has no value.",
                ));
            }
            filters.push(Filter { name, values });
        }
        Ok(filters)
    }

    fn endpoint(&mut self) -> Result<EndpointId, ApiError> {
        endpoint(&self.required("ClientVpnEndpointId")?)
    }

    fn cidr(&mut self) -> Result<Cidr, ApiError> {
        let text = self.required("DestinationCidrBlock")?;
        text.parse().map_err(|error: InvalidCidr| {
            ApiError::invalid("DestinationCidrBlock", &text, &error.to_string())
        })
    }

    /// EC2 wants a target of every endpoint that has subnets.
    fn target(&mut self) -> Result<RouteTarget, ApiError> {
        self.required("TargetVpcSubnetId")
            .map(|text| RouteTarget::parse(&text))
    }

    fn boolean(&mut self, name: &'static str) -> Result<bool, ApiError> {
        match self.take(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(ApiError::invalid(
                name,
                other,
                "It is neither true nor false.",
            )),
        }
    }

    fn required(&mut self, name: &'static str) -> Result<String, ApiError> {
        self.take(name)
            .filter(|value| !value.is_empty())
            .ok_or(ApiError::MissingParameter(name))
    }

    /// `name.1`, `name.2` and so on.
    fn list(&mut self, name: &str) -> Vec<String> {
        (1..)
            .map_while(|number| self.take(&format!("{name}.{number}")))
            .collect()
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    fn nothing_left(self) -> Result<(), ApiError> {
        match self.0.into_keys().next() {
            Some(name) => Err(ApiError::UnknownParameter(name)),
            None => Ok(()),
        }
    }
}

/// An id that is none names no endpoint either.
fn endpoint(text: &str) -> Result<EndpointId, ApiError> {
    text.parse()
        .map_err(|_| ApiError::EndpointNotFound(text.chars().take(80).collect()))
}
