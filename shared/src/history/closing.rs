//! Whether each stay that is over has one closing record, and whether that agrees with the records before it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::asks::earliest_ask;
use super::finding::{Finding, Mention, ROUNDED_USD, finding};
use super::scope::LONGEST_LEASE;
use super::single::shown_by_closing;
use super::stays::unclosed;
use super::{Kind, Trail};
use crate::model::AssociationId;
use crate::model::audit::{AuditRecord, Closing, Event, MAX_PEOPLE, cost_usd};
use crate::model::item::whole_seconds;

impl Trail {
    /// Something failed to associate: what is over with that, and was up before, needs a closing record.
    pub(super) fn may_be_over(&mut self, record: &AuditRecord) {
        let here = Mention::of(record);
        let was_up =
            self.ready.contains_key(&here.stay) || self.stays.seconds.contains_key(&here.stay);
        let is_closed = self.stays.closed.contains_key(&here.stay);
        let demands = self.known.demands_closing(here.stay, here.at);
        if demands && was_up && !self.is_up(here.stay) && !is_closed {
            self.stays.unclosed.insert(here.stay, here);
        }
    }

    /// A part of a stay ended, and something of it should be left.
    pub(super) fn part_ended(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let here = Mention::of(record);
        self.count_seconds(record);
        let mut found: Vec<Finding> = if record.event == Event::DisassociationCompleted {
            self.part_cost(record).into_iter().collect()
        } else {
            Vec::new()
        };
        let is_closed = self.stays.closed.contains_key(&here.stay);
        let demands = self.known.demands_closing(here.stay, here.at);
        if demands && !self.is_up(here.stay) && !is_closed {
            found.push(unclosed(&here));
        }
        found
    }

    /// A stay is over, and its summary is there.
    pub(super) fn closed(&mut self, record: &AuditRecord, closing: &Closing) -> Vec<Finding> {
        let here = Mention::of(record);
        let stay = here.stay;
        self.count_seconds(record);
        self.stays.unclosed.remove(&stay);
        let mut found = Vec::new();
        if let Some(before) = self.stays.closed.insert(stay, here) {
            let sentence = format!("Stay {stay} is closed twice, first at {}.", before.at);
            found.push(Finding::of(record, Kind::RecordedTwice, sentence));
        }
        if self.known.knows_since(earliest_ask(closing.up_since)) {
            let claimed = closing.requests.unwrap_or(0);
            self.stays.claimed = self.stays.claimed.saturating_add(claimed);
        }
        if self.known.knows_since(closing.up_since) {
            found.append(&mut self.doubtful_starts);
        }
        self.doubtful_starts.clear();
        let is_known = self.known.knows_ended(stay, Some(closing));
        let mut wrong = self.own_disagreements(record, closing);
        if is_known {
            wrong.extend(self.disagreements(record, closing));
        }
        found.extend(wrong.into_iter().flat_map(|(holds, what)| {
            let sentence = || format!("The closing record of stay {stay} does not agree: {what}.");
            finding(holds, record, Kind::ClosingWrong, sentence)
        }));
        found.extend(self.cost_of_stay(record, closing));
        let ended_at = self.stops.get(&stay).copied();
        let ended_at = ended_at.unwrap_or(record.occurred_at);
        let booked = self.bookings.stay_over(closing.up_since, ended_at);
        found.extend(shown_by_closing(record, closing, ended_at, &booked));
        found
    }

    fn cost_of_stay(&self, record: &AuditRecord, closing: &Closing) -> Vec<Finding> {
        let stay = record.details.stay.unwrap_or(0);
        let cost = record.details.cost_usd.unwrap_or(-1.0);
        // No stay is so long; what another hand wrote may say so.
        let seconds = i64::try_from(closing.association_seconds).ok();
        let lasted = seconds.and_then(TimeDelta::try_seconds);
        let due = |price| cost_usd(lasted.unwrap_or(TimeDelta::MAX), price);
        let mut prices = self.prices.at(record.occurred_at);
        let follows = prices.any(|price| (cost - due(price)).abs() <= ROUNDED_USD);
        finding(follows, record, Kind::CostWrong, || {
            let due = due(self.prices.price_at(record.occurred_at));
            format!("Stay {stay} cost USD {cost}, and by its seconds {due}.")
        })
    }

