//! What administrators' pages read of the audit trail, from an embedded DynamoDB by the real SDK.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]
#![expect(unreachable_pub, reason = "nothing can reach into a test binary")]

mod company;
mod counted;
mod table;

mod ends;
mod export;
mod filters;
mod once;
mod scale;
mod stay;
