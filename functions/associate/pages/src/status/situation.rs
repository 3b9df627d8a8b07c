//! What an employee is told first, and what is shown for it.

use shared::model::Failure;
use shared::policy::{Hold, Outlook, Phase, Reason};

/// What the headline says: the phase, and what of its reason a reader has to know at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Situation {
    Off,
    /// Off, and an administrator keeps it so.
    Held,
    Starting,
    Ready,
    /// Ready, and the reader is connected.
    Connected,
    Stopping,
    /// On its way down, and an administrator keeps it off.
    StoppingHeld,
    /// On its way down, and back by itself.
    ComesBack,
    /// It could not be associated; nothing goes on by itself.
    Failed,
}

impl Situation {
    pub(crate) fn of(phase: Phase, reason: &Reason, is_connected: bool) -> Self {
        match phase {
            Phase::Off if has_failed(reason) => Self::Failed,
            Phase::Off | Phase::Failed if matches!(reason, Reason::Held(_)) => Self::Held,
            Phase::Off => Self::Off,
            Phase::Starting => Self::Starting,
            Phase::Ready if is_connected => Self::Connected,
            Phase::Ready => Self::Ready,
            Phase::Stopping if reason.comes_back() => Self::ComesBack,
            Phase::Stopping if hold(reason).is_some() => Self::StoppingHeld,
            Phase::Stopping => Self::Stopping,
            Phase::Failed => Self::Failed,
        }
    }

    /// Whose colours and icon it has.
    pub(crate) fn look(self) -> Phase {
        match self {
            Self::Off | Self::Held => Phase::Off,
            Self::Starting => Phase::Starting,
            Self::Ready | Self::Connected => Phase::Ready,
            Self::Stopping | Self::StoppingHeld | Self::ComesBack => Phase::Stopping,
            Self::Failed => Phase::Failed,
        }
    }

    /// Whether something goes on by itself that a reader waits for or should see.
    pub(super) fn is_moving(self) -> bool {
        matches!(self.look(), Phase::Starting | Phase::Stopping)
    }

    /// Whether the reader waits for it to be ready.
    pub(super) fn is_awaited(self) -> bool {
        matches!(self, Self::Starting | Self::ComesBack)
    }
}

/// Whether a start failed for good.
pub(super) fn has_failed(reason: &Reason) -> bool {
    matches!(reason, Reason::GaveUp(_) | Reason::AssociationFailed(_))
}

/// What failed for good, where that is known.
pub(super) fn failure(reason: &Reason) -> Option<&Failure> {
    match reason {
        Reason::GaveUp(failure) | Reason::AssociationFailed(failure) => failure.as_ref(),
        Reason::NotWanted
        | Reason::Held(_)
        | Reason::TakenDown { .. }
        | Reason::Asked
        | Reason::NotSeen
        | Reason::Retrying { .. }
        | Reason::Associating
        | Reason::Restoring { .. }
        | Reason::UnknownStatus
        | Reason::InUse { .. }
        | Reason::Kept { .. }
        | Reason::Pinned
        | Reason::Due { .. }
        | Reason::NotKnown
        | Reason::Stopping(_)
        | Reason::RemovingFailed(_) => None,
    }
}

/// The order that keeps it off, where that is the reason or follows on it.
pub(super) fn hold(reason: &Reason) -> Option<Hold> {
    if let Reason::Held(hold)
    | Reason::TakenDown { hold, .. }
    | Reason::Stopping(Outlook::Held(hold))
    | Reason::RemovingFailed(Outlook::Held(hold)) = reason
    {
        Some(*hold)
    } else {
        None
    }
}

/// Which of the four steps of a start is under way, from 0.
pub(super) fn step(reason: &Reason) -> usize {
    match reason {
        Reason::Asked | Reason::NotSeen => 0,
        Reason::Restoring { .. } => 2,
        Reason::NotWanted
        | Reason::Held(_)
        | Reason::TakenDown { .. }
        | Reason::GaveUp(_)
        | Reason::AssociationFailed(_)
        | Reason::Retrying { .. }
        | Reason::Associating
        | Reason::UnknownStatus
        | Reason::InUse { .. }
        | Reason::Kept { .. }
        | Reason::Pinned
        | Reason::Due { .. }
        | Reason::NotKnown
        | Reason::Stopping(_)
        | Reason::RemovingFailed(_) => 1,
    }
}

/// What kind of trouble an error code of EC2 is, for people who do not know AWS (DESIGN 3 lists the codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    Permission,
    Configuration,
    Limit,
    /// AWS tried and failed.
    Aws,
}

impl FailureKind {
    pub(super) fn of(code: &str) -> Self {
        if ["UnauthorizedOperation", "AccessDenied"]
            .iter()
            .any(|known| code.contains(known))
        {
            Self::Permission
        } else if code.ends_with("LimitExceeded") {
            Self::Limit
        } else if code.starts_with("Invalid") || code == "UnsupportedOperation" {
            Self::Configuration
        } else {
            Self::Aws
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_as_what_can_be_done_about_it() {
        for (code, kind) in [
            ("UnauthorizedOperation", FailureKind::Permission),
            ("ClientVpnRouteLimitExceeded", FailureKind::Limit),
            (
                "InvalidClientVpnSubnetId.DuplicateAz",
                FailureKind::Configuration,
            ),
            (
                "InvalidClientVpnEndpointId.NotFound",
                FailureKind::Configuration,
            ),
            ("UnsupportedOperation", FailureKind::Configuration),
            ("association-failed", FailureKind::Aws),
            ("Whatever", FailureKind::Aws),
        ] {
            assert_eq!(FailureKind::of(code), kind, "{code}");
        }
    }
}
