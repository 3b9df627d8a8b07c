//! What a sweep does about bookings, before its pass: those that are due are asked for in their owners' names.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{info, warn};

use super::Ask;
use super::ask::lease_asked_for;
use super::booking::details_of;
use crate::model::audit::{Actor, AuditRecord, Details, Event, Origin};
use crate::model::item::whole_seconds;
use crate::model::{Attribute, Booking, Connection, EndpointState, ManagedEndpoint, StateChange};
use crate::policy::{
    MissedDates, Occurrence, due, is_held, is_lapsed, is_renewal_due, is_standing, lead, missed,
};
use crate::ports::{StoreError, Transition};
use crate::reconcile::Reconciler;
use crate::reconcile::deadline::Deadline;

/// What became of the bookings that were due.
#[derive(Debug, Default)]
pub(super) struct BookingsServed {
    /// Whether something was written that the pass has to know.
    pub(super) is_changed: bool,
    /// Bookings for which there was no time.
    pub(super) left_out: usize,
    /// What failed first. The rest was done.
    pub(super) failure: Option<StoreError>,
}

/// What is to be done about a booking.
enum Duty {
    Lapse,
    Miss(MissedDates),
    Place(Occurrence),
}

impl Reconciler {
    /// Places what is due, the earliest first, and puts on record what was missed or lapses. They are written one after
    /// the other: each changes the same `state` item.
    pub(super) async fn serve_bookings(
        &self,
        endpoint: &ManagedEndpoint,
        state: &EndpointState,
        deadline: Deadline,
    ) -> BookingsServed {
        let mut state = state.clone();
        let mut served = BookingsServed::default();
        let duties = self.duties(&state);
        for (done, (booking, duty)) in duties.iter().enumerate() {
            if !deadline.leaves_time_to_stop(self.clock.now()) {
                served.left_out = duties.len() - done;
                break;
            }
            match self.fulfil(endpoint, booking, duty, &state).await {
                Ok(is_written) => {
                    served.is_changed = true;
                    let is_placed = is_written && matches!(duty, Duty::Place(_));
                    state.demand.requests += u64::from(is_placed);
                }
                Err(error) => {
                    warn!(endpoint = %endpoint.name, error = %error, "a booking could not be served; the next sweep tries again");
                    served.failure.get_or_insert(error);
                }
            }
        }
        served
    }

    fn duties(&self, state: &EndpointState) -> Vec<(Booking, Duty)> {
        let (rules, now) = (&self.settings.rules, self.clock.now());
        let lead = lead(&state.sightings.start_seconds);
        let is_held = is_held(state, now);
        let duty = |booking: &Booking| {
            // What was missed before it lapsed comes first: after that, nothing is put on record of it any more.
            if let Some(missed) = missed(booking, rules, now) {
                return Some(Duty::Miss(missed));
            }
            if is_lapsed(booking, rules, now) {
                return is_standing(booking, rules, now).then_some(Duty::Lapse);
            }
            due(booking, lead, rules, now)
                .filter(|_| !is_held)
                .map(Duty::Place)
        };
        let mut duties: Vec<(Booking, Duty)> = state
            .bookings
            .iter()
            .filter_map(|booking| Some((booking.clone(), duty(booking)?)))
            .collect();
        duties.sort_by_key(|(_, duty)| match duty {
            Duty::Place(due) => due.ready_at,
            // Not before those for whom the time runs.
            Duty::Lapse | Duty::Miss(_) => DateTime::<Utc>::MAX_UTC,
        });
        duties
    }

