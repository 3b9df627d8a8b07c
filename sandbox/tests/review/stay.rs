//! Stays as stories, from records as the system puts them.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::BookingId;
use shared::model::audit::{Actor, AuditRecord, Closing, Details, Event, EventIds};
use shared::model::item::Value;
use shared::review::MAX_READ;
use shared::review::record::text;
use shared::review::stay::Chapter::{Asked, Going, Gone, Ready, Started, Used};
use shared::review::stay::{Chapter, Neighbours, StayStory, neighbours, story};

use crate::counted::Counted;
use crate::table::{Table, at, employee, record, tokyo};

/// Records of one endpoint, minute by minute.
struct Trail {
    ids: EventIds,
    records: Vec<AuditRecord>,
}

impl Trail {
    fn new() -> Self {
        Self {
            ids: EventIds::seeded(3),
            records: Vec::new(),
        }
    }

    fn time(minute: i64) -> DateTime<Utc> {
        at("2026-11-23T00:00:00Z") + TimeDelta::minutes(minute)
    }

    /// `stay` 0: it names none.
    fn put(&mut self, minute: i64, event: Event, actor: Actor, stay: u64) -> &mut AuditRecord {
        let time = Self::time(minute);
        let mut put = record(time, event, actor, event.as_str());
        put.event_id = self.ids.next(time);
        put.details.stay = Some(stay).filter(|stay| *stay > 0);
        self.records.push(put);
        self.records.last_mut().unwrap()
    }

    fn ask(&mut self, minute: i64, who: &str) {
        self.put(minute, Event::AssociationRequested, employee(who), 0);
    }

    fn ours(&mut self, minute: i64, event: Event, stay: u64) {
        self.put(minute, event, Actor::Reaper, stay);
    }

    /// Up from here for an hour and a half, used by one client.
    fn up(&mut self, minute: i64, stay: u64) {
        self.ours(minute, Event::AssociationStarted, stay);
        self.ours(minute + 6, Event::AssociationCompleted, stay);
        let client = Actor::Client("yuki".to_owned());
        let ended = self.put(minute + 60, Event::ConnectionEnded, client, stay);
        ended.details.duration = Some(TimeDelta::minutes(40));
        self.ours(minute + 90, Event::DisassociationStarted, stay);
        self.closed(minute, minute + 97, stay);
    }

    fn closed(&mut self, from: i64, to: i64, stay: u64) {
        let closing = Closing {
            up_since: Self::time(from),
            ready_since: Some(Self::time(from + 6)),
            start: Some(TimeDelta::minutes(6)),
            requests: Some(1),
            people: ["boss@example.com".parse().unwrap()].into(),
            people_count: 1,
            last_active_at: None,
            association_seconds: 5_820,
        };
        let ended = self.put(to, Event::DisassociationCompleted, Actor::Reaper, stay);
        ended.details = Details {
            cost_usd: Some(0.2425),
            closing: Some(Box::new(closing)),
            ..ended.details.clone()
        };
    }

    async fn table(&self) -> Table {
        Table::of(
            &self
                .records
                .iter()
                .map(AuditRecord::to_item)
                .collect::<Vec<_>>(),
        )
        .await
    }

    fn id(&self, minute: i64, event: Event) -> &AuditRecord {
        let time = Self::time(minute);
        let is = |put: &&AuditRecord| put.occurred_at == time && put.event == event;
        self.records.iter().find(is).unwrap()
    }
}

async fn told(table: &Table, record: &AuditRecord) -> StayStory {
    let id = tokyo().id;
    story(&table.reader, id.as_str(), &record.event_id)
        .await
        .unwrap()
        .unwrap()
}

/// Minutes and events, in order.
fn steps(story: &StayStory) -> Vec<(i64, &str)> {
    let minute = |at: DateTime<Utc>| (at - Trail::time(0)).num_minutes();
    let steps = story.steps.iter();
    steps
        .map(|step| (minute(step.occurred_at), text(&step.record, "event")))
        .collect()
}

