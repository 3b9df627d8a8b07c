//! What the reconciler does with EC2 and the tables, and what the audit trail says of it afterwards.

mod wire;
mod world;

mod counts;
mod crashes;
mod faults;
mod races;
mod story;
