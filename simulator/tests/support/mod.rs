//! What brings planted bugs to light.

use chrono::TimeDelta;
use simulator::bugs::Bug;
use simulator::plan::{Event, RunPlan, What};
use simulator::weather::Weather;
use testkit::people::{Deed, Leaves, Order, Visit};

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
    ];
    if bug == Bug::MissingIsStill {
        plan.variables
            .push(("STALE_CONNECTION_MINUTES", "45".to_owned()));
    }
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