#[tokio::test]
async fn a_stay_is_told_the_same_from_each_of_its_records() {
    let mut trail = Trail::new();
    trail.ask(0, "ren");
    trail.up(0, 1);
    trail.ask(300, "yuki");
    trail.ask(301, "ren");
    trail.up(302, 2);
    trail.ask(320, "mei");
    trail.put(330, Event::LeaseReleased, employee("ren"), 2);
    trail.ask(600, "ren");
    trail.up(600, 3);
    let table = trail.table().await;
    let of_two = [
        (300, "association.requested"),
        (301, "association.requested"),
        (302, "association.started"),
        (308, "association.completed"),
        (320, "association.requested"),
        (330, "lease.released"),
        (362, "connection.ended"),
        (392, "disassociation.started"),
        (399, "disassociation.completed"),
    ];
    for member in trail
        .records
        .iter()
        .filter(|put| (Trail::time(300)..Trail::time(500)).contains(&put.occurred_at))
    {
        let story = told(&table, member).await;
        assert_eq!(steps(&story), of_two, "{member:?}");
        assert_eq!(story.stay, Some(2));
        assert!(story.is_whole);
        assert_eq!(
            story.people,
            [
                "yuki@example.com",
                "ren@example.com",
                "mei@example.com",
                "boss@example.com"
            ]
        );
        assert_eq!(
            story.connections,
            [("yuki".to_owned(), Some(TimeDelta::minutes(40)))]
        );
        assert_eq!(story.up_since, Some(Trail::time(302)));
        assert_eq!(story.ready_since, Some(Trail::time(308)));
        assert_eq!(story.ended_at, Some(Trail::time(399)));
        assert_eq!(
            (story.cost_usd, story.association_seconds),
            (Some(0.2425), Some(5_820))
        );
        let chapters: Vec<Chapter> = story.steps.iter().map(|step| step.chapter).collect();
        assert_eq!(
            chapters,
            [Asked, Asked, Started, Ready, Used, Used, Used, Going, Gone]
        );
        let after: Vec<_> = story
            .steps
            .iter()
            .map(|step| step.after.map(|after| after.num_minutes()))
            .collect();
        assert_eq!(after[..4], [None, Some(1), Some(1), Some(6)]);
    }
    let first = told(&table, trail.id(0, Event::AssociationRequested)).await;
    assert_eq!((first.stay, first.steps.len()), (Some(1), 6));
}

#[tokio::test]
async fn an_ask_counts_for_the_stay_that_it_can_have_led_to() {
    let mut trail = Trail::new();
    trail.up(0, 1);
    // While it goes: it wants the next one.
    trail.ask(92, "going");
    trail.up(105, 2);
    // Two hours and more before anything came of it.
    trail.ask(300, "lapsed");
    trail.ask(500, "early");
    trail.ask(600, "kept");
    trail.up(690, 3);
    trail.ask(1_000, "alone");
    let table = trail.table().await;
    let asked = |minute| trail.id(minute, Event::AssociationRequested);
    for (minute, stay) in [
        (92, Some(2)),
        (300, None),
        (500, Some(3)),
        (600, Some(3)),
        (1_000, None),
    ] {
        let story = told(&table, asked(minute)).await;
        assert_eq!(story.stay, stay, "{minute}");
        assert!(story.is_whole);
        if stay.is_none() {
            assert_eq!(steps(&story), [(minute, "association.requested")]);
        }
    }
    let third = told(&table, trail.id(690, Event::AssociationStarted)).await;
    assert_eq!(
        third.people,
        ["early@example.com", "kept@example.com", "boss@example.com"]
    );
    let second = told(&table, trail.id(105, Event::AssociationStarted)).await;
    assert_eq!(steps(&second)[0], (92, "association.requested"));
}

#[tokio::test]
async fn who_asked_for_a_stay_that_others_ended_did_not_ask_for_the_next() {
    let mut trail = Trail::new();
    trail.ask(0, "ren");
    trail.ours(0, Event::AssociationStarted, 1);
    trail.ours(6, Event::AssociationCompleted, 1);
    trail.ask(20, "mei");
    trail.put(30, Event::DisassociationExternal, Actor::External, 1);
    trail.ask(40, "yuki");
    trail.ours(41, Event::AssociationStarted, 2);
    let table = trail.table().await;
    let next = told(&table, trail.id(41, Event::AssociationStarted)).await;
    assert_eq!(next.people, ["yuki@example.com"]);
    let first = told(&table, trail.id(20, Event::AssociationRequested)).await;
    assert_eq!(first.stay, Some(1));
    assert_eq!(first.people, ["ren@example.com", "mei@example.com"]);
    assert_eq!(first.ended_at, Some(Trail::time(30)));
}

