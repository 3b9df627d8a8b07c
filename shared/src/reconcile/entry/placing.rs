//! What a sweep does about bookings, before its pass: those that are due are asked for in their owners' names.

use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use tracing::{info, warn};

use super::Ask;
use super::ask::lease_asked_for;
use super::booking::details_of;
use crate::model::audit::{Actor, AuditRecord, Details, Event, Origin};
use crate::model::item::whole_seconds;
use crate::model::{
    Attribute, Booking, Connection, EndpointState, ManagedEndpoint, Mode, StateChange,
};
use crate::policy::{
    MissedDates, Occurrence, due, is_held, is_lapsed, is_renewal_due, is_standing, lead, missed,
};
use crate::ports::{StoreError, Transition};
use crate::reconcile::Reconciler;
use crate::reconcile::deadline::{Deadline, LeftOut};

/// The start that the first of them asks for does not wait longer than this for the others: they are left to the next
/// sweep.
const LONGEST_BEFORE_PASS: TimeDelta = TimeDelta::seconds(15);
/// Renewals side by side.
const RENEWALS_AT_ONCE: usize = 8;

/// What became of the bookings that were due.
#[derive(Debug, Default)]
pub(super) struct BookingsServed {
    /// Whether something may have been written that the pass has to know.
    pub(super) is_changed: bool,
    /// Bookings for which there was no time, and those that failed.
    pub(super) left_out: usize,
    /// What failed first. The rest was done.
    pub(super) failure: Option<StoreError>,
}

impl BookingsServed {
    pub(super) fn left_out(&self) -> Option<LeftOut> {
        (self.left_out > 0).then_some(LeftOut::Bookings(self.left_out))
    }
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
        let began = self.clock.now();
        let duties = self.duties(&state, began);
        for (done, (booking, duty)) in duties.iter().enumerate() {
            let (now, waiting) = (self.clock.now(), duties.len() - done);
            if !deadline.leaves_time_to_stop(now) {
                served.left_out += waiting;
                break;
            }
            if now - began >= LONGEST_BEFORE_PASS {
                info!(endpoint = %endpoint.name, waiting, "the next sweep goes on with the bookings that are due");
                break;
            }
            // One that failed may be written all the same, its answer lost.
            served.is_changed = true;
            match self.fulfil(endpoint, booking, duty, &state).await {
                Ok(is_written) => {
                    let is_placed = is_written && matches!(duty, Duty::Place(_));
                    state.demand.requests += u64::from(is_placed);
                }
                Err(error) => {
                    warn!(endpoint = %endpoint.name, error = %error, "a booking could not be served; the next sweep tries again");
                    served.left_out += 1;
                    served.failure.get_or_insert(error);
                }
            }
        }
        served
    }

    /// What is to be done, in this order, each with the booking as it is to stand then.
    fn duties(&self, state: &EndpointState, now: DateTime<Utc>) -> Vec<(Booking, Duty)> {
        let rules = &self.settings.rules;
        let lead = lead(&state.sightings.start_seconds);
        let is_held = is_held(state, now);
        let (mut duties, mut others) = (Vec::new(), Vec::new());
        for booking in &state.bookings {
            // What is due now is of a later date than what was missed.
            let due = due(booking, lead, rules, now).filter(|_| !is_held);
            let missed = missed(booking, rules, now);
            let is_lapse = is_lapsed(booking, rules, now) && is_standing(booking, rules, now);
            match (missed, due) {
                (None, None) if is_lapse => others.push((booking.clone(), Duty::Lapse)),
                (None, None) => {}
                (Some(missed), None) => others.push((booking.clone(), Duty::Miss(missed))),
                (None, Some(due)) => duties.push((due.ready_at, booking.clone(), Duty::Place(due))),
                (Some(missed), Some(due)) => {
                    let then = Booking {
                        placed_for: Some(missed.last.date),
                        ..booking.clone()
                    };
                    duties.push((due.ready_at, booking.clone(), Duty::Miss(missed)));
                    duties.push((due.ready_at, then, Duty::Place(due)));
                }
            }
        }
        duties.sort_by_key(|(ready_at, _, _)| *ready_at);
        let duties = duties.into_iter().map(|(_, booking, duty)| (booking, duty));
        // For these no time runs.
        duties.chain(others).collect()
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
        let mut details = details_of(booking);
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
                details.mode = order_that_kept(missed, state).map(|it| it.as_str().to_owned());
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
            details,
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
        let request = EndpointState::request(now, &record.event_id);
        let lease = lease_asked_for(&booking.email, due.lease_until, state, now);
        let transition = Transition {
            update: change.update().and(request),
            records: vec![record],
            personal: vec![(booking.into(), booking.placed(due.date)), lease],
            ..Transition::default()
        };
        let is_placed = self.store.commit(&endpoint.id, &transition).await?;
        info!(endpoint = %endpoint.name, booking = %booking.id, date = %due.date, is_placed, "a booking is due");
        Ok(is_placed)
    }

    /// Renews the bookings of those who are connected, as far as there is time; the next sweep sees the others too.
    pub(super) async fn renew_connected(
        &self,
        endpoint: &ManagedEndpoint,
        bookings: &[Booking],
        connections: &[Connection],
        deadline: Deadline,
    ) {
        let now = self.clock.now();
        let is_connected = |booking: &Booking| {
            let mut active = connections.iter().filter(|it| it.active);
            active.any(|it| it.user.eq_ignore_ascii_case(booking.email.as_str()))
        };
        let seen = bookings
            .iter()
            .filter(|booking| is_renewal_due(booking, now) && is_connected(booking));
        let renewals: Vec<_> = seen
            .map(|booking| async move {
                if deadline.leaves_time_to_stop(self.clock.now()) {
                    self.renew(endpoint, &mut [booking.clone()], now).await;
                }
            })
            .collect();
        stream::iter(renewals)
            .for_each_concurrent(RENEWALS_AT_ONCE, |renewal| renewal)
            .await;
    }
}

