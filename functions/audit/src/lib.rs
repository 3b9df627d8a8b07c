//! The function behind the ALB for administrators: who asked, what was done, why, and what it cost. It only reads.
//!
//! It translates, and holds no rules: [`web`] makes a request of an event, `app` has the order of refusals, `routes` says what
//! a path names, `input` what a query asks for, `pages` reads and shows it, and `refusal` is the one table of what an error
//! means over HTTP.

mod app;
#[cfg(feature = "aws")]
mod deployed;
mod input;
mod pages;
mod refusal;
mod routes;

pub use app::{App, Ports};
#[cfg(feature = "aws")]
pub use deployed::run;
