//! `run` against the sandbox: every row is as expected; where the sandbox behaves otherwise, exactly that row is
//! different; and whatever happens, the endpoint is left as it was found.
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
