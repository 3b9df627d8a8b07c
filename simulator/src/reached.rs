//! What the runs have reached: rare situations, each counted, so that seeds that no longer meet one fail the gate instead
//! of passing for less.

mod bookings;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Offset as _, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::model::audit::{Actor, AuditRecord, Event};
use shared::model::{EndpointId, EndpointState, Mode};
use testkit::ec2::{Answer, AssociationStatus, Ec2World};

use crate::caller::Caller;
use crate::weather::Failing;

macro_rules! situations {
    ($($name:ident: $text:literal),* $(,)?) => {
        /// A rare situation that is worth having.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Situation { $(#[doc = $text] $name),* }

        impl Situation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// It in a sentence.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

situations! {
    StartFinishedByAnother: "A start is finished by another invocation than the one that committed it.",
    StartLeftByDeath: "A process dies between the commit of a start and its record.",
    StartThrottled: "EC2 throttles an associate call.",
    AssociateUnheard: "EC2 associates, and its answer is lost.",
    AttemptRefused: "EC2 refuses an attempt.",
    AttemptFailed: "An attempt ends as `association-failed`.",
    StartGivenUp: "A start is given up after its last attempt.",
    StrangerAdopted: "An association that no start explains is adopted.",
    ReadyWithWarning: "An endpoint becomes ready although a route is outstanding.",
    AskAmidStop: "An ask becomes durable while a stop is in force.",
    BackAfterStop: "What was asked for amid a stop is started again.",
    ModeAmidStart: "An administrator sets a mode while a start is under way.",
    ModeAmidStop: "An administrator sets a mode while a stop is in force.",
    OrderByPage: "An administrator orders a mode by the page.",
    OrderByCli: "An order of the CLI is noted.",
    OrderRefused: "An order by the page is refused, because another mode stands than the one shown.",
    OrderRanOut: "An order runs out, and a sweep takes it away.",
    OffAmidStart: "An endpoint is ordered off by the page while a start is under way.",
    OffInUse: "A stop by order cuts a connection off.",
    StopLostToAsk: "The commit of a stop fails because of an ask.",
    StopLostToSweep: "The commit of a stop fails because another sweep has committed one.",
    StopLeftByDeath: "A process dies between the commit of a stop and its call to EC2.",
    StopResumed: "A sweep takes up a stop that another one left half-made.",
    StopGivenUp: "A stop that did not happen is given up.",
    StopRefused: "EC2 refuses to disassociate.",
    StopDespiteConnection: "A stop is committed while a silent connection is there.",
    StopAsClocksChange: "A stop is committed within six hours after the clocks changed.",
    GoneByHand: "An administrator's disassociation is noticed.",
    GoneWithClocksApart: "Two processes whose clocks are a minute and a half apart record a start and its end.",
    ListingBehind: "EC2 lists no association that is there.",
    SweepsOverlap: "A sweep begins while another one is under way.",
    TransactionUnheard: "A transaction is committed, and its answer is lost.",
    BookedInTime: "What is booked is there by its time.",
    PlacedWhileUp: "A booking is placed while the endpoint is up.",
    PlacedWithOthers: "A booking is placed with another one for the same time.",
    PlacedWithinLead: "A booking is placed as it is made.",
    PlacedAsClocksChange: "A booking is placed within six hours after the clocks changed.",
    PlacingLostToSweep: "Another sweep has just placed what a sweep is about to place.",
    CancelledAsPlaced: "A booking is taken back in the moment in which it is placed.",
    MissedByOrder: "A booking is missed because of an order.",
    MissedBySweeps: "A booking is missed because no sweep placed it.",
    BookingLapsed: "A booking lapses.",
    BookingRevived: "A booking that ended is made again.",
    DoneTooLate: "A call is done after its caller gave up.",
}

/// How often each situation was reached.
pub type Counts = BTreeMap<Situation, u64>;

/// What one run has reached.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Where clocks change.
    zone: Tz,
    counts: Counts,
    start: Option<Commit>,
    /// By how much the clock of the process that committed the latest start differs from the truth.
    start_clock: TimeDelta,
    stop: Option<Commit>,
    asked_amid_stop: bool,
    sweeps: BTreeSet<u64>,
}

/// A commit that is not carried out yet.
#[derive(Debug, Clone, Copy)]
struct Commit {
    invocation: u64,
}

/// Clocks further apart than this are far apart: the plan draws two minutes at most.
const FAR_APART: TimeDelta = TimeDelta::seconds(90);
/// How long after a change of the clocks a stop counts as near to it.
const NEAR_A_CHANGE: TimeDelta = TimeDelta::hours(6);

impl Reached {
    /// Nothing yet.
    pub fn new(zone: Tz) -> Self {
        Self {
            zone,
            counts: Counts::new(),
            start: None,
            start_clock: TimeDelta::zero(),
            stop: None,
            asked_amid_stop: false,
            sweeps: BTreeSet::new(),
        }
    }

    /// How often each was reached.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn count(&mut self, situation: Situation, reached: bool) {
        if reached {
            *self.counts.entry(situation).or_default() += 1;
        }
    }

    /// A call was done, and its caller does not hear of it.
    pub(crate) fn unheard(&mut self, name: &str, too_late: bool) {
        self.count(Situation::DoneTooLate, too_late);
        self.count(Situation::AssociateUnheard, name == ASSOCIATE);
        self.count(Situation::TransactionUnheard, name == "TransactWriteItems");
    }

    /// A call failed.
    pub(crate) fn failed(&mut self, name: &str, error: Failing) {
        let throttled = name == ASSOCIATE && error == Failing::Throttled;
        self.count(Situation::StartThrottled, throttled);
    }

    /// EC2 answered.
    pub(crate) fn answered(&mut self, answer: &Answer, endpoint: &EndpointId, vpn: &Ec2World) {
        if let Answer::TargetNetworks(page) = answer {
            let is_there = vpn.endpoint(endpoint).is_some_and(|found| {
                let mut networks = found.networks.values();
                networks.any(|network| network.status == AssociationStatus::Associating)
            });
            let nothing_listed = page.items.is_empty() && page.next_token.is_none();
            self.count(Situation::ListingBehind, is_there && nothing_listed);
        }
    }

    /// A sweep begins.
    pub(crate) fn sweep_begins(&mut self, invocation: u64) {
        self.count(Situation::SweepsOverlap, !self.sweeps.is_empty());
        self.sweeps.insert(invocation);
    }

    /// A sweep has ended.
    pub(crate) fn sweep_ends(&mut self, invocation: u64) {
        self.sweeps.remove(&invocation);
    }

    /// A process has died amid an invocation.
    pub(crate) fn died(&mut self, invocation: u64) {
        self.sweeps.remove(&invocation);
        let left = |commit: Option<Commit>| commit.is_some_and(|it| it.invocation == invocation);
        self.count(Situation::StartLeftByDeath, left(self.start));
        self.count(Situation::StopLeftByDeath, left(self.stop));
    }

    /// A process calls EC2 to disassociate.
    pub(crate) fn disassociates(&mut self) {
        self.stop = None;
    }

    /// An ask has become durable.
    pub(crate) fn asked(&mut self, state: &EndpointState) {
        let amid_stop = state.stay.stop.since.is_some();
        self.asked_amid_stop |= amid_stop;
        self.count(Situation::AskAmidStop, amid_stop);
    }

    /// An administrator sets a mode.
    pub(crate) fn mode_set(&mut self, state: &EndpointState) {
        let starting = state.stay.up_since.is_some() && state.stay.ready_since.is_none();
        self.count(Situation::ModeAmidStart, starting);
        self.count(Situation::ModeAmidStop, state.stay.stop.since.is_some());
    }

    /// An order by the page was refused.
    pub(crate) fn order_refused(&mut self) {
        self.count(Situation::OrderRefused, true);
    }

    /// The condition of a transition failed.
    pub(crate) fn lost(&mut self, state: &EndpointState, records: &[AuditRecord]) {
        if has(records, Event::DisassociationStarted) {
            let stopped = state.stay.stop.since.is_some();
            let asked = state.demand.requests > state.demand.served;
            self.count(Situation::StopLostToSweep, stopped);
            self.count(Situation::StopLostToAsk, asked && !stopped);
        }
    }

    /// The state was changed, together with these records.
    pub(crate) fn changed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        before: &EndpointState,
        after: &EndpointState,
        records: &[AuditRecord],
    ) {
        let commit = Commit {
            invocation: caller.invocation,
        };
        if after.attempts.began_at.is_some() && before.attempts.began_at != after.attempts.began_at
        {
            self.start = Some(commit);
            self.start_clock = after
                .attempts
                .began_at
                .map_or(TimeDelta::zero(), |at| at - now);
        }
        if after.stay.stop.since.is_some() && before.stay.stop.since != after.stay.stop.since {
            self.stop = Some(commit);
            let (resumed, changed) = (before.stay.stop.since.is_some(), self.clocks_changed(now));
            self.count(Situation::StopResumed, resumed);
            self.count(Situation::StopAsClocksChange, changed);
        }
        let gave_up =
            after.demand.gave_up.is_some() && before.demand.gave_up != after.demand.gave_up;
        self.count(Situation::StartGivenUp, gave_up);
        for record in records {
            self.recorded(now, caller, after, record);
        }
    }

    fn recorded(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        after: &EndpointState,
        record: &AuditRecord,
    ) {
        let code = record.details.error_code.as_deref();
        match record.event {
            Event::AssociationStarted => {
                let by_another = self
                    .start
                    .is_some_and(|commit| commit.invocation != caller.invocation);
                self.count(Situation::StartFinishedByAnother, by_another);
                self.count(Situation::BackAfterStop, self.asked_amid_stop);
                self.asked_amid_stop = false;
                self.start = None;
            }
            Event::AssociationCompleted => {
                self.count(
                    Situation::ReadyWithWarning,
                    !after.stay.to_restore.is_empty(),
                );
            }
            Event::AssociationFailed => {
                let failed = code == Some("association-failed");
                self.count(Situation::AttemptFailed, failed);
                self.count(Situation::AttemptRefused, !failed);
            }
            Event::AssociationAdopted => self.count(Situation::StrangerAdopted, true),
            Event::DisassociationStarted => {
                let connected = record.details.active_connections;
                let connected = connected.is_some_and(|connections| connections > 0);
                let ordered = !after.stay.stop.order.is_empty();
                self.count(Situation::StopDespiteConnection, connected && !ordered);
                self.count(Situation::OffInUse, connected && ordered);
            }
            Event::DisassociationFailed => {
                self.count(Situation::StopRefused, code.is_some());
                self.count(Situation::StopGivenUp, code.is_none());
            }
            Event::DisassociationCompleted | Event::DisassociationExternal => {
                let by_hand = record.event == Event::DisassociationExternal;
                self.count(Situation::GoneByHand, by_hand);
                let apart = (record.occurred_at - now - self.start_clock).abs();
                self.count(Situation::GoneWithClocksApart, apart >= FAR_APART);
            }
            Event::ModeChanged => {
                let by_page = matches!(record.actor, Actor::Employee(_));
                let starting = after.stay.up_since.is_some() && after.stay.ready_since.is_none();
                let is_off = after.order.mode == Some(Mode::Off);
                self.count(Situation::OrderByPage, by_page);
                self.count(Situation::OrderByCli, record.actor == Actor::External);
                self.count(Situation::OrderRanOut, record.actor == Actor::Reaper);
                self.count(Situation::OffAmidStart, by_page && is_off && starting);
            }
            Event::BookingMade
            | Event::BookingCancelled
            | Event::BookingLapsed
            | Event::BookingMissed
            | Event::AssociationRequested
            | Event::RoutesRestored
            | Event::RoutesChanged
            | Event::LeaseExtended
            | Event::LeaseReleased
            | Event::ConnectionEnded
            | Event::ProfileDownloaded
            | Event::AccessDenied
            | Event::AuditExported
            | Event::ConfigChanged => {}
        }
    }

    /// Whether the clocks were changed a short while ago.
    fn clocks_changed(&self, now: DateTime<Utc>) -> bool {
        let offset = |at: DateTime<Utc>| at.with_timezone(&self.zone).offset().fix();
        offset(now) != offset(now - NEAR_A_CHANGE)
    }
}

const ASSOCIATE: &str = "AssociateClientVpnTargetNetwork";

fn has(records: &[AuditRecord], event: Event) -> bool {
    records.iter().any(|record| record.event == event)
}
