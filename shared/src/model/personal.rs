//! The items of the lease table that belong to one employee at one endpoint.

use super::{Booking, BookingId, Clicks, Email, Lease};

/// Which item of an employee's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonalItem {
    Lease(Email),
    Booking(Email, BookingId),
    Clicks(Email),
}

/// What an employee booked at an endpoint, and when they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personal {
    /// All their bookings, those that ended among them.
    pub bookings: Vec<Booking>,
    pub clicks: Clicks,
}

impl PersonalItem {
    /// Its sort key.
    pub fn key(&self) -> String {
        match self {
            Self::Lease(email) => Lease::key(email),
            Self::Booking(email, id) => Booking::key(email, id),
            Self::Clicks(email) => Clicks::key(email),
        }
    }
}

impl From<&Booking> for PersonalItem {
    fn from(booking: &Booking) -> Self {
        Self::Booking(booking.email.clone(), booking.id.clone())
    }
}
