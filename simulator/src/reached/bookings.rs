//! What bookings have met.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::model::{Booking, EndpointState};

use super::{Reached, Situation, has};
use crate::caller::{Caller, Function};
use crate::witness::BookingChange;

/// Two things that happen in one moment lie no further apart.
const MOMENT: TimeDelta = TimeDelta::seconds(5);

impl Reached {
    /// A booking was changed, together with these records.
    pub(crate) fn booking_changed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        state: &EndpointState,
        change: &BookingChange,
        records: &[AuditRecord],
    ) {
        let made = has(records, Event::BookingMade);
        self.count(Situation::BookingRevived, made && change.before.is_some());
        self.count(Situation::BookingLapsed, has(records, Event::BookingLapsed));
        if has(records, Event::BookingMissed) {
            let says = |text: &str| records.iter().any(|it| it.reason.contains(text));
            let by_order = says("an administrator's order");
            self.count(Situation::MissedByOrder, by_order);
            self.count(Situation::MissedBySweeps, !by_order);
        }
        if has(records, Event::AssociationRequested) {
            let is_up = state.stay.ready_since.is_some() && state.stay.stop.since.is_none();
            let by_its_maker = caller.function == Function::Associate;
            self.count(Situation::PlacedWhileUp, is_up);
            self.count(Situation::PlacedWithinLead, by_its_maker);
            let clocks_changed = self.clocks_changed(now);
            self.count(Situation::PlacedAsClocksChange, clocks_changed);
        }
    }

    /// A booking was to be placed, and its condition failed.
    pub(crate) fn booking_lost(
        &mut self,
        now: DateTime<Utc>,
        booking: &Booking,
        records: &[AuditRecord],
    ) {
        let ended_now = booking.ended_at.is_some_and(|at| (now - at).abs() < MOMENT);
        let is_placed = booking.ended_at.is_none() && booking.placed_for.is_some();
        let placing = has(records, Event::AssociationRequested);
        self.count(Situation::CancelledAsPlaced, placing && ended_now);
        self.count(Situation::PlacingLostToSweep, placing && is_placed);
    }

    /// What the witness saw that is rare.
    pub(crate) fn met(&mut self, situations: Vec<Situation>) {
        for situation in situations {
            self.count(situation, true);
        }
    }
}
