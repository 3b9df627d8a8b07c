//! What employees and administrators do, what employees want, and what they are told. The simulator and the trials play
//! it, each with plans of its own.

mod administrator;
mod booking;
mod employee;

use chrono::{DateTime, Utc};

pub use administrator::{Deed, Order, associate, change_route, groups_of};
pub use booking::BookingDeed;
pub use employee::{Leaves, Visit};

/// What an employee wants of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// The VPN, at a terminal.
    Ask,
    /// The VPN, in a browser.
    Open,
    /// To keep it for so many minutes from now.
    Extend(i64),
    /// To give it back.
    Release,
    /// To know its status.
    Status,
}

impl Wish {
    /// Whether it asks for the VPN, or for more of it.
    pub fn asks(self) -> bool {
        match self {
            Self::Ask | Self::Open | Self::Extend(_) => true,
            Self::Release | Self::Status => false,
        }
    }
}

/// What an employee was told.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who was told.
    pub email: String,
    /// The endpoint's name.
    pub endpoint: &'static str,
    /// What was wanted.
    pub wish: Wish,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When the answer came.
    pub received_at: DateTime<Utc>,
    /// The status.
    pub status: u16,
    /// What stands in the record of it.
    pub trace: String,
    /// The phase, where one is told.
    pub phase: Option<String>,
    /// When EC2 was read for it.
    pub observed_at: Option<DateTime<Utc>>,
    /// EC2's code, where the function says that EC2 refused.
    pub code: Option<String>,
    /// How the answer begins, for a reader who has to find out why.
    pub text: String,
}

impl Answer {
    /// Whether the ask is durable: an employee who got this answer relies on it.
    pub fn is_promise(&self) -> bool {
        self.wish.asks() && matches!(self.status, 200 | 202 | 303)
    }
}

/// One of these values.
pub fn pick<'a, T>(chance: &mut fastrand::Rng, values: &'a [T]) -> &'a T {
    &values[chance.usize(..values.len())]
}
