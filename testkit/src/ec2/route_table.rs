//! The route table of an endpoint.

use chrono::{DateTime, Utc};
use shared::model::{AssociationId, EndpointId, SubnetId};

use super::cidr::Cidr;
use super::error::ApiError;
use super::route::{NewRoute, Route, RouteKey, RouteOrigin, RouteStatus, RouteTarget};
use super::settings::RouteOutcome;
use super::world::{Ec2World, Endpoint, Event};

impl Ec2World {
    /// `CreateClientVpnRoute`.
    pub fn create_route(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        route: NewRoute,
        client_token: Option<&str>,
    ) -> Result<RouteStatus, ApiError> {
        self.advance(now);
        let asked = format!(
            "{endpoint} {} {} {}",
            route.cidr, route.target, route.description
        );
        if self
            .tokens
            .replayed("CreateClientVpnRoute", client_token, &asked)?
            .is_some()
        {
            return Ok(RouteStatus::Creating);
        }
        let limit = self.behaviour().route_limit;
        self.found(endpoint)?.admits(endpoint, &route, limit)?;
        self.admit_operation(endpoint)?;
        self.add_route(endpoint, route, RouteOrigin::AddRoute);
        self.tokens
            .remember("CreateClientVpnRoute", client_token, &asked, "creating");
        Ok(RouteStatus::Creating)
    }

    /// `DeleteClientVpnRoute`. A route that is being deleted already is answered as one.
    pub fn delete_route(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        cidr: Cidr,
        target: &RouteTarget,
    ) -> Result<RouteStatus, ApiError> {
        self.advance(now);
        let (key, route) =
            self.found(endpoint)?
                .route(cidr, target)
                .ok_or_else(|| ApiError::RouteNotFound {
                    cidr,
                    target: target.clone(),
                })?;
        if route.origin == RouteOrigin::Associate {
            return Err(ApiError::AutomaticRoute(cidr));
        }
        self.remove_routes_later(endpoint, &[key]);
        Ok(RouteStatus::Deleting)
    }

    /// Puts routes into the table as if they had been made long ago, whatever is associated: for tests and
    /// simulations that start in the middle of a story. Routes that are there already stay as they are.
    pub fn install_routes(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &EndpointId,
        routes: Vec<NewRoute>,
    ) -> Result<(), ApiError> {
        self.advance(now);
        for route in routes {
            let key = self.next_order();
            let endpoint = self.found_mut(endpoint)?;
            if endpoint.route(route.cidr, &route.target).is_none() {
                endpoint.routes.insert(
                    key,
                    Route::new(route, RouteOrigin::AddRoute, RouteStatus::Active),
                );
            }
        }
        Ok(())
    }

    /// The routes that come with an association: to the VPC, and those an administrator makes the very first time.
    pub(super) fn add_association_routes(&mut self, endpoint: &EndpointId, subnet: &SubnetId) {
        let target = RouteTarget::Subnet(subnet.clone());
        if let Some(vpc) = self
            .subnet(subnet)
            .and_then(|subnet| self.vpc(&subnet.vpc_id))
        {
            let route = NewRoute {
                cidr: vpc.cidr,
                target: target.clone(),
                description: "Default Route".into(),
            };
            self.add_route(endpoint, route, RouteOrigin::Associate);
        }
        let Ok(found) = self.found_mut(endpoint) else {
            return;
        };
        let is_first = found.ever_associated.insert(subnet.clone());
        let first = if is_first {
            found.spec.first_routes.clone()
        } else {
            Vec::new()
        };
        for route in first {
            let (cidr, description) = (route.cidr, route.description);
            self.add_route(
                endpoint,
                NewRoute {
                    cidr,
                    target: target.clone(),
                    description,
                },
                RouteOrigin::AddRoute,
            );
        }
    }

