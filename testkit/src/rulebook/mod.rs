//! What must always be so at an endpoint, judged by its [`History`]: one rulebook for simulated years and for the storm on
//! real processes. It works the rules out anew, from DESIGN and not from the code that it judges.

mod asks;
mod booked;
pub mod bookings;
mod cost;
mod over;
mod records;
mod stops;
mod told;
pub mod usage;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{EndpointId, Rules, SubnetId};

use crate::ec2::{AssociationStatus, Moment};
use crate::history::History;

pub use records::{RecordKey, fingerprint, record_key};

/// What the system is configured with, as the company meant it.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The managed endpoint. There is another one, which no function may touch.
    pub endpoint: EndpointId,
    /// Its configured subnets.
    pub subnets: Vec<SubnetId>,
    /// The rules.
    pub rules: Rules,
    /// What an hour of one association costs.
    pub hour_price_usd: f64,
    /// How often it is swept.
    pub sweep_every: TimeDelta,
    /// How far apart the clocks of two processes may be.
    pub skew: TimeDelta,
    /// How long EC2 takes at most to associate, and to disassociate.
    pub ec2_takes: TimeDelta,
    /// Whether cost is judged also where something went wrong meanwhile, as far as EC2's answers were heard in time. In
    /// simulated years a stop may be done unheard, and be taken up again later.
    pub judges_cost_amid_storms: bool,
}

macro_rules! invariants {
    ($($name:ident: $text:literal),* $(,)?) => {
        /// What must always be so.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Invariant { $(#[doc = $text] $name),* }

        impl Invariant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// It in a sentence.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

invariants! {
    CutOff: "Nothing is disassociated while a connection was in use at the last look that EC2 allows.",
    LeaseBroken: "Nothing is disassociated within a running lease.",
    StoppedEarly: "Nothing is disassociated before the grace and the idle time have passed.",
    AskOverridden: "Nothing is disassociated while an ask waits for its answer.",
    IncompleteEvidence: "Nothing is disassociated on incomplete evidence, nor without a second look.",
    Uncommitted: "Nothing is disassociated without a stop on record that is at most 30 seconds old.",
    Unasked: "Nothing is associated that no employee asked for.",
    Duplicate: "No subnet is associated twice.",
    Unexplained: "Every association of ours is on record, as ours and once.",
    Unrecorded: "No ask counts without a record.",
    Undurable: "No ask is confirmed that is not durable.",
    RecordedTwice: "No transition is recorded twice.",
    NoOutcome: "Every start, stop and connection has its outcome on record, once.",
    RecordChanged: "Records never change.",
    LeftOn: "An idle endpoint is off within its timeout, two sweeps and EC2's own time.",
    Unserved: "A durable ask is served, given up with a record, or lapsed after two hours.",
    ServedUnready: "No ask is served before the VPN was usable after it.",
    UnknownAnswer: "Each answer is one that people may get.",
    FalseRefusal: "No employee is told that EC2 refused what it did not refuse.",
    ToldReady: "No employee is told \"ready\" when it is not usable.",
    ToldOff: "No employee is told \"off\" when it comes back.",
    ToldOld: "No employee is told an old status.",
    RouteLost: "Routes and security groups are at each ready as the administrator left them.",
    CostWrong: "The cost on record is EC2's own time.",
    ColleagueHurt: "No employee's release ends a colleague's lease.",
    ModeIgnored: "An administrator's mode is honoured.",
    BookedTwice: "No booking is placed twice for one date.",
    BookedWrongly: "No booking is placed that was taken back or lapsed, on a holiday, under an order or outside its time.",
    BookedUnserved: "What is booked is placed in time, with its lease, and ready by its time if EC2 takes no longer than its lead allows.",
    MissedWrongly: "A booking that could not be placed is on record as missed, once, and no other is.",
    BookingNotKept: "Nothing is disassociated from 20 minutes before the lead of a booking begins.",
    LapsedWrongly: "A booking lapses when its owner was not seen for its lifetime, and only then.",
    Meddled: "Nothing but the managed endpoint is touched.",
}

/// What must not be, and was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant.
    pub invariant: Invariant,
    /// When.
    pub at: DateTime<Utc>,
    /// What was seen.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.format("%Y-%m-%d %H:%M:%S%.3f");
        write!(f, "{at} {:?}: {}", self.invariant, self.text)
    }
}

/// The rules for one endpoint, what happened there, and what broke them.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// What the system is configured with.
    pub terms: Terms,
    /// What happened.
    pub history: History,
    /// What must not be and was, in the order in which it was found.
    pub violations: Vec<Violation>,
    /// How often each invariant was looked at.
    pub looks: BTreeMap<Invariant, u64>,
    /// The records as they were written first.
    originals: BTreeMap<RecordKey, u64>,
}

impl Rulebook {
    /// Nothing has happened yet.
    pub fn new(terms: Terms) -> Self {
        Self {
            history: History::new(terms.endpoint.clone(), terms.hour_price_usd),
            terms,
            violations: Vec::new(),
            looks: BTreeMap::new(),
            originals: BTreeMap::new(),
        }
    }

    /// Says that an invariant was looked at, and whether it holds.
    pub fn holds(
        &mut self,
        invariant: Invariant,
        at: DateTime<Utc>,
        holds: bool,
        text: impl FnOnce() -> String,
    ) {
        *self.looks.entry(invariant).or_default() += 1;
        if !holds {
            let text = text();
            self.violations.push(Violation {
                invariant,
                at,
                text,
            });
        }
    }

    /// How far a time that some process wrote may be from the time that it was.
    pub fn tolerance(&self) -> TimeDelta {
        self.terms.skew + TimeDelta::seconds(1)
    }

    /// Takes in what happened at EC2 since. `by_hand`: by an administrator, all of it.
    pub fn learn(&mut self, moments: Vec<Moment>, by_hand: bool) {
        for moment in moments {
            let at = moment.at;
            let history = &mut self.history;
            let set = match moment.status {
                AssociationStatus::Associating if by_hand => Some(&mut history.made_by_hand),
                AssociationStatus::Disassociating if by_hand => Some(&mut history.left_by_hand),
                AssociationStatus::Associating
                | AssociationStatus::Disassociating
                | AssociationStatus::Associated
                | AssociationStatus::AssociationFailed
                | AssociationStatus::Disassociated => None,
            };
            if let Some(set) = set {
                set.insert(moment.association.clone());
            }
            let Some(new) = self.history.happened(moment) else {
                continue;
            };
            let networks = &self.history.networks;
            let subnet = networks.get(&new).map(|network| &network.subnet);
            let other = networks.iter().find(|(id, other)| {
                let gone = other.first(AssociationStatus::Disassociated);
                **id != new && Some(&other.subnet) == subnet && gone.is_none_or(|gone| gone > at)
            });
            let other = other.map(|(id, _)| id.to_string());
            self.holds(Invariant::Duplicate, at, other.is_none(), || {
                format!("{new} and {other:?} hold one subnet")
            });
        }
    }
}
