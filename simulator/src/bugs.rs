//! Bugs planted on purpose, to prove that the witness would see them. Each changes what passes between the real code and
//! the world as a mistake in that code would.

mod bookings;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{Actor, AuditRecord, Event, EventId};
use shared::model::item::{Malformed, Value, rfc3339};
use shared::model::update::{Assignment, Condition, Update};
use shared::model::{Attribute, Connection, EndpointState, Mode, NetworkStatus, TargetNetwork};
use shared::ports::{Transition, VpnError};
use testkit::ec2::{Answer, ConnectionStatus, ConnectionView, Request, RouteStatus};
use testkit::rulebook::Invariant;

use crate::tables::Tables;

pub(crate) use bookings::{booked, loaded_for_sweep, personal, personal_is_lost};

macro_rules! bugs {
    ($($name:ident: $invariants:expr, $text:literal;)*) => {
        /// A mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Bug { $(#[doc = $text] $name),* }

        impl Bug {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The mistake in words.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// What may give it away.
            pub fn breaks(self) -> &'static [Invariant] {
                match self { $(Self::$name => &$invariants),* }
            }
        }
    };
}

use Invariant as I;

bugs! {
    NoVersionCheck: [I::RecordedTwice, I::NoOutcome, I::AskOverridden, I::Unasked], "No condition guards a write to `state`.";
    StopIgnoresAsks: [I::AskOverridden], "A stop is committed although an employee has asked since.";
    TerminatedCounted: [I::LeftOn], "Connections that have ended count as active.";
    FailedToTerminateUnused: [I::CutOff], "A connection that EC2 failed to terminate counts as over.";
    FirstPageOnly: [I::CutOff, I::IncompleteEvidence, I::StoppedEarly, I::RouteLost], "Only the first page of a listing is read.";
    ConstantToken: [I::Unserved, I::RecordedTwice, I::Unexplained, I::NoOutcome], "The client token never changes.";
    FreshTokens: [I::Unexplained], "The client token is a new one for each try.";
    RoutesNotRestored: [I::RouteLost], "Routes are not made again.";
    GroupsNotRestored: [I::RouteLost, I::Unserved], "Security groups are not applied again.";
    SnapshotEmpty: [I::RouteLost, I::Unserved], "The snapshot forgets the routes.";
    NaiveLocalTime: [I::StoppedEarly, I::LeftOn, I::BookedWrongly, I::BookedUnserved], "The overnight window is taken for UTC.";
    OutcomeLost: [I::NoOutcome], "The end of a stop is not put on record.";
    StartNotRecorded: [I::Unexplained, I::NoOutcome], "What EC2 accepted is not put on record.";
    UnreadIsNone: [I::IncompleteEvidence, I::CutOff], "Connections that could not be read count as none.";
    OneLookOnly: [I::IncompleteEvidence], "The second look at the connections is the first one's answer.";
    LeasesNotRead: [I::LeaseBroken], "Leases are not read.";
    LeasesShortened: [I::LeaseBroken], "A click shortens a lease that was extended.";
    RequestNotCounted: [I::Undurable], "An ask is answered that was not counted.";
    AskNotRecorded: [I::Unrecorded], "An ask has no record.";
    EndsRecordedTwice: [I::RecordedTwice], "The end of a connection has a new id in each sweep.";
    RecordsRewritten: [I::RecordChanged], "The record of a start is amended at its end.";
    StopNotCommitted: [I::Uncommitted], "EC2 is called before the stop is on record.";
    ReleaseEndsAll: [I::ColleagueHurt], "\"I'm done\" ends every lease.";
    ModeUnread: [I::ModeIgnored, I::NoOutcome], "The administrator's mode is not read.";
    ReadyTooSoon: [I::ToldReady, I::ServedUnready], "`associating` is taken for `associated`.";
    ClocksFromTheClick: [I::CostWrong], "The time up is counted from long before EC2 accepted.";
    NoConnectionCounts: [I::CutOff], "No connection counts as use.";
    SaysReady: [I::ToldReady], "People are told `ready` while it is starting.";
    SaysOld: [I::ToldOld], "People are told what was seen an hour ago.";
    SaysOff: [I::ToldOff], "People are told `off` while it is starting.";
    AlwaysWanted: [I::Unasked], "An employee always seems to wait.";
    OtherEndpoint: [I::Meddled], "Another endpoint's routes are read.";
    GraceNotGiven: [I::StoppedEarly, I::BookedUnserved, I::MissedWrongly], "The grace for the first connection is not given.";
    KeepalivesCounted: [I::LeftOn], "Keepalive packets count as use.";
    OffReadAsHold: [I::ModeIgnored], "`off` takes nothing down.";
    HeldAssociates: [I::ModeIgnored], "An attempt under way is finished whatever was ordered.";
    OrderNotRecorded: [I::NoOutcome], "An order of the page has no record.";
    OrderNotNoted: [I::RecordedTwice, I::ModeIgnored, I::NoOutcome], "An order of the page is noted as the CLI's as well.";
    OrderByAnother: [I::ModeIgnored], "An order is credited to another administrator.";
    OrderedStopUnnamed: [I::ModeIgnored], "The stop by an order does not say who gave it.";
    ClosingLost: [I::NoOutcome], "The end of a stay has no summary.";
    ClosingWrong: [I::CostWrong], "The summary of a stay has twice its time.";
    EndNotRecorded: [I::NoOutcome], "The end of an order is not put on record.";
    ReadyUnderOff: [I::ModeIgnored], "What comes up under `off` is called ready.";
    PlacedTwice: [I::BookedTwice], "No condition says that a booking is not placed yet.";
    PlacedForgotten: [I::BookedTwice, I::MissedWrongly], "For which date a booking was placed is not read.";
    HolidayPlaced: [I::BookedWrongly], "Holidays are not read.";
    CancelledPlaced: [I::BookedWrongly], "A booking that ended is placed.";
    HeldPlaced: [I::BookedWrongly], "A booking is placed whatever was ordered.";
    LeadIgnored: [I::BookedUnserved], "A booking is placed when it is to be ready.";
    NeverPlaced: [I::BookedUnserved], "A booking is not placed.";
    LeaseNotBooked: [I::BookedUnserved], "A booking is placed without its lease.";
    SkippedTimeLost: [I::BookedUnserved, I::MissedWrongly], "A booking at a time that the clocks skip is not placed.";
    MissedNotRecorded: [I::MissedWrongly], "That a booking was missed is not put on record.";
    BookingKeepsNothing: [I::BookingNotKept], "A booking that is near keeps nothing.";
    LapseLost: [I::LapsedWrongly], "Bookings do not lapse.";
    RenewalLost: [I::LapsedWrongly], "Bookings are not renewed.";
    MissingIsStill: [I::CutOff, I::StoppedEarly], "Counters that are missing count as counters that stand still.";
}

