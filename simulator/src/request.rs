//! What employees send, and what comes back.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::model::{BookedTimes, BookingId, Email};

/// The endpoint's name in the URL.
pub const ENDPOINT_NAME: &str = "tokyo";

/// What a person's browser sends.
#[derive(Debug, Clone)]
pub enum Request {
    /// Asks.
    Ask,
    /// Looks.
    Status,
    /// Wants it for so many minutes from now.
    Extend(i64),
    /// Is done.
    Release,
    /// Fetches the profile.
    Profile,
    /// Orders a mode for so many minutes in the place of the one shown.
    Order {
        /// `on`, `hold`, `off` or `none`.
        mode: &'static str,
        /// For how many minutes from now.
        minutes: i64,
        /// The mode that the page has shown.
        shown: String,
    },
}

/// What a person wants of bookings.
#[derive(Debug, Clone)]
pub enum BookingRequest {
    /// Books.
    Book(BookedTimes),
    /// Takes a booking of this employee's back.
    Cancel(Email, BookingId),
    /// Opens the status page, as only a person does.
    Visit,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    /// When the request was made.
    pub asked_at: DateTime<Utc>,
    /// The invocation that answered.
    pub invocation: u64,
    /// The status; 502 where the process died.
    pub status: u64,
    /// The body, where it is JSON.
    pub body: Value,
}
