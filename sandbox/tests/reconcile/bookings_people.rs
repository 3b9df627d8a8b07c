//! Bookings and their owners: renewed by those who are seen, lapsed of those who are not; and what another hand wrote.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shared::model::{BookedOn, BookedTimes, Clicks, Email};
use shared::policy::Phase;
use shared::ports::Store as _;
use shared::reconcile::BookError;
use testkit::example;

use crate::bookings::{book, bookings, due, monday, records_of, sweep_for, workdays};
use crate::world::{World, person};

/// Booked for eleven in the evening, and so not placed in these tests.
async fn booked() -> World {
    let world = World::new().await;
    book(&world, "yuki", workdays(23, 0)).await;
    world
}

async fn renewed_at(world: &World) -> DateTime<Utc> {
    bookings(world).await[0].renewed_at
}

fn yuki() -> Email {
    person("yuki").email
}

#[tokio::test]
async fn it_lapses_once_when_its_owner_was_not_seen_for_sixty_days() {
    let world = booked().await;
    world
        .clock
        .advance(TimeDelta::days(60) - TimeDelta::seconds(1));
    world.sweep().await.unwrap();
    assert_eq!(world.count("booking.lapsed").await, 0);
    let missed = records_of(&world, "booking.missed").await;
    assert_eq!(missed.len(), 1, "no sweep came for two months");
    world.pass_seconds(1);
    sweep_for(&world, 3).await;
    let lapsed = records_of(&world, "booking.lapsed").await;
    let [lapsed] = lapsed.as_slice() else {
        panic!("{lapsed:?}")
    };
    assert_eq!(
        lapsed.text("reason"),
        "The booking of yuki@example.com lapsed, because it was not used for 60 days: ready by 23:00 on mon, tue, \
         wed, thu, fri."
    );
    let booking = &bookings(&world).await[0];
    assert!(booking.ended_at.is_some());
    let left = world.reconciler().bookings(&world.endpoint, &yuki()).await;
    assert_eq!(left.unwrap(), []);
    world.clock.advance(TimeDelta::days(1));
    world.sweep().await.unwrap();
    assert_eq!(world.count("association.requested").await, 0);
    assert_eq!(world.count("booking.missed").await, 1);
}

#[tokio::test]
async fn what_was_missed_is_told_before_it_lapses() {
    let world = booked().await;
    world.clock.advance(TimeDelta::days(70));
    sweep_for(&world, 3).await;
    let events = world.events().await;
    assert_eq!(events, ["booking.made", "booking.missed", "booking.lapsed"]);
}

#[tokio::test]
async fn a_visit_renews_it_once_a_day_and_a_poll_or_its_own_ask_does_not() {
    let world = due().await;
    let made_at = renewed_at(&world).await;
    let visit = async || {
        let process = world.reconciler();
        let yuki = yuki();
        let page = process.page(&world.endpoint, &yuki, true);
        page.await.unwrap().1.unwrap();
    };
    visit().await;
    assert_eq!(renewed_at(&world).await, made_at);
    world.sweep().await.unwrap();
    assert_eq!(world.count("association.requested").await, 1);
    world
        .clock
        .advance(made_at + TimeDelta::days(1) - world.now());
    world.status().await;
    world.pass_seconds(75 * 60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("association.requested").await, 2);
    assert_eq!(renewed_at(&world).await, made_at);
    visit().await;
    let visited_at = world.now();
    assert_eq!(renewed_at(&world).await, visited_at);
    world.pass_seconds(86_399);
    visit().await;
    assert_eq!(renewed_at(&world).await, visited_at);
    world.pass_seconds(1);
    visit().await;
    assert_eq!(renewed_at(&world).await, world.now());
}

#[tokio::test]
async fn another_booking_made_or_cancelled_renews_it() {
    let world = booked().await;
    let process = world.reconciler();
    let (noon, owner) = (workdays(22, 0), yuki());
    let id = noon.id();
    world.clock.advance(TimeDelta::days(1));
    book(&world, "yuki", noon.clone()).await;
    let first = async || {
        let bookings = bookings(&world).await;
        let found = bookings.iter().find(|it| it.times == workdays(23, 0));
        found.unwrap().renewed_at
    };
    assert_eq!(first().await, world.now());
    world.clock.advance(TimeDelta::days(1));
    // An administrator who cancels is not its owner.
    let cancelled = process.cancel_booking(&world.endpoint, person("kato"), &owner, &id);
    assert_eq!(cancelled.await.unwrap().len(), 1);
    assert_eq!(first().await, world.now() - TimeDelta::days(1));
    let reason = records_of(&world, "booking.cancelled").await[0]
        .text("reason")
        .to_owned();
    assert!(
        reason.starts_with("kato@example.com cancelled the booking of yuki@example.com: "),
        "{reason}"
    );
    book(&world, "yuki", noon.clone()).await;
    world.clock.advance(TimeDelta::days(1));
    let cancelled = process.cancel_booking(&world.endpoint, person("yuki"), &owner, &id);
    assert_eq!(cancelled.await.unwrap().len(), 1);
    assert_eq!(first().await, world.now());
}

#[tokio::test]
async fn who_is_connected_renews_it_however_the_name_is_written() {
    let world = booked().await;
    let made_at = renewed_at(&world).await;
    world.ask("ren").await;
    world.sweep_until(Phase::Ready).await;
    let connection = world.connect("Yuki@Example.COM");
    world.sweep().await.unwrap();
    assert_eq!(renewed_at(&world).await, made_at, "not within a day");
    world
        .clock
        .advance(made_at + TimeDelta::days(1) - world.now());
    world.sweep().await.unwrap();
    assert_eq!(renewed_at(&world).await, made_at + TimeDelta::days(1));
    world.end(&connection);
    world.connect("ren@example.com");
    world.clock.advance(TimeDelta::days(1));
    world.sweep().await.unwrap();
    assert_eq!(renewed_at(&world).await, made_at + TimeDelta::days(1));
}

