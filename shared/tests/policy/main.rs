//! DESIGN 6, rule by rule, as tables: each boundary one second before, at, and one second after.
//!
//! What is expected here is derived from DESIGN, not from the code.

mod adoption;
mod attempts;
mod booked_spans;
mod bookings;
mod bookings_over;
mod bookings_reference;
mod counted;
mod freshness;
mod in_use;
mod listing;
mod modes;
mod off_at;
mod off_at_clocks;
mod off_at_reference;
mod orders;
mod overnight;
mod permission;
mod phases;
mod phases_up;
mod real_traffic;
mod release;
mod routing;
mod silent;
mod silent_reference;
mod snapshot;
mod state_change;
mod stops;
mod suggestion;
mod traffic_item;
mod wall_clock;
mod wanted;
mod words;
mod world;
