//! Sees everything that happens and holds it against what is promised. It fills the history that the rulebook judges by,
//! and judges itself what only it can see as it happens: what an invocation has read and committed before it calls, which
//! asks are durable, what the tables hold.

mod answers;
mod booked;
mod bookings;
mod expected;
mod fates;
mod orders;
mod records;
mod rest;
mod routes;
mod starts;
mod stops;
mod truth;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, EventId};
use shared::model::{ConnectionId, EndpointState, Lease};
use testkit::ec2::{Answer, ApiError, Ec2World, Moment, Request};
use testkit::history::Promise;
use testkit::rulebook::{Invariant, Rulebook, Terms, Violation, fingerprint, record_key};

use crate::caller::Caller;
use crate::reached::Situation;
use crate::tables::Tables;
use expected::Expected;
use fates::Booked;
use truth::{Rest, Truth};

pub use fates::BookingChange;

/// The witness of one run.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The rules, and what happened.
    pub book: Rulebook,
    truth: Truth,
    evidence: BTreeMap<u64, Evidence>,
    routes: Expected,
    rest: Rest,
    booked: Booked,
    /// Rare situations that only the witness can tell.
    reached: Vec<Situation>,
}

const CONNECTIONS: &str = "DescribeClientVpnConnections";

/// What an invocation has read.
#[derive(Debug, Clone, Default)]
struct Evidence {
    failed: Vec<String>,
    /// Full listings of the connections: as of when each is.
    listings: Vec<DateTime<Utc>>,
    listing: Option<DateTime<Utc>>,
    /// The connections that there were when the latest listing began.
    present: BTreeSet<ConnectionId>,
    stop_committed_at: Option<DateTime<Utc>>,
    durable: bool,
    /// The lease that was written for an ask, and whether it may be shorter than before.
    lease: Option<(Lease, bool)>,
}

impl Witness {
    /// A witness who has seen nothing yet.
    pub fn new(terms: Terms) -> Self {
        Self {
            book: Rulebook::new(terms),
            truth: Truth::default(),
            evidence: BTreeMap::new(),
            routes: Expected::default(),
            rest: Rest::default(),
            booked: Booked::default(),
            reached: Vec::new(),
        }
    }

    /// What the system is configured with.
    pub(crate) fn terms(&self) -> &Terms {
        &self.book.terms
    }

    /// What must not be and was, if anything.
    pub fn violation(&self) -> Option<&Violation> {
        self.book.violations.first()
    }

    fn holds(
        &mut self,
        invariant: Invariant,
        at: DateTime<Utc>,
        holds: bool,
        text: impl FnOnce() -> String,
    ) {
        self.book.holds(invariant, at, holds, text);
    }

    fn evidence(&mut self, caller: Caller) -> &mut Evidence {
        // Invocations are short: what began long ago is over.
        while self.evidence.len() > 200 {
            self.evidence.pop_first();
        }
        self.evidence.entry(caller.invocation).or_default()
    }

    fn tolerance(&self) -> TimeDelta {
        self.book.tolerance()
    }

    /// The rare situations that it saw since it was asked last.
    pub(crate) fn take_reached(&mut self) -> Vec<Situation> {
        std::mem::take(&mut self.reached)
    }

    /// Whether nothing went wrong since then.
    fn calm_since(&self, since: DateTime<Utc>) -> bool {
        self.book.history.calm_since(since)
    }

    /// Something goes wrong until then.
    pub fn storm(&mut self, until: DateTime<Utc>) {
        self.book.history.storm(until);
    }

    /// Takes in what happened at EC2 since.
    pub fn learn(&mut self, moments: Vec<Moment>) {
        self.book.learn(moments, false);
    }

    /// A call got no good answer.
    pub fn call_failed(&mut self, caller: Caller, name: &str) {
        self.evidence(caller).failed.push(name.to_owned());
    }

    /// EC2 is about to do this.
    pub fn before_request(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        request: &Request,
        vpn: &Ec2World,
        tables: &Tables,
    ) {
        self.meddled(now, caller, request);
        match request {
            Request::Associate { subnet, .. } => {
                self.about_to_associate(now, caller, subnet, vpn, tables);
            }
            Request::Disassociate { association, .. } => {
                self.about_to_disassociate(now, caller, association, vpn);
            }
            Request::DescribeEndpoints { .. }
            | Request::DescribeTargetNetworks { .. }
            | Request::DescribeConnections { .. }
            | Request::DescribeRoutes { .. }
            | Request::CreateRoute { .. }
            | Request::DeleteRoute { .. }
            | Request::ApplySecurityGroups { .. }
            | Request::ExportConfiguration { .. }
            | Request::TerminateConnection { .. }
            | Request::TerminateUser { .. }
            | Request::DescribeAuthorizationRules { .. }
            | Request::DescribeSubnets { .. }
            | Request::DescribeSecurityGroups { .. }
            | Request::ModifyEndpoint { .. } => {}
        }
    }

