//! What records say by themselves: a trail as it should be shows nothing, and each kind of finding is found. And a record
//! read back is the record that was written.

mod bookings;
mod others;
mod windows;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::history::{Kind, Prices, Scope, Trail};
use shared::model::audit::{Actor, AuditRecord, Closing, Details, Event, EventId, Origin};
use shared::model::item::Value;
use shared::model::{AssociationId, BookingId, ConnectionId, Email, ManagedEndpoint, SubnetId};

pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().expect("a time");
    start + TimeDelta::minutes(minutes)
}

pub(crate) fn record(minutes: i64, event: Event) -> AuditRecord {
    AuditRecord {
        event_id: EventId::of_fact(at(minutes), &[event.as_str()]),
        endpoint: Some(ManagedEndpoint {
            name: "tokyo".parse().expect("a name"),
            id: "cvpn-endpoint-0123456789abcdef0".parse().expect("an id"),
            subnets: Vec::new(),
        }),
        occurred_at: at(minutes),
        event,
        actor: Actor::Reaper,
        reason: "So it was.".to_owned(),
        expires_at: None,
        details: Details {
            stay: Some(1),
            association_ids: BTreeSet::from([AssociationId::observed("one")]),
            ..Details::default()
        },
    }
}

pub(crate) fn hana() -> Email {
    "hana@example.com".parse().expect("an email")
}

pub(crate) fn closing() -> Closing {
    Closing {
        up_since: at(0),
        ready_since: Some(at(5)),
        start: Some(TimeDelta::minutes(5)),
        requests: Some(1),
        people: BTreeSet::from([hana()]),
        people_count: 1,
        last_active_at: Some(at(30)),
        association_seconds: 44 * 60,
    }
}

/// What a tampered trail is told by.
pub(crate) fn close(records: &mut [AuditRecord], change: fn(&mut Closing)) {
    let last = records.last_mut().expect("a record");
    let details = last.details.closing.as_deref_mut();
    change(details.expect("a closing record"));
}

/// Asked for, up for 50 minutes, and gone.
pub(crate) fn trail() -> Vec<AuditRecord> {
    let mut gone = record(50, Event::DisassociationCompleted);
    gone.details.duration = Some(TimeDelta::minutes(44));
    gone.details.cost_usd = Some(0.11);
    gone.details.closing = Some(Box::new(closing()));
    let mut asked = record(0, Event::AssociationRequested);
    asked.actor = Actor::Employee(hana());
    vec![
        asked,
        record(0, Event::AssociationStarted),
        record(5, Event::AssociationCompleted),
        record(44, Event::DisassociationStarted),
        gone,
    ]
}

pub(crate) fn kinds(records: &[AuditRecord]) -> BTreeSet<Kind> {
    let mut trail = Trail::new(0.15);
    let mut found: Vec<_> = records.iter().flat_map(|it| trail.take(it)).collect();
    found.extend(trail.open());
    found.iter().map(|finding| finding.kind).collect()
}

#[test]
fn a_trail_as_it_should_be_shows_nothing() {
    assert_eq!(kinds(&trail()), BTreeSet::new());
}

