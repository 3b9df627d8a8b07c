//! Every rule by which the storm is judged holds in a history as it should be, and breaks in one that was tampered with.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{Actor, AuditRecord, Closing, Details, Event, EventId};
use shared::model::{
    AssociationId, BookedOn, BookedTimes, Booking, ConnectionId, EndpointId, Holidays,
    ManagedEndpoint, Rules, SubnetId,
};
use testkit::ec2::AssociationStatus::{
    self, Associated, Associating, AssociationFailed, Disassociated, Disassociating,
};
use testkit::ec2::{Client, Connection, Moment, Traffic};
use testkit::example::TOKYO;
use testkit::history::{Did, Done, SentOrder};
use testkit::people::{Answer, Wish};
use testkit::rulebook::{Invariant as I, Rulebook, Terms, fingerprint, record_key};

static START: LazyLock<DateTime<Utc>> =
    LazyLock::new(|| "2026-11-23T00:00:00Z".parse().expect("a time"));

/// Minutes and seconds after the start.
fn at(minutes: i64, seconds: i64) -> DateTime<Utc> {
    *START + TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds)
}

/// Each status from its time on.
type Life = Vec<(DateTime<Utc>, AssociationStatus)>;

/// What happened, before it is judged.
struct Story {
    networks: Vec<(&'static str, &'static str, Life)>,
    connection: Connection,
    calls: Vec<Done>,
    answers: Vec<Answer>,
    orders: Vec<SentOrder>,
    bookings: Vec<Booking>,
    records: Vec<AuditRecord>,
    /// The records as they are found later, if not as they were.
    later: Option<Vec<AuditRecord>>,
    calm_from: DateTime<Utc>,
}

fn call(at: DateTime<Utc>, what: Did) -> Done {
    Done {
        at,
        access_key: "ASIAREAPER".to_owned(),
        what,
    }
}

fn disassociated(id: &str) -> Did {
    Did::Disassociated(AssociationId::observed(id))
}

fn answer(wish: Wish, sent_at: DateTime<Utc>, status: u16, phase: &str) -> Answer {
    Answer {
        email: "hana@example.com".to_owned(),
        endpoint: "tokyo",
        wish,
        sent_at,
        received_at: sent_at + TimeDelta::seconds(1),
        status,
        trace: format!("Root={}", sent_at.timestamp()),
        phase: Some(phase.to_owned()),
        observed_at: Some(sent_at),
        code: None,
        text: "{".to_owned(),
    }
}

fn record(occurred_at: DateTime<Utc>, event: Event, ids: &[&str]) -> AuditRecord {
    AuditRecord {
        event_id: EventId::of_fact(occurred_at, &[event.as_str()]),
        endpoint: Some(ManagedEndpoint {
            name: "tokyo".parse().expect("a name"),
            id: TOKYO.parse().expect("an endpoint"),
            subnets: Vec::new(),
        }),
        occurred_at,
        event,
        actor: Actor::Employee("hana@example.com".parse().expect("an email")),
        reason: "So it was.".to_owned(),
        expires_at: None,
        details: Details {
            stay: Some(1),
            association_ids: ids.iter().map(|id| AssociationId::observed(*id)).collect(),
            ..Details::default()
        },
    }
}

/// The record of what an employee was answered so.
fn asked(event: Event, answer: &Answer) -> AuditRecord {
    let mut record = record(answer.sent_at, event, &[]);
    record.details.origin.trace_id = Some(format!("Self=1;{}", answer.trace));
    record
}

/// Ken booked at 0:10 to have it ready at 20:00, and until 28:00.
fn booking() -> Booking {
    let times = BookedTimes {
        on: BookedOn::Date("2026-11-23".parse().expect("a date")),
        ready_by: "09:20:00".parse().expect("a time"),
        stay_until: None,
    };
    Booking {
        email: "ken@example.com".parse().expect("an email"),
        id: times.id(),
        times,
        placed_for: None,
        created_at: at(0, 10),
        renewed_at: at(0, 10),
        ended_at: None,
    }
}

/// The record of a booking that is placed.
fn placed(at_minute: i64) -> AuditRecord {
    let booking = booking();
    let mut record = record(at(at_minute, 0), Event::AssociationRequested, &[]);
    record.actor = Actor::Employee(booking.email);
    record.details.booking_id = Some(booking.id);
    record.details.until = Some(at(28, 0));
    record
}

const BOTH: [&str; 2] = ["one", "other"];

