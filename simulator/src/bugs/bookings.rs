//! Bugs of bookings.

use chrono::{DateTime, TimeZone as _, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::model::item::Malformed;
use shared::model::update::{Condition, Update};
use shared::model::{Attribute, Booking, EndpointState, Mode, PersonalItem, Rules};
use shared::ports::Transition;
use testkit::rulebook::bookings::{Appointment, lead};

use super::Bug;

/// What a sweep reads.
pub(crate) fn loaded_for_sweep(
    bug: Option<Bug>,
    loaded: Result<EndpointState, Malformed>,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<EndpointState, Malformed> {
    let mut state = super::loaded(bug, loaded)?;
    let lead = lead(&state.sightings.start_seconds);
    match bug {
        Some(Bug::PlacedForgotten) => {
            for booking in &mut state.bookings {
                booking.placed_for = None;
            }
        }
        Some(Bug::CancelledPlaced) => {
            for booking in &mut state.bookings {
                booking.ended_at = None;
            }
        }
        Some(Bug::HeldPlaced) => {
            state.order.mode = None::<Mode>;
            state.order.until = None;
        }
        Some(Bug::LeadIgnored) => state.sightings.start_seconds = vec![0; 3],
        Some(Bug::BookingKeepsNothing) => state.bookings.retain(|booking| {
            let mut near = Appointment::near(booking, rules, now).into_iter();
            near.any(|it| it.ready_at - lead <= now)
        }),
        Some(Bug::SkippedTimeLost) => state.bookings.retain(|booking| {
            let exists = |it: &Appointment| {
                let wall = it.date.and_time(booking.times.ready_by);
                rules
                    .time_zone
                    .from_local_datetime(&wall)
                    .earliest()
                    .is_some()
            };
            Appointment::near(booking, rules, now).iter().all(exists)
        }),
        _ => {}
    }
    Ok(state)
}

/// A transaction about a booking; whether it is only pretended.
pub(crate) fn booked(bug: Option<Bug>, transition: &mut Transition) -> bool {
    let is_of = |record: &AuditRecord, event| record.event == event;
    let has = |event| transition.records.iter().any(|it| is_of(it, event));
    let is_placing = has(Event::AssociationRequested) && !transition.personal.is_empty();
    match bug {
        Some(Bug::NeverPlaced) => return is_placing,
        Some(Bug::LapseLost) => return has(Event::BookingLapsed),
        Some(Bug::MissedNotRecorded) => transition
            .records
            .retain(|record| record.event != Event::BookingMissed),
        Some(Bug::PlacedTwice | Bug::PlacedForgotten) => forget(transition, "placed_for"),
        Some(Bug::CancelledPlaced) if is_placing => forget(transition, "ended_at"),
        Some(Bug::HeldPlaced) if is_placing => {
            let names = [Attribute::Mode.name(), Attribute::ModeUntil.name()];
            for name in names {
                drop_condition(&mut transition.update, name);
            }
        }
        Some(Bug::LeaseNotBooked) if is_placing => transition
            .personal
            .retain(|(item, _)| !matches!(item, PersonalItem::Lease(_))),
        _ => {}
    }
    false
}

/// Whether a change of an employee's item is lost.
pub(crate) fn personal_is_lost(bug: Option<Bug>, item: &PersonalItem) -> bool {
    bug == Some(Bug::RenewalLost) && matches!(item, PersonalItem::Booking(..))
}

/// What is read of an employee's bookings.
pub(crate) fn personal(bug: Option<Bug>, bookings: &mut [Booking]) {
    if bug == Some(Bug::PlacedForgotten) {
        for booking in bookings {
            booking.placed_for = None;
        }
    }
}

fn forget(transition: &mut Transition, attribute: &str) {
    for (_, update) in &mut transition.personal {
        drop_condition(update, attribute);
    }
}

fn drop_condition(update: &mut Update, attribute: &str) {
    update
        .conditions
        .retain(|condition| !matches!(condition, Condition::Is(name, _) if *name == attribute));
}
