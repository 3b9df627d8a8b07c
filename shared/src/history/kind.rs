//! The kinds of findings, in words.

macro_rules! kinds {
    ($($(#[$meaning:meta])* $kind:ident $word:literal, $title:literal, $advice:literal;)*) => {
        /// What kind of thing an administrator should look at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$meaning])* $kind,)* }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its word in JSON and in addresses.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// What it is, as a heading.
            pub fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }

            /// What an administrator can do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$kind => $advice,)* }
            }
        }
    };
}

kinds! {
    /// What happens once is on record twice.
    RecordedTwice "recorded-twice", "On record twice",
        "The system records it once: check whether another program writes to the audit table, and report it as a bug.";
    /// What began has no outcome on record, or an outcome has no beginning.
    NoOutcome "no-outcome", "No outcome on record",
        "Look at the endpoint in the AWS console: is anything associated that should be gone? Then report it as a bug.";
    /// A stop that says no reason, or an end by our stop and no stop on record.
    StopUnexplained "stop-unexplained", "A stop without a reason",
        "Compare with CloudTrail who called DisassociateClientVpnTargetNetwork, and report it as a bug.";
    /// A cost that does not follow from the times on record.
    CostWrong "cost-wrong", "The cost does not follow from the times",
        "Do not use this figure. Compare the hours with the bill (…-ClientVPN-EndpointHours), and report it as a bug.";
    /// A stay that is over without a closing record.
    Unclosed "unclosed", "A stay without a closing record",
        "Use and cost leave this stay out: read its records instead, and report it as a bug.";
    /// A closing record that does not agree with the records before it.
    ClosingWrong "closing-wrong", "The closing record does not agree with the stay",
        "Do not use its figures: read the stay's records instead, and report it as a bug.";
    /// An ask by a booking that had ended, or that had been asked for on that date.
    BookingWrong "booking-wrong", "A booking that was not due",
        "It asked for the VPN twice for one day, or after it had ended: check whether another program writes to the lease table, and report it as a bug.";
    /// A start that no request explains.
    StartUnexplained "start-unexplained", "A start that no request explains",
        "Check in CloudTrail who associated it. If it was this system, report it as a bug.";
    /// A time up that was never ready.
    NeverReady "never-ready", "Never ready",
        "Read why in the stay's records: EC2 refused, a route would not come, or an order came between. It was paid for.";
    /// A request that nothing came of.
    Unanswered "unanswered", "A request that nothing came of",
        "Check the alarms and the reaper's log of that time, and tell the employee.";
    /// An association that no start of ours explains.
    AssociatedByOthers "associated-by-others", "Associated by others",
        "CloudTrail names who called AssociateClientVpnTargetNetwork. It is managed now: it goes when nobody uses it.";
    /// An association that somebody else took away.
    RemovedByOthers "removed-by-others", "Disassociated by others",
        "CloudTrail names who called DisassociateClientVpnTargetNetwork. Use the mode `off` instead: it is on record with its reason.";
    /// Routes or security groups that an administrator changed.
    RoutesChangedByOthers "routes-changed-by-others", "Routes changed by hand",
        "If the change was meant, nothing: each start makes these routes again. If not, change them back while the VPN is ready.";
    /// A stay that was ready and that nobody connected to.
    Unused "unused", "Ready, and nobody connected",
        "Ask who requested it: a click by mistake, a link that was opened unread, a booking that is not needed any more, or a client that cannot connect.";
    /// A booking for which nothing was asked in time.
    BookingMissed "booking-missed", "A booking was missed",
        "Tell the employee. Sweeps place bookings: check the alarm `…-no-sweep` and the reaper's log of that time.";
    /// A record whose time is not that of its id.
    TimeAndIdDisagree "time-and-id-disagree", "A record's time and id disagree",
        "No function writes such a record: it was put by hand. CloudTrail's data events and the alarm on writes to the table say by whom.";
    /// A stay that lasted longer than a day.
    UpLong "up-long", "Up for longer than a day",
        "See who is connected: if it is a laptop left on, consider STALE_CONNECTION_MINUTES; if it is a mode `on`, whether it is still needed.";
    /// A person who was refused again and again in one day.
    Denied "denied", "Refused again and again",
        "Ask the person what they need. If they do not know of it, somebody else has their sign-in: end their sessions.";
    /// No sweep has done its work for a while.
    SweepGap "sweep-gap", "No sweep for a while",
        "Nothing is taken down without sweeps. Check the schedule, the reaper's log and its alarm.";
    /// A record that is not as this system writes it.
    Unreadable "unreadable", "A record that cannot be read",
        "A later version wrote it, or another hand. Look at it as it is; CloudTrail's data events say who put it.";
}

impl Kind {
    /// Whether only a mistake of this system explains it. The other kinds also come of what EC2, an administrator or an
    /// employee did, or of what another hand put into the table.
    pub fn is_our_mistake(self) -> bool {
        match self {
            Self::RecordedTwice
            | Self::NoOutcome
            | Self::StopUnexplained
            | Self::CostWrong
            | Self::Unclosed
            | Self::ClosingWrong
            | Self::BookingWrong => true,
            Self::StartUnexplained
            | Self::NeverReady
            | Self::Unanswered
            | Self::AssociatedByOthers
            | Self::RemovedByOthers
            | Self::RoutesChangedByOthers
            | Self::Unused
            | Self::BookingMissed
            | Self::TimeAndIdDisagree
            | Self::UpLong
            | Self::Denied
            | Self::SweepGap
            | Self::Unreadable => false,
        }
    }
}
