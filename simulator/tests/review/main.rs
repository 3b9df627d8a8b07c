//! What administrators review, on simulated histories: every figure of use and cost is computed a second time, and findings
//! are none where all is well and the right ones where it is not.

#![expect(
    clippy::unwrap_used,
    reason = "a plan that cannot be run has failed its test"
)]

mod bugs;
mod findings;
#[path = "../support/mod.rs"]
mod support;
mod trail;
mod usage;
