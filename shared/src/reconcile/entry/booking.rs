//! Booking the VPN for a time of day.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Ask;
use crate::model::audit::{Details, Event};
use crate::model::item::whole_seconds;
use crate::model::{
    BookedOn, BookedTimes, Booking, EndpointState, ManagedEndpoint, Personal, PersonalItem,
};
use crate::policy::{
    MAX_BOOKINGS, booked_for, due, is_held, is_lapsed, is_standing, is_to_come, lead,
};
use crate::ports::{StoreError, Transition};
use crate::reconcile::{BookingView, Reconciler};

/// The same employee's other tabs and devices write the same items.
pub(super) const TRIES: usize = 5;

/// A booking that was not made.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error("the time booked has passed on that date")]
    Past,
    #[error("the VPN would stay longer than {} hours: book less", .longest.num_hours())]
    TooLong { longest: TimeDelta },
    #[error("you have {MAX_BOOKINGS} bookings here: cancel one first")]
    TooMany,
    #[error("the booking could not be put on record")]
    Store(#[from] StoreError),
    #[error("the booking was changed elsewhere at the same moment")]
    Busy,
}

impl Reconciler {
    /// Books, and renews what else its owner booked here. Booked within the lead it is placed at once. The same booked
    /// again is one booking.
    pub async fn book(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
        times: BookedTimes,
    ) -> Result<Vec<BookingView>, BookError> {
        for _ in 0..TRIES {
            let now = self.clock.now();
            self.require_possible(&times, now)?;
            let (personal, state) = futures::join!(
                self.store.load_personal(&endpoint.id, &ask.email),
                self.store.load(&endpoint.id)
            );
            let (mut personal, state) = (personal?, state?);
            let rules = &self.settings.rules;
            let standing = personal
                .bookings
                .iter()
                .filter(|it| is_standing(it, rules, now) && !is_lapsed(it, rules, now));
            let standing: Vec<&Booking> = standing.collect();
            if standing.iter().all(|it| it.times != times) {
                if standing.len() >= MAX_BOOKINGS {
                    return Err(BookError::TooMany);
                }
                let booking = made(&ask, &times, &personal, now);
                let transition = self.making(endpoint, &ask, &booking, &personal, now);
                if !self.store.commit(&endpoint.id, &transition).await? {
                    continue;
                }
                personal.bookings.retain(|it| it.id != booking.id);
                personal.bookings.push(booking);
            }
            let mut bookings = personal.bookings;
            self.renew(endpoint, &mut bookings, now).await;
            let mut booked = bookings.iter().filter(|it| it.ended_at.is_none());
            if let Some(booking) = booked.find(|it| it.times == times) {
                self.place_if_due(endpoint, &ask, booking, &state).await;
            }
            return Ok(self.views(&bookings, &state));
        }
        Err(BookError::Busy)
    }

    fn require_possible(&self, times: &BookedTimes, now: DateTime<Utc>) -> Result<(), BookError> {
        let rules = &self.settings.rules;
        let longest = rules.max_extension;
        if booked_for(times).is_some_and(|span| span > longest) {
            return Err(BookError::TooLong { longest });
        }
        match times.on {
            BookedOn::Date(date) if !is_to_come(times, date, rules, now) => Err(BookError::Past),
            BookedOn::Date(_) | BookedOn::Days(_) => Ok(()),
        }
    }

    /// The write that makes a booking, among what its owner had before.
    fn making(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        booking: &Booking,
        before: &Personal,
        now: DateTime<Utc>,
    ) -> Transition {
        let of_before = before.bookings.iter().find(|it| it.id == booking.id);
        let made = booking.made(of_before, self.settings.rules.booking_lifetime);
        let reason = format!("{} booked the VPN: {}.", ask.email, booking.times);
        let (event, details) = (Event::BookingMade, details_of(booking));
        let clicks = before.clicks.booking_made(booking.created_at);
        Transition {
            records: vec![self.record_of(Some(endpoint), ask, event, reason, now, details)],
            personal: vec![
                (booking.into(), made),
                (PersonalItem::Clicks(ask.email.clone()), clicks),
            ],
            ..Transition::default()
        }
    }

    /// Booked within the lead, it is placed at once. What fails here is left to the next sweep: the booking stands.
    async fn place_if_due(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        booking: &Booking,
        state: &EndpointState,
    ) {
        let now = self.clock.now();
        let lead = lead(&state.sightings.start_seconds);
        let due = due(booking, lead, &self.settings.rules, now);
        let Some(due) = due.filter(|_| !is_held(state, now)) else {
            return;
        };
        match self.place(endpoint, ask, booking, &due, state).await {
            Ok(false) => {}
            Ok(true) => match self.store.load(&endpoint.id).await {
                Ok(state) => {
                    self.outcome(endpoint, state, true).await;
                }
                Err(error) => {
                    warn!(endpoint = %endpoint.name, error = %error, "a booking is placed; the next pass carries on");
                }
            },
            Err(error) => {
                warn!(endpoint = %endpoint.name, error = %error, "a booking could not be placed at once; the next sweep does it");
            }
        }
    }
}

/// The booking that an employee makes now. One that had ended and is made again keeps what it was placed for.
fn made(ask: &Ask, times: &BookedTimes, before: &Personal, now: DateTime<Utc>) -> Booking {
    let (id, at) = (times.id(), whole_seconds(now));
    let mut of_before = before.bookings.iter().filter(|it| it.id == id);
    Booking {
        email: ask.email.clone(),
        times: times.clone(),
        placed_for: of_before.next().and_then(|it| it.placed_for),
        created_at: at,
        renewed_at: at,
        ended_at: None,
        id,
    }
}

/// What a record says of a booking.
pub(super) fn details_of(booking: &Booking) -> Details {
    Details {
        booking_id: Some(booking.id.clone()),
        booked_by: Some(booking.email.clone()),
        ..Details::default()
    }
}
