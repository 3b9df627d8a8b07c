//! Endpoints in every standing, built in a readable line or two.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{
    AssociationId, EndpointFacts, EndpointState, Holidays, Lease, ManagedEndpoint, NetworkStatus,
    Observation, Route, RouteKey, RouteStatus, Rules, SecurityGroupId, SeenNetwork, Snapshot,
    SubnetId, Usage,
};
use shared::policy::{Action, Decision, KeepRule, Policy, confirm_stop, decide};

/// The two subnets that are configured, and one that is not.
pub(crate) const A: &str = "subnet-aaaaaaaa";
pub(crate) const B: &str = "subnet-bbbbbbbb";
pub(crate) const STRANGE: &str = "subnet-cccccccc";

/// One second before a boundary, on it, and one second after.
pub(crate) const AROUND: [i64; 3] = [-1, 0, 1];

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .expect("an RFC 3339 time")
        .to_utc()
}

/// Noon in Tokyo: far from the night.
pub(crate) fn noon() -> DateTime<Utc> {
    time("2026-11-23T12:00:00+09:00")
}

pub(crate) fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

pub(crate) fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}

/// The id of a subnet's association in these tests.
pub(crate) fn association(subnet: &str) -> AssociationId {
    AssociationId::observed(subnet.replace("subnet", "cvpn-assoc"))
}

pub(crate) fn associations(subnets: &[&str]) -> BTreeSet<AssociationId> {
    subnets.iter().map(|subnet| association(subnet)).collect()
}

pub(crate) fn subnets(subnets: &[&str]) -> Vec<SubnetId> {
    subnets.iter().map(|s| SubnetId::observed(*s)).collect()
}

pub(crate) fn network(subnet: &str, status: NetworkStatus, since: DateTime<Utc>) -> SeenNetwork {
    SeenNetwork {
        association_id: association(subnet),
        subnet_id: SubnetId::observed(subnet),
        status,
        message: None,
        since,
        seen_at: since,
    }
}

pub(crate) fn key(cidr: &str, target: &str) -> RouteKey {
    RouteKey {
        cidr: cidr.to_owned(),
        subnet_id: SubnetId::observed(target),
    }
}

pub(crate) fn route(cidr: &str, target: &str, status: RouteStatus) -> Route {
    Route {
        key: key(cidr, target),
        manual: true,
        status,
        description: None,
    }
}

pub(crate) fn groups(ids: &[&str]) -> BTreeSet<SecurityGroupId> {
    ids.iter()
        .map(|id| SecurityGroupId::observed(*id))
        .collect()
}

pub(crate) fn snapshot(routes: &[RouteKey], group: &str, taken_at: DateTime<Utc>) -> Snapshot {
    Snapshot {
        routes: routes.iter().map(|key| (key.clone(), None)).collect(),
        security_group_ids: groups(&[group]),
        taken_at,
    }
}

/// The defaults of DESIGN 9.
pub(crate) fn rules() -> Rules {
    Rules {
        time_zone: chrono_tz::Asia::Tokyo,
        idle_timeout: minutes(60),
        first_connection_grace: minutes(30),
        overnight_window: Some("22:00-07:00".parse().expect("a window")),
        overnight_idle_timeout: minutes(10),
        stale_connection: None,
        overnight_stale_connection: Some(minutes(120)),
        silent_below_kib_per_hour: 256,
        max_extension: TimeDelta::hours(12),
        routes: Vec::new(),
        holidays: Holidays::default(),
        booking_lifetime: TimeDelta::days(60),
    }
}

/// All that `decide` takes.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) endpoint: ManagedEndpoint,
    pub(crate) rules: Rules,
    pub(crate) state: EndpointState,
    pub(crate) seen: Observation,
    pub(crate) now: DateTime<Utc>,
}

impl World {
    /// Nothing there, no employee ever asked; all of EC2 was read.
    pub(crate) fn off() -> Self {
        let now = noon();
        let mut seen = Observation::nothing(now);
        seen.routes = Some(Vec::new());
        seen.usage = Some(Usage {
            active: 0,
            in_use: 0,
            last_ended_at: None,
        });
        seen.endpoint = Some(EndpointFacts {
            vpc_id: None,
            security_group_ids: groups(&["sg-1"]),
            transit_gateway: false,
        });
        Self {
            endpoint: ManagedEndpoint {
                name: "tokyo".parse().expect("a name"),
                id: "cvpn-endpoint-0123456789abcdef0".parse().expect("an id"),
                subnets: subnets(&[A, B]),
            },
            rules: rules(),
            state: EndpointState::default(),
            seen,
            now,
        }
    }

    /// An employee asked ten seconds ago.
    pub(crate) fn asked(mut self) -> Self {
        self.state.demand.requests += 1;
        self.state.demand.requested_at = Some(self.now - seconds(10));
        self
    }

    /// Their ask is answered.
    pub(crate) fn served(mut self) -> Self {
        self.state.demand.served = self.state.demand.requests;
        self
    }

