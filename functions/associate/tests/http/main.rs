//! The function `associate` between an ALB of the tests' making and the sandbox's AWS.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a helper that cannot go on has failed its test, and nothing reaches into a test binary"
)]

mod process;
mod request;
mod stage;
mod world;

mod booking_refusals;
mod bookings;
mod events;
mod held_key;
mod list;
mod order_refusals;
mod orders;
mod pages;
mod paths;
mod refusals;
mod rounds;
mod samples;
