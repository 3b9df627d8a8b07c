//! The function behind the ALB: an employee asks for the VPN, sees where it stands, gets the profile.
//!
//! It translates, and holds no rules: [`event`] makes a request of an event, `routes` says what a path names,
//! `answers` calls the reconciler, `pages` shows what came of it, and `refusal` is the one table of what an error means
//! over HTTP.

mod answers;
mod app;
mod assets;
pub mod event;
mod fetch;
mod input;
mod pages;
mod refusal;
pub mod reply;
mod routes;
mod visitor;

pub use app::{App, Parts};
