//! Bookings: whether each was asked for as it was due, and which of them asked for a stay.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::asks::earliest_ask;
use super::finding::{Finding, finding};
use super::kind::Kind;
use super::scope::BORDER;
use crate::model::audit::{AuditRecord, Event};

/// How many bookings a sentence names.
const NAMED: usize = 3;

/// A booking: whose, and its id.
type Key = (String, String);

/// What the records say of an endpoint's bookings.
#[derive(Debug, Clone, Default)]
pub(super) struct Bookings {
    made: BTreeMap<Key, DateTime<Utc>>,
    /// Those that ended and were not made again.
    ended: BTreeMap<Key, DateTime<Utc>>,
    /// By the end of the lease, which is another one on each date.
    placed: BTreeMap<(Key, DateTime<Utc>), DateTime<Utc>>,
    /// The asks for which no stay is closed yet.
    asks: Vec<(DateTime<Utc>, Key)>,
}

impl Bookings {
    pub(super) fn made(&mut self, record: &AuditRecord) {
        if let Some(key) = key(record) {
            self.ended.remove(&key);
            self.made.insert(key, record.occurred_at);
        }
    }

    /// Cancelled or lapsed. Made just before by another clock, it may as well have been made just after.
    pub(super) fn ended(&mut self, record: &AuditRecord) {
        let at = record.occurred_at;
        let Some(key) = key(record) else { return };
        let made_at = self.made.get(&key);
        if made_at.is_none_or(|made_at| *made_at + BORDER < at) {
            self.ended.insert(key, at);
        }
    }

    /// An ask, by a booking or by a person.
    pub(super) fn asked(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let at = record.occurred_at;
        let by_booking = record.event == Event::AssociationRequested;
        let Some(key) = key(record).filter(|_| by_booking) else {
            return Vec::new();
        };
        self.asks.push((at, key.clone()));
        let ended_at = self.ended.get(&key).copied();
        let ended_at = ended_at.filter(|ended_at| *ended_at + BORDER < at);
        let mut found = finding(ended_at.is_none(), record, Kind::BookingWrong, || {
            let ended_at = ended_at.unwrap_or(at);
            format!("It was booked by {}, and ended at {ended_at}.", named(&key))
        });
        if let Some(until) = record.details.until {
            let before = self.placed.insert((key.clone(), until), at);
            found.extend(finding(
                before.is_none(),
                record,
                Kind::BookingWrong,
                || {
                    let before = before.unwrap_or(at);
                    format!(
                        "It was booked by {}, and asked for that day at {before} already.",
                        named(&key)
                    )
                },
            ));
        }
        found
    }

    /// A stay is over: those whose asks came to it, in a sentence; empty: none.
    pub(super) fn stay_over(
        &mut self,
        up_since: DateTime<Utc>,
        went_down: DateTime<Utc>,
    ) -> String {
        let (of_stay, later) = std::mem::take(&mut self.asks)
            .into_iter()
            .partition(|(at, _)| *at <= went_down);
        self.asks = later;
        let of_stay: Vec<(DateTime<Utc>, Key)> = of_stay;
        let led_to_it = of_stay
            .iter()
            .filter(|(at, _)| *at >= earliest_ask(up_since));
        let mut keys: Vec<&Key> = led_to_it.map(|(_, key)| key).collect();
        keys.sort_unstable();
        keys.dedup();
        let names: Vec<String> = keys.iter().take(NAMED).map(|key| named(key)).collect();
        match (names.is_empty(), keys.len() - names.len()) {
            (true, _) => String::new(),
            (false, 0) => format!(" It was booked by {}.", names.join(", ")),
            (false, more) => format!(" It was booked by {} and {more} more.", names.join(", ")),
        }
    }
}

fn key(record: &AuditRecord) -> Option<Key> {
    let details = &record.details;
    let owner = details.booked_by.as_ref()?.to_string();
    Some((owner, details.booking_id.as_ref()?.to_string()))
}

fn named((owner, id): &Key) -> String {
    format!("{owner} ({id})")
}
