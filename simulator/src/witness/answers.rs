//! What people are told.

use chrono::{DateTime, TimeDelta, Utc};
use testkit::ec2::{Ec2World, Endpoint};

use super::{Invariant, Witness};
use crate::lambda::Response;
use crate::tables::Tables;

/// How old what people are told may be: the observation of a colleague's poll, and the time it took.
const OLD_IN_CALM: TimeDelta = TimeDelta::seconds(7);
/// With EC2 slow or out of reach, the last that was seen counts for two minutes.
const OLD_IN_STORM: TimeDelta = TimeDelta::seconds(122);

impl Witness {
    pub(super) fn told(
        &mut self,
        now: DateTime<Utc>,
        asks: bool,
        response: &Response,
        vpn: &Ec2World,
        tables: &Tables,
    ) {
        if asks && matches!(response.status, 200 | 202) {
            let durable = self
                .evidence
                .get(&response.invocation)
                .is_none_or(|evidence| evidence.durable);
            self.holds(Invariant::Undurable, now, durable, || {
                format!("{} to an ask that does not count", response.status)
            });
        }
        match response.body["phase"].as_str() {
            Some("ready") => self.told_ready(now, response, vpn),
            Some("off") => self.told_off(now, response, tables),
            Some(_) | None => {}
        }
    }

    fn told_ready(&mut self, now: DateTime<Utc>, response: &Response, vpn: &Ec2World) {
        let usable = vpn
            .endpoint(&self.terms.endpoint)
            .is_some_and(Endpoint::is_available);
        let old = if self.calm_since(response.asked_at - OLD_IN_STORM) {
            OLD_IN_CALM
        } else {
            OLD_IN_STORM
        };
        let unusable_since = self.truth.unusable_since.filter(|_| !usable);
        let fair = usable
            || unusable_since
                .is_some_and(|since| since >= response.asked_at - old - self.terms.skew);
        self.holds(Invariant::ToldReady, now, fair, || {
            format!(
                "told `ready` (asked {}), unusable since {unusable_since:?}",
                response.asked_at
            )
        });
    }

    fn told_off(&mut self, now: DateTime<Utc>, response: &Response, tables: &Tables) {
        let Ok(state) = tables.state(&self.terms.endpoint) else {
            return;
        };
        // Durable before the question, unanswered after the answer, and not about to lapse.
        let ahead = now + self.tolerance();
        let waits = self
            .truth
            .waiting_since(&state, ahead)
            .is_some_and(|since| since < response.asked_at);
        let lately = now - TimeDelta::minutes(1) - self.terms.skew;
        let held = self
            .truth
            .mode
            .is_some_and(|mode| mode.word == "hold" && mode.until > lately)
            || self.truth.last_deed_at.is_some_and(|at| at > lately);
        self.holds(Invariant::ToldOff, now, !waits || held, || {
            format!("told `off`, and an ask waits: {}", response.body)
        });
    }
}