/// The order under which the time of a booking passed. Had sweeps run on the dates before, those were on record by then.
fn order_that_kept<'a>(missed: &MissedDates, state: &'a EndpointState) -> Option<&'a Mode> {
    // An order that ran out since stands there until the pass takes it away.
    let then = missed.last.due_until - TimeDelta::seconds(1);
    let mode = state.order.in_force(then)?;
    (missed.count == 1 && is_held(state, then)).then_some(mode)
}

fn missed_reason(booking: &Booking, missed: &MissedDates, state: &EndpointState) -> String {
    let MissedDates { last, count } = missed;
    let more = match count - 1 {
        0 => String::new(),
        1 => " (and for one date before it)".to_owned(),
        earlier => format!(" (and for {earlier} dates before it)"),
    };
    let due_from = last.ready_at - lead(&state.sightings.start_seconds);
    let swept_since = state.sightings.last_sweep_at;
    let why = if order_that_kept(missed, state).is_some() {
        "an administrator's order kept the VPN off"
    } else if swept_since.is_none_or(|at| at < due_from) {
        "no sweep went through in time"
    } else {
        "it could not be placed in time"
    };
    format!(
        "The booking of {} was missed for {}{more}, because {why}: {}.",
        booking.email, last.date, booking.times
    )
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;
    use crate::model::{BookedOn, BookedTimes, WORKDAYS};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn booking() -> Booking {
        let times = BookedTimes {
            on: BookedOn::Days(WORKDAYS),
            ready_by: NaiveTime::from_hms_opt(8, 30, 0).unwrap(),
            stay_until: None,
        };
        Booking {
            email: "yuki@example.com".parse().unwrap(),
            id: times.id(),
            times,
            placed_for: None,
            created_at: at("2026-11-20T00:00:00Z"),
            renewed_at: at("2026-11-20T00:00:00Z"),
            ended_at: None,
        }
    }

    /// Ready by 08:30 in Tokyo on a Monday, and half an hour to place it.
    fn missed(count: usize) -> MissedDates {
        let ready_at = at("2026-11-22T23:30:00Z");
        let due_until = ready_at + TimeDelta::minutes(30);
        let last = Occurrence {
            date: "2026-11-23".parse().unwrap(),
            ready_at,
            due_from: ready_at - TimeDelta::minutes(15),
            due_until,
            lease_until: due_until,
        };
        MissedDates { last, count }
    }

    #[test]
    fn a_miss_names_the_order_that_kept_the_vpn_off() {
        let end = missed(1).last.due_until;
        let second = TimeDelta::seconds(1);
        for (mode, until, count, order) in [
            (Some(Mode::Hold), None, 1, Some(Mode::Hold)),
            (Some(Mode::Off), Some(end), 1, Some(Mode::Off)),
            (Some(Mode::Hold), Some(end - second), 1, None),
            (Some(Mode::On), None, 1, None),
            (None, None, 1, None),
            // Sweeps under the order would have put each date on record.
            (Some(Mode::Hold), None, 2, None),
        ] {
            let mut state = EndpointState::default();
            state.order.mode = mode;
            state.order.until = until;
            let missed = missed(count);
            let kept = order_that_kept(&missed, &state);
            assert_eq!(kept, order.as_ref(), "{:?}", state.order);
            let reason = missed_reason(&booking(), &missed, &state);
            let is_told = reason.contains("because an administrator's order kept the VPN off");
            assert_eq!(is_told, order.is_some(), "{reason}");
        }
    }
}