#[test]
fn each_kind_of_finding_is_found() {
    type Tamper = fn(&mut Vec<AuditRecord>);
    let tampered: &[(Kind, Tamper)] = &[
        (Kind::RecordedTwice, |it| it.push(it[4].clone())),
        (Kind::NoOutcome, |it| it.truncate(4)),
        (Kind::NoOutcome, |it| it.truncate(3)),
        (Kind::NoOutcome, |it| {
            it[4].event = Event::DisassociationFailed;
        }),
        (Kind::StopUnexplained, |it| it[3].reason.clear()),
        (Kind::StopUnexplained, |it| {
            it.remove(3);
        }),
        (Kind::CostWrong, |it| it[4].details.cost_usd = Some(0.13)),
        (Kind::StartUnexplained, |it| {
            it.remove(0);
        }),
        (Kind::NeverReady, |it| {
            it.remove(2);
        }),
        (Kind::Unanswered, |it| it.truncate(1)),
        (Kind::Unclosed, |it| it[4].details.closing = None),
        (Kind::Unclosed, |it| {
            it.truncate(3);
            it.push(record(40, Event::AssociationFailed));
        }),
        (Kind::RecordedTwice, |it| {
            it.push(it[4].clone());
            it[5].details.association_ids.clear();
        }),
        (Kind::ClosingWrong, |it| {
            let other = BTreeSet::from([AssociationId::observed("two")]);
            let mut more = record(1, Event::AssociationStarted);
            more.details.association_ids = other;
            it.insert(2, more);
        }),
        (Kind::ClosingWrong, |it| close(it, |it| it.up_since = at(1))),
        (Kind::ClosingWrong, |it| {
            close(it, |it| it.ready_since = None);
        }),
        (Kind::ClosingWrong, |it| {
            it.remove(2);
            close(it, |it| it.ready_since = None);
        }),
        (Kind::ClosingWrong, |it| {
            close(it, |it| it.association_seconds += 1);
        }),
        (Kind::ClosingWrong, |it| {
            close(it, |it| it.requests = Some(2));
        }),
        (Kind::ClosingWrong, |it| close(it, |it| it.people_count = 2)),
        (Kind::ClosingWrong, |it| {
            close(it, |it| {
                it.people = BTreeSet::from(["ren@example.com".parse().expect("an email")]);
            });
        }),
        (Kind::ClosingWrong, |it| {
            close(it, |it| it.last_active_at = Some(at(-1)));
        }),
    ];
    for (number, (kind, tamper)) in tampered.iter().enumerate() {
        let mut records = trail();
        tamper(&mut records);
        let found = kinds(&records);
        assert!(found.contains(kind), "{number} {kind:?}: {found:?}");
    }
}

#[test]
fn a_stay_is_closed_once_with_all_that_was_ever_up_in_it() {
    let mut records = trail();
    let of = |id: &str, mut record: AuditRecord| {
        record.details.association_ids = BTreeSet::from([AssociationId::observed(id)]);
        record
    };
    records.insert(2, of("two", record(2, Event::AssociationStarted)));
    let mut gone = of("two", record(20, Event::DisassociationExternal));
    gone.details.duration = Some(TimeDelta::minutes(18));
    records.insert(4, gone);
    close(&mut records, |it| it.association_seconds += 18 * 60);
    records[6].details.cost_usd = Some(0.155);
    assert_eq!(kinds(&records), BTreeSet::from([Kind::RemovedByOthers]));
    // What failed is not billed.
    records[4] = of("two", record(20, Event::AssociationFailed));
    close(&mut records, |it| it.association_seconds -= 18 * 60);
    records[6].details.cost_usd = Some(0.11);
    assert_eq!(kinds(&records), BTreeSet::new());
}

#[test]
fn what_another_hand_or_a_lapse_explains_is_no_mistake_of_ours() {
    let mistakes = [
        Kind::RecordedTwice,
        Kind::NoOutcome,
        Kind::StopUnexplained,
        Kind::CostWrong,
        Kind::Unclosed,
        Kind::ClosingWrong,
        Kind::BookingWrong,
    ];
    for kind in Kind::ALL {
        assert_eq!(kind.is_our_mistake(), mistakes.contains(kind), "{kind:?}");
    }
}

#[test]
fn a_record_read_back_is_the_one_that_was_written() {
    let mut full = record(7, Event::ConnectionEnded);
    full.actor = Actor::Client("hana@example.com".to_owned());
    full.expires_at = Some(at(90));
    full.details = Details {
        stay: Some(3),
        origin: Origin {
            actor_sub: Some("sub".to_owned()),
            source_ip: Some("203.0.113.7".to_owned()),
            user_agent: Some("a browser".to_owned()),
            trace_id: Some("Root=1".to_owned()),
            sec_fetch_site: Some("same-origin".to_owned()),
        },
        association_ids: BTreeSet::from([AssociationId::observed("one")]),
        subnet_ids: BTreeSet::from([SubnetId::observed("subnet-1")]),
        error_code: Some("IncorrectState".to_owned()),
        until: Some(at(60)),
        active_connections: Some(2),
        duration: Some(TimeDelta::seconds(-3)),
        cost_usd: Some(0.2198),
        cidrs: BTreeSet::from(["10.0.0.0/8".to_owned()]),
        connection_id: Some(ConnectionId::observed("connection")),
        bytes: Some(9),
        booking_id: Some(BookingId::observed("0a1b2c3d")),
        booked_by: Some(hana()),
        mode: Some("off".to_owned()),
        closing: Some(Box::new(closing())),
    };
    assert_eq!(AuditRecord::parse(&full.to_item()), Ok(full.clone()));
    for event in Event::ALL {
        let mut plain = record(1, *event);
        plain.endpoint = None;
        let actors = [Actor::Reaper, Actor::Associate, Actor::External];
        let employee = Actor::Employee("hana@example.com".parse().expect("an email"));
        for actor in actors.into_iter().chain([employee]) {
            plain.actor = if *event == Event::ConnectionEnded {
                Actor::Client(actor.to_string())
            } else {
                actor
            };
            assert_eq!(AuditRecord::parse(&plain.to_item()), Ok(plain.clone()));
        }
    }
}