#[tokio::test]
async fn what_is_up_still_and_what_never_came_up_are_whole_too() {
    let mut trail = Trail::new();
    trail.ask(0, "yuki");
    for minute in [1, 5, 20] {
        trail.ours(minute, Event::AssociationFailed, 1);
    }
    trail.ask(200, "ren");
    trail.ours(200, Event::AssociationStarted, 2);
    trail.ours(206, Event::AssociationCompleted, 2);
    trail.put(220, Event::ModeChanged, employee("admin"), 2);
    trail.put(221, Event::ProfileDownloaded, employee("ren"), 0);
    let table = trail.table().await;
    let failed = told(&table, trail.id(5, Event::AssociationFailed)).await;
    assert_eq!(
        steps(&failed).iter().map(|step| step.0).collect::<Vec<_>>(),
        [0, 1, 5, 20]
    );
    assert!(failed.is_whole && failed.ended_at.is_none() && failed.up_since.is_none());
    for member in [
        trail.id(200, Event::AssociationRequested),
        trail.id(220, Event::ModeChanged),
    ] {
        let up = told(&table, member).await;
        assert_eq!(
            steps(&up).iter().map(|step| step.0).collect::<Vec<_>>(),
            [200, 200, 206, 220]
        );
        assert!(up.is_whole && up.ended_at.is_none());
        assert_eq!(up.up_since, Some(Trail::time(200)));
    }
    // Not a record of the stay, but taken while it lasted.
    let profile = told(&table, trail.id(221, Event::ProfileDownloaded)).await;
    assert_eq!(profile.stay, Some(2));
}

#[tokio::test]
async fn a_part_that_ends_does_not_end_the_stay() {
    let mut trail = Trail::new();
    trail.ask(0, "yuki");
    trail.ours(0, Event::AssociationStarted, 1);
    trail.ours(6, Event::AssociationCompleted, 1);
    trail.put(30, Event::DisassociationExternal, Actor::External, 1);
    trail.ours(40, Event::DisassociationStarted, 1);
    trail.ours(44, Event::DisassociationFailed, 1);
    trail.ask(50, "ren");
    trail.ours(80, Event::DisassociationStarted, 1);
    trail.closed(0, 90, 1);
    let table = trail.table().await;
    let story = told(&table, trail.id(6, Event::AssociationCompleted)).await;
    let chapters: Vec<Chapter> = story.steps.iter().map(|step| step.chapter).collect();
    assert_eq!(
        chapters,
        [Asked, Started, Ready, Ready, Going, Used, Used, Going, Gone]
    );
    assert_eq!(story.ended_at, Some(Trail::time(90)));
}

#[tokio::test]
async fn a_stay_with_more_records_than_the_limit_says_so_and_stays_within_it() {
    let mut trail = Trail::new();
    trail.ask(0, "yuki");
    trail.ours(0, Event::AssociationStarted, 1);
    for n in 0..2_400 {
        trail.put(
            10 + n,
            Event::ConnectionEnded,
            Actor::Client(format!("user{n}")),
            1,
        );
    }
    trail.closed(0, 3_000, 1);
    let table = trail.table().await;
    let counted = Counted::new(&table.reader);
    for (minute, is_start, is_end) in [
        (1_200, false, false),
        (20, true, false),
        (2_390, false, true),
    ] {
        let member = trail.id(minute, Event::ConnectionEnded);
        let story = story(&counted, tokyo().id.as_str(), &member.event_id)
            .await
            .unwrap()
            .unwrap();
        let reads = counted.take();
        assert!(reads.records <= MAX_READ && reads.calls <= 33, "{reads:?}");
        assert!(!story.is_whole && story.stay == Some(1));
        let told = steps(&story);
        assert!(told.len() > 1_900, "{}", told.len());
        assert_eq!(told[0].0 == 0, is_start, "{minute}");
        assert_eq!(story.ended_at.is_some(), is_end, "{minute}");
    }
}

