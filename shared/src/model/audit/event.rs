//! What happens, and who does it.

use std::fmt;

use crate::model::Email;

macro_rules! events {
    ($($(#[$meaning:meta])* $event:ident $word:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Event { $($(#[$meaning])* $event,)* }

        impl Event {
            pub const ALL: &[Self] = &[$(Self::$event),*];

            /// The word in the `event` attribute.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$event => $word,)* }
            }
        }
    };
}

events! {
    AssociationRequested "association.requested";
    AssociationStarted "association.started";
    AssociationCompleted "association.completed";
    AssociationFailed "association.failed";
    /// An association that no start of ours explains.
    AssociationAdopted "association.adopted";
    RoutesRestored "routes.restored";
    /// The snapshot follows what an administrator changed.
    RoutesChanged "routes.changed";
    LeaseExtended "lease.extended";
    /// An employee said "I'm done".
    LeaseReleased "lease.released";
    ModeChanged "mode.changed";
    BookingMade "booking.made";
    /// By its owner, or by an administrator.
    BookingCancelled "booking.cancelled";
    /// Its owner was not seen for too long.
    BookingLapsed "booking.lapsed";
    /// It was not placed in time, and the reason says why.
    BookingMissed "booking.missed";
    /// The reaper found other settings than those on record.
    ConfigChanged "config.changed";
    DisassociationStarted "disassociation.started";
    /// Gone, by our stop.
    DisassociationCompleted "disassociation.completed";
    /// A stop was refused or given up.
    DisassociationFailed "disassociation.failed";
    /// Gone, and not by us.
    DisassociationExternal "disassociation.external";
    ConnectionEnded "connection.ended";
    ProfileDownloaded "profile.downloaded";
    /// A verified person who is not permitted.
    AccessDenied "access.denied";
    /// An administrator or auditor fetched a part of an export.
    AuditExported "audit.exported";
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Employee(Email),
    /// The user or certificate name of a VPN connection.
    Client(String),
    Reaper,
    /// A click's or poll's pass.
    Associate,
    /// An administrator, or another program, outside this system.
    External,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Employee(email) => f.write_str(email.as_str()),
            Self::Client(name) => f.write_str(name),
            Self::Reaper => f.write_str("reaper"),
            Self::Associate => f.write_str("associate"),
            Self::External => f.write_str("external"),
        }
    }
}
