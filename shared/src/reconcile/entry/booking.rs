//! An employee's bookings: made, shown, cancelled, and renewed by their owner's visits.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Ask;
use crate::model::audit::{Details, Event};
use crate::model::item::whole_seconds;
use crate::model::{
    BookedOn, BookedTimes, Booking, BookingId, Clicks, Email, ManagedEndpoint, Personal,
    PersonalItem,
};
use crate::policy::{
    MAX_BOOKINGS, booked_for, due, is_held, is_lapsed, is_renewal_due, is_standing, is_to_come,
    lead, suggestion,
};
use crate::ports::{StoreError, Transition};
use crate::reconcile::{BookingView, PersonalView, Reconciler};

/// The same employee's other tabs and devices write the same items.
const TRIES: usize = 5;

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
            let personal = self.store.load_personal(&endpoint.id, &ask.email).await?;
            let rules = &self.settings.rules;
            let standing = personal
                .bookings
                .iter()
                .filter(|it| is_standing(it, rules, now));
            let standing: Vec<&Booking> = standing.collect();
            let is_there = standing
                .iter()
                .any(|it| it.times == times && !is_lapsed(it, rules, now));
            if !is_there {
                if standing.len() >= MAX_BOOKINGS {
                    return Err(BookError::TooMany);
                }
                let transition = self.made(endpoint, &ask, &times, &personal, now);
                if !self.store.commit(&endpoint.id, &transition).await? {
                    continue;
                }
            }
            self.renew(endpoint, &personal.bookings, now).await;
            let made = self
                .store
                .load_personal(&endpoint.id, &ask.email)
                .await?
                .bookings;
            if let Some(booking) = made
                .iter()
                .find(|it| it.times == times && it.ended_at.is_none())
            {
                self.place_if_due(endpoint, &ask, booking).await;
            }
            return Ok(self.views(endpoint, &made).await?);
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

    fn made(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        times: &BookedTimes,
        personal: &Personal,
        now: DateTime<Utc>,
    ) -> Transition {
        let at = whole_seconds(now);
        let booking = Booking {
            email: ask.email.clone(),
            id: times.id(),
            times: times.clone(),
            placed_for: None,
            created_at: at,
            renewed_at: at,
            ended_at: None,
        };
        let before = personal.bookings.iter().find(|it| it.id == booking.id);
        let made = booking.made(before, self.settings.rules.booking_lifetime);
        let reason = format!("{} booked the VPN: {times}.", ask.email);
        let (event, details) = (Event::BookingMade, details_of(&booking));
        Transition {
            records: vec![self.record_of(Some(endpoint), ask, event, reason, now, details)],
            personal: vec![
                (PersonalItem::from(&booking), made),
                (
                    PersonalItem::Clicks(ask.email.clone()),
                    personal.clicks.booking_made(at),
                ),
            ],
            ..Transition::default()
        }
    }

    /// Booked within the lead, it is placed at once. What fails here is left to the next sweep: the booking stands.
    async fn place_if_due(&self, endpoint: &ManagedEndpoint, ask: &Ask, booking: &Booking) {
        let placed = async {
            let state = self.store.load(&endpoint.id).await?;
            let now = self.clock.now();
            let lead = lead(&state.sightings.start_seconds);
            let due = due(booking, lead, &self.settings.rules, now);
            let Some(due) = due.filter(|_| !is_held(&state, now)) else {
                return Ok(false);
            };
            self.place(endpoint, ask, booking, &due, &state).await
        };
        match placed.await {
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

    async fn views(
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

/// What a record says of a booking.
pub(super) fn details_of(booking: &Booking) -> Details {
    Details {
        booking_id: Some(booking.id.clone()),
        booked_by: Some(booking.email.clone()),
        ..Details::default()
    }
}
