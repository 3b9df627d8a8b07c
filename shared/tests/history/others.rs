//! What others did, what nobody used, and what cannot be so by itself: a record that shows it, and one just beside that does
//! not.

use chrono::TimeDelta;
use chrono_tz::Tz;
use shared::history::{Denials, Kind, MANY_DENIALS, SWEEP_GAP, Trail, present_findings};
use shared::model::EndpointState;
use shared::model::audit::{Actor, AuditRecord, Event, EventId};
use shared::model::item::Value;

use crate::{at, close, hana, kinds, record, trail};

/// The kinds that a trail shows beside those of a trail as it should be, which are none.
fn only(records: &[AuditRecord]) -> Vec<Kind> {
    kinds(records).into_iter().collect()
}

/// Up since minute 0 for so many minutes.
fn up_for(minutes: i64) -> Vec<AuditRecord> {
    let mut records = trail();
    let ends = [(3, minutes), (4, minutes + 6)];
    for (place, minute) in ends {
        records[place].occurred_at = at(minute);
        records[place].event_id = EventId::of_fact(at(minute), &["moved"]);
    }
    records[4].details.duration = Some(TimeDelta::minutes(minutes));
    let hours = f64::from(i32::try_from(minutes).expect("a number")) / 60.0;
    records[4].details.cost_usd = Some(hours * 0.15);
    close(&mut records, |it| it.association_seconds = 0);
    let seconds = u64::try_from(minutes * 60).expect("a number");
    let closing = records[4].details.closing.as_deref_mut();
    closing.expect("a closing record").association_seconds = seconds;
    records
}

#[test]
fn what_others_did_is_found() {
    for (event, kind) in [
        (Event::AssociationAdopted, Kind::AssociatedByOthers),
        (Event::RoutesChanged, Kind::RoutesChangedByOthers),
    ] {
        let mut records = trail();
        let mut by_hand = record(6, event);
        by_hand.details.association_ids.clear();
        records.insert(3, by_hand);
        assert_eq!(only(&records), [kind]);
        records[3].event = Event::RoutesRestored;
        assert_eq!(only(&records), []);
    }
    let mut records = trail();
    records.remove(3);
    records[3].event = Event::DisassociationExternal;
    assert_eq!(only(&records), [Kind::RemovedByOthers]);
}

#[test]
fn a_stay_that_failed_in_the_end_was_taken_away_by_nobody() {
    let mut records = trail();
    records[3] = record(44, Event::AssociationFailed);
    records[4].event = Event::DisassociationExternal;
    records[4].details.association_ids.clear();
    records[4].details.duration = None;
    records[4].details.cost_usd = Some(0.0);
    close(&mut records, |it| it.association_seconds = 0);
    assert_eq!(only(&records), []);
}

#[test]
fn a_stay_that_was_ready_and_not_used_is_unused() {
    let mut records = trail();
    close(&mut records, |it| it.last_active_at = None);
    assert_eq!(only(&records), [Kind::Unused]);
    // One that was never ready could not be.
    records.remove(2);
    close(&mut records, |it| {
        it.ready_since = None;
        it.start = None;
    });
    assert_eq!(only(&records), [Kind::NeverReady]);
}

#[test]
fn a_stay_of_more_than_a_day_is_long() {
    let day = 24 * 60;
    assert_eq!(only(&up_for(day)), []);
    assert_eq!(only(&up_for(day + 1)), [Kind::UpLong]);
    let mut still_up = Trail::new(0.15);
    for record in &trail()[..3] {
        assert_eq!(still_up.take(record), []);
    }
    assert_eq!(still_up.open_at(at(day), None), []);
    let found = still_up.open_at(at(day + 1), None);
    assert_eq!((found.len(), found[0].kind), (1, Kind::UpLong));
}

#[test]
fn a_record_whose_id_is_of_another_time_is_found_and_ids_of_facts_may_be_older() {
    for (minutes, event, differs) in [
        (2, Event::LeaseReleased, false),
        (3, Event::LeaseReleased, true),
        (-3, Event::LeaseReleased, true),
        (-2, Event::LeaseReleased, false),
        (-600, Event::ConnectionEnded, false),
        (-59, Event::AccessDenied, false),
        (3, Event::ConnectionEnded, true),
        (3, Event::AccessDenied, true),
    ] {
        let mut one = record(0, event);
        one.event_id = EventId::of_fact(at(minutes), &["of another time"]);
        let found = only(&[one]);
        let expected: &[Kind] = if differs {
            &[Kind::TimeAndIdDisagree]
        } else {
            &[]
        };
        assert_eq!(found, expected, "{minutes} {event:?}");
    }
    // No UUIDv7: whatever time stands in it is another.
    let mut forged = record(0, Event::LeaseReleased);
    for id in [
        "00000000-0000-4000-8000-000000000000",
        "ffffffff-ffff-4fff-bfff-ffffffffffff",
        "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
    ] {
        forged.event_id = id.parse().expect("an id");
        assert_eq!(only(&[forged.clone()]), [Kind::TimeAndIdDisagree], "{id}");
    }
}

