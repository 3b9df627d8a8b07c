//! What the witness knows of bookings beside the table: what became of their dates, and which leads were in force.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::model::Booking;
use testkit::rulebook::bookings::lead;

/// From what a sweep decides until its last write has arrived.
pub(super) const DECIDED_WITHIN: TimeDelta = TimeDelta::seconds(75);

/// What the witness knows of bookings beside the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Booked {
    /// What became of each date of a booking.
    pub(super) fates: BTreeMap<Date, Fate>,
    /// When each employee was last seen for certain.
    pub(super) seen: BTreeMap<String, DateTime<Utc>>,
    /// Each lead from when on it is in force, the present one last.
    leads: Vec<(DateTime<Utc>, TimeDelta)>,
    /// Dates whose time has come and was looked at.
    pub(super) looked_at: BTreeSet<Date>,
}

/// A booking's key, and one of its dates.
pub(super) type Date = (String, NaiveDate);

/// What became of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Placed(DateTime<Utc>),
    Missed,
}

/// A booking that was changed, and what stands there now.
#[derive(Debug, Clone)]
pub struct BookingChange {
    /// As it stood.
    pub before: Option<Booking>,
    /// As it stands.
    pub after: Booking,
}

impl Booked {
    /// The starts that are known changed.
    pub(super) fn starts_are(&mut self, now: DateTime<Utc>, starts: &[u64]) {
        let lead = lead(starts);
        if self.leads.last().is_none_or(|(_, last)| *last != lead) {
            self.leads.push((now, lead));
        }
        if self.leads.len() > 8 {
            self.leads.remove(0);
        }
    }

    /// The shortest and the longest lead that was in force at some time since.
    pub(super) fn leads_since(&self, since: DateTime<Utc>) -> (TimeDelta, TimeDelta) {
        let ends = self.leads.iter().skip(1).map(|(at, _)| Some(*at));
        let leads = self.leads.iter().zip(ends.chain([None]));
        let leads = leads.filter(|(_, end)| end.is_none_or(|end| end > since));
        let leads: Vec<TimeDelta> = leads.map(|((_, lead), _)| *lead).collect();
        let unknown = lead(&[]);
        let shortest = leads.iter().min().copied().unwrap_or(unknown);
        (shortest, leads.iter().max().copied().unwrap_or(unknown))
    }

    pub(super) fn fate(&self, booking: &Booking, date: NaiveDate) -> Option<Fate> {
        self.fates.get(&(key(booking), date)).copied()
    }

    /// An employee was there at this time, and it could be put down.
    pub(super) fn saw(&mut self, email: &str, at: DateTime<Utc>) {
        let seen = self.seen.entry(email.to_owned()).or_insert(at);
        *seen = at.max(*seen);
    }

    /// How many others were placed for the same instant, a moment ago.
    pub(super) fn placed_with(&self, of: &Booking, now: DateTime<Utc>) -> usize {
        let lately = |fate: &Fate| matches!(fate, Fate::Placed(at) if now - *at < DECIDED_WITHIN);
        let others = self
            .fates
            .iter()
            .filter(|((key_of, _), fate)| *key_of != key(of) && lately(fate));
        others.count()
    }
}

pub(super) fn key(booking: &Booking) -> String {
    Booking::key(&booking.email, &booking.id)
}
