//! Leaves the endpoint as it was found: also when the run was interrupted or a step failed.
//!
//! Each round reads what is there, decides what of it is this run's, and takes that back; nothing but EC2's own listing
//! says that it is gone. Whatever cannot be read or done is tried again in the next round.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::execute::Runner;
use crate::seen::{Answer, Endpoint, Network, Route};

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(10);
/// How long to try: an association takes up to 40 minutes to come up, and cannot be taken down before that.
const WITHIN: TimeDelta = TimeDelta::minutes(75);
/// How long an association that was accepted may be missing from the listing.
const LISTED_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// How long an association that was listed must be missing before it counts as gone: a listing may lag.
const ABSENT_FOR: TimeDelta = TimeDelta::seconds(30);

/// Something of this run that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub what: String,
    /// The command that removes it.
    pub command: String,
}

/// What a round found to be this run's, and how it is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TakeBack {
    /// In transition: it cannot be disassociated yet.
    Wait {
        association: String,
        status: String,
    },
    Disassociate {
        association: String,
    },
    DeleteRoute {
        cidr: String,
        target: String,
    },
    SetGroups {
        vpc: String,
        groups: BTreeSet<String>,
    },
    /// A listing that could not be read.
    Unread {
        what: &'static str,
        why: String,
    },
}

