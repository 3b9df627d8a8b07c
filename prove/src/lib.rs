//! What only AWS can prove, proven there with one command; and whether an account is set up as the configuration says.
//! For operators; never deployed.
//!
//! Both commands read first and judge afterwards: [`check::findings`] and [`run::ROWS`] are pure.

pub mod aws;
pub mod check;
pub mod config;
pub mod run;
pub mod seen;
pub mod time;