    /// What has to be so of a closing record by itself and of what of its stay is known, and what it is.
    fn own_disagreements(&self, record: &AuditRecord, closing: &Closing) -> Vec<(bool, String)> {
        let stay = record.details.stay.unwrap_or(0);
        let named = closing.people.len();
        let all_are_named = closing.people_count == named as u64
            || (named == MAX_PEOPLE && closing.people_count > named as u64);
        vec![
            (
                !self.is_up(stay),
                "something of the stay is left".to_owned(),
            ),
            (
                closing.start.is_none() || closing.ready_since.is_some(),
                "how long the start took, and it was never ready".to_owned(),
            ),
            (
                all_are_named,
                format!("{named} people named of {}", closing.people_count),
            ),
            (
                closing
                    .last_active_at
                    .is_none_or(|at| at >= closing.up_since),
                "last used before it was up".to_owned(),
            ),
        ]
    }

    /// What has to be so after the records before it.
    fn disagreements(&self, record: &AuditRecord, closing: &Closing) -> Vec<(bool, String)> {
        let stay = record.details.stay.unwrap_or(0);
        let began: BTreeSet<DateTime<Utc>> = self.began_in(stay).map(|(_, at)| at).collect();
        let not_failed = self.began_in(stay).filter(|(id, _)| !self.has_failed(id));
        let earliest = not_failed.map(|(_, at)| at).min();
        // That a beginning is not on record at all is another finding, or before the first record taken.
        let began_then = began.is_empty()
            || began.contains(&closing.up_since)
                && earliest.is_none_or(|earliest| closing.up_since <= earliest);
        let ready = self.ready.get(&stay).map(|at| whole_seconds(*at));
        let seconds = self.stays.seconds.get(&stay).copied().unwrap_or(Some(0));
        let claimed = i64::try_from(closing.association_seconds).unwrap_or(i64::MAX);
        // A lease may be much older than the stays in which it is held.
        let knows_people = self.known.knows_since(closing.up_since - LONGEST_LEASE);
        let mut people = closing.people.iter().filter(|_| knows_people);
        let stranger = people.find(|person| !self.stays.people.contains(person.as_str()));
        // A version that did not count asks did not add up what ended of a stay either.
        let counts_all = closing.requests.is_some();
        vec![
            (
                began_then,
                format!(
                    "up since {}, and nothing of it began then",
                    closing.up_since
                ),
            ),
            (
                closing.ready_since == ready,
                format!(
                    "ready since {:?}, and {ready:?} on record",
                    closing.ready_since
                ),
            ),
            (
                seconds.is_none_or(|seconds| seconds == claimed) || !counts_all,
                format!("{claimed} association seconds, and {seconds:?} by the records"),
            ),
            (
                stranger.is_none(),
                format!("{stranger:?} is named and never asked"),
            ),
            (
                self.stays.claimed <= self.stays.asks,
                format!(
                    "{} asks in all closing records, and {} on record",
                    self.stays.claimed, self.stays.asks
                ),
            ),
        ]
    }

    /// All that ends with one record ends at one time, its longest as long as the record says.
    fn count_seconds(&mut self, record: &AuditRecord) {
        let stay = record.details.stay.unwrap_or(0);
        let ids = &record.details.association_ids;
        let began: Option<Vec<_>> = ids.iter().map(|id| Some(self.began.get(id)?.at)).collect();
        let seconds = began.and_then(|began| {
            let Some(first) = began.iter().min() else {
                return Some(0);
            };
            let ended_at = whole_seconds(*first).checked_add_signed(record.details.duration?)?;
            let each = began
                .iter()
                .map(|at| (ended_at - whole_seconds(*at)).num_seconds().max(0));
            Some(each.fold(0, i64::saturating_add))
        });
        let before = self.stays.seconds.entry(stay).or_insert(Some(0));
        *before = before
            .zip(seconds)
            .map(|(before, more): (i64, i64)| before.saturating_add(more));
    }

    /// The associations of a stay that did not fail, as far as records say: what is billed of it.
    pub fn billed_in(&self, stay: u64) -> BTreeSet<AssociationId> {
        let billed = self.began_in(stay).filter(|(id, _)| !self.has_failed(id));
        billed.map(|(id, _)| id.clone()).collect()
    }

    fn began_in(&self, stay: u64) -> impl Iterator<Item = (&AssociationId, DateTime<Utc>)> {
        let of_stay = self
            .began
            .iter()
            .filter(move |(_, began)| began.stay == stay);
        of_stay.map(|(id, began)| (id, whole_seconds(began.at)))
    }

    pub(super) fn is_up(&self, stay: u64) -> bool {
        let mut up = self.up().filter_map(|id| self.began.get(id));
        up.any(|began| began.stay == stay)
    }
}
