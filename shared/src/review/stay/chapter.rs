//! The parts of a stay's story.

use crate::model::audit::Event;

/// A part of a stay's story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chapter {
    Asked,
    Started,
    Ready,
    Used,
    Going,
    Gone,
}

impl Chapter {
    /// The chapter of an event, after an event of this chapter. `None`: a word that this version does not know.
    pub(super) fn then(self, event: Option<Event>, is_end: bool) -> Self {
        let Some(event) = event else {
            return self;
        };
        match event {
            // Until it is ready, who asks waits for it; from then on it is used.
            Event::AssociationRequested
            | Event::LeaseExtended
            | Event::LeaseReleased
            | Event::ConnectionEnded
            | Event::ProfileDownloaded => {
                if self == Self::Ready {
                    Self::Used
                } else {
                    self
                }
            }
            // Missing subnets are added to what is up, too.
            Event::AssociationStarted | Event::AssociationFailed | Event::AssociationAdopted => {
                self.max(Self::Started)
            }
            Event::AssociationCompleted | Event::RoutesRestored => self.max(Self::Ready),
            Event::DisassociationStarted => Self::Going,
            Event::DisassociationCompleted | Event::DisassociationExternal => {
                if is_end {
                    Self::Gone
                } else {
                    self
                }
            }
            // The stop was given up: it stays up.
            Event::DisassociationFailed => Self::Used,
            Event::BookingMade
            | Event::BookingCancelled
            | Event::BookingLapsed
            | Event::BookingMissed
            | Event::RoutesChanged
            | Event::ModeChanged
            | Event::ConfigChanged
            | Event::AccessDenied
            | Event::AuditExported => self,
        }
    }
}
