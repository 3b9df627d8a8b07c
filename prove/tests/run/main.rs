//! `run` against the sandbox: every row is as believed; where the sandbox is told to behave otherwise, exactly that row
//! is different; and whatever happens, the endpoint is left as it was found.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]
#![expect(unreachable_pub, reason = "nothing can reach into a test binary")]

mod stage;

mod document;
mod left_as_found;
mod refused;
mod rows;
