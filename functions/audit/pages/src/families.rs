//! Events in families, as the log's filter has them: `lease.` names all leases' events.

use shared::model::audit::Event;

/// What belongs together in the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    GoingUp,
    GoingDown,
    Connections,
    Leases,
    Bookings,
    Orders,
    Routes,
    Profiles,
    Refusals,
    Settings,
    Exports,
}

impl Family {
    /// In the order of the page.
    pub(crate) const ALL: [Self; 11] = [
        Self::GoingUp,
        Self::GoingDown,
        Self::Connections,
        Self::Leases,
        Self::Bookings,
        Self::Orders,
        Self::Routes,
        Self::Profiles,
        Self::Refusals,
        Self::Settings,
        Self::Exports,
    ];

    pub(crate) fn of(event: Event) -> Self {
        match event {
            Event::AssociationRequested
            | Event::AssociationStarted
            | Event::AssociationCompleted
            | Event::AssociationFailed
            | Event::AssociationAdopted => Self::GoingUp,
            Event::DisassociationStarted
            | Event::DisassociationCompleted
            | Event::DisassociationFailed
            | Event::DisassociationExternal => Self::GoingDown,
            Event::ConnectionEnded => Self::Connections,
            Event::LeaseExtended | Event::LeaseReleased => Self::Leases,
            Event::BookingMade
            | Event::BookingCancelled
            | Event::BookingLapsed
            | Event::BookingMissed => Self::Bookings,
            Event::ModeChanged => Self::Orders,
            Event::RoutesRestored | Event::RoutesChanged => Self::Routes,
            Event::ProfileDownloaded => Self::Profiles,
            Event::AccessDenied => Self::Refusals,
            Event::ConfigChanged => Self::Settings,
            Event::AuditExported => Self::Exports,
        }
    }

    /// What the words of its events begin with, which is how the filter names it.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::GoingUp => "association.",
            Self::GoingDown => "disassociation.",
            Self::Connections => "connection.",
            Self::Leases => "lease.",
            Self::Bookings => "booking.",
            Self::Orders => "mode.",
            Self::Routes => "routes.",
            Self::Profiles => "profile.",
            Self::Refusals => "access.",
            Self::Settings => "config.",
            Self::Exports => "audit.",
        }
    }

    pub(crate) fn events(self) -> impl Iterator<Item = Event> {
        let all = Event::ALL.iter().copied();
        all.filter(move |event| Self::of(*event) == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_holds_exactly_the_events_that_its_prefix_names() {
        for family in Family::ALL {
            let by_prefix: Vec<_> = Event::ALL
                .iter()
                .copied()
                .filter(|event| event.as_str().starts_with(family.prefix()))
                .collect();
            assert_eq!(family.events().collect::<Vec<_>>(), by_prefix);
            assert!(!by_prefix.is_empty());
        }
    }
}
