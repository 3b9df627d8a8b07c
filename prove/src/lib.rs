//! For operators, never deployed: is an account set up as the configuration says, and does AWS do what is expected of it?
//!
//! Both commands read first and judge afterwards: [`check::findings`] and [`run::ROWS`] are pure.
#![allow(
    missing_docs,
    reason = "a tool: only its own tests use what is public here"
)]

pub mod aws;
pub mod check;
pub mod config;
pub mod run;
pub mod seen;
pub mod time;
