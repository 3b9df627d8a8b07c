//! What each transition makes of the state: the new state, its conditions and its audit records.
//!
//! Nothing here does I/O: a transition is a function of its context.

mod closing;
mod context;
mod down;
mod mode;
mod routes;
mod sighting;
mod up;

pub(super) use context::{NextState, TransitionContext};
pub(super) use down::{gone, stop, stop_abandoned, stop_by_order, stop_refused};
pub(super) use mode::{change_of_order, mode_ended, mode_noted, noted_reason, run_out_reason};
pub(super) use routes::{restored, restoring, snapshot_taken};
pub(super) use sighting::noted;
pub(super) use up::{
    Answers, adopted, answered, association_failed, attempt, ready, unheard_claimed,
};
