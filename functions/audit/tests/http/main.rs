//! The function `audit` between an ALB of the tests' making and an embedded DynamoDB.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a helper that cannot go on has failed its test, and nothing reaches into a test binary"
)]

mod world;

mod events;
mod inputs;
mod pages;
mod refusals;
mod roles;
