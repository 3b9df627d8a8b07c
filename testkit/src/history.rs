//! What happened at one endpoint: EC2's moments and calls, what employees were told, and what is on record. The simulator
//! fills it as it runs, the storm from what it finds; [`crate::rulebook`] judges by it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use shared::history::Trail;
use shared::model::audit::{AuditRecord, Event};
use shared::model::{AssociationId, Booking, ConnectionId, EndpointId, SubnetId};

use crate::ec2::{Action, Actor, AssociationStatus, Call, Connection, Moment, Outcome};
use crate::people::{Answer, Wish};

/// All that is known of what happened.
#[derive(Debug, Clone)]
pub struct History {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// The lives of its target networks.
    pub networks: BTreeMap<AssociationId, Network>,
    /// What an administrator associated.
    pub made_by_hand: BTreeSet<AssociationId>,
    /// What an administrator disassociated.
    pub left_by_hand: BTreeSet<AssociationId>,
    /// How often an administrator changed routes or groups.
    pub edits_by_hand: usize,
    /// Its connections, where they are kept for later.
    pub connections: BTreeMap<ConnectionId, Connection>,
    /// Calls by the functions that were done, in their order, where they are kept for later.
    pub calls: Vec<Done>,
    /// What employees were told, where it is kept for later.
    pub answers: Vec<Answer>,
    /// What administrators ordered by the page, where it is kept for later.
    pub orders: Vec<SentOrder>,
    /// What employees booked, where it is kept for later.
    pub bookings: Vec<Booking>,
    /// What is on record, oldest first, where it is kept for later.
    pub records: Vec<AuditRecord>,
    /// What records say, as far as they were judged.
    pub trail: Trail,
    /// The leases that employees rely on.
    pub promises: Vec<Promise>,
    /// Until when something went wrong last.
    stormy_until: Option<DateTime<Utc>>,
}

/// The life of a target network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its subnet.
    pub subnet: SubnetId,
    /// Each status from its time on.
    pub steps: Vec<(DateTime<Utc>, AssociationStatus)>,
}

/// A lease that an employee relies on.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Whose.
    pub email: String,
    /// From when on it counts.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// When it was given back, or replaced by a shorter one.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An order that an administrator sent.
#[derive(Debug, Clone)]
pub struct SentOrder {
    /// Who.
    pub email: String,
    /// `on`, `hold`, `off` or `none`.
    pub mode: &'static str,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// The latest end that it may have.
    pub until: DateTime<Utc>,
    /// The status of the answer.
    pub status: u16,
    /// What stands in the record of it.
    pub trace: String,
}

/// A call of the functions that EC2 did.
#[derive(Debug, Clone)]
pub struct Done {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: each process has a key of its own.
    pub access_key: String,
    /// What.
    pub what: Did,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Did {
    /// The connections were read.
    Looked,
    /// A subnet was associated, or a token that did so was used again.
    Associated,
    /// This target network was disassociated.
    Disassociated(AssociationId),
}

impl History {
    /// Nothing has happened yet. `hour_price_usd`: what an hour of one association costs.
    pub fn new(endpoint: EndpointId, hour_price_usd: f64) -> Self {
        Self {
            endpoint,
            networks: BTreeMap::new(),
            made_by_hand: BTreeSet::new(),
            left_by_hand: BTreeSet::new(),
            edits_by_hand: 0,
            connections: BTreeMap::new(),
            calls: Vec::new(),
            answers: Vec::new(),
            orders: Vec::new(),
            bookings: Vec::new(),
            records: Vec::new(),
            trail: Trail::new(hour_price_usd),
            promises: Vec::new(),
            stormy_until: None,
        }
    }

    /// A target network came to be in a status; the life of a new one begins.
    pub fn happened(&mut self, moment: Moment) -> Option<AssociationId> {
        if moment.endpoint != self.endpoint {
            return None;
        }
        let association = moment.association;
        let new = Network {
            subnet: moment.subnet,
            steps: Vec::new(),
        };
        let network = self.networks.entry(association.clone()).or_insert(new);
        let begins = network.steps.is_empty();
        network.steps.push((moment.at, moment.status));
        begins.then_some(association)
    }

    /// Keeps a call for later, if it is one of the functions' and was done.
    pub fn called(&mut self, call: &Call) {
        let parameter = |name: &str| call.parameters.get(name).map_or("", String::as_str);
        let here = parameter("ClientVpnEndpointId") == self.endpoint.as_str();
        if !here || call.actor != Actor::Api || call.outcome != Outcome::Done {
            return;
        }
        let association = || AssociationId::observed(parameter("AssociationId"));
        let what = match call.action {
            Action::DescribeClientVpnConnections => Did::Looked,
            Action::AssociateClientVpnTargetNetwork => Did::Associated,
            Action::DisassociateClientVpnTargetNetwork => Did::Disassociated(association()),
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
            | Action::TerminateClientVpnConnections => return,
        };
        self.calls.push(Done {
            at: call.at,
            access_key: call.access_key.clone(),
            what,
        });
    }

