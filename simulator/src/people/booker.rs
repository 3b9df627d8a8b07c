//! What employees of a run do about bookings.

use chrono::TimeDelta;
use shared::model::{BookedTimes, BookingId, Email};
use testkit::people::BookingDeed;

use super::People;
use crate::request::{BookingRequest, Response};

/// How often a person tries again what was not kept.
const TRIES: usize = 4;

impl People {
    /// An employee books, or does something about bookings.
    pub(crate) async fn books(self, deed: BookingDeed) {
        match deed {
            BookingDeed::Book { person, times } => {
                if let Some(email) = email_of(person) {
                    self.book(&email, times).await;
                }
            }
            BookingDeed::Cancel {
                person,
                nth,
                by_administrator,
            } => {
                let Some(owner) = email_of(person) else {
                    return;
                };
                let booking = {
                    let universe = &*self.engine.universe();
                    let bookings = universe.tables.bookings_of_all(&self.endpoint);
                    let mut theirs = bookings.into_iter().filter(|it| it.email == owner);
                    theirs.nth(nth.into())
                };
                if let Some(booking) = booking {
                    self.cancel(&owner, &booking.id, by_administrator).await;
                }
            }
            BookingDeed::LookIn { person } => {
                if let Some(email) = email_of(person) {
                    self.look_in(&email).await;
                }
            }
        }
    }

    /// An employee with this address books.
    pub(crate) async fn book_as(&self, email: &str, times: BookedTimes) {
        if let Ok(email) = email.parse() {
            self.book(&email, times).await;
        }
    }

    /// An employee takes all their bookings back.
    pub(crate) async fn cancel_all(&self, email: &str) {
        let bookings = self
            .engine
            .universe()
            .tables
            .bookings_of_all(&self.endpoint);
        let theirs = bookings.into_iter().filter(|it| it.email.as_str() == email);
        for booking in theirs {
            self.cancel(&booking.email, &booking.id, false).await;
        }
    }

    async fn book(&self, email: &Email, times: BookedTimes) {
        for _ in 0..TRIES {
            let request = BookingRequest::Book(times.clone());
            let response = self.send_booking(email, request).await;
            if matches!(response.status, 201 | 400) {
                return;
            }
            self.engine.sleep(TimeDelta::seconds(15)).await;
        }
    }

    /// Takes a booking back, or lets an administrator do it.
    pub(crate) async fn cancel(&self, owner: &Email, id: &BookingId, by_administrator: bool) {
        let administrator = "admin@example.com".parse().ok();
        let administrator = administrator.filter(|_| by_administrator);
        let by = administrator.unwrap_or_else(|| owner.clone());
        for _ in 0..TRIES {
            let request = BookingRequest::Cancel(owner.clone(), id.clone());
            let response = self.send_booking(&by, request).await;
            if matches!(response.status, 200 | 404) {
                return;
            }
            self.engine.sleep(TimeDelta::seconds(15)).await;
        }
    }

    /// Opens the status page, as a person does.
    pub(crate) async fn look_in(&self, email: &Email) {
        self.send_booking(email, BookingRequest::Visit).await;
    }

    /// A person's request, before the witness.
    async fn send_booking(&self, email: &Email, request: BookingRequest) -> Response {
        let response = self.lambda.bookings(email, request.clone()).await;
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        universe.advance(now);
        universe.story.tell(now, || {
            format!("{email} is told {} to {request:?}", response.status)
        });
        let tables = &universe.tables;
        universe
            .witness
            .told_of_bookings(now, email, &request, &response, tables);
        response
    }

    /// Every booking is taken away by hand.
    pub(super) fn no_booking_stands(&self) {
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        for booking in universe.tables.bookings_of_all(&self.endpoint) {
            let update = booking.ended(now);
            universe
                .tables
                .update_personal(&self.endpoint, &(&booking).into(), &update);
        }
    }
}

fn email_of(person: u8) -> Option<Email> {
    format!("person{person}@example.com").parse().ok()
}
