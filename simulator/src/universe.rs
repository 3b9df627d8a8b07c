//! Everything that is not a task: EC2, the tables, the weather, and who watches.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::AuditRecord;
use shared::model::{Booking, EndpointId, EndpointState, PersonalItem};
use testkit::ec2;
use testkit::ec2::{Answer, ApiError, Request};

use crate::bugs::Bug;
use crate::caller::Caller;
use crate::reached::Reached;
use crate::request::Response;
use crate::tables::Tables;
use crate::weather::Weather;
use crate::witness::{BookingChange, Witness};

/// What the processes of a run share.
pub struct Universe {
    /// EC2's Client VPN.
    pub vpn: ec2::Ec2World,
    /// The lease table and the audit table.
    pub tables: Tables,
    /// What goes wrong at present.
    pub weather: Weather,
    /// Chance, for everything that is not drawn by the plan or by EC2.
    pub chance: fastrand::Rng,
    /// Sees everything that happens, and tells what must not be.
    pub witness: Witness,
    /// The rare situations that were reached.
    pub reached: Reached,
    /// What happened, in words; empty unless it is to be read.
    pub story: Story,
    /// A bug planted on purpose.
    pub bug: Option<Bug>,
    /// Whether it goes on whatever must not be and was.
    pub runs_on: bool,
    /// Until when the schedule does not sweep.
    pub no_sweep_until: Option<DateTime<Utc>>,
}

/// What happened, line by line.
#[derive(Debug, Default)]
pub struct Story {
    told: bool,
    lines: Vec<String>,
    said: BTreeMap<String, String>,
}

impl Story {
    /// A story that is written down.
    pub fn told() -> Self {
        Self {
            told: true,
            ..Self::default()
        }
    }

    /// Adds a line.
    pub fn tell<T: Display>(&mut self, at: DateTime<Utc>, line: impl FnOnce() -> T) {
        if self.told {
            self.lines
                .push(format!("{} {}", at.format("%m-%d %H:%M:%S%.3f"), line()));
        }
    }

    /// Adds a line unless it says again what was last said about this.
    pub fn tell_news(&mut self, at: DateTime<Utc>, about: &str, line: String) {
        if self.said.get(about) != Some(&line) {
            self.said.insert(about.to_owned(), line.clone());
            self.tell(at, || line);
        }
    }

    /// The last lines.
    pub fn last(&self, lines: usize) -> &[String] {
        &self.lines[self.lines.len().saturating_sub(lines)..]
    }
}

/// What a call is about.
fn in_short(request: &Request) -> String {
    let action = request.action().as_str();
    match request {
        Request::Associate { subnet, .. } => format!("{action} {subnet}"),
        Request::Disassociate { association, .. } => format!("{action} {association}"),
        Request::CreateRoute { route, .. } => {
            format!("{action} {} through {}", route.cidr, route.target)
        }
        Request::DescribeEndpoints { .. }
        | Request::DescribeTargetNetworks { .. }
        | Request::DescribeConnections { .. }
        | Request::DescribeRoutes { .. }
        | Request::DeleteRoute { .. }
        | Request::ApplySecurityGroups { .. }
        | Request::ExportConfiguration { .. }
        | Request::TerminateConnection { .. }
        | Request::TerminateUser { .. }
        | Request::DescribeAuthorizationRules { .. }
        | Request::DescribeSubnets { .. }
        | Request::DescribeSecurityGroups { .. }
        | Request::ModifyEndpoint { .. } => action.to_owned(),
    }
}

impl Universe {
    /// The same again, its story untold.
    pub(crate) fn copy(&self) -> Self {
        Self {
            vpn: self.vpn.clone(),
            tables: self.tables.clone(),
            weather: self.weather.clone(),
            chance: self.chance.clone(),
            witness: self.witness.clone(),
            reached: self.reached.clone(),
            story: Story::default(),
            bug: self.bug,
            runs_on: self.runs_on,
            no_sweep_until: self.no_sweep_until,
        }
    }

