//! A decision as a value: what to tell, what to do, and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::off_at::KeepRule;
use crate::model::{AssociationId, Failure, Restorable, Snapshot, SubnetId};

/// What an employee is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Off,
    Starting,
    Ready,
    Stopping,
    Failed,
}

impl Phase {
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
    pub phase: Phase,
    pub reason: Reason,
    /// What a pass does about it, in this order.
    pub actions: Vec<Action>,
    /// The first instant at which nothing keeps it; `None` while in use, or while it is not ready.
    pub keep_until: Option<DateTime<Utc>>,
    pub warnings: Vec<Warning>,
}

/// Something that a pass does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Put on record what an administrator ordered by other means than the page.
    NoteMode,
    /// Take away a mode that ran out.
    EndMode,
    /// Put on record what an attempt associated without our hearing of it, where nothing may be associated now.
    ClaimUnheard {
        networks: BTreeMap<AssociationId, SubnetId>,
    },
    /// Put on record that these associations are gone.
    RecordGone {
        ids: BTreeSet<AssociationId>,
        /// Whether none is left of this stay.
        all: bool,
    },
    /// Put on record that EC2 lists these as failed.
    RecordFailed {
        ids: BTreeSet<AssociationId>,
        failure: Failure,
    },
    /// Take over associations that no start of ours explains.
    Adopt {
        ids: BTreeSet<AssociationId>,
    },
    Start {
        subnet_ids: Vec<SubnetId>,
        new_stay: bool,
    },
    /// Count an attempt that must not be made, as one that failed.
    RefuseStart {
        failure: Failure,
        new_stay: bool,
    },
    /// Carry on with an attempt that is committed: associate what it has not got yet.
    FinishStart {
        subnet_ids: Vec<SubnetId>,
    },
    Restore {
        missing: BTreeSet<Restorable>,
    },
    /// Put on record what was made again after "ready", and is in force or no longer called for.
    RecordRestored {
        restored: BTreeSet<Restorable>,
    },
    MarkReady {
        /// What was not made and holds nothing up any more.
        outstanding: BTreeSet<Restorable>,
        /// What a start makes again from now on, if that is certain.
        snapshot: Option<Snapshot>,
    },
    /// Disassociate networks whose association failed.
    RemoveFailed {
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
    /// The same by an administrator's order, whoever uses the VPN.
    StopByOrder {
        /// Whether this order's stop is on record already.
        resumed: bool,
        /// What the stop deletes, where the snapshot does not say so yet.
        snapshot: Option<Snapshot>,
    },
    /// Put on record that a committed stop did not happen and is no longer wanted.
    AbandonStop,
}

/// Why the phase is what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// No employee asked, or all who asked were served.
    NotWanted,
    /// An administrator's order keeps it off.
    Held(Hold),
    /// An administrator ordered it off, and it goes.
    TakenDown {
        hold: Hold,
        by: Option<String>,
        why: Option<String>,
    },
    /// The start was given up; only a new ask tries again.
    GaveUp(Option<Failure>),
    Asked,
    /// An employee asked, and EC2 could not be read.
    NotSeen,
    /// An attempt failed, another follows.
    Retrying {
        failure: Option<Failure>,
        at: DateTime<Utc>,
    },
    Associating,
    Restoring {
        /// How many are not in force yet; `None` before the route table was read.
        outstanding: Option<usize>,
    },
    /// EC2 shows a status that we do not know.
    UnknownStatus,
    /// Employees are connected.
    InUse {
        connections: usize,
    },
    /// No connection counts, and a rule keeps it until a time.
    Kept {
        rule: KeepRule,
        until: DateTime<Utc>,
    },
    /// Nothing keeps it, but an administrator said not to stop.
    Pinned,
    /// Nothing keeps it any more.
    Due {
        rule: KeepRule,
    },
    /// How it is used could not be read in full, so it stays.
    NotKnown,
    Stopping(Outlook),
    /// A failed association is being removed, before the next attempt if an employee waits.
    RemovingFailed(Outlook),
    /// The association failed, and no employee waits for it.
    AssociationFailed(Option<Failure>),
}

impl Reason {
    /// Whether it goes down and comes back by itself.
    pub fn comes_back(&self) -> bool {
        matches!(
            self,
            Self::Stopping(Outlook::ComesBack) | Self::RemovingFailed(Outlook::ComesBack)
        )
    }
}

/// What follows on going down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// An employee asked meanwhile: it comes back by itself.
    ComesBack,
    /// It comes back when an employee asks.
    OnRequest,
    /// It does not come back while an administrator's order lasts.
    Held(Hold),
}

/// An administrator's order under which nothing is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Until when; `None`: until the mode is taken away.
    pub until: Option<DateTime<Utc>>,
    /// Whether an employee asked, which is kept.
    pub asked: bool,
}

/// What people should know beside the phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    FewerSubnets {
        associated: usize,
        configured: usize,
    },
    /// Routes or groups could not be put back.
    NotRestored(BTreeSet<Restorable>),
    /// An administrator wrote a mode that cannot be read.
    UnreadableMode(String),
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
