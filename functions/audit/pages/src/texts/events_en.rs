//! What happened, in English.

use shared::model::audit::Event;

use crate::families::Family;

pub(super) fn event(event: Event) -> &'static str {
    match event {
        Event::AssociationRequested => "Asked for",
        Event::AssociationStarted => "Start begun",
        Event::AssociationCompleted => "Ready",
        Event::AssociationFailed => "Start failed",
        Event::AssociationAdopted => "Associated by others",
        Event::RoutesRestored => "Routes restored",
        Event::RoutesChanged => "Routes changed by others",
        Event::LeaseExtended => "Kept longer",
        Event::LeaseReleased => "Said “I’m done”",
        Event::BookingMade => "Booked",
        Event::BookingCancelled => "Booking cancelled",
        Event::BookingLapsed => "Booking lapsed",
        Event::BookingMissed => "Booking missed",
        Event::ModeChanged => "Order changed",
        Event::ConfigChanged => "Settings changed",
        Event::DisassociationStarted => "Stop begun",
        Event::DisassociationCompleted => "Gone",
        Event::DisassociationFailed => "Stop failed",
        Event::DisassociationExternal => "Removed by others",
        Event::ConnectionEnded => "Connection ended",
        Event::ProfileDownloaded => "Profile downloaded",
        Event::AccessDenied => "Access refused",
        Event::AuditExported => "Records exported",
    }
}

pub(super) fn family(family: Family) -> &'static str {
    match family {
        Family::GoingUp => "Going up",
        Family::GoingDown => "Going down",
        Family::Connections => "Connections",
        Family::Leases => "Leases",
        Family::Bookings => "Bookings",
        Family::Orders => "Administrators’ orders",
        Family::Routes => "Routes",
        Family::Profiles => "Profiles",
        Family::Refusals => "Refused access",
        Family::Settings => "Settings",
        Family::Exports => "Exports",
    }
}
