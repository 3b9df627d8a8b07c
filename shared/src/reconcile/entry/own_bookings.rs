//! An employee's own bookings: shown, cancelled, and renewed by their owner's visits.

use chrono::{DateTime, Utc};
use tracing::warn;

use super::Ask;
use super::booking::{TRIES, details_of};
use crate::model::audit::Event;
use crate::model::item::whole_seconds;
use crate::model::{
    Booking, BookingId, Clicks, Email, EndpointState, ManagedEndpoint, Personal, PersonalItem,
};
use crate::policy::{MAX_BOOKINGS, is_renewal_due, suggestion};
use crate::ports::{StoreError, Transition};
use crate::reconcile::{BookingView, PersonalView, Reconciler, side_by_side};

/// A booking that was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    #[error("there is no such booking")]
    Unknown,
    #[error("the cancellation could not be put on record")]
    Store(#[from] StoreError),
    #[error("the booking was changed elsewhere at the same moment")]
    Busy,
}

impl Reconciler {
    /// Cancels a booking of `owner`'s. One that has ended already is left as it is.
    pub async fn cancel_booking(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
        owner: &Email,
        id: &BookingId,
    ) -> Result<Vec<BookingView>, CancelError> {
        let is_own = ask.email == *owner;
        for _ in 0..TRIES {
            let now = self.clock.now();
            let (personal, state) = futures::join!(
                self.store.load_personal(&endpoint.id, owner),
                self.store.state(&endpoint.id)
            );
            let (mut bookings, state) = (personal?.bookings, state?);
            let mut named = bookings.iter_mut().filter(|it| it.id == *id);
            let booking = named.next().ok_or(CancelError::Unknown)?;
            if booking.ended_at.is_none() {
                let whose = if is_own {
                    String::new()
                } else {
                    format!(" of {owner}")
                };
                let reason = format!(
                    "{} cancelled the booking{whose}: {}.",
                    ask.email, booking.times
                );
                let (event, details) = (Event::BookingCancelled, details_of(booking));
                let transition = Transition {
                    records: vec![self.record_of(
                        Some(endpoint),
                        &ask,
                        event,
                        reason,
                        now,
                        details,
                    )],
                    personal: vec![((&*booking).into(), booking.ended(whole_seconds(now)))],
                    ..Transition::default()
                };
                if !self.store.commit(&endpoint.id, &transition).await? {
                    continue;
                }
                booking.ended_at = Some(whole_seconds(now));
            }
            if is_own {
                self.renew(endpoint, &mut bookings, now).await;
            }
            return Ok(self.views(&bookings, &state));
        }
        Err(CancelError::Busy)
    }

    /// An employee's bookings that stand, in the order in which they come next.
    pub async fn bookings(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
    ) -> Result<Vec<BookingView>, StoreError> {
        let personal = self.store.load_personal(&endpoint.id, email).await?;
        if personal.bookings.is_empty() {
            return Ok(Vec::new());
        }
        let state = self.store.state(&endpoint.id).await?;
        Ok(self.views(&personal.bookings, &state))
    }

    /// What the status page shows of its viewer's own.
    pub(super) fn personal_view(
        &self,
        personal: &Personal,
        state: &EndpointState,
        now: DateTime<Utc>,
    ) -> PersonalView {
        let Personal { bookings, clicks } = personal;
        PersonalView {
            suggestion: suggestion(clicks, bookings, &self.settings.rules, now),
            bookings: self.views(bookings, state),
        }
    }

    /// Remembers that an employee wants no suggestion any more.
    pub async fn decline_suggestion(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
    ) -> Result<(), StoreError> {
        let declined = Clicks::declined(whole_seconds(self.clock.now()));
        let item = PersonalItem::Clicks(email.clone());
        let written = self.store.update_personal(&endpoint.id, &item, &declined);
        written.await.map(|_| ())
    }

    /// Renews those whose owner has not been seen for a day. What fails is done at the next visit.
    pub(super) async fn renew(
        &self,
        endpoint: &ManagedEndpoint,
        bookings: &mut [Booking],
        now: DateTime<Utc>,
    ) {
        let (at, lifetime) = (whole_seconds(now), self.settings.rules.booking_lifetime);
        let due = bookings.iter_mut().filter(|it| is_renewal_due(it, now));
        let renewals = due.map(|booking| async move {
            let renewed = booking.renewed(at, lifetime);
            let item = PersonalItem::from(&*booking);
            let written = self.store.update_personal(&endpoint.id, &item, &renewed);
            match written.await {
                Ok(true) => booking.renewed_at = at,
                // It has ended meanwhile.
                Ok(false) => {}
                Err(error) => {
                    warn!(endpoint = %endpoint.name, error = %error, "a booking could not be renewed; the next visit does it");
                }
            }
        });
        side_by_side(renewals.collect(), MAX_BOOKINGS).await;
    }

    pub(super) fn views(&self, bookings: &[Booking], state: &EndpointState) -> Vec<BookingView> {
        BookingView::all(bookings, state, &self.settings.rules, self.clock.now())
    }
}
