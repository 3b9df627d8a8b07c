//! The process ends before or after any of its calls: the next pass carries on, and the records are right.

use shared::model::update::Update;
use shared::policy::Phase;
use shared::ports::Store as _;

use crate::wire::{When, Wire};
use crate::world::{World, person};

/// More calls than any pass makes.
const MORE_CALLS_THAN_A_PASS_MAKES: usize = 60;

#[tokio::test]
async fn a_click_that_dies_anywhere_loses_nothing_that_is_durable_and_starts_once() {
    for when in [When::Before, When::After] {
        let mut finished = false;
        for nth in 0..MORE_CALLS_THAN_A_PASS_MAKES {
            let world = World::new().await;
            let wire = Wire::new();
            wire.kill(when, nth);
            let reconciler = world.wired(&wire);
            let done = wire
                .run(Box::pin(reconciler.ask(&world.endpoint, person("yuki"))))
                .await;
            let case = format!("killed {when:?} call {nth}: {:?}", wire.calls());
            let durable = world.state().await.demand.requests == 1;
            if durable {
                world.sweep_until(Phase::Ready).await;
            } else {
                world.pass_seconds(60);
                world.sweep().await.unwrap();
            }
            let up = if durable { 2 } else { 0 };
            assert_eq!(world.associations(), up, "{case}");
            assert_eq!(
                world.count("association.started").await,
                usize::from(durable),
                "{case}"
            );
            assert_eq!(
                world.count("association.completed").await,
                usize::from(durable),
                "{case}"
            );
            assert_eq!(world.count("association.adopted").await, 0, "{case}");
            assert!(
                !durable || world.count("association.requested").await == 1,
                "{case}"
            );
            if done.is_some() {
                finished = true;
                break;
            }
        }
        assert!(finished, "a click makes more calls than this test tries");
    }
}

/// Kills a sweep before and after each of its calls, each time in a new world, which then has to be as `holds` says.
pub(crate) async fn sweep_dies_anywhere(
    world: impl AsyncFn() -> World,
    holds: impl AsyncFn(&World, &str),
) {
    for when in [When::Before, When::After] {
        let mut finished = false;
        for nth in 0..MORE_CALLS_THAN_A_PASS_MAKES {
            let world = world().await;
            let wire = Wire::new();
            wire.kill(when, nth);
            let done = wire.run(Box::pin(world.sweep_through(&wire))).await;
            let case = format!("killed {when:?} call {nth}: {:?}", wire.calls());
            holds(&world, &case).await;
            if done.is_some() {
                finished = true;
                break;
            }
        }
        assert!(finished, "a sweep makes more calls than this test tries");
    }
}

#[tokio::test]
async fn a_sweep_that_dies_anywhere_while_it_makes_ready_is_carried_on() {
    sweep_dies_anywhere(
        async || {
            let world = restarted_and_associated().await;
            assert_eq!(world.manual_routes().len(), 0);
            world
        },
        async |world, case| {
            world.sweep_until(Phase::Ready).await;
            assert_eq!(world.manual_routes().len(), 6, "{case}");
            assert_eq!(world.count("association.completed").await, 2, "{case}");
            assert_eq!(world.count("routes.restored").await, 1, "{case}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_sweep_that_dies_anywhere_while_it_stops_is_carried_on() {
    sweep_dies_anywhere(
        async || {
            let world = World::ready().await;
            world.pass_seconds(31 * 60);
            world
        },
        async |world, case| {
            world.sweep_until(Phase::Off).await;
            assert_eq!(world.associations(), 0, "{case}");
            assert_eq!(world.count("disassociation.started").await, 1, "{case}");
            assert_eq!(world.count("disassociation.completed").await, 1, "{case}");
            assert_eq!(world.count("disassociation.external").await, 0, "{case}");
            assert_eq!(world.count("disassociation.failed").await, 0, "{case}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_start_that_died_and_that_an_order_forbids_to_finish_is_claimed() {
    let world = World::new().await;
    let wire = Wire::new();
    let reconciler = world.wired(&wire);
    wire.kill_after("associate", 2);
    let ask = Box::pin(reconciler.ask(&world.endpoint, person("yuki")));
    assert!(wire.run(ask).await.is_none());
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("association.started").await, 0);
    // An administrator says not to start before any other pass comes by.
    let hold = Update::new().set("mode", "hold");
    world.store.update(&world.endpoint.id, &hold).await.unwrap();
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.count("association.started").await, 1);
    assert_eq!(world.count("association.adopted").await, 0);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("disassociation.completed").await, 1);
}

#[tokio::test]
async fn two_sweeps_that_finish_the_same_start_put_it_on_record_once() {
    let world = World::new().await;
    let wire = Wire::new();
    let reconciler = world.wired(&wire);
    wire.kill_after("associate", 2);
    let ask = Box::pin(reconciler.ask(&world.endpoint, person("yuki")));
    assert!(wire.run(ask).await.is_none());
    world.pass_seconds(60);
    let (one, other) = futures::join!(world.sweep(), world.sweep());
    one.unwrap();
    other.unwrap();
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.count("association.started").await, 1);
    assert_eq!(world.count("association.adopted").await, 0);
    assert_eq!(world.associations(), 2);
}

/// Up for the second time, just associated, its routes not made yet.
async fn restarted_and_associated() -> World {
    let world = World::ready().await;
    world.pass_seconds(31 * 60);
    world.sweep_until(Phase::Off).await;
    world.ask("yuki").await;
    world.pass_seconds(11 * 60);
    world
}