#[tokio::test]
async fn neighbours_are_of_the_same_stay() {
    let mut trail = Trail::new();
    trail.ask(0, "ren");
    trail.up(0, 1);
    trail.put(2, Event::AccessDenied, employee("mallory"), 0);
    trail.ask(300, "yuki");
    trail.up(302, 2);
    let table = trail.table().await;
    let id = tokyo().id;
    let around = async |put: &AuditRecord| {
        let found = neighbours(&table.reader, &put.to_item()).await.unwrap();
        let event = |item: Option<_>| item.map(|item| text(&item, "event").to_owned());
        (event(found.previous), event(found.next))
    };
    let some = |event: Event| Some(event.as_str().to_owned());
    assert_eq!(
        around(trail.id(0, Event::AssociationStarted)).await,
        (
            some(Event::AssociationRequested),
            some(Event::AssociationCompleted)
        )
    );
    assert_eq!(
        around(trail.id(97, Event::DisassociationCompleted)).await,
        (some(Event::DisassociationStarted), None)
    );
    assert_eq!(
        around(trail.id(300, Event::AssociationRequested)).await,
        (None, some(Event::AssociationStarted))
    );
    let unknown = trail.ids.next(Trail::time(0));
    assert!(
        story(&table.reader, id.as_str(), &unknown)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_booking_is_of_no_stay_and_what_it_asks_for_is() {
    let mut trail = Trail::new();
    trail.put(0, Event::BookingMade, employee("ren"), 0);
    let asked = trail.put(1, Event::AssociationRequested, employee("ren"), 0);
    asked.details.booking_id = Some(BookingId::observed("0a1b2c3d"));
    trail.up(1, 1);
    trail.put(10, Event::BookingMade, employee("yuki"), 0);
    trail.put(20, Event::BookingCancelled, employee("yuki"), 0);
    trail.ours(30, Event::BookingLapsed, 0);
    // Held while it went down, and after.
    trail.ours(95, Event::BookingMissed, 0);
    trail.ours(200, Event::BookingMissed, 0);
    let table = trail.table().await;
    let of_stay = told(&table, trail.id(1, Event::AssociationRequested)).await;
    assert!(of_stay.is_whole);
    assert_eq!(of_stay.people[0], "ren@example.com");
    assert!(
        !of_stay
            .people
            .iter()
            .any(|person| person == "yuki@example.com")
    );
    assert_eq!(of_stay.stay, Some(1));
    let events: Vec<&str> = steps(&of_stay)
        .into_iter()
        .map(|(_, event)| event)
        .collect();
    assert!(
        !events.iter().any(|event| event.starts_with("booking.")),
        "{events:?}"
    );
    for (minute, event) in [
        (0, Event::BookingMade),
        (10, Event::BookingMade),
        (20, Event::BookingCancelled),
        (30, Event::BookingLapsed),
        (95, Event::BookingMissed),
        (200, Event::BookingMissed),
    ] {
        let record = trail.id(minute, event);
        let story = told(&table, record).await;
        assert_eq!(
            (story.stay, story.steps.len(), story.is_whole),
            (None, 1, true),
            "{minute}"
        );
        let alone = neighbours(&table.reader, &record.to_item()).await.unwrap();
        assert_eq!(alone, Neighbours::default(), "{minute}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_told_where_it_stands() {
    let mut trail = Trail::new();
    trail.ask(0, "ren");
    trail.up(0, 1);
    let table = trail.table().await;
    let mut odd = trail.id(60, Event::ConnectionEnded).to_item();
    let time = Trail::time(50);
    odd.insert(
        "event_id".to_owned(),
        Value::from(trail.ids.next(time).to_string()),
    );
    odd.insert("event".to_owned(), Value::from("moon.phase"));
    odd.insert("occurred_at".to_owned(), Value::from("yesterday"));
    odd.insert("reason".to_owned(), Value::from(7_u64));
    odd.insert("duration_seconds".to_owned(), Value::N("1e99".to_owned()));
    table.put(&[odd]).await;
    let story = told(&table, trail.id(0, Event::AssociationStarted)).await;
    assert_eq!(steps(&story)[3], (50, "moon.phase"));
    assert_eq!(story.steps.len(), 7);
}