    /// EC2 accepted a start of both subnets two minutes ago.
    pub(crate) fn associating() -> Self {
        let mut world = Self::off().asked();
        let began = world.now - minutes(2);
        world.state.stay.number = 1;
        world.state.attempts.made = 1;
        world.state.demand.requested_at = Some(began);
        world.state.attempts.asked_at = Some(began);
        world.state.attempts.began_at = Some(began);
        world.state.stay.up_since = Some(began);
        world.state.stay.association_ids = associations(&[A, B]);
        world.networks(&[
            (A, NetworkStatus::Associating),
            (B, NetworkStatus::Associating),
        ])
    }

    /// Both subnets are associated for a minute, and no pass has seen them ready.
    pub(crate) fn associated() -> Self {
        Self::associating().networks(&[
            (A, NetworkStatus::Associated),
            (B, NetworkStatus::Associated),
        ])
    }

    /// Ready for two hours, never used, every lease over: nothing keeps it.
    pub(crate) fn ready() -> Self {
        let mut world = Self::associated().served();
        let ready = world.now - TimeDelta::hours(2);
        let began = ready - minutes(6);
        world.state.demand.requested_at = Some(began);
        world.state.attempts.asked_at = Some(began);
        world.state.attempts.began_at = None;
        world.state.stay.up_since = Some(began);
        world.state.stay.ready_since = Some(ready);
        world.state.attempts.spent = world.state.attempts.made;
        world.state.snapshot = Some(snapshot(&[], "sg-1", ready));
        for network in &mut world.seen.networks {
            network.since = ready;
        }
        world
    }

    /// Ready, with connections in use.
    pub(crate) fn in_use() -> Self {
        Self::ready().connected(2, 2)
    }

    /// A stop was committed this long ago.
    pub(crate) fn stopping_for(mut self, seconds_ago: i64) -> Self {
        self.state.stay.stop.since = Some(self.now - seconds(seconds_ago));
        self
    }

    pub(crate) fn connected(mut self, active: usize, in_use: usize) -> Self {
        self.seen.usage = Some(Usage {
            active,
            in_use,
            last_ended_at: None,
        });
        self
    }

    /// These target networks, seen so for a minute; those of before keep nothing.
    pub(crate) fn networks(mut self, networks: &[(&str, NetworkStatus)]) -> Self {
        let since = self.now - minutes(1);
        self.seen.networks = networks
            .iter()
            .map(|(subnet, status)| network(subnet, *status, since))
            .collect();
        self
    }

    /// What the state says of these networks: accepted or seen by us in this stay.
    pub(crate) fn known(mut self, subnets: &[&str]) -> Self {
        self.state.stay.association_ids = associations(subnets);
        self
    }

    /// EC2 failed to associate these, and it is on record.
    pub(crate) fn failures_on_record(mut self, subnets: &[&str]) -> Self {
        self.state.attempts.failed_ids = associations(subnets);
        self
    }

    pub(crate) fn lease(mut self, email: &str, until: DateTime<Utc>) -> Self {
        self.state.leases.push(Lease {
            email: email.parse().expect("an email address"),
            requested_at: until - minutes(30),
            until,
            stay: self.state.stay.number,
            request: 0,
            released_at: None,
        });
        self
    }

    /// Any other change, in one line.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The same world at another time: nothing in it moves.
    pub(crate) fn at(mut self, now: DateTime<Utc>) -> Self {
        self.now = now;
        self
    }

    pub(crate) fn decide(&self) -> Decision {
        let policy = Policy {
            endpoint: &self.endpoint,
            rules: &self.rules,
        };
        decide(&self.seen, &self.state, policy, self.now)
    }

    /// What a last look makes of a stop.
    pub(crate) fn confirm_stop(&self) -> Option<KeepRule> {
        let policy = Policy {
            endpoint: &self.endpoint,
            rules: &self.rules,
        };
        confirm_stop(&self.seen, &self.state, policy, self.now)
    }

    /// The names of the actions decided on, in order.
    pub(crate) fn actions(&self) -> Vec<&'static str> {
        names(&self.decide().actions)
    }
}

/// The names of actions, in order.
pub(crate) fn names(actions: &[Action]) -> Vec<&'static str> {
    let name = |action: &Action| match action {
        Action::NoteMode => "NoteMode",
        Action::EndMode => "EndMode",
        Action::ClaimUnheard { .. } => "ClaimUnheard",
        Action::RecordGone { .. } => "RecordGone",
        Action::RecordFailed { .. } => "RecordFailed",
        Action::Adopt { .. } => "Adopt",
        Action::Start { .. } => "Start",
        Action::RefuseStart { .. } => "RefuseStart",
        Action::FinishStart { .. } => "FinishStart",
        Action::Restore { .. } => "Restore",
        Action::RecordRestored { .. } => "RecordRestored",
        Action::MarkReady { .. } => "MarkReady",
        Action::RemoveFailed { .. } => "RemoveFailed",
        Action::TakeSnapshot(_) => "TakeSnapshot",
        Action::Stop { .. } => "Stop",
        Action::StopByOrder { .. } => "StopByOrder",
        Action::AbandonStop => "AbandonStop",
    };
    actions.iter().map(name).collect()
}
