//! Bookings, placed by sweeps: on time, once, in the name of who booked.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use shared::model::{BookedOn, BookedTimes, Booking, WORKDAYS};
use shared::policy::Phase;
use shared::ports::Store as _;
use shared::reconcile::BookingView;
use testkit::ec2::{Action, Delay};

use crate::world::{World, person};

/// Ready by this time (Tokyo) on workdays.
pub fn workdays(hour: u32, minute: u32) -> BookedTimes {
    BookedTimes {
        on: BookedOn::Days(WORKDAYS),
        ready_by: NaiveTime::from_hms_opt(hour, minute, 0).unwrap(),
        stay_until: None,
    }
}

pub async fn book(world: &World, who: &str, times: BookedTimes) -> Vec<BookingView> {
    let reconciler = world.reconciler();
    let booked = reconciler.book(&world.endpoint, person(who), times).await;
    booked.unwrap()
}

/// Yuki booked it for eleven, and a quarter of an hour before that its lead begins: now.
pub async fn due() -> World {
    booked_by(&["yuki"]).await
}

/// The same, booked by each of these.
pub async fn booked_by(people: &[&str]) -> World {
    let world = World::new().await;
    for who in people {
        book(&world, who, workdays(11, 0)).await;
    }
    world.pass_seconds(74 * 60);
    world.sweep().await.unwrap();
    assert_eq!(world.state().await.demand.requests, 0);
    world.pass_seconds(60);
    world
}

/// Monday at this time (Tokyo).
pub fn monday(clock: &str) -> DateTime<Utc> {
    format!("2026-11-23T{clock}:00+09:00").parse().unwrap()
}

/// All bookings as the table has them.
pub async fn bookings(world: &World) -> Vec<Booking> {
    let state = world.store.load_for_sweep(&world.endpoint.id).await;
    state.unwrap().bookings
}

/// The records of an event, oldest first.
pub async fn records_of(world: &World, event: &str) -> Vec<Record> {
    let mut records = world.records().await;
    records.retain(|record| record.text("event") == event);
    records
}

/// That Yuki's booking was placed for Monday, once, and that the VPN came up for it, once.
pub async fn assert_served_once(world: &World, case: &str) {
    for event in [
        "association.requested",
        "association.started",
        "association.completed",
    ] {
        assert_eq!(world.count(event).await, 1, "{event} {case}");
    }
    assert_eq!(world.count("booking.missed").await, 0, "{case}");
    let state = world.state().await;
    assert_eq!(state.demand.requests, 1, "{case}");
    assert_eq!(state.leases.len(), 1, "{case}");
    assert_eq!(state.leases[0].until, monday("11:30"), "{case}");
    let placed_for = bookings(world).await[0].placed_for;
    assert_eq!(
        placed_for.map(|date| date.to_string()).as_deref(),
        Some("2026-11-23"),
        "{case}"
    );
}

/// Sweeps each minute for so long.
pub async fn sweep_for(world: &World, minutes: u32) {
    for _ in 0..minutes {
        world.sweep().await.unwrap();
        world.pass_seconds(60);
    }
}

#[tokio::test]
async fn what_is_booked_is_ready_by_its_time_without_a_click() {
    let world = World::new().await;
    // It is half past nine on Monday.
    let booked = book(&world, "yuki", workdays(11, 0)).await;
    assert_eq!(booked[0].next_at.as_deref(), Some("2026-11-23T02:00:00Z"));
    sweep_for(&world, 75).await;
    assert_eq!(world.associations(), 0, "15 minutes before, not earlier");
    sweep_for(&world, 15).await;
    assert_eq!(world.now().to_rfc3339(), "2026-11-23T02:00:00+00:00");
    let status = world.status().await;
    assert_eq!(status.phase, Phase::Ready);
    assert_eq!(status.leases[0].email, "yuki@example.com");
    assert_eq!(
        status.leases[0].until.map(|at| at.to_rfc3339()),
        Some("2026-11-23T02:30:00+00:00".to_owned())
    );
    assert_eq!(world.count("association.requested").await, 1);
    let records = world.records().await;
    let asked = records
        .iter()
        .find(|r| r.text("event") == "association.requested")
        .unwrap();
    assert_eq!(asked.text("actor"), "yuki@example.com");
    assert_eq!(asked.text("booking_id"), booked[0].id);
}

