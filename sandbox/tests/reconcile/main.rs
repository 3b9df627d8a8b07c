//! What the reconciler does with EC2 and the tables, and what the audit trail says of it afterwards.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]
#![expect(unreachable_pub, reason = "nothing can reach into a test binary")]

mod wire;
mod world;

mod bookings;
mod bookings_failing;
mod bookings_many;
mod bookings_people;
mod bookings_races;
mod by_hand;
mod closing;
mod counts;
mod crashes;
mod faults;
mod floods;
mod oddities;
mod orders;
mod races;
mod silent;
mod story;
mod waits;
