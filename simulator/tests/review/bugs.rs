//! Which planted bugs leave a trace in records, and by which findings it shows.
//!
//! The others leave none, and why:
//! - What they do is in order by the records' own light, for records say what was done and not what was so at EC2: a stop
//!   that was too early, too late or on too little evidence has its reason all the same (`StopIgnoresAsks`,
//!   `TerminatedCounted`, `FailedToTerminateUnused`, `FirstPageOnly`, `NaiveLocalTime`, `UnreadIsNone`, `OneLookOnly`,
//!   `LeasesNotRead`, `LeasesShortened`, `ReleaseEndsAll`, `NoConnectionCounts`, `GraceNotGiven`, `KeepalivesCounted`,
//!   `MissingIsStill`, `OtherEndpoint`).
//! - Routes and security groups that are not made again are no record (`RoutesNotRestored`, `GroupsNotRestored`).
//! - What people are told is not on record (`SaysReady`, `SaysOld`, `SaysOff`).
//! - An order says what was ordered, and no record says that it was not obeyed, or not given (`ModeUnread`,
//!   `HeldAssociates`, `ReadyUnderOff`, `OrderNotRecorded`, `OrderNotNoted`, `OrderByAnother`, `OrderedStopUnnamed`,
//!   `EndNotRecorded`).
//! - No record says what was booked for a date and not placed, where no sweep says that it was missed (`MissedNotRecorded`), nor
//!   which days are holidays, what a lead is, what a lease is, and who was seen (`HolidayPlaced`, `LeadIgnored`,
//!   `LeaseNotBooked`, `SkippedTimeLost`, `BookingKeepsNothing`, `LapseLost`, `RenewalLost`). An order may come after what
//!   it should have kept from being placed (`HeldPlaced`).
//! - A record that is amended reads as if it had been written so: the table's stream shows it (`RecordsRewritten`).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use chrono_tz::Tz;
use shared::history::Kind;
use simulator::bugs::Bug;
use simulator::run::{Options, Remains, run};

use crate::findings::pages;
use crate::support::provoked;
use crate::trail::all_findings;

/// A bug, a seed in which it has struck, and a finding that is there with it and not without it.
const SHOWN: &[(Bug, u64, Kind)] = &[
    (Bug::NoVersionCheck, 2, Kind::RecordedTwice),
    (Bug::ConstantToken, 1, Kind::RecordedTwice),
    (Bug::FreshTokens, 27, Kind::AssociatedByOthers),
    (Bug::SnapshotEmpty, 2, Kind::RoutesChangedByOthers),
    (Bug::OutcomeLost, 1, Kind::NoOutcome),
    (Bug::StartNotRecorded, 1, Kind::NoOutcome),
    (Bug::RequestNotCounted, 1, Kind::Unanswered),
    (Bug::AskNotRecorded, 1, Kind::StartUnexplained),
    (Bug::EndsRecordedTwice, 7, Kind::RecordedTwice),
    (Bug::StopNotCommitted, 1, Kind::RemovedByOthers),
    (Bug::ReadyTooSoon, 2, Kind::RoutesChangedByOthers),
    (Bug::ClocksFromTheClick, 1, Kind::ClosingWrong),
    (Bug::AlwaysWanted, 1, Kind::StartUnexplained),
    (Bug::OffReadAsHold, 1, Kind::UpLong),
    (Bug::ClosingLost, 1, Kind::Unclosed),
    (Bug::ClosingWrong, 1, Kind::ClosingWrong),
    (Bug::PlacedTwice, 1, Kind::BookingWrong),
    (Bug::PlacedForgotten, 1, Kind::BookingWrong),
    (Bug::CancelledPlaced, 1, Kind::BookingWrong),
    (Bug::NeverPlaced, 1, Kind::BookingMissed),
];

/// From that seed on: where a bug strikes changes with each call that a pass makes or saves.
const SEEDS_TRIED: u64 = 40;

/// Where no closing record was ever put, a page cannot tell the bug from a version that put none.
const BY_THE_WHOLE_TRAIL_ALONE: &[Bug] = &[Bug::ClosingLost];

fn remains_of(bug: Bug, seed: u64, planted: Option<Bug>) -> (Remains, Tz) {
    let mut plan = provoked(bug, seed);
    plan.skew = plan.skew.min(TimeDelta::seconds(1));
    let options = Options {
        bug: planted,
        runs_on: true,
        ..Options::default()
    };
    (run(&plan, options).unwrap().remains, plan.zone)
}

fn kinds(remains: &Remains) -> BTreeSet<Kind> {
    let found = all_findings(remains).into_iter();
    found.map(|it| it.kind).collect()
}

/// Whether the finding is there with the bug and not without it.
fn is_shown(bug: Bug, seed: u64, kind: Kind) -> bool {
    let (with, zone) = remains_of(bug, seed, Some(bug));
    let (without, _) = remains_of(bug, seed, None);
    if kinds(&without).contains(&kind) || !kinds(&with).contains(&kind) {
        return false;
    }
    let paged = pages(&with, None, None, zone).into_iter();
    let paged: BTreeSet<_> = paged.map(|it| it.finding.kind).collect();
    let is_paged = !BY_THE_WHOLE_TRAIL_ALONE.contains(&bug);
    assert_eq!(paged.contains(&kind), is_paged, "{bug:?}: {paged:?}");
    true
}

#[test]
fn planted_bugs_that_leave_a_trace_in_records_show_up_as_findings() {
    for (bug, first, kind) in SHOWN {
        let mut seeds = *first..first + SEEDS_TRIED;
        assert!(
            seeds.any(|seed| is_shown(*bug, seed, *kind)),
            "{bug:?} leaves no {kind:?}"
        );
    }
}
