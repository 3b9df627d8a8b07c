//! What a process remembers. No rule depends on it: a process that has just started does the same, with more calls.

mod recorded;
mod waiting_leases;

pub(super) use recorded::Recorded;
pub(super) use waiting_leases::WaitingLeases;
