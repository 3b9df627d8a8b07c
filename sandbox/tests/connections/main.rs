//! How many connections functions open, when, and what becomes of those that died: the real functions in processes of
//! their own, over TLS, counted where they arrive.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod counts;
mod dead;
mod ec2;
mod frozen;
mod keys;
mod roots;
mod silent;
mod world;
