//! Who may take which action.

use super::decision::Action;

/// Who carries out what was decided, from the one who may do least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Executor {
    /// A click or a poll that relies on what another pass has read of EC2.
    Follower,
    /// A click or a poll that has read EC2 itself.
    Reader,
    Sweep,
    /// A sweep that leaves EC2 as it is.
    DrySweep,
}

impl Executor {
    /// Whether it is a sweep, and no click or poll.
    pub fn is_sweep(self) -> bool {
        matches!(self, Self::Sweep | Self::DrySweep)
    }
}

/// Whether an action may be taken by this executor.
pub fn is_permitted(action: &Action, executor: Executor) -> bool {
    let (least, in_dry_run) = needs(action);
    if executor == Executor::DrySweep {
        in_dry_run
    } else {
        executor >= least
    }
}

/// The least executor that may take an action, and whether a dry run takes it: one that neither changes EC2 nor goes with
/// one that does.
///
/// Any pass takes what only one can win the commit of. What else changes EC2 needs a pass that has read it: they are one
/// in five seconds, however many people click while EC2 takes its time to answer. Only sweeps stop, tidy up, and follow
/// what administrators change.
fn needs(action: &Action) -> (Executor, bool) {
    match action {
        Action::NoteMode
        | Action::ClaimUnheard { .. }
        | Action::RecordGone { .. }
        | Action::RecordFailed { .. }
        | Action::Adopt { .. }
        | Action::MarkReady { .. } => (Executor::Follower, true),
        Action::Start { .. } | Action::RefuseStart { .. } => (Executor::Follower, false),
        Action::FinishStart { .. }
        | Action::Restore { .. }
        | Action::RemoveFailed {
            within_start: true, ..
        } => (Executor::Reader, false),
        Action::EndMode | Action::RecordRestored { .. } | Action::AbandonStop => {
            (Executor::Sweep, true)
        }
        // What is outstanding is noted when it is made again, which a dry run does not: no snapshot either.
        Action::RemoveFailed {
            within_start: false,
            ..
        }
        | Action::TakeSnapshot(_)
        | Action::Stop { .. }
        | Action::StopByOrder { .. } => (Executor::Sweep, false),
    }
}