#[tokio::test]
async fn booked_within_the_lead_it_is_asked_for_at_once() {
    let world = World::new().await;
    book(&world, "yuki", workdays(9, 40)).await;
    assert_eq!(world.count("association.requested").await, 1);
    assert_eq!(world.associations(), 2);
    sweep_for(&world, 5).await;
    assert_eq!(world.count("association.requested").await, 1);
}

#[tokio::test]
async fn an_endpoint_that_is_up_is_kept_for_a_booking_that_is_near() {
    let world = World::ready().await;
    world.pass_seconds(20 * 60);
    let at = world.now().with_timezone(&world.rules.time_zone).time();
    let ready_by = at + TimeDelta::minutes(40);
    let ready_by = NaiveTime::from_hms_opt(
        chrono::Timelike::hour(&ready_by),
        chrono::Timelike::minute(&ready_by),
        0,
    );
    let times = BookedTimes {
        ready_by: ready_by.unwrap(),
        ..workdays(0, 0)
    };
    book(&world, "hana", times).await;
    sweep_for(&world, 50).await;
    assert_eq!(world.count("disassociation.started").await, 0);
    assert_eq!(world.status().await.phase, Phase::Ready);
}

#[tokio::test]
async fn several_people_who_booked_the_same_time_have_one_start_and_a_lease_each() {
    let world = booked_by(&["yuki", "ren", "hana"]).await;
    world.sweep().await.unwrap();
    world.sweep_until(Phase::Ready).await;
    assert!(world.now() < monday("11:00"));
    assert_eq!(world.count("association.requested").await, 3);
    assert_eq!(world.count("association.started").await, 1);
    assert_eq!(world.ec2.count(Action::AssociateClientVpnTargetNetwork), 2);
    let state = world.state().await;
    assert_eq!((state.demand.requests, state.demand.served), (3, 3));
    let until: Vec<DateTime<Utc>> = state.leases.iter().map(|lease| lease.until).collect();
    assert_eq!(until, [monday("11:30"); 3]);
}

#[tokio::test]
async fn what_is_up_already_is_kept_and_the_lease_is_given() {
    let world = World::ready().await;
    let times = BookedTimes {
        stay_until: NaiveTime::from_hms_opt(13, 0, 0),
        ..workdays(10, 20)
    };
    book(&world, "hana", times).await;
    while world.now() < monday("13:00") {
        world.sweep().await.unwrap();
        assert_eq!(world.associations(), 2, "{}", world.now());
        world.pass_seconds(60);
    }
    assert_eq!(world.count("association.requested").await, 2);
    assert_eq!(world.count("association.started").await, 1);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("disassociation.started").await, 1);
}

#[tokio::test]
async fn what_goes_down_when_it_is_due_comes_back() {
    let world = World::ready().await;
    world.behave(|ec2| ec2.disassociating = Delay::exactly(12 * 60));
    world.pass_seconds(31 * 60);
    assert_eq!(world.sweep().await.unwrap().phase, Phase::Stopping);
    let at = world.now().with_timezone(&world.rules.time_zone);
    let soon = (at + TimeDelta::minutes(16)).time();
    let times = BookedTimes {
        ready_by: NaiveTime::parse_from_str(&soon.format("%H:%M").to_string(), "%H:%M").unwrap(),
        ..workdays(0, 0)
    };
    book(&world, "hana", times).await;
    sweep_for(&world, 3).await;
    assert_eq!(world.count("association.requested").await, 2);
    assert_eq!(world.status().await.phase, Phase::Stopping);
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.count("association.started").await, 2);
}

#[tokio::test]
async fn a_dry_run_places_nothing_and_says_what_it_sees() {
    let world = due().await;
    let swept = world.reconciler().sweep(&world.endpoint, true).await;
    assert_eq!(swept.unwrap().phase, Phase::Off);
    assert_eq!(world.state().await.demand.requests, 0);
    assert_eq!(bookings(&world).await[0].placed_for, None);
    let booked = world.state().await.sightings.observation.unwrap().booked;
    assert_eq!(
        (booked[0].from, booked[0].until),
        (monday("10:25"), monday("11:30"))
    );
}
