//! The function `associate` between an ALB of the tests' making and the sandbox's AWS.

#![allow(unreachable_pub, reason = "nothing can reach into a test binary")]

mod keys;
mod request;
mod stage;
mod world;

mod events;
mod paths;
mod refusals;
mod samples;
