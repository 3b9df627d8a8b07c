//! A decision as a value: what to tell, what to do, and why.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::off_at::KeepRule;
use crate::model::item::rfc3339;
use crate::model::{AssociationId, Failure, Restorable, Snapshot, SubnetId};

/// What an employee is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Not associated, and no employee waits for it.
    Off,
    /// On its way up.
    Starting,
    /// Usable.
    Ready,
    /// On its way down.
    Stopping,
    /// Could not be associated.
    Failed,
}

impl Phase {
    /// The word in the API, in logs and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Stopping => "stopping",
            Self::Failed => "failed",
        }
    }
}

/// What `decide` makes of an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What an employee is told.
    pub phase: Phase,
    /// Why.
    pub reason: Reason,
    /// What a pass does about it, in this order.
    pub actions: Vec<Action>,
    /// The first instant at which nothing keeps it; `None` while in use, or while it is not ready.
    pub keep_until: Option<DateTime<Utc>>,
    /// What people should know beside.
    pub warnings: Vec<Warning>,
}

/// Something that a pass does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Put an administrator's mode on record.
    NoteMode,
    /// Put on record that these associations are gone.
    RecordGone {
        /// Those that are gone.
        ids: BTreeSet<AssociationId>,
        /// Whether none is left of this stay.
        all: bool,
    },
    /// Put on record that EC2 lists these as failed.
    RecordFailed {
        /// Those that failed.
        ids: BTreeSet<AssociationId>,
        /// What EC2 says.
        failure: Failure,
    },
    /// Take over associations that no start of ours explains.
    Adopt {
        /// Those found.
        ids: BTreeSet<AssociationId>,
    },
    /// Commit an attempt and associate these subnets.
    Start {
        /// What is missing.
        subnet_ids: Vec<SubnetId>,
        /// Whether a new stay begins with it.
        new_stay: bool,
    },
    /// Count an attempt that must not be made, as one that failed.
    RefuseStart {
        /// Why not.
        failure: Failure,
        /// Whether a new stay begins with it.
        new_stay: bool,
    },
    /// Carry on with an attempt that is committed: associate what it has not got yet.
    FinishStart {
        /// What is missing.
        subnet_ids: Vec<SubnetId>,
    },
    /// Make routes and groups again.
    Restore {
        /// What has to be made.
        missing: BTreeSet<Restorable>,
    },
    /// Put on record what was made again after "ready", and is in force or no longer called for.
    RecordRestored {
        /// What that is.
        restored: BTreeSet<Restorable>,
    },
    /// First ready in this stay.
    MarkReady {
        /// What was not made and holds nothing up any more.
        outstanding: BTreeSet<Restorable>,
        /// What a start makes again from now on, if that is certain.
        snapshot: Option<Snapshot>,
    },
    /// Disassociate networks whose association failed.
    RemoveFailed {
        /// Those.
        ids: BTreeSet<AssociationId>,
        /// Whether a start goes on behind it; else only a sweep does it.
        within_start: bool,
    },
    /// Let the snapshot follow EC2.
    TakeSnapshot(Snapshot),
    /// Commit a stop and disassociate everything.
    Stop {
        /// Whether it takes up a stop that was committed and did not happen.
        resumed: bool,
    },
    /// Put on record that a committed stop did not happen and is no longer wanted.
    AbandonStop,
}

/// Why the phase is what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// No employee asked, or all who asked were served.
    NotWanted,
    /// An administrator said not to start.
    Held {
        /// Until when; `None`: until the mode is taken away.
        until: Option<DateTime<Utc>>,
        /// Whether an employee waits for it.
        asked: bool,
    },
    /// The start was given up; only a new ask tries again.
    GaveUp(Option<Failure>),
    /// An employee asked.
    Asked,
    /// An employee asked, and EC2 could not be read.
    NotSeen,
    /// An attempt failed, another follows.
    Retrying {
        /// What went wrong.
        failure: Option<Failure>,
        /// When the next attempt is due.
        at: DateTime<Utc>,
    },
    /// EC2 associates.
    Associating,
    /// Associated; routes and security groups are put back.
    Restoring {
        /// How many are not in force yet; `None` before the route table was read.
        outstanding: Option<usize>,
    },
    /// EC2 shows a status that we do not know.
    UnknownStatus,
    /// Employees are connected.
    InUse {
        /// How many connections count.
        connections: usize,
    },
    /// No connection counts, and a rule keeps it until a time.
    Kept {
        /// The rule.
        rule: KeepRule,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Nothing keeps it, but an administrator said not to stop.
    Pinned,
    /// Nothing keeps it any more.
    Due {
        /// What kept it last.
        rule: KeepRule,
    },
    /// How it is used could not be read in full, so it stays.
    NotKnown,
    /// It goes down.
    Stopping {
        /// Whether it comes back by itself: an employee asked meanwhile.
        comes_back: bool,
    },
    /// A failed association is being removed, before the next attempt if an employee waits.
    RemovingFailed {
        /// Whether an employee waits.
        comes_back: bool,
    },
    /// The association failed, and no employee waits for it.
    AssociationFailed(Option<Failure>),
}

