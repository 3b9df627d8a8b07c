//! Bookings, placed by sweeps: on time, once, in the name of who booked.

use chrono::{NaiveTime, TimeDelta};
use shared::model::{BookedOn, BookedTimes, WORKDAYS};
use shared::policy::Phase;
use shared::reconcile::BookingView;

use crate::world::{World, person};

/// Ready by this time (Tokyo) on workdays.
fn workdays(hour: u32, minute: u32) -> BookedTimes {
    BookedTimes {
        on: BookedOn::Days(WORKDAYS),
        ready_by: NaiveTime::from_hms_opt(hour, minute, 0).unwrap(),
        stay_until: None,
    }
}

async fn book(world: &World, who: &str, times: BookedTimes) -> Vec<BookingView> {
    let reconciler = world.reconciler();
    let booked = reconciler.book(&world.endpoint, person(who), times).await;
    booked.unwrap()
}

/// Sweeps each minute for so long.
async fn sweep_for(world: &World, minutes: u32) {
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
