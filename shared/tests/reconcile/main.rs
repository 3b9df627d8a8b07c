//! What the reconciler does with EC2 and the tables, and what the audit trail says of it afterwards.

mod wire;
mod world;

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod counts;
mod crashes;
mod faults;
mod races;
mod story;
