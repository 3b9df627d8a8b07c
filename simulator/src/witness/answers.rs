//! What people are told.

use chrono::{DateTime, TimeDelta, Utc};
use testkit::people::{Answer, Wish};
use testkit::rulebook::Invariant;

use super::Witness;
use crate::request::ENDPOINT_NAME;
use crate::request::Response;
use crate::tables::Tables;

impl Witness {
    /// An employee got an answer.
    pub fn answered(
        &mut self,
        now: DateTime<Utc>,
        who: &str,
        asks: bool,
        response: &Response,
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
        let body = &response.body;
        let word = |name: &str| body[name].as_str().map(str::to_owned);
        self.book.told(&Answer {
            email: who.to_owned(),
            endpoint: ENDPOINT_NAME,
            wish: if asks { Wish::Ask } else { Wish::Status },
            sent_at: response.asked_at,
            received_at: now,
            status: u16::try_from(response.status).unwrap_or(0),
            trace: String::new(),
            phase: word("phase"),
            observed_at: word("observedAt").and_then(|at| at.parse().ok()),
            code: word("code"),
            text: String::new(),
        });
        if body["phase"] == "off" {
            self.told_off(now, response, tables);
        }
    }

    fn told_off(&mut self, now: DateTime<Utc>, response: &Response, tables: &Tables) {
        let Ok(state) = tables.state(&self.book.terms.endpoint) else {
            return;
        };
        // Durable before the question, unanswered after the answer, and not about to lapse.
        let ahead = now + self.tolerance();
        let waits = self
            .truth
            .waiting_since(&state, ahead)
            .is_some_and(|since| since < response.asked_at);
        let lately = now - TimeDelta::minutes(1) - self.book.terms.skew;
        let held =
            self.truth.held_lately(lately) || self.truth.last_deed_at.is_some_and(|at| at > lately);
        self.holds(Invariant::ToldOff, now, !waits || held, || {
            format!("told `off`, and an ask waits: {}", response.body)
        });
    }
}