    /// EC2 has done this, or refused it.
    pub fn requested(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        request: &Request,
        answer: &Result<Answer, ApiError>,
        staleness: TimeDelta,
        vpn: &Ec2World,
    ) {
        if let Request::DescribeConnections { paging, .. } = request {
            let as_of = now - staleness;
            let connections = vpn.endpoint(&self.book.terms.endpoint).into_iter();
            let present = connections.flat_map(|e| e.connections.keys().cloned());
            let evidence = self.evidence(caller);
            if paging.next_token.is_none() {
                evidence.listing = Some(as_of);
                evidence.present = present.collect();
            }
            match answer {
                Ok(Answer::Connections(page)) if page.next_token.is_none() => {
                    let listing = evidence.listing.take();
                    evidence.listings.extend(listing);
                    // A pass that looked in vain has looked again.
                    evidence
                        .failed
                        .retain(|name| !name.starts_with(CONNECTIONS));
                }
                Ok(_) => {}
                Err(_) => evidence.listing = None,
            }
        }
        if let Err(error) = answer
            && request.action().only_reads()
        {
            let failed = format!("{} ({})", request.action().as_str(), error.code());
            self.evidence(caller).failed.push(failed);
        }
        if let (Request::Disassociate { .. }, Ok(_)) = (request, answer) {
            self.routes.goes(now);
        }
    }

    /// An ask counts from now on.
    pub fn asked(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        ask: &EventId,
        request: u64,
        tables: &Tables,
    ) {
        let key = (self.book.terms.endpoint.to_string(), ask.clone());
        let on_record = tables.record(&key).is_some();
        self.holds(Invariant::Unrecorded, now, on_record, || {
            format!("request {request} counts, and there is no record {ask}")
        });
        let evidence = self.evidence(caller);
        evidence.durable = true;
        let lease = evidence.lease.take();
        self.truth.asks.insert(request, now);
        if let Some((lease, may_shorten)) = lease {
            let promise = Promise {
                email: lease.email.to_string(),
                from: now,
                until: lease.until,
                ended_at: None,
            };
            self.book.history.promise(promise, may_shorten);
        }
    }

    /// A lease was written; it counts once its ask is durable.
    pub fn lease_granted(&mut self, caller: Caller, lease: &Lease, may_shorten: bool) {
        self.evidence(caller).lease = Some((lease.clone(), may_shorten));
    }

    /// Records were put.
    pub fn records_put(&mut self, now: DateTime<Utc>, records: &[AuditRecord]) {
        for record in records {
            self.book
                .written(now, record_key(record), fingerprint(record));
            self.adopted(now, record);
            self.book.recorded(now, record);
        }
    }

    /// The `state` item was changed, together with these records.
    #[expect(clippy::too_many_arguments, reason = "it is told all there is")]
    pub fn state_changed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        before: &EndpointState,
        after: &EndpointState,
        records: &[AuditRecord],
        vpn: &Ec2World,
        tables: &Tables,
    ) {
        if after.stay.stop.since.is_some() && after.stay.stop.since != before.stay.stop.since {
            self.stop_committed(now, caller, before, vpn, tables, records);
        }
        self.booked.starts_are(now, &after.sightings.start_seconds);
        self.order_changed(now, before, after, records);
        self.served(now, before, after, records);
        self.released(now, before, records, tables);
        if after.stay.ready_since.is_none() {
            self.truth.ready_since = None;
        } else if before.stay.ready_since.is_none() {
            self.ready_is_allowed(now);
            self.became_ready(now, after, vpn);
        }
        self.records_put(now, records);
    }

    /// The administrator has done something to target networks.
    pub fn deed_on_networks(&mut self, now: DateTime<Utc>, moments: Vec<Moment>) {
        self.routes.goes(now);
        self.book.learn(moments, true);
    }

    /// The administrator has done something.
    pub fn deed(&mut self, now: DateTime<Utc>) {
        self.truth.last_deed_at = Some(now);
    }

    /// The administrator has set a mode, or taken it away.
    pub fn mode_set(&mut self, now: DateTime<Utc>, mode: Option<(&'static str, DateTime<Utc>)>) {
        self.mode_is(now, mode, None);
    }
}