/// What people should know beside the phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Fewer subnets are associated than are configured.
    FewerSubnets {
        /// Associated and configured.
        associated: usize,
        /// All that are configured.
        configured: usize,
    },
    /// Routes or groups could not be put back.
    NotRestored(BTreeSet<Restorable>),
    /// An administrator wrote a mode that cannot be read.
    UnreadableMode(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWanted => write!(f, "The VPN is off, and nobody is waiting for it."),
            Self::Held { until, asked } => {
                write!(f, "An administrator keeps the VPN off")?;
                if let Some(until) = until {
                    write!(f, " until {}", rfc3339(*until))?;
                }
                if *asked {
                    write!(
                        f,
                        "; the request is kept and served if that ends within two hours of it"
                    )?;
                }
                write!(f, ".")
            }
            Self::GaveUp(failure) => {
                write!(f, "The VPN could not be started")?;
                write_failure(f, failure.as_ref())?;
                write!(f, "; ask again to try again.")
            }
            Self::Asked => write!(f, "The request is on record; the VPN is being associated."),
            Self::NotSeen => write!(
                f,
                "The request is on record; how far AWS is cannot be seen just now."
            ),
            Self::Retrying { failure, at } => {
                write!(f, "An attempt to associate failed")?;
                write_failure(f, failure.as_ref())?;
                write!(f, "; the next one follows at {}.", rfc3339(*at))
            }
            Self::Associating => write!(
                f,
                "AWS is associating the VPN; that takes 4 to 10 minutes, sometimes more."
            ),
            Self::Restoring {
                outstanding: Some(n),
            } => {
                write!(
                    f,
                    "Associated; {n} routes or security groups are being put back."
                )
            }
            Self::Restoring { outstanding: None } => {
                write!(
                    f,
                    "Associated; routes and security groups are being checked."
                )
            }
            Self::UnknownStatus => {
                write!(
                    f,
                    "AWS reports a status that this version does not know; nothing is changed meanwhile."
                )
            }
            Self::InUse { connections } => write!(
                f,
                "Ready, and in use by {connections} {}.",
                connections_word(*connections)
            ),
            Self::Kept { rule, until } => {
                write!(f, "Ready; {rule}, so it stays until {}.", rfc3339(*until))
            }
            Self::Pinned => write!(f, "Ready; an administrator keeps it on."),
            Self::Due { rule } => write!(f, "Nothing keeps the VPN any more: {rule}."),
            Self::NotKnown => write!(f, "Ready; who is connected could not be read, so it stays."),
            Self::Stopping { comes_back: true } => {
                write!(
                    f,
                    "The VPN is being taken down; the request is kept, and it comes back by itself."
                )
            }
            Self::Stopping { comes_back: false } => {
                write!(
                    f,
                    "The VPN is being taken down; ask for it to bring it back."
                )
            }
            Self::RemovingFailed { comes_back: true } => {
                write!(
                    f,
                    "A failed association is being removed; the next attempt follows by itself."
                )
            }
            Self::RemovingFailed { comes_back: false } => {
                write!(f, "A failed association is being removed.")
            }
            Self::AssociationFailed(failure) => {
                write!(f, "The VPN could not be associated")?;
                write_failure(f, failure.as_ref())?;
                write!(f, "; ask again to try again.")
            }
        }
    }
}

impl fmt::Display for KeepRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lease => write!(f, "somebody holds a lease"),
            Self::FirstConnection => write!(f, "nobody has connected since it became ready"),
            Self::ReadyLately => write!(f, "it became ready only lately"),
            Self::Idle {
                since,
                timeout,
                overnight,
            } => {
                let which = if *overnight { "overnight" } else { "by day" };
                write!(
                    f,
                    "idle since {} ({} minutes {which})",
                    rfc3339(*since),
                    timeout.num_minutes()
                )
            }
            Self::Wanted => write!(f, "somebody asked for it"),
            Self::Released => write!(f, "everybody who held a lease has given it back"),
            Self::Nothing => write!(f, "nobody has a claim on it"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewerSubnets {
                associated,
                configured,
            } => {
                write!(f, "{associated} of {configured} subnets are associated")
            }
            Self::NotRestored(what) => {
                let what: Vec<String> = what.iter().map(ToString::to_string).collect();
                write!(f, "not in place yet: {}", what.join(", "))
            }
            Self::UnreadableMode(text) => write!(
                f,
                "an administrator's mode cannot be read ({text}); nothing is stopped"
            ),
        }
    }
}

fn connections_word(n: usize) -> &'static str {
    if n == 1 { "connection" } else { "connections" }
}

fn write_failure(f: &mut fmt::Formatter<'_>, failure: Option<&Failure>) -> fmt::Result {
    match failure {
        Some(failure) => write!(f, " ({})", failure.code),
        None => Ok(()),
    }
}

impl Decision {
    pub(super) fn new(phase: Phase, reason: Reason) -> Self {
        Self {
            phase,
            reason,
            actions: Vec::new(),
            keep_until: None,
            warnings: Vec::new(),
        }
    }

    pub(super) fn with(mut self, action: Option<Action>) -> Self {
        self.actions.extend(action);
        self
    }
}

/// How long to wait after a failed attempt: longer each time.
pub fn retry_after(attempts_used: u64) -> TimeDelta {
    match attempts_used {
        0 => TimeDelta::zero(),
        1 => TimeDelta::minutes(1),
        2.. => TimeDelta::minutes(3),
    }
}
