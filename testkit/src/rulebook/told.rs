//! What people are told is so.

use chrono::TimeDelta;

use super::stops::READ_WITHIN;
use super::{Invariant, Rulebook};
use crate::alb::TOKEN_LIFE;
use crate::history::{Did, Network};
use crate::people::{Answer, Wish};

/// How old what people are told may be: the observation of a colleague's poll, and the time it took.
const OLD_IN_CALM: TimeDelta = TimeDelta::seconds(7);
/// With EC2 slow or out of reach, the last that was seen counts for two minutes.
const OLD_IN_STORM: TimeDelta = TimeDelta::seconds(122);
/// An observation older than this is no answer.
const TOO_OLD: TimeDelta = TimeDelta::minutes(2);
/// An observation is kept to the second.
const WHOLE_SECOND: TimeDelta = TimeDelta::seconds(1);
/// How long after an ask a pass may still find it missing: a fresh reading serves all callers, and time jumps.
const ASKED_SINCE: TimeDelta = TimeDelta::seconds(65);

impl Rulebook {
    /// An employee who is told `ready` or `off` is told what was seen a short while ago, and `ready` was so when it was seen.
    pub fn told(&mut self, answer: &Answer) {
        let now = answer.received_at;
        let ready = match answer.phase.as_deref() {
            Some("ready") => true,
            Some("off") => false,
            Some(_) | None => return,
        };
        if answer.wish.asks() && answer.status == 202 && !ready {
            // An order keeps it off, and the ask with it: that is told of the order, and not of what EC2 was seen to do.
            return;
        }
        let seen = answer.observed_at.map(|seen| seen - WHOLE_SECOND);
        let age = seen.map(|seen| answer.sent_at - seen - self.terms.skew);
        let fresh = age.is_some_and(|age| age <= TOO_OLD + WHOLE_SECOND);
        self.holds(Invariant::ToldOld, now, fresh, || format!("{answer:?}"));
        let Some(seen) = seen.filter(|_| ready) else {
            return;
        };
        let calm = self.history.calm_since(answer.sent_at - OLD_IN_STORM);
        let old = if calm { OLD_IN_CALM } else { OLD_IN_STORM };
        let from = seen.max(answer.sent_at - old) - self.terms.skew;
        // The reading of another pass has ended by the time of the answer, too.
        let to = now.min(seen + WHOLE_SECOND + READ_WITHIN + self.terms.skew);
        let fair = self.history.usable(from, to);
        self.holds(Invariant::ToldReady, now, fair, || {
            format!("{answer:?}, and it was not usable from {from} to {to}")
        });
    }

    /// An employee who was told `off` and finds it associating later finds that an employee asked since, or that an administrator
    /// associated it or ordered it on.
    pub(super) fn off_stays_off(&mut self, answer: &Answer) {
        if answer.phase.as_deref() != Some("off") {
            return;
        }
        let history = &self.history;
        let back = history
            .calls
            .iter()
            .find(|call| call.what == Did::Associated && call.at > answer.received_at);
        let Some(back) = back.map(|call| call.at) else {
            return;
        };
        // Who asked just before was perhaps not counted yet when EC2 was seen; who got no answer may have been counted.
        let since = answer.sent_at - ASKED_SINCE;
        let asked = history
            .answers
            .iter()
            .any(|other| other.wish.asks() && other.received_at >= since && other.sent_at <= back);
        let booked = history
            .placed()
            .any(|(record, _)| record.occurred_at >= since && record.occurred_at <= back);
        let by_hand = history.made_by_hand.iter().any(|id| {
            let held = history.networks.get(id).and_then(Network::held);
            held.is_some_and(|(from, _)| from >= since && from <= back)
        });
        // An ask that an order kept is served when the order ends.
        let modes = ["hold", "off"];
        let was_held = history.ordered(&modes, since, back).next().is_some();
        // An order to keep it on asks for it.
        let is_kept_on = history
            .ordered(&["on"], since, back)
            .any(|order| order.sent_at >= since);
        let explained = asked || booked || by_hand || was_held || is_kept_on;
        self.holds(Invariant::ToldOff, back, explained, || {
            format!("{answer:?}, and it was associated at {back}")
        });
    }

    /// 503 and the load balancer's own 502 are expected in a storm; mistakes of people's, or of ours, are not. EC2
    /// refuses nothing for good there.
    pub(super) fn is_known(&mut self, answer: &Answer) {
        let by_balancer = answer.status == 502 && answer.text.starts_with('<');
        let refused = answer.status == 502 && answer.code.is_some();
        let page = if answer.wish == Wish::Open { '<' } else { '{' };
        let unavailable = answer.status == 503 && answer.text.starts_with(page);
        // The load balancer's token was too old when the function came to look at it.
        let expired = answer.status == 401 && answer.received_at - answer.sent_at >= TOKEN_LIFE;
        let fine = matches!(answer.status, 200 | 202 | 303);
        let known = fine || by_balancer || refused || unavailable || expired;
        let at = answer.received_at;
        self.holds(Invariant::UnknownAnswer, at, known, || {
            format!("{answer:?}")
        });
        let honest = answer.code.is_none();
        self.holds(Invariant::FalseRefusal, at, honest, || {
            format!("{answer:?}")
        });
    }
}
