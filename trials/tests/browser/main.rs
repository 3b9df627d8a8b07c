//! The employee's pages in a real Chromium, on the real functions in the sandbox. Time is the sandbox's: tests let it jump.
#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a helper that cannot go on has failed its test, and nothing reaches into a test binary"
)]

mod browser;
mod desk;
mod tools;

mod accessible;
mod audit;
mod bookings;
mod going;
mod keyboard;
mod languages;
mod orders;
mod scriptless;
mod session;
mod story;
mod troubles;
mod waiting;