impl Runner<'_> {
    /// Takes back what this run has made, and waits until it is gone. `before` is the endpoint as it was found.
    pub async fn clean_up(&mut self, before: &Endpoint, networks_before: &[Network]) -> Vec<Left> {
        let until = self.time.now() + WITHIN;
        loop {
            let left = self.what_is_left(before, networks_before).await;
            if left.is_empty() || self.time.now() >= until {
                return left.iter().map(|left| self.left(left)).collect();
            }
            for left in &left {
                self.take_back(left).await;
            }
            self.time.wait_regardless(ROUND).await;
        }
    }

    async fn what_is_left(
        &mut self,
        before: &Endpoint,
        networks_before: &[Network],
    ) -> Vec<TakeBack> {
        let id = self.setup.endpoint.id.clone();
        let networks = self.aws.networks(&id).await;
        let routes = self.aws.routes(&id).await;
        let endpoint = self.aws.endpoint(&id).await;
        let mut left = self.networks_left(networks, networks_before);
        left.extend(self.routes_left(routes));
        // Groups come last: while something is associated it may still change them.
        if left.is_empty() {
            left.extend(self.groups_left(endpoint, before));
        }
        left
    }

    fn networks_left(
        &mut self,
        networks: Answer<Vec<Network>>,
        before: &[Network],
    ) -> Vec<TakeBack> {
        let networks = match networks {
            Ok(networks) => networks,
            Err(refusal) => return vec![unread("target networks", &refusal)],
        };
        let subnets = self.setup.subnets();
        let was_there = |network: &Network| {
            before
                .iter()
                .any(|it| it.association_id == network.association_id)
        };
        let now = self.time.now();
        self.made.saw(&networks, now);
        let mut left = Vec::new();
        for network in &networks {
            // Where an associate call was not answered, what appeared on its subnet is what it made.
            let subnet = network.subnet_id.as_deref();
            let is_ours = self.made.associations.contains_key(&network.association_id)
                || self.made.maybe_associated.is_some()
                    && !was_there(network)
                    && subnet.is_some_and(|subnet| subnets.contains(subnet));
            if !is_ours {
                continue;
            }
            let association = network.association_id.clone();
            match network.status.as_str() {
                // Gone, and listed for a while yet.
                "disassociated" => {}
                "associated" | "association-failed" => {
                    left.push(TakeBack::Disassociate { association });
                }
                status => left.push(TakeBack::Wait {
                    association,
                    status: status.to_owned(),
                }),
            }
        }
        let maybe = self.made.maybe_associated;
        if left.is_empty() && maybe.is_some_and(|at| now - at < LISTED_WITHIN) {
            left.push(TakeBack::Unread {
                what: "the outcome of an associate call",
                why: "it was not answered, and nothing is listed yet".to_owned(),
            });
        }
        let is_listed = |id: &String| networks.iter().any(|it| it.association_id == *id);
        let unlisted = self
            .made
            .associations
            .iter()
            .filter(|(id, _)| !is_listed(id));
        for (association, known) in unlisted {
            let is_missing = match known.seen {
                _ if known.is_going => false,
                Some(at) => now - at < ABSENT_FOR,
                None => now - known.accepted_at < LISTED_WITHIN,
            };
            if is_missing {
                left.push(TakeBack::Wait {
                    association: association.clone(),
                    status: "not listed".to_owned(),
                });
            }
        }
        left
    }

    fn routes_left(&self, routes: Answer<Vec<Route>>) -> Vec<TakeBack> {
        if !self.made.routes {
            return Vec::new();
        }
        let routes = match routes {
            Ok(routes) => routes,
            Err(refusal) => return vec![unread("routes", &refusal)],
        };
        let ours = routes
            .into_iter()
            .filter(|route| self.record.is_ours(route));
        ours.map(|route| TakeBack::DeleteRoute {
            target: if route.is_through_subnet() {
                route.target_subnet.unwrap_or_default()
            } else {
                "local".to_owned()
            },
            cidr: route.cidr,
        })
        .collect()
    }

    fn groups_left(&self, endpoint: Answer<Endpoint>, before: &Endpoint) -> Option<TakeBack> {
        let (vpc, when_up) = self.made.groups.clone()?;
        let endpoint = match endpoint {
            Ok(endpoint) => endpoint,
            Err(refusal) => return Some(unread("the endpoint", &refusal)),
        };
        let found = endpoint.security_group_ids;
        // With none chosen before, the first association has chosen, as any other would have.
        let is_fine = found == before.security_group_ids || found == when_up;
        let groups = if before.security_group_ids.is_empty() {
            when_up
        } else {
            before.security_group_ids.clone()
        };
        (!is_fine).then_some(TakeBack::SetGroups { vpc, groups })
    }

    async fn take_back(&mut self, left: &TakeBack) {
        let id = &self.setup.endpoint.id;
        let done = match left {
            TakeBack::Wait { .. } | TakeBack::Unread { .. } => return,
            TakeBack::Disassociate { association } => {
                self.disassociate_ours(association).await.map(drop)
            }
            TakeBack::DeleteRoute { cidr, target } => self.aws.delete_route(id, cidr, target).await,
            TakeBack::SetGroups { vpc, groups } => {
                self.aws
                    .set_groups(id, vpc, groups.iter().cloned().collect())
                    .await
            }
        };
        match done {
            Ok(()) => self
                .progress
                .says(&format!("taken back: {}", self.left(left).what)),
            Err(refusal) => self
                .progress
                .says(&format!("{}: {refusal}", self.left(left).what)),
        }
    }

    fn left(&self, left: &TakeBack) -> Left {
        let id = &self.setup.endpoint.id;
        let aws = |command: &str| format!("aws ec2 {command} --client-vpn-endpoint-id {id}");
        let disassociate = |association: &str| {
            aws("disassociate-client-vpn-target-network") + " --association-id " + association
        };
        let (what, command) = match left {
            TakeBack::Wait {
                association,
                status,
            } => (
                format!("association {association}, {status}"),
                disassociate(association),
            ),
            TakeBack::Disassociate { association } => (
                format!("association {association}, which is billed"),
                disassociate(association),
            ),
            TakeBack::DeleteRoute { cidr, target } => (
                format!("the route {cidr} through {target}"),
                aws("delete-client-vpn-route")
                    + &format!(" --destination-cidr-block {cidr} --target-vpc-subnet-id {target}"),
            ),
            TakeBack::SetGroups { vpc, groups } => {
                let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
                let (text, list) = (groups.join(", "), groups.join(" "));
                (
                    format!("the security groups, which were {text}"),
                    aws("modify-client-vpn-endpoint")
                        + &format!(" --vpc-id {vpc} --security-group-ids {list}"),
                )
            }
            TakeBack::Unread { what, why } => (
                format!("possibly more, since {what} could not be read: {why}"),
                aws("describe-client-vpn-target-networks"),
            ),
        };
        Left { what, command }
    }
}

fn unread(what: &'static str, refusal: &crate::seen::Refusal) -> TakeBack {
    TakeBack::Unread {
        what,
        why: refusal.to_string(),
    }
}