#[tokio::test]
async fn what_another_hand_wrote_wrongly_counts_for_nothing_and_others_are_served() {
    let world = due().await;
    let yukis = &bookings(&world).await[0].id.clone();
    let put = async |key: String, ready_by: &str, days: serde_json::Value| {
        let at = json!({ "S": "2026-11-01T00:00:00Z" });
        let item = json!({
            "endpoint_id": { "S": world.endpoint.id.as_str() },
            "item": { "S": key },
            "email": { "S": "hana@example.com" },
            "id": { "S": yukis.as_str() },
            "ready_by": { "S": ready_by },
            "days": days,
            "created_at": at,
            "renewed_at": at,
        });
        let request = json!({ "TableName": example::LEASE_TABLE, "Item": item });
        world.dynamo.by_hand("PutItem", &request).await.unwrap();
    };
    let workdays = json!({ "SS": ["mon", "tue"] });
    put(
        "booking#hana@example.com#00000001".to_owned(),
        "11:00",
        workdays.clone(),
    )
    .await;
    put(
        format!("booking#ren@example.com#{yukis}"),
        "11:00",
        workdays.clone(),
    )
    .await;
    put(
        format!("booking#hana@example.com#{yukis}"),
        "11 o'clock",
        workdays.clone(),
    )
    .await;
    world.sweep().await.unwrap();
    assert_eq!(bookings(&world).await.len(), 1);
    assert_eq!(world.count("association.requested").await, 1);
    // Of hers, none can be read; she books all the same, and over what stands in its place nothing is made.
    let process = world.reconciler();
    let hers = process
        .bookings(&world.endpoint, &person("hana").email)
        .await;
    assert_eq!(hers.unwrap(), []);
    let booked = process.book(
        &world.endpoint,
        person("hana"),
        crate::bookings::workdays(12, 0),
    );
    assert_eq!(booked.await.unwrap().len(), 1);
    let booked = process.book(
        &world.endpoint,
        person("hana"),
        crate::bookings::workdays(11, 0),
    );
    assert!(matches!(booked.await, Err(BookError::Busy)));
}

#[tokio::test]
async fn a_date_may_be_booked_until_its_time_and_no_longer_than_one_may_extend() {
    let world = World::new().await;
    let process = world.reconciler();
    let on = |clock: (u32, u32), until: Option<(u32, u32)>| BookedTimes {
        on: BookedOn::Date("2026-11-23".parse().unwrap()),
        stay_until: until.map(|(h, m)| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap()),
        ..workdays(clock.0, clock.1)
    };
    let book = async |times| process.book(&world.endpoint, person("yuki"), times).await;
    // It is half past nine.
    assert!(matches!(
        book(on((9, 30), None)).await,
        Err(BookError::Past)
    ));
    let too_long = book(on((10, 0), Some((22, 1)))).await;
    assert!(matches!(too_long, Err(BookError::TooLong { .. })));
    assert_eq!(bookings(&world).await, []);
    assert_eq!(book(on((10, 0), Some((22, 0)))).await.unwrap().len(), 1);
    // The same sent twice is one.
    assert_eq!(book(on((10, 0), Some((22, 0)))).await.unwrap().len(), 1);
    assert_eq!(world.count("booking.made").await, 1);
    sweep_for(&world, 31).await;
    assert_eq!(world.state().await.leases[0].until, monday("22:00"));
    // Its time has come: it makes room for others.
    assert_eq!(
        process.bookings(&world.endpoint, &yuki()).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn the_first_click_of_a_day_is_remembered_and_no_later_one() {
    let world = World::new().await;
    let clicks = async || {
        let personal = world.store.load_personal(&world.endpoint.id, &yuki()).await;
        personal.unwrap().clicks
    };
    assert_eq!(clicks().await, Clicks::default());
    let first = world.now();
    world.ask("yuki").await;
    world.pass_seconds(3600);
    world.ask("yuki").await;
    assert_eq!(clicks().await.first_of_day, [first]);
    // Midnight in Tokyo.
    let midnight = monday("00:00") + TimeDelta::days(1);
    world.clock.advance(midnight - world.now());
    world.ask("yuki").await;
    world.pass_seconds(3600);
    world.ask("yuki").await;
    let mut remembered = clicks().await.first_of_day;
    remembered.sort_unstable();
    assert_eq!(remembered, [first, midnight]);
    // Four weeks later the slot is that of another day, and neither a booking's ask nor a poll is a click.
    world
        .clock
        .advance(first + TimeDelta::days(28) - world.now());
    world.ask("yuki").await;
    let mut remembered = clicks().await.first_of_day;
    remembered.sort_unstable();
    assert_eq!(remembered, [midnight, first + TimeDelta::days(28)]);
    let process = world.reconciler();
    process
        .decline_suggestion(&world.endpoint, &yuki())
        .await
        .unwrap();
    let declined = clicks().await;
    assert_eq!(declined.declined_at, Some(world.now()));
    assert_eq!(declined.first_of_day.len(), 2);
}

#[tokio::test]
async fn a_placed_booking_is_no_click() {
    let world = due().await;
    world.sweep().await.unwrap();
    let personal = world.store.load_personal(&world.endpoint.id, &yuki()).await;
    assert!(personal.unwrap().clicks.first_of_day.is_empty());
}