    /// An order for one of these modes that may be in force at some instant from `from` to `to`.
    pub fn ordered(
        &self,
        modes: &[&str],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = &SentOrder> {
        self.orders.iter().filter(move |order| {
            modes.contains(&order.mode)
                && !order.is_refused()
                && order.sent_at <= to
                && order.until >= from
        })
    }

    /// Something goes wrong until then.
    pub fn storm(&mut self, until: DateTime<Utc>) {
        self.stormy_until = self.stormy_until.max(Some(until));
    }

    /// Whether nothing went wrong since then.
    pub fn calm_since(&self, since: DateTime<Utc>) -> bool {
        self.stormy_until.is_none_or(|until| until < since)
    }

    /// From when on nothing was wrong any more.
    pub fn calm_from(&self) -> Option<DateTime<Utc>> {
        self.stormy_until
    }

    /// The records kept, with this event.
    pub fn of(&self, event: Event) -> impl DoubleEndedIterator<Item = &AuditRecord> {
        self.records
            .iter()
            .filter(move |record| record.event == event)
    }

    /// Whether clients could connect at some instant from `from` to `to`.
    pub fn usable(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        self.times_up()
            .any(|(up, down)| up <= to && down.is_none_or(|down| down > from))
    }

    /// The last moment, up to this one, at which clients could connect.
    pub fn last_usable(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = self.times_up().filter(|(up, _)| *up <= at);
        ends.map(|(_, down)| down.unwrap_or(at).min(at)).max()
    }

    /// When last, up to this moment, the last association was taken away.
    pub fn went_down_at(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let steps = self.networks.values();
        let downs = steps.filter_map(|network| network.first(AssociationStatus::Disassociating));
        downs
            .filter(|down| *down <= at && !self.usable(*down, *down))
            .max()
    }

    /// Whether an employee holds, or held, a lease in the time up at this moment and has not given it back.
    pub fn is_held(&self, at: DateTime<Utc>) -> bool {
        let down = self.went_down_at(at);
        let up = self.networks.values().filter(|network| {
            let left = network.first(AssociationStatus::Disassociating);
            left.is_none_or(|left| left > at)
        });
        let began = up
            .filter_map(|network| Some(network.held()?.0))
            .filter(|from| *from <= at)
            .min();
        self.promises.iter().any(|promise| {
            let in_this_stay = down.is_none_or(|down| promise.from >= down)
                || began.is_some_and(|began| promise.until > began);
            in_this_stay && promise.from <= at && promise.stands(at)
        })
    }

    /// The lease of an ask that became durable.
    pub fn promise(&mut self, promise: Promise, may_shorten: bool) {
        if may_shorten {
            self.give_back(&promise.email, promise.from);
        }
        self.promises.push(promise);
    }

    /// An employee's leases end.
    pub fn give_back(&mut self, email: &str, at: DateTime<Utc>) {
        let theirs = self.promises.iter_mut();
        for promise in theirs.filter(|promise| promise.email == email) {
            promise.ended_at.get_or_insert(at);
        }
    }

    /// The leases that employees were told of, and did nothing else about, whatever was answered to that: it may have
    /// been done.
    pub(crate) fn promises_told(&self, grace: chrono::TimeDelta) -> Vec<Promise> {
        let promises = self.answers.iter().filter(|answer| answer.is_promise());
        promises
            .filter_map(|answer| {
                let (email, trace) = (&answer.email, answer.trace.as_str());
                Some(Promise {
                    email: email.clone(),
                    from: answer.received_at,
                    until: answer.sent_at + lease(answer.wish, grace)?,
                    ended_at: self.given_back_after(email, answer.sent_at, Some(trace)),
                })
            })
            .collect()
    }

    /// When an employee first released or extended after this time, but for the wish with this trace.
    pub(crate) fn given_back_after(
        &self,
        email: &str,
        after: DateTime<Utc>,
        but_for: Option<&str>,
    ) -> Option<DateTime<Utc>> {
        let changes = self.answers.iter().filter(|other| {
            other.email == email
                && matches!(other.wish, Wish::Release | Wish::Extend(_))
                && other.received_at > after
                && but_for != Some(other.trace.as_str())
        });
        changes.map(|other| other.sent_at).min()
    }

    fn times_up(&self) -> impl Iterator<Item = (DateTime<Utc>, Option<DateTime<Utc>>)> {
        self.networks.values().filter_map(|network| {
            let up = network.first(AssociationStatus::Associated)?;
            Some((up, network.first(AssociationStatus::Disassociating)))
        })
    }
}

/// How long a wish keeps the VPN.
pub(crate) fn lease(wish: Wish, grace: chrono::TimeDelta) -> Option<chrono::TimeDelta> {
    match wish {
        Wish::Ask | Wish::Open => Some(grace),
        Wish::Extend(minutes) => Some(chrono::TimeDelta::minutes(minutes)),
        Wish::Release | Wish::Status => None,
    }
}

impl SentOrder {
    /// Whether the administrator was told that nothing was ordered.
    pub fn is_refused(&self) -> bool {
        (400..500).contains(&self.status)
    }

    /// Whether the administrator was told that it is in force.
    pub fn is_given(&self) -> bool {
        matches!(self.status, 200 | 202)
    }
}

impl Promise {
    /// Whether it was not given back by then.
    pub fn stands(&self, at: DateTime<Utc>) -> bool {
        self.ended_at.is_none_or(|ended| ended > at)
    }
}

impl Network {
    /// When it came to be in a status first.
    pub fn first(&self, status: AssociationStatus) -> Option<DateTime<Utc>> {
        let step = self.steps.iter().find(|(_, found)| *found == status);
        step.map(|(at, _)| *at)
    }

    /// From when to when it held its subnet.
    pub fn held(&self) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
        let (from, _) = self.steps.first()?;
        Some((*from, self.first(AssociationStatus::Disassociated)))
    }
}
