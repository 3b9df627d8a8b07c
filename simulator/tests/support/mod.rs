//! What brings planted bugs to light.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc, WeekdaySet};
use shared::model::{BookedOn, BookedTimes};
use simulator::bugs::Bug;
use simulator::plan::{Event, RunPlan, What};
use simulator::weather::Weather;
use testkit::people::{BookingDeed, Deed, Leaves, Order, Visit};

const DAYS: u32 = 5;

/// A seed's plan, and each day at work what brings the bug to light.
pub(crate) fn provoked(bug: Bug, seed: u64) -> RunPlan {
    let mut plan = RunPlan::draw(seed, DAYS);
    plan.forget_security_groups |= bug == Bug::GroupsNotRestored;
    plan.terminations_fail |= bug == Bug::FailedToTerminateUnused;
    let provocations = [
        (Bug::GroupsNotRestored, 600, What::Deed(Deed::ChooseGroups)),
        (Bug::ModeUnread, 615, What::Deed(Deed::Mode("on", 300))),
        (Bug::ModeUnread, 1_000, What::Deed(Deed::Mode("hold", 120))),
        (Bug::FailedToTerminateUnused, 540, visit(480, None)),
        (
            Bug::FailedToTerminateUnused,
            600,
            What::Deed(Deed::TerminateConnections),
        ),
        (Bug::LeasesShortened, 540, visit(30, Some(300))),
        (Bug::LeasesShortened, 620, visit(1, None)),
        (Bug::OffReadAsHold, 540, visit(480, None)),
        (Bug::OffReadAsHold, 700, order("off")),
        (Bug::OrderedStopUnnamed, 540, visit(480, None)),
        (Bug::OrderedStopUnnamed, 700, order("off")),
        (Bug::ReadyUnderOff, 540, visit(480, None)),
        (Bug::ReadyUnderOff, 541, order("off")),
        (Bug::OrderNotRecorded, 700, order("on")),
        (Bug::OrderNotNoted, 700, order("on")),
        (Bug::OrderByAnother, 700, order("on")),
        (Bug::EndNotRecorded, 700, order("hold")),
        (
            Bug::HeldAssociates,
            539,
            What::Storm(throttled(), TimeDelta::minutes(5)),
        ),
        (Bug::HeldAssociates, 540, visit(480, None)),
        (Bug::HeldAssociates, 541, order("hold")),
        (Bug::MissingIsStill, 600, visit(300, None)),
        (
            Bug::MissingIsStill,
            630,
            What::Storm(no_counters(), TimeDelta::hours(4)),
        ),
        (Bug::HolidayPlaced, 5, book(0, 720)),
        (Bug::CancelledPlaced, 5, book(0, 720)),
        (Bug::CancelledPlaced, 30, cancel(0)),
        (Bug::HeldPlaced, 5, book(0, 720)),
        (Bug::HeldPlaced, 690, order("hold")),
        (Bug::MissedNotRecorded, 5, book(0, 720)),
        (Bug::MissedNotRecorded, 690, order("hold")),
        (Bug::PlacedTwice, 5, book(0, 720)),
        (Bug::PlacedTwice, 6, book(1, 720)),
        (Bug::SkippedTimeLost, 5, book(0, 150)),
        (Bug::LapseLost, 5, book(7, 720)),
        (Bug::RenewalLost, 5, book(0, 720)),
        (
            Bug::RenewalLost,
            600,
            What::Books(BookingDeed::LookIn { person: 0 }),
        ),
        // One after the other: the lease of each ends shortly before the next one is due.
        (Bug::BookingKeepsNothing, 5, book(0, 600)),
        (Bug::BookingKeepsNothing, 5, book(1, 640)),
        (Bug::BookingKeepsNothing, 5, book(2, 695)),
        (Bug::BookingKeepsNothing, 5, book(3, 740)),
        (Bug::BookingKeepsNothing, 5, book(4, 795)),
    ];
    provoke_by_settings(bug, &mut plan);
    for day in 0..DAYS {
        let midnight = plan.start + TimeDelta::days(day.into());
        let events = provocations.iter().filter(|(of, ..)| *of == bug);
        plan.events.extend(events.map(|(_, minute, what)| Event {
            at: midnight + TimeDelta::minutes(*minute),
            what: what.clone(),
        }));
    }
    plan.events.sort_by_key(|event| event.at);
    plan
}

fn provoke_by_settings(bug: Bug, plan: &mut RunPlan) {
    let mut set = |name, value: &str| plan.variables.push((name, value.to_owned()));
    if bug == Bug::MissingIsStill {
        set("STALE_CONNECTION_MINUTES", "45");
    } else if matches!(bug, Bug::LapseLost | Bug::RenewalLost) {
        set("BOOKING_LIFETIME_DAYS", "2");
    } else if bug == Bug::HolidayPlaced {
        let first = plan.start.with_timezone(&plan.zone).date_naive();
        let last = first + TimeDelta::days(DAYS.into());
        set("HOLIDAYS", &format!("{first}..{last}"));
    } else if bug == Bug::PlacedTwice {
        plan.aim = Some(plan.seed);
    } else if bug == Bug::SkippedTimeLost {
        // The day before the clocks are set forward.
        set("TIME_ZONE", "Europe/Berlin");
        plan.zone = chrono_tz::Europe::Berlin;
        let start: DateTime<Utc> = "2027-03-26T23:00:00Z".parse().unwrap_or_default();
        let later = start - plan.start;
        plan.start = start;
        for event in &mut plan.events {
            event.at += later;
        }
    }
}

/// Each day at this minute of it.
fn book(person: u8, minute: i64) -> What {
    What::Books(BookingDeed::Book {
        person,
        times: BookedTimes {
            on: BookedOn::Days(WeekdaySet::ALL),
            ready_by: NaiveTime::MIN + TimeDelta::minutes(minute),
            stay_until: None,
        },
    })
}

fn cancel(person: u8) -> What {
    What::Books(BookingDeed::Cancel {
        person,
        nth: 0,
        by_administrator: false,
    })
}

/// EC2 is throttled now and then, and nothing else goes wrong.
fn throttled() -> Weather {
    Weather {
        throttled: 800,
        ..Weather::calm()
    }
}

fn order(mode: &'static str) -> What {
    What::Deed(Deed::Order(Order {
        by: "admin@example.com",
        mode,
        minutes: 60,
        is_contested: false,
    }))
}

/// EC2 lists connections without their counters, and nothing else goes wrong.
fn no_counters() -> Weather {
    Weather {
        missing_counters: 1_000,
        ..Weather::calm()
    }
}

fn visit(works_minutes: i64, extends: Option<i64>) -> What {
    What::Visit(Visit {
        person: 0,
        clicks: 1,
        stays_on_page: true,
        works: Some(TimeDelta::minutes(works_minutes)),
        leaves: Leaves::Disconnects,
        extends,
        fetches_profile: false,
    })
}