/// Asked for at 0:00, ready at 5:00, placed for who had booked it at 7:00, used from 6:00 to 30:00, stopped at 44:00 and gone at 50:00.
fn story() -> Story {
    let steps = vec![
        (at(0, 2), Associating),
        (at(5, 0), Associated),
        (at(44, 0), Disassociating),
        (at(50, 0), Disassociated),
    ];
    let connection = Connection {
        id: ConnectionId::observed("connection"),
        client: Client::User("hana@example.com".to_owned()),
        client_ip: "10.0.0.1".to_owned(),
        established_at: at(6, 0),
        terminating_at: None,
        failed_to_terminate_at: None,
        ended_at: Some(at(30, 0)),
        traffic: vec![(at(6, 0), Traffic::USUAL)],
        keepalive_bytes: 50,
        counted_from: None,
    };
    let answers = vec![
        answer(Wish::Ask, at(0, 0), 202, "starting"),
        answer(Wish::Status, at(6, 0), 200, "ready"),
        answer(Wish::Status, at(60, 0), 200, "off"),
    ];
    let mut ended = record(at(30, 0), Event::ConnectionEnded, &[]);
    ended.details.connection_id = Some(ConnectionId::observed("connection"));
    let mut bill = record(at(50, 0), Event::DisassociationCompleted, &BOTH);
    bill.details.duration = Some(TimeDelta::seconds(2638));
    bill.details.cost_usd = Some(0.2198);
    bill.details.closing = Some(Box::new(Closing {
        up_since: at(0, 2),
        ready_since: Some(at(5, 0)),
        start: Some(TimeDelta::seconds(300)),
        requests: Some(1),
        people: ["hana@example.com".parse().expect("an email")].into(),
        people_count: 1,
        last_active_at: Some(at(30, 0)),
        association_seconds: 5276,
    }));
    Story {
        networks: vec![
            ("one", "subnet-1", steps.clone()),
            ("other", "subnet-2", steps),
        ],
        connection,
        calls: vec![
            call(at(0, 2), Did::Associated),
            call(at(43, 59), Did::Looked),
            call(at(44, 0), disassociated("one")),
            call(at(44, 0), disassociated("other")),
        ],
        records: vec![
            asked(Event::AssociationRequested, &answers[0]),
            record(at(0, 2), Event::AssociationStarted, &BOTH),
            record(at(5, 0), Event::AssociationCompleted, &BOTH),
            ended,
            record(at(44, 0), Event::DisassociationStarted, &BOTH),
            bill,
            placed(7),
        ],
        answers,
        orders: Vec::new(),
        bookings: vec![booking()],
        later: None,
        calm_from: at(0, 0),
    }
}

fn terms() -> Terms {
    Terms {
        endpoint: TOKYO.parse().expect("an endpoint"),
        subnets: Vec::new(),
        rules: Rules {
            time_zone: chrono_tz::Asia::Tokyo,
            idle_timeout: TimeDelta::minutes(12),
            first_connection_grace: TimeDelta::minutes(8),
            overnight_window: None,
            overnight_idle_timeout: TimeDelta::minutes(12),
            stale_connection: None,
            overnight_stale_connection: None,
            silent_below_kib_per_hour: 256,
            max_extension: TimeDelta::hours(12),
            routes: Vec::new(),
            holidays: Holidays::default(),
            booking_lifetime: TimeDelta::days(60),
        },
        hour_price_usd: 0.15,
        sweep_every: TimeDelta::minutes(1),
        skew: TimeDelta::zero(),
        ec2_takes: TimeDelta::minutes(10),
        judges_cost_amid_storms: true,
    }
}

fn judged(story: &Story) -> Rulebook {
    let mut book = Rulebook::new(terms());
    let endpoint: EndpointId = TOKYO.parse().expect("an endpoint");
    let mut moments: Vec<Moment> = Vec::new();
    for (association, subnet, steps) in &story.networks {
        moments.extend(steps.iter().map(|(at, status)| Moment {
            at: *at,
            endpoint: endpoint.clone(),
            association: AssociationId::observed(*association),
            subnet: SubnetId::observed(*subnet),
            status: *status,
        }));
    }
    moments.sort_by_key(|moment| moment.at);
    book.learn(moments, false);
    for record in &story.records {
        book.written(at(90, 0), record_key(record), fingerprint(record));
    }
    let later = story.later.as_ref().unwrap_or(&story.records);
    book.records_stand(at(90, 0), |key| {
        let mut later = later.iter();
        later.find(|it| record_key(it) == *key).map(fingerprint)
    });
    let connection = story.connection.clone();
    let history = &mut book.history;
    history
        .connections
        .insert(connection.id.clone(), connection);
    history.calls.clone_from(&story.calls);
    history.answers.clone_from(&story.answers);
    history.orders.clone_from(&story.orders);
    history.bookings.clone_from(&story.bookings);
    history.records.clone_from(&story.records);
    history.storm(story.calm_from);
    book.judge(at(90, 0));
    book
}