    /// How old the connections are that this call gets to see.
    pub(crate) fn staleness(&mut self, request: &Request) -> TimeDelta {
        let strikes = matches!(request, Request::DescribeConnections { .. })
            && self.chance.u32(..1000) < self.weather.stale;
        if strikes {
            TimeDelta::seconds(self.chance.i64(0..=self.weather.stale_seconds.into()))
        } else {
            TimeDelta::zero()
        }
    }

    /// Whether this call gets to see connections without their counters. Before it, they may begin anew.
    pub(crate) fn counters_are_missing(&mut self, now: DateTime<Utc>, request: &Request) -> bool {
        let Request::DescribeConnections { endpoint, .. } = request else {
            return false;
        };
        let mut strikes =
            |thousandths: u32| thousandths > 0 && self.chance.u32(..1000) < thousandths;
        let restart = strikes(self.weather.restarted_counters);
        let missing = strikes(self.weather.missing_counters);
        if restart {
            // An endpoint that EC2 does not know has no counters either.
            drop(self.vpn.restart_counters(now, endpoint));
        }
        missing
    }

    /// EC2's time goes on, and the witness sees what happens there.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        self.vpn.advance(now);
        self.witness.learn(self.vpn.take_history());
    }

    /// A call arrives at EC2.
    pub(crate) fn before_request(&mut self, now: DateTime<Utc>, caller: Caller, request: &Request) {
        if matches!(request, Request::Associate { .. }) {
            let fails = self.chance.u32(..1000) < self.weather.failing_associations;
            self.vpn.fail_next_associations(fails.into());
        }
        self.advance(now);
        if matches!(request, Request::Disassociate { .. }) {
            self.reached.disassociates();
        }
        self.witness
            .before_request(now, caller, request, &self.vpn, &self.tables);
    }

    /// EC2 has answered a call.
    pub(crate) fn requested(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        request: &Request,
        answer: &Result<Answer, ApiError>,
        staleness: TimeDelta,
    ) {
        if !request.action().only_reads() {
            self.story.tell(now, || {
                let request = in_short(request);
                match answer {
                    Ok(_) => format!("{caller}: EC2 accepts {request}"),
                    Err(error) => format!("{caller}: EC2 refuses {request}: {error}"),
                }
            });
        }
        if let Ok(answer) = answer {
            let endpoint = &self.witness.terms().endpoint;
            self.reached.answered(answer, endpoint, &self.vpn);
        }
        self.witness.learn(self.vpn.take_history());
        self.witness
            .requested(now, caller, request, answer, staleness, &self.vpn);
    }

    /// The `state` item was changed.
    pub(crate) fn state_changed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        before: &EndpointState,
        after: &EndpointState,
        records: &[AuditRecord],
    ) {
        self.advance(now);
        if before.attempts.began_at != after.attempts.began_at {
            self.story.tell(now, || {
                let (stay, attempts) = (after.stay.number, &after.attempts);
                let (attempt, began) = (attempts.made, attempts.began_at);
                format!("{caller}: stay {stay}, attempt {attempt}: start {began:?}")
            });
        }
        self.reached.changed(now, caller, before, after, records);
        self.witness
            .state_changed(now, caller, before, after, records, &self.vpn, &self.tables);
    }

    /// An item of an employee's was changed, together with these records: if it is a booking, it was `before` as this says.
    pub(crate) fn booking_changed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        endpoint: &EndpointId,
        item: &PersonalItem,
        before: Option<Booking>,
        records: &[AuditRecord],
    ) {
        let (Some(after), Ok(state)) = (
            self.tables.booking(endpoint, item),
            self.tables.state(endpoint),
        ) else {
            return;
        };
        let change = BookingChange { before, after };
        let tables = &self.tables;
        self.reached
            .booking_changed(now, caller, &state, &change, records);
        self.witness
            .booking_changed(now, caller, &change, records, tables);
    }

    /// An employee got an answer.
    pub(crate) fn answered(
        &mut self,
        now: DateTime<Utc>,
        who: &str,
        asks: bool,
        response: &Response,
    ) {
        self.advance(now);
        let (phase, message) = (&response.body["phase"], &response.body["message"]);
        let told = format!("{who} is told {} {phase} {message}", response.status);
        self.story.tell_news(now, who, told);
        self.witness
            .answered(now, who, asks, response, &self.tables);
    }
}
