//! Asks, and whether anything came of them.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{Finding, Mention};
use super::kind::Kind;
use super::order::{Order, may_end_one};
use crate::model::audit::AuditRecord;
use crate::model::{EndpointState, WANTED_FOR};

/// Attempts, and the time that EC2 takes for each.
const STARTS_WITHIN: TimeDelta = TimeDelta::hours(1);

/// The asks of an endpoint, and what excuses that nothing came of them.
#[derive(Debug, Clone)]
pub(super) struct Asks {
    latest: Option<DateTime<Utc>>,
    /// The first ask that waits, and when it was last repeated.
    waiting: Option<(Mention, DateTime<Utc>)>,
    order: Order,
    /// Whether it is known if the endpoint was up when the first record was put.
    knows_beginning: bool,
    /// Asks that lapsed, unless they are explained by what was so before the first record.
    undecided: Vec<Mention>,
}

impl Asks {
    /// `is_partial`: the endpoint may be up already, and an order in force, before the first record.
    pub(super) fn new(is_partial: bool) -> Self {
        Self {
            latest: None,
            waiting: None,
            order: if is_partial {
                Order::Unknown
            } else {
                Order::None
            },
            knows_beginning: !is_partial,
            undecided: Vec::new(),
        }
    }

    /// `is_up`: it is answered at once.
    pub(super) fn asked(&mut self, record: &AuditRecord, is_up: bool) {
        let at = record.occurred_at;
        self.latest = Some(at);
        if let Some((_, latest)) = &mut self.waiting {
            *latest = at;
        } else if !is_up && !self.order.is_in_force(at) {
            self.waiting = Some((Mention::of(record), at));
        }
    }

    /// Whether one of them explains a start at that time.
    pub(super) fn explain(&self, start: DateTime<Utc>) -> bool {
        self.latest.is_some_and(|at| at >= earliest_ask(start))
    }

    /// An order was given, or is over. What was asked for may lapse under it, and is kept while it lasts.
    pub(super) fn ordered(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let before = std::mem::replace(&mut self.order, Order::of(record));
        let may_have_held = before == Order::Unknown && may_end_one(record);
        if may_have_held {
            self.undecided.clear();
        }
        if may_have_held || matches!(self.order, Order::Until(_)) {
            self.waiting = None;
        }
        self.decided()
    }

    /// A start was accepted: under an order there is none. `is_new`: nothing was up before.
    pub(super) fn started(&mut self, at: DateTime<Utc>, is_new: bool) -> Vec<Finding> {
        if let Some((_, latest)) = &mut self.waiting {
            *latest = at;
        }
        if self.order == Order::Unknown {
            self.order = Order::None;
        }
        if is_new {
            self.knows_beginning = true;
        } else {
            self.was_up();
        }
        self.decided()
    }

    /// A record shows that the endpoint is up.
    pub(super) fn was_up(&mut self) {
        if !self.knows_beginning {
            self.undecided.clear();
            self.waiting = None;
        }
        self.knows_beginning = true;
    }

    /// Something came of all that was asked.
    pub(super) fn answered(&mut self) {
        self.waiting = None;
    }

    /// What was asked before its stay began to go down came to that stay; what was asked since waits for the next.
    pub(super) fn stay_over(&mut self, went_down: DateTime<Utc>) {
        self.waiting.take_if(|(first, _)| first.at <= went_down);
    }

    fn is_decided(&self) -> bool {
        self.knows_beginning && self.order != Order::Unknown
    }

    fn decided(&mut self) -> Vec<Finding> {
        if self.is_decided() {
            let lapsed = std::mem::take(&mut self.undecided);
            lapsed.iter().map(unanswered).collect()
        } else {
            Vec::new()
        }
    }

    /// Time has gone on: what was asked for long ago has lapsed.
    pub(super) fn lapse(&mut self, now: DateTime<Utc>) -> Vec<Finding> {
        let lapsed = self
            .waiting
            .take_if(|(_, latest)| *latest < earliest_ask(now));
        self.undecided.extend(lapsed.map(|(first, _)| first));
        self.decided()
    }

    /// What has lapsed by the end of the records. `state`: what the lease table says then.
    pub(super) fn open_at(
        &self,
        now: DateTime<Utc>,
        state: Option<&EndpointState>,
    ) -> Vec<Finding> {
        let mut rest = self.clone();
        if let Some(state) = state {
            if rest.order == Order::Unknown {
                rest.order = Order::of_state(state, now);
                if rest.order != Order::None {
                    return Vec::new();
                }
            }
            if state.stay.up_since.is_some() {
                rest.was_up();
            }
            rest.knows_beginning = true;
        }
        rest.lapse(now)
    }

    /// What waits, however short a time.
    pub(super) fn waiting(&self) -> Option<Finding> {
        self.waiting.as_ref().map(|(first, _)| unanswered(first))
    }
}

/// The earliest ask that a start may answer.
pub(super) fn earliest_ask(start: DateTime<Utc>) -> DateTime<Utc> {
    start - WANTED_FOR - STARTS_WITHIN
}

fn unanswered(asked: &Mention) -> Finding {
    let sentence = "Nothing came of this request.".to_owned();
    Finding::at(asked, Kind::Unanswered, sentence)
}
