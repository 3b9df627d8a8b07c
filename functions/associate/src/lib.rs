//! The function behind the ALB: an employee asks for the VPN, sees where it stands, gets the profile.
//!
//! It translates, and holds no rules: [`web`] makes a request of an event, `routes` says what a path names,
//! `answers` calls the reconciler, [`associate_pages`] shows what came of it, and `refusal` is the one table of what an error means
//! over HTTP.

mod ahead;
mod answers;
mod app;
mod bookings;
#[cfg(feature = "aws")]
mod deployed;
mod input;
mod list;
mod refusal;
mod routes;

pub use app::{App, Ports};
#[cfg(feature = "aws")]
pub use deployed::run;