    /// Disassociating deletes every manual route of the subnet, and with the last association the local ones.
    pub(super) fn drop_manual_routes(
        &mut self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) {
        let Ok(found) = self.found(endpoint) else {
            return;
        };
        let Some(network) = found.networks.get(association) else {
            return;
        };
        let last = !found.is_available();
        let gone: Vec<RouteKey> = found
            .routes
            .iter()
            .filter(|(_, route)| match (&route.target, route.origin) {
                (RouteTarget::Local, _) => last,
                (RouteTarget::Subnet(subnet), RouteOrigin::AddRoute) => {
                    *subnet == network.subnet_id
                }
                (RouteTarget::Subnet(_), RouteOrigin::Associate) => false,
            })
            .map(|(key, _)| *key)
            .collect();
        self.remove_routes_later(endpoint, &gone);
    }

    pub(super) fn route_settles(
        &mut self,
        endpoint: &EndpointId,
        key: RouteKey,
        outcome: RouteOutcome,
    ) {
        let Ok(endpoint) = self.found_mut(endpoint) else {
            return;
        };
        if let Some(route) = endpoint.routes.get_mut(&key)
            && route.status == RouteStatus::Creating
        {
            route.status = match outcome {
                RouteOutcome::Active => RouteStatus::Active,
                RouteOutcome::StaysCreating => RouteStatus::Creating,
                RouteOutcome::Failed => RouteStatus::Failed,
            };
        }
    }

    fn add_route(&mut self, endpoint: &EndpointId, route: NewRoute, origin: RouteOrigin) {
        let key = self.next_order();
        if let Ok(endpoint) = self.found_mut(endpoint)
            && endpoint.route(route.cidr, &route.target).is_none()
        {
            endpoint
                .routes
                .insert(key, Route::new(route, origin, RouteStatus::Creating));
        }
        let outcome = match origin {
            RouteOrigin::Associate => RouteOutcome::Active,
            RouteOrigin::AddRoute => self.behaviour().route_outcome,
        };
        let endpoint = endpoint.clone();
        self.schedule(
            self.behaviour().route_creating,
            Event::RouteSettles {
                endpoint,
                key,
                outcome,
            },
        );
    }

    fn remove_routes_later(&mut self, endpoint_id: &EndpointId, keys: &[RouteKey]) {
        for &key in keys {
            if let Ok(endpoint) = self.found_mut(endpoint_id)
                && let Some(route) = endpoint.routes.get_mut(&key)
                && route.status != RouteStatus::Deleting
            {
                route.status = RouteStatus::Deleting;
                let event = Event::RouteGone {
                    endpoint: endpoint.spec.id.clone(),
                    key,
                };
                self.schedule(self.behaviour().route_deleting, event);
            }
        }
    }
}

impl Endpoint {
    fn route(&self, cidr: Cidr, target: &RouteTarget) -> Option<(RouteKey, &Route)> {
        let found = self
            .routes
            .iter()
            .find(|(_, route)| route.cidr == cidr && route.target == *target);
        found.map(|(key, route)| (*key, route))
    }

    /// Whether the table takes this route.
    fn admits(&self, id: &EndpointId, route: &NewRoute, limit: usize) -> Result<(), ApiError> {
        let through = match &route.target {
            RouteTarget::Local => self.is_available(),
            RouteTarget::Subnet(subnet) => self
                .associated()
                .any(|network| network.subnet_id == *subnet),
        };
        if !through {
            return Err(ApiError::NoActiveAssociation {
                endpoint: id.clone(),
                target: route.target.to_string(),
            });
        }
        if self.route(route.cidr, &route.target).is_some() {
            return Err(ApiError::DuplicateRoute {
                cidr: route.cidr,
                target: route.target.clone(),
            });
        }
        if self
            .routes
            .values()
            .filter(|other| other.target == route.target)
            .count()
            >= limit
        {
            return Err(ApiError::RouteLimit(limit));
        }
        Ok(())
    }
}
