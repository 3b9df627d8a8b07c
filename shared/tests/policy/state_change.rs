//! A change of the `state` item: what it writes, whatever was read, and what it leaves alone.

use std::collections::BTreeSet;

use shared::model::item::{Item, Value};
use shared::model::update::{Assignment, Update};
use shared::model::{AssociationId, Attribute, EndpointState, StateChange, Stay};

use crate::world::{A, B, association, associations, noon};

/// An item with every attribute.
fn full() -> Item {
    let text = Value::from("2026-11-23T03:00:00Z");
    let value = |attribute: Attribute| match attribute {
        Attribute::Requests
        | Attribute::Served
        | Attribute::GaveUp
        | Attribute::Stay
        | Attribute::Attempt
        | Attribute::AttemptsSpent
        | Attribute::ReadingSinceMs
        | Attribute::RoutingVersion
        | Attribute::EndedSeconds
        | Attribute::RequestsBeforeStay => Value::from(7_u64),
        Attribute::AssociationIds | Attribute::FailedIds => {
            associations(&[A]).into_iter().collect()
        }
        Attribute::JoinedAt => [format!("{} 2026-11-23T03:00:00Z", association(A))]
            .into_iter()
            .collect(),
        Attribute::PeopleAtStop => ["yuki@example.com"].into_iter().collect(),
        Attribute::ToRestore => ["10.0.0.0/8 subnet-1"].into_iter().collect(),
        Attribute::Failure => "Code: message".into(),
        Attribute::Mode => "on".into(),
        Attribute::ModeNoted | Attribute::StopOrder => "on until 2026-11-23T03:00:00Z".into(),
        Attribute::ModeBy | Attribute::ModeReason | Attribute::ModeCredited => "by whom".into(),
        Attribute::Observation => {
            r#"{"networks":[],"usage":null,"observed_at":"2026-11-23T03:00:00Z"}"#.into()
        }
        Attribute::LastDecision => "off: why".into(),
        Attribute::StartSeconds => Value::L(vec![Value::from(300_u64)]),
        Attribute::RequestedAt
        | Attribute::UpSince
        | Attribute::ReadySince
        | Attribute::LastActiveAt
        | Attribute::ReleasedAt
        | Attribute::StoppingSince
        | Attribute::StopFailedAt
        | Attribute::StartBeganAt
        | Attribute::AskedAt
        | Attribute::FailedAt
        | Attribute::StartableSince
        | Attribute::ModeUntil
        | Attribute::LastSweepAt
        | Attribute::ObservedAt => text.clone(),
    };
    let attributes = Attribute::ALL.iter();
    attributes
        .map(|attribute| (attribute.name().to_owned(), value(*attribute)))
        .collect()
}

fn read(item: &Item) -> EndpointState {
    EndpointState::parse(item).expect("a state")
}

fn written(update: &Update) -> BTreeSet<&'static str> {
    update
        .assignments
        .iter()
        .map(Assignment::attribute)
        .collect()
}

#[test]
fn no_change_writes_nothing() {
    for item in [Item::new(), full()] {
        assert_eq!(StateChange::of(&read(&item)).update(), Update::new());
    }
}

#[test]
fn every_attribute_is_written_as_it_is_read() {
    let nothing = EndpointState::default();
    let mut all = StateChange::of(&nothing);
    all.after = read(&full());
    let mut item = Item::new();
    all.update().apply(&mut item);
    assert_eq!(item, full());
}

/// A change that is applied to the item it was made for reads as the state that it says.
#[test]
fn the_state_after_a_change_is_what_the_table_then_holds() {
    type Change = fn(&mut StateChange<'_>);
    let changes: [Change; 7] = [
        |change| change.begin_stay(0),
        |change| change.end_stay(),
        |change| change.end_start(),
        |change| change.end_series(),
        |change| change.next_routing(),
        |change| change.add_associations(&associations(&[B]), noon()),
        |change| change.remove_associations(&associations(&[A])),
    ];
    for item in [Item::new(), full()] {
        for (number, make) in changes.iter().enumerate() {
            let state = read(&item);
            let mut change = StateChange::of(&state);
            make(&mut change);
            let mut after = item.clone();
            change.update().apply(&mut after);
            assert_eq!(read(&after), change.after, "change {number} of {item:?}");
        }
    }
}

#[test]
fn all_of_a_stay_but_its_number_ends_with_it_whatever_was_read() {
    let stale = EndpointState::default();
    let mut change = StateChange::of(&stale);
    change.end_stay();
    let mut item = full();
    change.update().apply(&mut item);
    let only_the_number = Stay {
        number: 7,
        ..Stay::default()
    };
    assert_eq!(read(&item).stay, only_the_number);
}

#[test]
fn a_stay_that_begins_takes_nothing_over_but_failures_on_record() {
    let stale = EndpointState::default();
    let mut change = StateChange::of(&stale);
    change.begin_stay(0);
    let mut item = full();
    change.update().apply(&mut item);
    let attempts = read(&item).attempts;
    assert_eq!((attempts.made, attempts.spent), (0, 0));
    assert_eq!((attempts.began_at, attempts.asked_at), (None, None));
    assert_eq!((attempts.failed_at, attempts.failure), (None, None));
    assert_eq!(attempts.failed_ids, associations(&[A]));
}

#[test]
fn what_a_change_does_not_mean_stays_as_another_pass_wrote_it() {
    let state = read(&full());
    let mut change = StateChange::of(&state);
    change.after.stay.ready_since = Some(noon() + chrono::TimeDelta::hours(1));
    assert_eq!(
        written(&change.update()),
        [Attribute::ReadySince.name()].into()
    );
}

#[test]
fn a_set_changes_by_its_elements() {
    let state = read(&full());
    let name = Attribute::AssociationIds.name();
    let texts = |ids: BTreeSet<AssociationId>| ids.iter().map(ToString::to_string).collect();
    let mut added = StateChange::of(&state);
    added.add_associations(&associations(&[B]), noon());
    let added = added.update().assignments;
    assert!(added.contains(&Assignment::Insert(name, texts(associations(&[B])))));
    let mut removed = StateChange::of(&state);
    removed.remove_associations(&associations(&[A]));
    let removed = removed.update().assignments;
    assert_eq!(
        removed,
        [Assignment::Delete(name, texts(associations(&[A])))]
    );
}

#[test]
fn a_joined_change_leaves_alone_what_the_first_one_writes() {
    let state = read(&full());
    let mut first = StateChange::of(&state);
    first.end_stay();
    let mut joined = StateChange::within_stay(&state);
    joined.after.stay.last_active_at = Some(noon() + chrono::TimeDelta::hours(1));
    joined.after.demand.served = 8;
    joined.after.sightings.last_decision = Some("ready: why".to_owned());
    first.join(&joined, |attribute| attribute != Attribute::Served);
    assert_eq!(first.after.stay.last_active_at, None);
    assert_eq!(first.after.demand.served, 7);
    let update = first.update();
    assert_eq!(update.conditions, []);
    assert!(written(&update).contains(Attribute::LastDecision.name()));
    assert!(!written(&update).contains(Attribute::Served.name()));
}