#[test]
fn what_is_not_a_record_names_the_attribute() {
    for attribute in ["event", "event_id", "actor", "occurred_at", "cost_usd"] {
        let mut item = record(0, Event::AssociationRequested).to_item();
        item.insert(attribute.to_owned(), Value::S("?".to_owned()));
        let error = AuditRecord::parse(&item).expect_err(attribute);
        assert_eq!(error.attribute, attribute);
    }
    let mut closed = trail().pop().expect("a record").to_item();
    closed.insert("month".to_owned(), Value::S("2026-12".to_owned()));
    let error = AuditRecord::parse(&closed).expect_err("another month");
    assert_eq!(error.attribute, "month");
}

#[test]
fn a_closing_record_names_500_people_and_counts_all() {
    let people: BTreeSet<Email> = (0..501)
        .map(|n| format!("p{n}@example.com").parse().expect("an email"))
        .collect();
    let closing = closing().with_people(people);
    assert_eq!((closing.people.len(), closing.people_count), (500, 501));
}

#[test]
fn an_order_may_take_over_a_stop_of_the_stay_and_nothing_else_may() {
    let again = |minute| {
        let mut records = trail();
        records.insert(4, record(minute, Event::DisassociationStarted));
        records
    };
    assert_eq!(kinds(&again(45)), BTreeSet::from([Kind::NoOutcome]));
    let mut ordered = again(46);
    ordered.insert(4, record(45, Event::ModeChanged));
    assert_eq!(kinds(&ordered), BTreeSet::new());
    let mut earlier = again(46);
    earlier.insert(3, record(43, Event::ModeChanged));
    assert_eq!(kinds(&earlier), BTreeSet::from([Kind::NoOutcome]));
}

#[test]
fn a_stop_outlives_what_another_hand_takes_meanwhile() {
    let second = || BTreeSet::from([AssociationId::observed("two")]);
    let mut records = trail();
    records.truncate(4);
    let mut more = record(1, Event::AssociationStarted);
    more.details.association_ids = second();
    records.insert(2, more);
    let mut taken = record(45, Event::DisassociationExternal);
    taken.details.association_ids = second();
    records.push(taken);
    let by_hand = Kind::RemovedByOthers;
    assert_eq!(kinds(&records), BTreeSet::from([by_hand, Kind::NoOutcome]));
    records.push(record(47, Event::DisassociationFailed));
    let mut trail = Trail::new(0.15);
    let found = records.iter().flat_map(|it| trail.take(it));
    assert_eq!(found.map(|it| it.kind).collect::<Vec<_>>(), [by_hand]);
}

#[test]
fn a_stop_ends_with_the_last_that_is_up_whoever_takes_it() {
    // As versions without closing records put it.
    let scope = Scope {
        from: None,
        closings_since: None,
    };
    for event in [Event::DisassociationExternal, Event::AssociationFailed] {
        let mut trail = Trail::within(scope, Prices::now(0.15));
        let mut records = self::trail();
        records.truncate(4);
        records.push(record(45, event));
        let mut found: Vec<_> = records.iter().flat_map(|it| trail.take(it)).collect();
        found.extend(trail.open_at(at(45 + 24 * 60), None));
        let kinds: BTreeSet<_> = found.iter().map(|it| it.kind).collect();
        assert!(!kinds.contains(&Kind::NoOutcome), "{event:?}: {kinds:?}");
    }
}
