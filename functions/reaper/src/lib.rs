//! The function on the schedule: sweeps all managed endpoints, some at a time.
//!
//! It translates, and holds no rules: what a sweep does to an endpoint stands in `shared::reconcile`.

#[cfg(feature = "aws")]
mod deployed;
mod limits;
mod policy;
mod sweep;
mod watch;

#[cfg(feature = "aws")]
pub use deployed::run;
pub use limits::Limits;
pub use policy::PolicyOnRecord;
pub use sweep::{Reaper, Summary, SweepFailed};
pub use watch::Watch;