/// `GetItem` and `Query`.
pub(crate) fn loaded(
    bug: Option<Bug>,
    loaded: Result<EndpointState, Malformed>,
) -> Result<EndpointState, Malformed> {
    let mut state = loaded?;
    match bug {
        Some(Bug::LeasesNotRead) => state.leases.clear(),
        Some(Bug::AlwaysWanted) => {
            state.demand.requests = state.demand.served + 1;
            state.demand.requested_at = state.sightings.last_sweep_at;
        }
        Some(Bug::ModeUnread) => {
            state.order.mode = None::<Mode>;
            state.order.until = None;
            state.order.noted.clear();
        }
        Some(Bug::OffReadAsHold) if state.order.mode == Some(Mode::Off) => {
            state.order.mode = Some(Mode::Hold);
            state.order.noted = state.order.text();
        }
        Some(Bug::HeldAssociates) if state.attempts.began_at.is_some() => {
            state.order.mode = None::<Mode>;
            state.order.noted.clear();
        }
        Some(Bug::ReadyUnderOff)
            if state.order.mode == Some(Mode::Off) && state.stay.ready_since.is_none() =>
        {
            state.order.mode = None::<Mode>;
            state.order.noted.clear();
        }
        _ => {}
    }
    Ok(state)
}

/// A conditional change.
pub(crate) fn update(bug: Option<Bug>, update: &mut Update, before: &EndpointState) {
    match bug {
        Some(Bug::NoVersionCheck) => update.conditions.clear(),
        Some(Bug::StopIgnoresAsks) => update.conditions.retain(|condition| {
            !matches!(condition, Condition::Is(name, _) if *name == Attribute::Requests.name())
        }),
        Some(Bug::ClocksFromTheClick) => {
            for assignment in &mut update.assignments {
                if let (Assignment::Set(name, value), Some(asked)) =
                    (assignment, before.attempts.asked_at)
                    && *name == Attribute::UpSince.name()
                {
                    *value = Value::from(asked - chrono::TimeDelta::minutes(5));
                }
            }
        }
        _ => {}
    }
}