#[test]
fn what_cannot_be_read_is_found_where_it_stands() {
    let good = record(7, Event::LeaseReleased);
    for (attribute, value, has_id) in [
        ("event", Value::from("lease.eaten"), true),
        ("occurred_at", Value::from("yesterday"), true),
        ("actor", Value::Foreign, true),
        ("reason", Value::Null, true),
        ("event_id", Value::from("1"), false),
        ("event_id", Value::from(7_u64), false),
    ] {
        let mut item = good.to_item();
        item.insert(attribute.to_owned(), value);
        let mut trail = Trail::new(0.15);
        assert_eq!(trail.take_item(&good.to_item()), []);
        let found = trail.take_item(&item);
        let [one] = <[_; 1]>::try_from(found).expect("one finding");
        assert_eq!(one.kind, Kind::Unreadable, "{attribute}");
        assert_eq!(one.event_id.is_some(), has_id, "{attribute}");
        assert_eq!(one.occurred_at, at(7), "{attribute}");
        assert!(one.sentence.contains(attribute), "{}", one.sentence);
    }
}

#[test]
fn refusals_of_a_person_are_counted_by_the_day_of_the_zone() {
    let refused = |minutes, who: &str| {
        let mut record = record(minutes, Event::AccessDenied);
        record.actor = Actor::Employee(who.parse().expect("an email"));
        record.event_id = EventId::of_fact(at(minutes), &[who]);
        record
    };
    let ren = "ren@example.com";
    let mut denials = Denials::new(Tz::Asia__Tokyo);
    // 15:00 UTC is midnight there.
    for minutes in [13 * 60, 14 * 60, 15 * 60, 16 * 60] {
        denials.take(&refused(minutes, ren));
    }
    denials.take(&record(13 * 60, Event::LeaseReleased));
    for _ in 0..MANY_DENIALS - 1 {
        denials.take(&refused(0, hana().as_str()));
    }
    assert_eq!(denials.findings(), []);
    denials.take(&refused(12 * 60, ren));
    let found = denials.findings();
    let [one] = <[_; 1]>::try_from(found).expect("one finding");
    assert_eq!((one.kind, one.occurred_at), (Kind::Denied, at(14 * 60)));
    assert!(
        one.sentence
            .contains("ren@example.com was refused 3 times on 2026-11-23")
    );
}

#[test]
fn a_gap_in_sweeps_and_a_long_stay_are_told_by_the_lease_table() {
    let found = |state: &EndpointState, now| {
        let found = present_findings(state, now);
        found.into_iter().map(|it| it.kind).collect::<Vec<_>>()
    };
    let mut state = EndpointState::default();
    assert_eq!(
        found(&state, at(0)),
        [],
        "an endpoint that nobody asked for yet"
    );
    state.demand.requests = 1;
    assert_eq!(found(&state, at(0)), [Kind::SweepGap]);
    state.sightings.last_sweep_at = Some(at(0));
    assert_eq!(found(&state, at(0) + SWEEP_GAP), []);
    let late = at(0) + SWEEP_GAP + TimeDelta::seconds(1);
    assert_eq!(found(&state, late), [Kind::SweepGap]);
    state.stay.up_since = Some(at(0));
    let tomorrow = at(24 * 60);
    state.sightings.last_sweep_at = Some(tomorrow);
    assert_eq!(found(&state, tomorrow), []);
    assert_eq!(
        found(&state, tomorrow + TimeDelta::seconds(1)),
        [Kind::UpLong]
    );
}

#[test]
fn each_kind_has_a_word_a_title_and_advice_of_its_own() {
    use std::collections::BTreeSet;
    let all = Kind::ALL.iter();
    let words: BTreeSet<_> = all.clone().map(|kind| kind.as_str()).collect();
    let titles: BTreeSet<_> = all.clone().map(|kind| kind.title()).collect();
    let advice: BTreeSet<_> = all.map(|kind| kind.advice()).collect();
    let expected = Kind::ALL.len();
    assert_eq!(
        (words.len(), titles.len(), advice.len()),
        (expected, expected, expected)
    );
    let is_plain = |word: &&str| {
        word.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    assert!(words.iter().all(is_plain), "{words:?}");
}

#[test]
fn figures_that_no_stay_can_have_are_found_and_break_nothing() {
    let mut records = trail();
    records[4].details.duration = Some(TimeDelta::MAX);
    records[4].details.cost_usd = Some(f64::NAN);
    close(&mut records, |it| {
        it.association_seconds = u64::MAX;
        it.requests = Some(u64::MAX);
    });
    records.push(records[4].clone());
    let found = only(&records);
    assert!(found.contains(&Kind::CostWrong) && found.contains(&Kind::ClosingWrong));
    let mut item = records[4].to_item();
    item.insert(
        "duration_seconds".to_owned(),
        Value::N(i64::MAX.to_string()),
    );
    let found = Trail::new(0.15).take_item(&item);
    assert_eq!((found.len(), found[0].kind), (1, Kind::Unreadable));
}
