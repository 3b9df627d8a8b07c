//! Thousands of connections that end at once, and sweeps that have no time for all of them.

use std::sync::Arc;

use chrono::TimeDelta;
use shared::model::ConnectionId;
use shared::policy::Phase;
use shared::reconcile::{LeftOut, Reconciler, SweepError, SweepOutcome};
use testkit::ec2::Action;

use crate::wire::{When, Wire};
use crate::world::World;

const ENDS: usize = 40;

/// Ready, and `ENDS` connections have just ended.
async fn after_a_flood() -> World {
    let world = World::ready().await;
    let connections: Vec<ConnectionId> = (0..ENDS)
        .map(|n| world.connect(&format!("person{n}")))
        .collect();
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    for connection in &connections {
        world.end(connection);
    }
    world.pass_seconds(60);
    world
}

async fn sweep_within(
    world: &World,
    reconciler: &Reconciler,
    seconds: i64,
) -> Result<SweepOutcome, SweepError> {
    let end = world.now() + TimeDelta::seconds(seconds);
    reconciler.sweep_by(&world.endpoint, false, Some(end)).await
}

fn puts(wire: &Wire) -> usize {
    let is_put = |call: &&&str| **call == "put_record";
    wire.calls().iter().filter(is_put).count()
}

/// A minute passes with the 16th record.
fn slow(world: &World, wire: &Arc<Wire>) {
    let clock = world.clock.clone();
    wire.hook(When::After, "put_record", 16, move || async move {
        clock.advance(TimeDelta::seconds(60));
    });
}

#[tokio::test]
async fn an_end_is_put_on_record_once_by_a_process_and_again_by_one_that_knows_nothing() {
    let world = after_a_flood().await;
    let wire = Wire::new();
    let process = world.wired(&wire);
    for _ in 0..3 {
        let swept = process.sweep(&world.endpoint, false).await.unwrap();
        assert_eq!(swept.connections_ended, ENDS);
        assert_eq!(puts(&wire), ENDS, "the others would fail their condition");
        world.pass_seconds(60);
    }
    let stranger = Wire::new();
    let again = world.sweep_through(&stranger).await;
    assert_eq!(again.unwrap().connections_ended, ENDS);
    assert_eq!(puts(&stranger), ENDS);
    assert_eq!(world.count("connection.ended").await, ENDS);
}

#[tokio::test]
async fn a_record_that_could_not_be_put_is_put_by_the_next_sweep() {
    let world = after_a_flood().await;
    let wire = Wire::new();
    let process = world.wired(&wire);
    let fault = sandbox::dynamo::TableFault::Error("ValidationException".to_owned());
    world.dynamo.inject_after(20, Some("PutItem"), fault, 1);
    assert!(process.sweep(&world.endpoint, false).await.is_err());
    process.sweep(&world.endpoint, false).await.unwrap();
    assert_eq!(world.count("connection.ended").await, ENDS);
}

#[tokio::test]
async fn ends_for_which_the_time_is_too_short_are_left_to_the_next_sweep_which_carries_on() {
    let world = after_a_flood().await;
    let wire = Wire::new();
    let process = world.wired(&wire);
    slow(&world, &wire);
    let before = world.state().await;
    let cut_short = sweep_within(&world, &process, 60).await.unwrap_err();
    let SweepError::OutOfTime(LeftOut::Ends(left_out)) = cut_short else {
        panic!("{cut_short:?}");
    };
    // Those under way when the time was up are finished.
    assert!((1..=ENDS - 16).contains(&left_out), "{left_out}");
    assert_eq!(world.count("connection.ended").await, ENDS - left_out);
    let after = world.state().await;
    assert_eq!(
        after.sightings.last_sweep_at, before.sightings.last_sweep_at,
        "so it is next"
    );
    assert!(
        after.sightings.observation.unwrap().observed_at
            > before.sightings.observation.unwrap().observed_at,
        "the pass was made nevertheless"
    );
    let swept = sweep_within(&world, &process, 60).await.unwrap();
    assert_eq!(swept.connections_ended, ENDS);
    assert_eq!(puts(&wire), ENDS, "it carries on where the other stopped");
    assert_eq!(world.count("connection.ended").await, ENDS);
    assert!(world.state().await.sightings.last_sweep_at > before.sightings.last_sweep_at);
}

#[tokio::test]
async fn a_stop_is_not_begun_without_the_time_to_carry_it_through() {
    for (seconds, stops) in [(16, false), (17, true)] {
        let world = World::ready().await;
        world.pass_seconds(61 * 60);
        let before = world.state().await.sightings.last_sweep_at;
        let swept = sweep_within(&world, &world.reconciler(), seconds).await;
        if stops {
            assert_eq!(swept.unwrap().phase, Phase::Stopping);
            continue;
        }
        let error = swept.unwrap_err();
        assert!(
            matches!(error, SweepError::OutOfTime(LeftOut::Stop)),
            "{error:?}"
        );
        assert_eq!(error.to_string(), "no time was left for a stop that is due");
        let state = world.state().await;
        assert_eq!(
            (state.stay.stop.since, state.sightings.last_sweep_at),
            (None, before)
        );
        assert_eq!(world.count("disassociation.started").await, 0);
        assert_eq!(
            world.sweep().await.unwrap().phase,
            Phase::Stopping,
            "the next sweep"
        );
    }
}

#[tokio::test]
async fn a_second_look_that_takes_too_long_leaves_the_stop_out() {
    let world = World::ready().await;
    world.pass_seconds(61 * 60);
    let wire = Wire::new();
    let clock = world.clock.clone();
    wire.hook(When::After, "connections", 2, move || async move {
        clock.advance(TimeDelta::seconds(1));
    });
    let swept = sweep_within(&world, &world.wired(&wire), 17).await;
    assert!(
        matches!(swept, Err(SweepError::OutOfTime(LeftOut::Stop))),
        "{swept:?}"
    );
    assert_eq!(
        world.ec2.count(Action::DisassociateClientVpnTargetNetwork),
        0
    );
    assert_eq!(world.count("disassociation.started").await, 0);
}
