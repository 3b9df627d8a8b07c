//! Who may take which action.

use super::decision::Action;

/// Who carries out what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executor {
    /// A click or a poll that relies on what another pass has read of EC2.
    Follower,
    /// A click or a poll that has read EC2 itself.
    Reader,
    /// A sweep.
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

/// Who may take an action at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Any pass: only one can win the commit.
    AnyPass,
    /// A pass that has read EC2. They are one in five seconds, however many people click while EC2 takes its time to
    /// answer.
    Reader,
    /// A sweep: only sweeps stop, tidy up, and follow what administrators change.
    Sweep,
}

/// Whether an action may be taken by this executor.
pub fn is_permitted(action: &Action, executor: Executor) -> bool {
    match executor {
        Executor::Follower => needs(action) == Needs::AnyPass,
        Executor::Reader => needs(action) != Needs::Sweep,
        Executor::Sweep => true,
        Executor::DrySweep => !changes_ec2(action),
    }
}

fn needs(action: &Action) -> Needs {
    match action {
        Action::NoteMode
        | Action::RecordGone { .. }
        | Action::RecordFailed { .. }
        | Action::Adopt { .. }
        | Action::MarkReady { .. }
        | Action::Start { .. }
        | Action::RefuseStart { .. } => Needs::AnyPass,
        Action::FinishStart { .. }
        | Action::Restore { .. }
        | Action::RemoveFailed {
            within_start: true, ..
        } => Needs::Reader,
        Action::RecordRestored { .. }
        | Action::RemoveFailed {
            within_start: false,
            ..
        }
        | Action::TakeSnapshot(_)
        | Action::Stop { .. }
        | Action::AbandonStop => Needs::Sweep,
    }
}

/// Whether an action changes EC2, or goes with one that does.
fn changes_ec2(action: &Action) -> bool {
    match action {
        Action::NoteMode
        | Action::RecordGone { .. }
        | Action::RecordFailed { .. }
        | Action::Adopt { .. }
        | Action::MarkReady { .. }
        | Action::RecordRestored { .. }
        | Action::AbandonStop => false,
        Action::Start { .. }
        | Action::RefuseStart { .. }
        | Action::FinishStart { .. }
        | Action::Restore { .. }
        | Action::RemoveFailed { .. }
        // What is outstanding is noted when it is made again, which a dry run does not.
        | Action::TakeSnapshot(_)
        | Action::Stop { .. } => true,
    }
}