fn broken(story: &Story) -> BTreeSet<I> {
    let violations = judged(story).violations;
    violations.iter().map(|found| found.invariant).collect()
}

#[test]
fn a_history_as_it_should_be_breaks_no_rule() {
    assert_eq!(judged(&story()).violations, []);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: a few lines for each rule")]
fn each_rule_breaks_when_the_history_is_tampered_with() {
    type Tamper = fn(&mut Story);
    let tampered: &[(I, Tamper)] = &[
        (I::CutOff, |it| it.connection.ended_at = Some(at(44, 0))),
        (I::IncompleteEvidence, |it| {
            it.calls[1].access_key = "ASIAOTHER".to_owned();
        }),
        (I::StoppedEarly, |it| {
            it.connection.ended_at = Some(at(35, 0));
        }),
        (I::LeaseBroken, |it| {
            let kept = answer(Wish::Extend(20), at(30, 0), 200, "ready");
            it.records.push(asked(Event::LeaseExtended, &kept));
            it.answers.push(kept);
        }),
        (I::Duplicate, |it| it.networks[0].1 = "subnet-2"),
        (I::Unexplained, |it| {
            it.records[1] = record(at(0, 2), Event::AssociationStarted, &[]);
        }),
        (I::RecordedTwice, |it| {
            let adopted = record(at(1, 0), Event::AssociationAdopted, &BOTH);
            it.records.insert(2, adopted);
        }),
        (I::Unexplained, |it| {
            let third = record(at(1, 0), Event::AssociationStarted, &["third"]);
            it.records.insert(2, third);
        }),
        (I::RecordedTwice, |it| {
            it.records.push(it.records[5].clone());
        }),
        (I::NoOutcome, |it| {
            it.records[5] = record(at(50, 0), Event::DisassociationFailed, &[]);
        }),
        (I::NoOutcome, |it| it.networks[0].2.truncate(3)),
        (I::RecordedTwice, |it| {
            let again = record(at(6, 0), Event::AssociationCompleted, &[]);
            it.records.insert(3, again);
        }),
        (I::NoOutcome, |it| {
            let stop = record(at(43, 0), Event::DisassociationStarted, &[]);
            it.records.insert(4, stop);
        }),
        (I::NoOutcome, |it| {
            let stop = record(at(55, 0), Event::DisassociationStarted, &[]);
            it.records.push(stop);
        }),
        (I::Uncommitted, |it| drop(it.records.remove(4))),
        (I::Uncommitted, |it| it.records[4].reason.clear()),
        (I::RecordChanged, |it| {
            it.later = Some(it.records[1..].to_vec());
        }),
        (I::RecordChanged, |it| {
            let mut changed = it.records.clone();
            changed[0].reason.clear();
            it.later = Some(changed);
        }),
        (I::RecordChanged, |it| {
            let mut changed = it.records[0].clone();
            changed.reason.clear();
            it.records.push(changed);
        }),
        (I::NoOutcome, |it| drop(it.records.remove(3))),
        (I::RecordedTwice, |it| {
            it.records.insert(3, it.records[3].clone());
        }),
        (I::RecordedTwice, |it| {
            it.records
                .push(record(at(20, 0), Event::RoutesChanged, &[]));
        }),
        (I::RecordedTwice, |it| {
            for minute in [6, 7] {
                let mut again = record(at(minute, 0), Event::RoutesRestored, &[]);
                again
                    .details
                    .subnet_ids
                    .insert(SubnetId::observed("subnet-1"));
                again.details.cidrs.insert("0.0.0.0/0".to_owned());
                it.records.push(again);
            }
        }),
        (I::Unrecorded, |it| drop(it.records.remove(0))),
        (I::RecordedTwice, |it| {
            it.records.insert(0, it.records[0].clone());
        }),
        (I::UnknownAnswer, |it| {
            it.answers
                .push(answer(Wish::Status, at(7, 0), 500, "ready"));
        }),
        (I::FalseRefusal, |it| {
            it.answers[0].code = Some("UnauthorizedOperation".to_owned());
        }),
        (I::FalseRefusal, |it| {
            it.records[2].details.error_code = Some("UnauthorizedOperation".to_owned());
        }),
        (I::ToldReady, |it| {
            it.answers
                .push(answer(Wish::Status, at(47, 0), 200, "ready"));
        }),
        (I::ToldOff, |it| {
            it.calls.push(call(at(70, 0), Did::Associated));
        }),
        (I::ToldOld, |it| it.answers[1].observed_at = Some(at(3, 0))),
        (I::ToldOld, |it| it.answers[1].observed_at = None),
        (I::CostWrong, |it| {
            for (_, _, steps) in &mut it.networks {
                steps[0].0 = at(-3, 0);
            }
            it.records[1] = record(at(-3, 0), Event::AssociationStarted, &BOTH);
        }),
        (I::CostWrong, |it| {
            it.records[5].details.cost_usd = Some(0.11);
        }),
        (I::CostWrong, |it| {
            it.records[5].details.cost_usd = Some(0.25);
        }),
        (I::LeftOn, |it| it.networks[0].2.truncate(2)),
        (I::BookedTwice, |it| it.records.push(placed(8))),
        (I::BookedWrongly, |it| it.records.push(placed(40))),
        (I::BookedWrongly, |it| it.bookings.clear()),
        (I::MissedWrongly, |it| drop(it.records.remove(6))),
        (I::MissedWrongly, |it| {
            let mut missed = record(at(29, 0), Event::BookingMissed, &[]);
            missed.details.booking_id = Some(booking().id);
            it.records.push(missed);
        }),
        (I::LeaseBroken, |it| {
            it.records[6].details.until = Some(at(50, 0));
        }),
    ];
    for (number, (invariant, tamper)) in tampered.iter().enumerate() {
        let mut story = story();
        tamper(&mut story);
        let broken = broken(&story);
        assert!(
            broken.contains(invariant),
            "{number} {invariant:?}: {broken:?}"
        );
    }
    for invariant in judged(&story()).looks.keys() {
        assert!(
            tampered.iter().any(|(broken, _)| broken == invariant),
            "{invariant:?}"
        );
    }
}

#[test]
fn what_ec2_leaves_open_breaks_no_rule() {
    let mut story_of_a_cut = story();
    let connection = &mut story_of_a_cut.connection;
    connection.established_at = at(43, 59);
    connection.ended_at = Some(at(44, 0));
    assert_eq!(judged(&story_of_a_cut).violations, []);
    assert_eq!(judged(&story_of_a_cut).cut_behind_the_look(), 2);
    let mut story = story();
    // A failed association may be removed, even while clients are connected through another.
    story.networks[0].2[1].1 = AssociationFailed;
    story.calls.insert(0, call(at(7, 0), disassociated("one")));
    assert!(!broken(&story).contains(&I::CutOff));
}

#[test]
fn an_ask_explains_why_it_is_not_off_any_more() {
    let mut story = story();
    story.calls.push(call(at(70, 0), Did::Associated));
    story.answers.push(answer(Wish::Ask, at(65, 0), 503, ""));
    assert!(!broken(&story).contains(&I::ToldOff));
}

#[test]
fn an_order_to_keep_it_on_explains_that_too_if_it_was_given_since() {
    for (ordered, is_explained) in [(65, true), (59, true), (58, false)] {
        let mut story = story();
        story.calls.push(call(at(70, 0), Did::Associated));
        story.orders.push(SentOrder {
            email: "admin@example.com".to_owned(),
            mode: "on",
            sent_at: at(ordered, 0),
            until: at(80, 0),
            status: 200,
            trace: String::new(),
        });
        let is_broken = broken(&story).contains(&I::ToldOff);
        assert_eq!(!is_broken, is_explained, "{ordered}");
    }
}

#[test]
fn an_endpoint_that_goes_too_late_is_told() {
    for (calm, called, late) in [(0, 44, false), (0, 46, true), (50, 54, false)] {
        let mut story = story();
        story.calm_from = at(calm, 0);
        for (_, _, steps) in &mut story.networks {
            steps[2].0 = at(called, 0);
            steps[3].0 = at(called + 6, 0);
        }
        assert_eq!(broken(&story).contains(&I::LeftOn), late, "{called}");
    }
}