/// A transaction; whether it is only pretended.
pub(crate) fn transition(
    bug: Option<Bug>,
    transition: &mut Transition,
    before: &EndpointState,
    tables: &mut Tables,
) -> bool {
    update(bug, &mut transition.update, before);
    let has = |event| {
        transition
            .records
            .iter()
            .any(|record| record.event == event)
    };
    match bug {
        Some(Bug::OutcomeLost) => transition
            .records
            .retain(|record| record.event != Event::DisassociationCompleted),
        Some(Bug::StartNotRecorded) => transition
            .records
            .retain(|record| record.event != Event::AssociationStarted),
        Some(Bug::OrderNotRecorded) => {
            transition.records.retain(|record| !is_order(record));
        }
        Some(Bug::OrderNotNoted) if transition.records.iter().any(is_order) => {
            let noted = Attribute::ModeNoted.name();
            let assignments = &mut transition.update.assignments;
            assignments.retain(|assignment| assignment.attribute() != noted);
        }
        Some(Bug::OrderByAnother) => {
            let orders = transition.records.iter_mut();
            for record in orders.filter(|record| is_order(record)) {
                if let Ok(other) = "somebody.else@example.com".parse() {
                    record.actor = Actor::Employee(other);
                }
            }
        }
        Some(Bug::OrderedStopUnnamed) => {
            for record in &mut transition.records {
                record.reason = record.reason.replace("@example.com", "");
            }
        }
        Some(Bug::ClosingLost) => {
            for record in &mut transition.records {
                record.details.closing = None;
            }
        }
        Some(Bug::ClosingWrong) => {
            let closings = transition.records.iter_mut();
            for closing in closings.filter_map(|it| it.details.closing.as_mut()) {
                closing.association_seconds *= 2;
            }
        }
        Some(Bug::EndNotRecorded) => transition
            .records
            .retain(|record| record.event != Event::ModeChanged || record.actor != Actor::Reaper),
        Some(Bug::SnapshotEmpty) => {
            if let Some(snapshot) = &mut transition.snapshot {
                snapshot.routes.clear();
            }
        }
        Some(Bug::StopNotCommitted) => return has(Event::DisassociationStarted),
        Some(Bug::RecordsRewritten) if has(Event::AssociationCompleted) => {
            let started = tables
                .records_since(0)
                .filter(|record| record.event == Event::AssociationStarted)
                .last();
            if let Some(mut amended) = started.cloned() {
                amended.reason.push_str(" It is ready.");
                tables.overwrite_record(&amended);
            }
        }
        Some(Bug::ReleaseEndsAll) => {
            let mut records = transition.records.iter();
            let released = records.find(|record| record.event == Event::LeaseReleased);
            if let Some(record) = released
                && let Some(endpoint) = &record.endpoint
            {
                for lease in &before.leases {
                    let mut ended = lease.clone();
                    ended.until = lease.until.min(record.occurred_at);
                    tables.grant_lease(&endpoint.id, &ended, true);
                }
                transition.personal.clear();
            }
        }
        _ => {}
    }
    false
}

/// Whether a record is of an order by the page.
fn is_order(record: &AuditRecord) -> bool {
    record.event == Event::ModeChanged && matches!(record.actor, Actor::Employee(_))
}

pub(crate) fn shortens_leases(bug: Option<Bug>) -> bool {
    bug == Some(Bug::LeasesShortened)
}

pub(crate) fn request_is_lost(bug: Option<Bug>) -> bool {
    bug == Some(Bug::RequestNotCounted)
}

pub(crate) fn record_is_lost(bug: Option<Bug>, record: &AuditRecord) -> bool {
    bug == Some(Bug::AskNotRecorded) && record.event == Event::AssociationRequested
}

/// A record that is put by itself.
pub(crate) fn record(
    bug: Option<Bug>,
    mut record: AuditRecord,
    chance: &mut fastrand::Rng,
) -> AuditRecord {
    if bug == Some(Bug::EndsRecordedTwice) && record.event == Event::ConnectionEnded {
        let lot = chance.u64(..).to_string();
        record.event_id = EventId::of_fact(record.occurred_at, &[&lot]);
    }
    record
}

