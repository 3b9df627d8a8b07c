//! Routes and security groups: as the administrator left them.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{EndpointState, NetworkStatus};
use testkit::ec2::{AssociationStatus, Ec2World, RouteOrigin, RouteStatus};
use testkit::rulebook::Invariant;

use super::Witness;
use super::expected::Certainty;

/// Routes that will not come hold up "ready" for this long.
const HOLD_UP: TimeDelta = TimeDelta::minutes(5);

impl Witness {
    /// The administrator changed routes or groups: what EC2 has now is what is wanted from now on. Only done, and only
    /// meant, while all configured subnets are associated and the stay is ready.
    pub fn routes_changed(&mut self, now: DateTime<Utc>, vpn: &Ec2World) {
        let Some(endpoint) = vpn.endpoint(&self.book.terms.endpoint) else {
            return;
        };
        let present = by_hand(endpoint);
        let gone: Vec<_> = self
            .routes
            .routes
            .keys()
            .filter(|key| !present.contains(*key))
            .cloned()
            .collect();
        for route in gone {
            self.routes.changed(now, route, false);
        }
        for route in present {
            if !self.routes.routes.contains_key(&route) {
                self.routes.changed(now, route, true);
            }
        }
        self.routes.changed_at = Some(now);
        self.routes.groups = Some(endpoint.security_groups.iter().cloned().collect());
        self.routes.groups_certain = true;
    }

    /// A stay is ready: everything is in place, or has been waited for.
    pub(super) fn became_ready(
        &mut self,
        now: DateTime<Utc>,
        state: &EndpointState,
        vpn: &Ec2World,
    ) {
        self.truth.ready_since = Some(now);
        let Some(endpoint) = vpn.endpoint(&self.book.terms.endpoint) else {
            return;
        };
        let associated: BTreeSet<String> = endpoint
            .associated()
            .map(|network| network.subnet_id.to_string())
            .collect();
        let active: BTreeSet<_> = endpoint
            .routes
            .values()
            .filter(|route| route.status == RouteStatus::Active)
            .map(|route| (route.cidr.to_string(), route.target.to_string()))
            .collect();
        let seen = state.sightings.observation.iter();
        let associated_since = seen
            .flat_map(|seen| seen.in_status(NetworkStatus::Associated))
            .map(|network| network.since)
            .min();
        let waited =
            associated_since.is_some_and(|since| now - since >= HOLD_UP - self.tolerance());
        let missing = self
            .routes
            .routes
            .iter()
            .filter(|((_, subnet), certainty)| {
                associated.contains(subnet) && **certainty == Certainty::Certain
            })
            .map(|(route, _)| route.clone())
            .chain(self.book.terms.rules.routes.iter().flat_map(|cidr| {
                let pairs = associated.iter();
                pairs.map(move |subnet| (cidr.to_string(), subnet.clone()))
            }))
            .find(|route| !active.contains(route));
        self.holds(
            Invariant::RouteLost,
            now,
            waited || missing.is_none(),
            || format!("ready without {missing:?}"),
        );
        let groups: BTreeSet<_> = endpoint.security_groups.iter().cloned().collect();
        let same = self
            .routes
            .groups
            .as_ref()
            .is_none_or(|expected| *expected == groups);
        let certain = self.routes.groups_certain && !waited;
        self.holds(Invariant::RouteLost, now, !certain || same, || {
            format!("ready with the groups {groups:?}")
        });
    }

    /// With all of it up and at rest for a while, what EC2 has is what the administrator wants: compared if it is
    /// certain, learned if it is not.
    pub(crate) fn routes_at_rest(&mut self, now: DateTime<Utc>, vpn: &Ec2World) {
        let Some(endpoint) = vpn.endpoint(&self.book.terms.endpoint) else {
            return;
        };
        let rest = TimeDelta::minutes(8) + self.book.terms.sweep_every * 3;
        let settled = self
            .truth
            .ready_since
            .is_some_and(|ready| now - ready > rest)
            && self.calm_since(now - rest)
            && self.truth.last_deed_at.is_none_or(|at| now - at > rest)
            && self.book.terms.subnets.iter().all(|subnet| {
                endpoint.networks.values().any(|network| {
                    network.subnet_id == *subnet
                        && network.status == AssociationStatus::Associated
                        && now - network.associated_at > self.book.terms.ec2_takes + rest
                })
            });
        if !settled {
            return;
        }
        let present = by_hand(endpoint);
        let lost = self
            .routes
            .routes
            .iter()
            .find(|(route, certainty)| {
                **certainty == Certainty::Certain && !present.contains(*route)
            })
            .map(|(route, _)| route.clone());
        self.holds(Invariant::RouteLost, now, lost.is_none(), || {
            format!("{lost:?} is missing for good")
        });
        if !self.routes.known
            || self
                .routes
                .routes
                .values()
                .any(|c| *c == Certainty::EitherWay)
        {
            self.routes.known = true;
            self.routes.routes = present
                .into_iter()
                .map(|route| (route, Certainty::Certain))
                .collect();
        }
        if !self.routes.groups_certain {
            self.routes.groups_certain = true;
            self.routes.groups = Some(endpoint.security_groups.iter().cloned().collect());
        }
    }
}

fn by_hand(endpoint: &testkit::ec2::Endpoint) -> BTreeSet<(String, String)> {
    endpoint
        .routes
        .values()
        .filter(|route| {
            route.origin == RouteOrigin::AddRoute
                && matches!(route.status, RouteStatus::Active | RouteStatus::Creating)
        })
        .map(|route| (route.cidr.to_string(), route.target.to_string()))
        .collect()
}
