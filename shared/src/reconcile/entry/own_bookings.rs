//! An employee's own bookings: shown, cancelled, and renewed by their owner's visits.

use chrono::{DateTime, Utc};
use tracing::warn;

use super::Ask;
use super::booking::{TRIES, details_of};
use crate::model::audit::Event;
use crate::model::item::whole_seconds;
use crate::model::{Booking, BookingId, Clicks, Email, ManagedEndpoint, Personal, PersonalItem};
use crate::policy::{is_renewal_due, suggestion};
use crate::ports::{StoreError, Transition};
use crate::reconcile::{BookingView, PersonalView, Reconciler};

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
            let bookings = self
                .store
                .load_personal(&endpoint.id, owner)
                .await?
                .bookings;
            let booking = bookings.iter().find(|it| it.id == *id);
            let booking = booking.ok_or(CancelError::Unknown)?;
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
                    personal: vec![(booking.into(), booking.ended(whole_seconds(now)))],
                    ..Transition::default()
                };
                if !self.store.commit(&endpoint.id, &transition).await? {
                    continue;
                }
            }
            if is_own {
                let others: Vec<Booking> =
                    bookings.iter().filter(|it| it.id != *id).cloned().collect();
                self.renew(endpoint, &others, now).await;
            }
            let left = self
                .store
                .load_personal(&endpoint.id, owner)
                .await?
                .bookings;
            return Ok(self.views(endpoint, &left).await?);
        }
        Err(CancelError::Busy)
    }

    /// An employee's bookings that stand, in the order in which they come next.
    pub async fn bookings(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
    ) -> Result<Vec<BookingView>, StoreError> {
        let bookings = self
            .store
            .load_personal(&endpoint.id, email)
            .await?
            .bookings;
        self.views(endpoint, &bookings).await
    }

    /// What the status page shows of its viewer's own. Looking renews nothing: a page that is left open looks for ever.
    pub async fn look(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
    ) -> Result<PersonalView, StoreError> {
        let personal = self.store.load_personal(&endpoint.id, email).await?;
        self.personal_view(endpoint, &personal).await
    }

    /// The same for a person who visits the page; it renews all their bookings there. What it finds is as it was before.
    pub async fn visit(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
    ) -> Result<PersonalView, StoreError> {
        let personal = self.store.load_personal(&endpoint.id, email).await?;
        let view = self.personal_view(endpoint, &personal).await?;
        self.renew(endpoint, &personal.bookings, self.clock.now())
            .await;
        Ok(view)
    }

    async fn personal_view(
        &self,
        endpoint: &ManagedEndpoint,
        personal: &Personal,
    ) -> Result<PersonalView, StoreError> {
        let Personal { bookings, clicks } = personal;
        let rules = &self.settings.rules;
        Ok(PersonalView {
            suggestion: suggestion(clicks, bookings, rules, self.clock.now()),
            bookings: self.views(endpoint, bookings).await?,
        })
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
        bookings: &[Booking],
        now: DateTime<Utc>,
    ) {
        let lifetime = self.settings.rules.booking_lifetime;
        for booking in bookings.iter().filter(|it| is_renewal_due(it, now)) {
            let renewed = booking.renewed(whole_seconds(now), lifetime);
            let item = PersonalItem::from(booking);
            if let Err(error) = self
                .store
                .update_personal(&endpoint.id, &item, &renewed)
                .await
            {
                warn!(endpoint = %endpoint.name, error = %error, "a booking could not be renewed; the next visit does it");
            }
        }
    }

    pub(super) async fn views(
        &self,
        endpoint: &ManagedEndpoint,
        bookings: &[Booking],
    ) -> Result<Vec<BookingView>, StoreError> {
        if bookings.is_empty() {
            return Ok(Vec::new());
        }
        let state = self.store.state(&endpoint.id).await?;
        Ok(BookingView::all(
            bookings,
            &state,
            &self.settings.rules,
            self.clock.now(),
        ))
    }
}
