//! Sees everything that happens and holds it against what is promised. It knows what is really so, because it stands
//! beside EC2 and the tables and not behind their answers; and it works the rules out anew, from DESIGN and not from the
//! code that it judges.

mod answers;
mod costs;
mod records;
mod rest;
mod routes;
mod starts;
mod stops;
mod truth;
mod use_of;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, EventId};
use shared::model::{ConnectionId, EndpointId, EndpointState, Lease, Rules, SubnetId};
use testkit::ec2::{Answer, ApiError, AssociationStatus, Ec2World, Request};

use crate::lambda::Response;
use crate::process::Caller;
use crate::tables::Tables;
use truth::Truth;

/// What the system is configured with, as the company meant it.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The managed endpoint. There is another one, which nobody may touch.
    pub endpoint: EndpointId,
    /// Its configured subnets.
    pub subnets: Vec<SubnetId>,
    /// The rules.
    pub rules: Rules,
    /// What an hour of one association costs.
    pub hour_price_usd: f64,
    /// How often it is swept.
    pub sweep_every: TimeDelta,
    /// How far apart the clocks of two processes may be.
    pub skew: TimeDelta,
    /// How long EC2 takes at most to associate, and to disassociate.
    pub ec2_takes: TimeDelta,
}

macro_rules! invariants {
    ($($name:ident: $text:literal),* $(,)?) => {
        /// What must always be so.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Invariant { $(#[doc = $text] $name),* }

        impl Invariant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// It in a sentence.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

invariants! {
    CutOff: "Nothing is disassociated while a connection was in use at the last look that EC2 allows.",
    LeaseBroken: "Nothing is disassociated within a running lease.",
    StoppedEarly: "Nothing is disassociated before the grace and the idle time have passed.",
    AskOverridden: "Nothing is disassociated while an ask waits for its answer.",
    IncompleteEvidence: "Nothing is disassociated on incomplete evidence, nor without a second look.",
    Uncommitted: "Nothing is disassociated without a stop on record that is at most 30 seconds old.",
    Unasked: "Nothing is associated that nobody asked for.",
    Duplicate: "No subnet is associated twice.",
    Unexplained: "Every association of ours is on record, as ours and once.",
    Unrecorded: "No ask counts without a record.",
    Undurable: "Nobody's ask is confirmed that is not durable.",
    RecordedTwice: "No transition is recorded twice.",
    NoOutcome: "Every start and every stop has its outcome on record, once.",
    RecordChanged: "Records never change.",
    LeftOn: "An idle endpoint is off within its timeout, two sweeps and EC2's own time.",
    Unserved: "A durable ask is served, given up with a record, or lapsed after two hours.",
    ServedUnready: "No ask is served before the VPN was usable after it.",
    ToldReady: "Nobody is told \"ready\" when it is not usable.",
    ToldOff: "Nobody is told \"off\" when it comes back.",
    RouteLost: "Routes and security groups are at each ready as the administrator left them.",
    CostWrong: "The cost on record is EC2's own time.",
    ColleagueHurt: "Nobody's release ends a colleague's lease.",
    ModeIgnored: "An administrator's mode is honoured.",
    Meddled: "Nothing but the managed endpoint is touched.",
}

/// What must not be, and was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant.
    pub invariant: Invariant,
    /// When.
    pub at: DateTime<Utc>,
    /// What was seen.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.format("%Y-%m-%d %H:%M:%S%.3f");
        write!(f, "{at} {:?}: {}", self.invariant, self.text)
    }
}