/// A call to EC2.
pub(crate) fn request(bug: Option<Bug>, request: &mut Request, chance: &mut fastrand::Rng) {
    if let (Request::DescribeRoutes { endpoint, .. }, Some(Bug::OtherEndpoint)) =
        (&mut *request, bug)
        && let Ok(other) = testkit::example::OSAKA.parse()
    {
        *endpoint = other;
    }
    let Request::Associate {
        client_token,
        subnet,
        ..
    } = request
    else {
        return;
    };
    match bug {
        Some(Bug::ConstantToken) => *client_token = Some(format!("token of {subnet}")),
        Some(Bug::FreshTokens) => *client_token = Some(chance.u64(..).to_string()),
        _ => {}
    }
}

/// The success that is pretended of a call that is never made.
pub(crate) fn pretended(bug: Option<Bug>, request: &Request) -> Option<Answer> {
    if let Request::ApplySecurityGroups { groups, .. } = request {
        (bug == Some(Bug::GroupsNotRestored)).then(|| Answer::SecurityGroups(groups.clone()))
    } else {
        let route = matches!(request, Request::CreateRoute { .. });
        (route && bug == Some(Bug::RoutesNotRestored))
            .then_some(Answer::RouteCreated(RouteStatus::Creating))
    }
}

pub(crate) fn next_page(bug: Option<Bug>, token: Option<String>) -> Option<String> {
    token.filter(|_| bug != Some(Bug::FirstPageOnly))
}

pub(crate) fn connections_read(
    bug: Option<Bug>,
    read: Result<Vec<ConnectionView>, VpnError>,
) -> Result<Vec<ConnectionView>, VpnError> {
    if bug == Some(Bug::UnreadIsNone) {
        return Ok(read.unwrap_or_default());
    }
    let mut read = read?;
    if bug == Some(Bug::FailedToTerminateUnused) {
        for view in &mut read {
            if view.status == ConnectionStatus::FailedToTerminate {
                view.status = ConnectionStatus::Terminating;
            }
        }
    }
    Ok(read)
}

pub(crate) fn connections(bug: Option<Bug>, mut connections: Vec<Connection>) -> Vec<Connection> {
    if bug == Some(Bug::TerminatedCounted) {
        for connection in &mut connections {
            connection.active = true;
            connection.ended_at = None;
        }
    }
    if bug == Some(Bug::KeepalivesCounted) {
        for connection in &mut connections {
            connection.packets = connection.packets.map(|_| 0);
        }
    }
    if bug == Some(Bug::MissingIsStill) {
        for connection in &mut connections {
            connection.bytes = connection.bytes.or(Some(0));
            connection.packets = connection.packets.or(Some(0));
        }
    }
    if bug == Some(Bug::NoConnectionCounts) {
        for connection in &mut connections {
            connection.active = false;
        }
    }
    connections
}

pub(crate) fn networks(bug: Option<Bug>, mut networks: Vec<TargetNetwork>) -> Vec<TargetNetwork> {
    if bug == Some(Bug::ReadyTooSoon) {
        for network in &mut networks {
            if network.status == NetworkStatus::Associating {
                network.status = NetworkStatus::Associated;
            }
        }
    }
    networks
}

/// What people are told.
pub(crate) fn told(bug: Option<Bug>, body: &mut serde_json::Value) {
    let mistaken = match bug {
        Some(Bug::SaysOld) => {
            let seen: Option<DateTime<Utc>> =
                body["observedAt"].as_str().and_then(|at| at.parse().ok());
            if let Some(seen) = seen {
                body["observedAt"] = rfc3339(seen - TimeDelta::hours(1)).into();
            }
            return;
        }
        Some(Bug::SaysReady) => "ready",
        Some(Bug::SaysOff) => "off",
        _ => return,
    };
    if body["phase"] == "starting" {
        body["phase"] = mistaken.into();
    }
}

/// What the bug [`Bug::OneLookOnly`] remembers of the first look.
#[derive(Debug, Default)]
pub(crate) struct FirstLooks(Mutex<BTreeMap<u64, Vec<Connection>>>);

impl FirstLooks {
    /// What this invocation read at its first look, where the bug makes it read that again.
    pub(crate) fn read_before(&self, bug: Option<Bug>, invocation: u64) -> Option<Vec<Connection>> {
        if bug != Some(Bug::OneLookOnly) {
            return None;
        }
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.get(&invocation).cloned()
    }

    pub(crate) fn remember(&self, bug: Option<Bug>, invocation: u64, connections: &[Connection]) {
        if bug == Some(Bug::OneLookOnly) {
            let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            looks.insert(invocation, connections.to_vec());
        }
    }
}
