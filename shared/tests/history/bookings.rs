//! Bookings on record: what was not placed, what should not have been, and who booked what was not used.

use shared::history::{Finding, Kind, Trail};
use shared::model::audit::{Actor, AuditRecord, Event, EventId};
use shared::model::{BookingId, Email};

use crate::{at, close, hana, kinds, record, trail};

const ID: &str = "0a1b2c3d";

fn ren() -> Email {
    "ren@example.com".parse().expect("an email")
}

/// Of a booking of this person's.
fn of(owner: &Email, minutes: i64, event: Event) -> AuditRecord {
    let mut record = record(minutes, event);
    record.event_id = EventId::of_fact(at(minutes), &[event.as_str(), owner.as_str()]);
    record.actor = Actor::Employee(owner.clone());
    record.details.stay = None;
    record.details.association_ids.clear();
    record.details.booking_id = Some(BookingId::observed(ID));
    record.details.booked_by = Some(owner.clone());
    record
}

/// Placed, with a lease until then.
fn placed(owner: &Email, minutes: i64, until: i64) -> AuditRecord {
    let mut asked = of(owner, minutes, Event::AssociationRequested);
    asked.details.until = Some(at(until));
    asked
}

fn found(records: &[AuditRecord]) -> Vec<Finding> {
    let mut trail = Trail::new(0.15);
    records.iter().flat_map(|it| trail.take(it)).collect()
}

#[test]
fn a_miss_is_to_be_looked_at_unless_an_order_kept_the_vpn_off() {
    let mut missed = of(&hana(), 0, Event::BookingMissed);
    missed.actor = Actor::Reaper;
    assert_eq!(kinds(&[missed.clone()]), [Kind::BookingMissed].into());
    for order in ["hold", "off"] {
        missed.details.mode = Some(order.to_owned());
        assert_eq!(kinds(&[missed.clone()]), [].into(), "{order}");
    }
}

#[test]
fn a_booking_is_placed_once_for_a_date() {
    let first = placed(&hana(), 0, 30);
    for (second, is_wrong) in [
        (placed(&hana(), 2, 30), true),
        // The next day, a colleague who booked the same, another booking, and a click.
        (placed(&hana(), 24 * 60, 24 * 60 + 30), false),
        (placed(&ren(), 2, 30), false),
        (
            {
                let mut other = placed(&hana(), 2, 30);
                other.details.booking_id = Some(BookingId::observed("ffffffff"));
                other
            },
            false,
        ),
        (
            {
                let mut click = placed(&hana(), 2, 30);
                click.details.booking_id = None;
                click.details.booked_by = None;
                click
            },
            false,
        ),
    ] {
        let found = found(&[first.clone(), second.clone()]);
        let found: Vec<_> = found
            .iter()
            .filter(|it| it.kind == Kind::BookingWrong)
            .collect();
        assert_eq!(found.len(), usize::from(is_wrong), "{second:?}");
        if let [wrong] = found[..] {
            assert_eq!(wrong.event_id.as_ref(), Some(&second.event_id));
            let told = "It was booked by hana@example.com (0a1b2c3d), and asked for that day at \
                        2026-11-23 00:00:00 UTC already.";
            assert_eq!(wrong.sentence, told);
        }
    }
}

#[test]
fn what_was_cancelled_or_lapsed_is_not_placed_any_more() {
    let made = of(&hana(), 0, Event::BookingMade);
    let asked = |minutes| placed(&hana(), minutes, minutes + 30);
    for event in [Event::BookingCancelled, Event::BookingLapsed] {
        let ended = of(&hana(), 60, event);
        // The actor is another: a sweep, or an administrator who booked the same for himself.
        let by_other = AuditRecord {
            actor: Actor::Employee(ren()),
            ..ended.clone()
        };
        let again = of(&hana(), 62, Event::BookingMade);
        let just_before = of(&hana(), 56, Event::BookingMade);
        for (records, is_wrong) in [
            (vec![ended.clone(), asked(66)], true),
            (vec![by_other.clone(), asked(66)], true),
            (vec![by_other, placed(&ren(), 66, 96)], false),
            (vec![asked(59), ended.clone()], false),
            (vec![made.clone(), asked(66)], false),
            (vec![ended.clone(), again, asked(66)], false),
            // Clocks differ by a few minutes.
            (vec![ended.clone(), asked(65)], false),
            (vec![just_before, ended.clone(), asked(66)], false),
            (vec![made.clone(), ended.clone(), asked(66)], true),
        ] {
            let wrong = found(&records);
            let wrong = wrong.iter().filter(|it| it.kind == Kind::BookingWrong);
            assert_eq!(
                wrong.count(),
                usize::from(is_wrong),
                "{event:?} {records:?}"
            );
        }
    }
}

/// A stay that nobody connected to, asked for in other ways.
fn unused(asks: Vec<AuditRecord>) -> String {
    let mut records = trail();
    records.splice(..1, asks);
    close(&mut records, |it| {
        it.last_active_at = None;
        it.requests = None;
        it.people.clear();
        it.people_count = 0;
    });
    let found = found(&records);
    let unused = found.iter().find(|it| it.kind == Kind::Unused);
    unused.expect("a finding").sentence.clone()
}

#[test]
fn who_booked_what_was_not_used_is_named() {
    let plain = "Stay 1 was ready, and nobody connected to it.";
    let mut click = placed(&hana(), 0, 30);
    click.details.booking_id = None;
    click.details.booked_by = None;
    assert_eq!(unused(vec![click.clone()]), plain);
    let booked = format!("{plain} It was booked by hana@example.com (0a1b2c3d).");
    assert_eq!(unused(vec![placed(&hana(), 0, 30)]), booked);
    // One from long before led to nothing here.
    let long_ago = placed(&ren(), -181, -151);
    assert_eq!(unused(vec![long_ago, placed(&hana(), 0, 30)]), booked);
    let both = format!(
        "{plain} It was booked by hana@example.com (0a1b2c3d), ren@example.com (0a1b2c3d)."
    );
    assert_eq!(
        unused(vec![placed(&ren(), -1, 30), placed(&hana(), 0, 30)]),
        both
    );
    let many = (0..5).map(|n| {
        placed(
            &format!("p{n}@example.com").parse().expect("an email"),
            0,
            30,
        )
    });
    assert!(unused(many.collect()).ends_with("p2@example.com (0a1b2c3d) and 2 more."));
}

#[test]
fn what_was_booked_for_the_next_stay_is_not_of_this_one() {
    let mut records = trail();
    records[0] = placed(&ren(), 0, 30);
    // While it goes down.
    records.insert(4, placed(&hana(), 45, 75));
    close(&mut records, |it| {
        it.last_active_at = None;
        it.people = [ren()].into();
    });
    let found = found(&records);
    let unused = found.iter().find(|it| it.kind == Kind::Unused);
    let sentence = &unused.expect("a finding").sentence;
    assert!(
        sentence.ends_with("booked by ren@example.com (0a1b2c3d)."),
        "{sentence}"
    );
}

#[test]
fn a_stay_that_was_booked_shows_nothing_else() {
    let mut records = trail();
    records[0] = placed(&hana(), 0, 30);
    records.insert(0, of(&hana(), -600, Event::BookingMade));
    records.push(of(&hana(), 60, Event::BookingCancelled));
    assert_eq!(kinds(&records), [].into());
}
