//! What became of bookings, in a history that is over.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::Booking;
use shared::model::audit::{AuditRecord, Event};

use super::bookings::{Appointment, LONGEST_LEAD};
use super::stops::READ_WITHIN;
use super::{Invariant, Rulebook};
use crate::history::{History, Promise};

impl Rulebook {
    /// Each date that was booked was placed once and in its time, or is on record as missed, once.
    pub(super) fn bookings_are_served(&mut self, now: DateTime<Utc>) {
        for booking in self.history.bookings.clone() {
            for appointment in self.over_by(&booking, now) {
                self.is_served_once(&booking, appointment);
            }
        }
    }

    /// The dates of a booking whose windows have passed.
    fn over_by(&self, booking: &Booking, now: DateTime<Utc>) -> Vec<Appointment> {
        let rules = &self.terms.rules;
        let local = |at: DateTime<Utc>| at.with_timezone(&rules.time_zone).date_naive();
        let last = local(now);
        let dates = local(booking.created_at).iter_days();
        let dates = dates.take_while(|date| *date <= last);
        let appointments = dates.filter_map(|date| Appointment::of(booking, date, rules));
        let settles = self.terms.sweep_every * 2 + READ_WITHIN;
        appointments
            .filter(|it| it.closes_at + settles < now)
            .collect()
    }

    fn is_served_once(&mut self, booking: &Booking, it: Appointment) {
        let at = it.ready_at;
        let from = at - LONGEST_LEAD;
        let about = |event: Event, until: DateTime<Utc>| -> Vec<&AuditRecord> {
            let records = self.history.of(event);
            let of_it = records.filter(|record| is_of(record, booking));
            of_it
                .filter(|record| from <= record.occurred_at && record.occurred_at <= until)
                .collect()
        };
        let placed = about(Event::AssociationRequested, it.closes_at + READ_WITHIN);
        // A later date is at least a day away.
        let missed = about(Event::BookingMissed, at + TimeDelta::hours(20));
        let (placed, missed) = (placed.len(), missed.len());
        let told = format!(
            "{booking:?} for {}: {placed} times placed, {missed} missed",
            it.date
        );
        self.holds(Invariant::BookedTwice, at, placed <= 1, || told.clone());
        self.holds(Invariant::MissedWrongly, at, placed + missed == 1, || told);
    }

    /// Nothing is placed that was not booked for then.
    pub(super) fn placed_was_booked(&mut self, record: &AuditRecord) {
        if record.event != Event::AssociationRequested || record.details.booking_id.is_none() {
            return;
        }
        let at = record.occurred_at;
        let rules = &self.terms.rules;
        let mut bookings = self.history.bookings.iter();
        let booked = bookings.any(|booking| {
            let near = Appointment::near(booking, rules, at);
            is_of(record, booking)
                && near
                    .iter()
                    .any(|it| it.ready_at - LONGEST_LEAD <= at && at <= it.closes_at + READ_WITHIN)
        });
        self.holds(Invariant::BookedWrongly, at, booked, || {
            format!("{record:?}, and that was not booked")
        });
    }
}

impl History {
    /// What was asked for in the name of who had booked it: each record tells until when.
    pub(super) fn placed(&self) -> impl Iterator<Item = (&AuditRecord, DateTime<Utc>)> {
        let asked = self.of(Event::AssociationRequested);
        let placed = asked.filter(|record| record.details.booking_id.is_some());
        placed.filter_map(|record| Some((record, record.details.until?)))
    }

    /// The leases of bookings, until their owners did something else about them.
    pub(super) fn promises_booked(&self) -> Vec<Promise> {
        let promise = |(record, until): (&AuditRecord, DateTime<Utc>)| {
            let email = record.actor.to_string();
            // Written some time after the sweep looked at its clock.
            let from = record.occurred_at + READ_WITHIN;
            let ended_at = self.given_back_after(&email, record.occurred_at, None);
            Promise {
                email,
                from,
                until,
                ended_at,
            }
        };
        self.placed().map(promise).collect()
    }
}

fn is_of(record: &AuditRecord, booking: &Booking) -> bool {
    record.details.booking_id.as_ref() == Some(&booking.id)
        && (record.event == Event::BookingMissed
            || record.actor.to_string() == booking.email.as_str())
}
