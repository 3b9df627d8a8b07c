//! Bookings on time whatever fails; and what could not be placed, on record once and with the reason.

use chrono::TimeDelta;
use sandbox::dynamo::TableFault;
use shared::model::Mode;
use shared::policy::Phase;
use shared::reconcile::{Order, SweepError};
use testkit::ec2::{Action, FaultKind};

use crate::bookings::{assert_served_once, bookings, due, monday, records_of, sweep_for};
use crate::crashes::sweep_dies_anywhere;
use crate::world::{World, person};

#[tokio::test]
async fn a_sweep_that_dies_anywhere_while_it_places_is_carried_on_in_time() {
    sweep_dies_anywhere(due, async |world, case| {
        world.pass_seconds(60);
        world.sweep_until(Phase::Ready).await;
        assert!(world.now() < monday("11:00"), "{case}");
        assert_served_once(world, case).await;
    })
    .await;
}

#[tokio::test]
async fn sweeps_that_overlap_place_once() {
    let world = due().await;
    let (one, other) = futures::join!(world.sweep(), world.sweep());
    one.unwrap();
    other.unwrap();
    world.sweep_until(Phase::Ready).await;
    assert_served_once(&world, "overlap").await;
}

#[tokio::test]
async fn a_late_sweep_places_what_is_still_due() {
    let world = due().await;
    world.pass_seconds(44 * 60 + 59);
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("association.requested").await, 1);
    assert_eq!(world.state().await.leases[0].until, monday("11:30"));
    // A second more, and it would have been too late.
    let world = due().await;
    world.pass_seconds(45 * 60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("association.requested").await, 0);
    assert_eq!(world.count("booking.missed").await, 1);
}

#[tokio::test]
async fn what_dynamodb_throttles_is_placed_by_the_next_sweep() {
    let world = due().await;
    let swept_before = world.state().await.sightings.last_sweep_at;
    let throttled = TableFault::Error("ThrottlingException".to_owned());
    world
        .dynamo
        .inject(Some("TransactWriteItems"), throttled, u32::MAX);
    let failed = world.sweep().await.unwrap_err();
    assert!(matches!(failed, SweepError::Store(_)), "{failed}");
    let state = world.state().await;
    assert_eq!(state.demand.requests, 0);
    // It did not do all it should.
    assert_eq!(state.sightings.last_sweep_at, swept_before);
    world.clear_faults();
    world.pass_seconds(60);
    world.sweep_until(Phase::Ready).await;
    assert!(world.now() < monday("11:00"));
    assert_served_once(&world, "throttled").await;
}

#[tokio::test]
async fn a_transaction_whose_answer_is_lost_places_once() {
    let world = due().await;
    world
        .dynamo
        .inject(Some("TransactWriteItems"), TableFault::AnswerLost, 3);
    // The SDK tries three times, and has no answer.
    let _ = world.sweep().await;
    assert_eq!(world.associations(), 2, "what may be written is read again");
    world.sweep_until(Phase::Ready).await;
    assert_served_once(&world, "answer lost").await;
}

#[tokio::test]
async fn it_is_placed_while_ec2_is_out_of_reach_and_started_once_that_answers() {
    let world = due().await;
    world.fault_always(
        Action::DescribeClientVpnTargetNetworks,
        FaultKind::error("RequestLimitExceeded"),
    );
    let failed = world.sweep().await.unwrap_err();
    assert!(matches!(failed, SweepError::Vpn(_)), "{failed}");
    assert_eq!(world.state().await.demand.requests, 1);
    // Longer than its window.
    for _ in 0..60 {
        world.pass_seconds(60);
        world.sweep().await.unwrap_err();
    }
    world.clear_faults();
    world.sweep_until(Phase::Ready).await;
    assert_served_once(&world, "EC2 out of reach").await;
}

/// Kato orders this mode from now on, for so long.
async fn order(world: &World, mode: Mode, minutes: i64) {
    let order = Order {
        mode: Some((mode, world.now() + TimeDelta::minutes(minutes))),
        reason: Some("maintenance".to_owned()),
        shown: "none".to_owned(),
    };
    let process = world.reconciler();
    let given = process.order(&world.endpoint, person("kato"), order);
    Box::pin(given).await.unwrap();
}

#[tokio::test]
async fn under_an_order_it_is_not_placed_and_when_that_ends_in_time_it_is() {
    for mode in [Mode::Hold, Mode::Off] {
        let world = due().await;
        order(&world, mode.clone(), 30).await;
        sweep_for(&world, 30).await;
        assert_eq!(world.state().await.demand.requests, 0, "{mode:?}");
        assert_eq!(world.associations(), 0, "{mode:?}");
        world.sweep_until(Phase::Ready).await;
        assert_served_once(&world, mode.as_str()).await;
    }
}

#[tokio::test]
async fn an_order_that_outlasts_its_window_is_the_reason_why_it_was_missed() {
    // For three quarters of an hour it is due.
    for minutes in [45, 46, 60] {
        let world = due().await;
        order(&world, Mode::Hold, minutes).await;
        sweep_for(&world, 70).await;
        assert_eq!(world.count("association.requested").await, 0, "{minutes}");
        let missed = records_of(&world, "booking.missed").await;
        let [missed] = missed.as_slice() else {
            panic!("{missed:?}")
        };
        assert_eq!(
            missed.text("reason"),
            "The booking of yuki@example.com was missed for 2026-11-23, because an administrator's order kept the VPN \
             off: ready by 11:00 on mon, tue, wed, thu, fri."
        );
        assert_eq!(missed.text("actor"), "reaper");
        let booking = &bookings(&world).await[0];
        assert_eq!(missed.text("booking_id"), booking.id.as_str());
        assert_eq!(booking.placed_for, Some("2026-11-23".parse().unwrap()));
    }
}

#[tokio::test]
async fn without_sweeps_it_is_missed_once_and_the_next_date_is_served() {
    let world = due().await;
    world.pass_seconds(5 * 3600);
    sweep_for(&world, 3).await;
    let missed = records_of(&world, "booking.missed").await;
    assert_eq!(missed.len(), 1);
    let reason = missed[0].text("reason");
    assert!(
        reason.contains("2026-11-23, because no sweep went through in time"),
        "{reason}"
    );
    // None for two days, until it is due again: told and placed by one sweep.
    let again = monday("10:45") + TimeDelta::days(3);
    world.clock.advance(again - world.now());
    world.sweep().await.unwrap();
    let missed = records_of(&world, "booking.missed").await;
    assert_eq!(missed.len(), 2);
    let reason = missed[1].text("reason");
    assert!(
        reason.contains("2026-11-25 (and for one date before it), because no sweep"),
        "{reason}"
    );
    assert_eq!(world.count("association.requested").await, 1);
    assert_eq!(world.associations(), 2);
    let placed_for = bookings(&world).await[0].placed_for;
    assert_eq!(placed_for, Some("2026-11-26".parse().unwrap()));
}