    /// `false`: another sweep, or its owner, was faster.
    async fn fulfil(
        &self,
        endpoint: &ManagedEndpoint,
        booking: &Booking,
        duty: &Duty,
        state: &EndpointState,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let (event, reason, update) = match duty {
            Duty::Place(due) => {
                let ask = Ask {
                    email: booking.email.clone(),
                    origin: Origin::default(),
                };
                return self.place(endpoint, &ask, booking, due, state).await;
            }
            Duty::Lapse => {
                let days = self.settings.rules.booking_lifetime.num_days();
                let reason = format!(
                    "The booking of {} lapsed, because it was not used for {days} days: {}.",
                    booking.email, booking.times
                );
                (
                    Event::BookingLapsed,
                    reason,
                    booking.lapsed(whole_seconds(now)),
                )
            }
            Duty::Miss(missed) => {
                let reason = missed_reason(booking, missed, state);
                (
                    Event::BookingMissed,
                    reason,
                    booking.placed(missed.last.date),
                )
            }
        };
        let record = AuditRecord {
            event_id: self.ids.next(now),
            endpoint: Some(endpoint.clone()),
            occurred_at: now,
            event,
            actor: Actor::Reaper,
            reason,
            expires_at: self.settings.retention.expires_at(event, now),
            details: details_of(booking),
        };
        let transition = Transition {
            records: vec![record],
            personal: vec![(booking.into(), update)],
            ..Transition::default()
        };
        self.store.commit(&endpoint.id, &transition).await
    }

    /// Asks for the VPN in the name of a booking's owner: an ask whose writes are one transaction. `false`: something was
    /// not as it was read.
    pub(super) async fn place(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        booking: &Booking,
        due: &Occurrence,
        state: &EndpointState,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let event = Event::AssociationRequested;
        let reason = format!(
            "{} had booked the VPN for {}: {}.",
            ask.email, due.date, booking.times
        );
        let details = Details {
            until: Some(due.lease_until),
            ..details_of(booking)
        };
        let record = self.record_of(Some(endpoint), ask, event, reason, now, details);
        // Nothing is placed under an order that came since.
        let mut change = StateChange::of(state);
        change.require_as_read(&[Attribute::Mode, Attribute::ModeUntil]);
        let mut update = change.update();
        let request = EndpointState::request(now, &record.event_id);
        update.conditions.extend(request.conditions);
        update.assignments.extend(request.assignments);
        let lease = lease_asked_for(&booking.email, due.lease_until, state, now);
        let transition = Transition {
            update,
            records: vec![record],
            personal: vec![(booking.into(), booking.placed(due.date)), lease],
            ..Transition::default()
        };
        let is_placed = self.store.commit(&endpoint.id, &transition).await?;
        info!(endpoint = %endpoint.name, booking = %booking.id, date = %due.date, is_placed, "a booking is due");
        Ok(is_placed)
    }

    /// Renews the bookings of those who are connected.
    pub(super) async fn renew_connected(
        &self,
        endpoint: &ManagedEndpoint,
        bookings: &[Booking],
        connections: &[Connection],
    ) {
        let now = self.clock.now();
        let is_connected = |booking: &Booking| {
            let mut active = connections.iter().filter(|it| it.active);
            active.any(|it| it.user.eq_ignore_ascii_case(booking.email.as_str()))
        };
        let seen: Vec<Booking> = bookings
            .iter()
            .filter(|booking| is_renewal_due(booking, now) && is_connected(booking))
            .cloned()
            .collect();
        self.renew(endpoint, &seen, now).await;
    }
}

fn missed_reason(booking: &Booking, missed: &MissedDates, state: &EndpointState) -> String {
    let MissedDates { last, count } = missed;
    let more = match count - 1 {
        0 => String::new(),
        1 => " (and for one date before it)".to_owned(),
        earlier => format!(" (and for {earlier} dates before it)"),
    };
    let swept_since = state.sightings.last_sweep_at;
    // An order that ran out since stands there until the pass takes it away.
    let why = if is_held(state, last.due_until - TimeDelta::seconds(1)) {
        "an administrator's order kept the VPN off"
    } else if swept_since.is_none_or(|at| at < last.due_from) {
        "no sweep ran in time"
    } else {
        "it could not be placed in time"
    };
    format!(
        "The booking of {} was missed for {}{more}, because {why}: {}.",
        booking.email, last.date, booking.times
    )
}