/// The witness of one run.
#[derive(Debug, Clone)]
pub struct Witness {
    terms: Terms,
    truth: Truth,
    evidence: BTreeMap<u64, Evidence>,
    records: records::Books,
    routes: routes::Expected,
    rest: rest::Rest,
    /// Until when something went wrong last.
    stormy_until: Option<DateTime<Utc>>,
    violation: Option<Violation>,
    /// How often each invariant was looked at.
    pub looks: BTreeMap<Invariant, u64>,
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
            terms,
            truth: Truth::default(),
            evidence: BTreeMap::new(),
            records: records::Books::default(),
            routes: routes::Expected::default(),
            rest: rest::Rest::default(),
            stormy_until: None,
            violation: None,
            looks: BTreeMap::new(),
        }
    }

    /// What the system is configured with.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What must not be and was, if anything.
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Says that an invariant was looked at, and whether it holds. The first violation is kept.
    fn holds(
        &mut self,
        invariant: Invariant,
        at: DateTime<Utc>,
        holds: bool,
        text: impl FnOnce() -> String,
    ) {
        *self.looks.entry(invariant).or_default() += 1;
        if !holds && self.violation.is_none() {
            let text = text();
            self.violation = Some(Violation {
                invariant,
                at,
                text,
            });
        }
    }

    fn evidence(&mut self, caller: Caller) -> &mut Evidence {
        // Invocations are short: what began long ago is over.
        while self.evidence.len() > 200 {
            self.evidence.pop_first();
        }
        self.evidence.entry(caller.invocation).or_default()
    }

    /// How far a time that some process wrote may be from the time that it was.
    fn tolerance(&self) -> TimeDelta {
        self.terms.skew + TimeDelta::seconds(1)
    }

    /// Whether nothing went wrong since then.
    fn calm_since(&self, since: DateTime<Utc>) -> bool {
        self.stormy_until.is_none_or(|until| until < since)
    }

    /// Something goes wrong until then.
    pub fn storm(&mut self, until: DateTime<Utc>) {
        self.stormy_until = self.stormy_until.max(Some(until));
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
            let connections = vpn.endpoint(&self.terms.endpoint).into_iter();
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
                    // Whoever looked in vain has looked again.
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
        match (request, answer) {
            (Request::Associate { subnet, .. }, Ok(Answer::Associated(made))) => {
                self.associated(now, subnet, &made.association_id, true, vpn);
            }
            (Request::Disassociate { association, .. }, Ok(_)) => {
                self.truth
                    .disassociated(now, association, true, vpn, &self.terms.endpoint);
                self.routes.goes(now);
            }
            _ => {}
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
        let key = (self.terms.endpoint.to_string(), ask.clone());
        let on_record = tables.record(&key).is_some();
        self.holds(Invariant::Unrecorded, now, on_record, || {
            format!("request {request} counts, and there is no record {ask}")
        });
        let evidence = self.evidence(caller);
        evidence.durable = true;
        let lease = evidence.lease.take();
        self.truth.asked(now, request, lease);
    }

    /// A lease was written; it counts once its ask is durable.
    pub fn lease_granted(&mut self, caller: Caller, lease: &Lease, may_shorten: bool) {
        self.evidence(caller).lease = Some((lease.clone(), may_shorten));
    }

    /// Records were put.
    pub fn records_put(&mut self, now: DateTime<Utc>, records: &[AuditRecord]) {
        for record in records {
            self.recorded(now, record);
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
            self.stop_committed(now, caller, before, vpn);
        }
        self.served(now, before, after, records, vpn);
        self.released(now, before, records, tables);
        if after.stay.ready_since.is_none() {
            self.truth.ready_since = None;
        } else if before.stay.ready_since.is_none() {
            self.became_ready(now, after, vpn);
        }
        self.records_put(now, records);
        for record in records {
            self.cost_recorded(now, record);
        }
    }

    /// The administrator has done something to target networks.
    pub fn deed_on_networks(&mut self, now: DateTime<Utc>, vpn: &Ec2World) {
        let Some(endpoint) = vpn.endpoint(&self.terms.endpoint) else {
            return;
        };
        self.routes.goes(now);
        for network in endpoint.networks.values() {
            let id = &network.association_id;
            match network.status {
                AssociationStatus::Associating => {
                    self.associated(now, &network.subnet_id, id, false, vpn);
                }
                AssociationStatus::Disassociating => {
                    let endpoint = &self.terms.endpoint;
                    self.truth.disassociated(now, id, false, vpn, endpoint);
                }
                AssociationStatus::Associated
                | AssociationStatus::AssociationFailed
                | AssociationStatus::Disassociated => {}
            }
        }
    }

    /// The administrator has done something.
    pub fn deed(&mut self, now: DateTime<Utc>) {
        self.truth.last_deed_at = Some(now);
    }

    /// The administrator has set a mode, or taken it away.
    pub fn mode_set(&mut self, now: DateTime<Utc>, mode: Option<(&'static str, DateTime<Utc>)>) {
        self.truth.mode = mode.map(|(word, until)| truth::Mode {
            word,
            set_at: now,
            until,
        });
    }

    /// Somebody got an answer.
    pub fn answered(
        &mut self,
        now: DateTime<Utc>,
        asks: bool,
        response: &Response,
        vpn: &Ec2World,
        tables: &Tables,
    ) {
        self.told(now, asks, response, vpn, tables);
    }
}
