//! What an administrator does by hand, beside the sweeps: followed, put on record, and never fought.

use std::sync::Arc;

use chrono::TimeDelta;
use shared::policy::Phase;
use testkit::ec2::{Action, Delay, FaultKind, Request};

use crate::closing::closings;
use crate::wire::Wire;
use crate::world::{World, person};

#[tokio::test]
async fn a_subnet_that_is_lost_again_is_made_again() {
    let world = World::ready().await;
    world.connect("yuki");
    for lost in 1..=2 {
        lose_the_second_subnet(&world).await;
        for _ in 0..30 {
            world.pass_seconds(60);
            world.sweep().await.unwrap();
        }
        assert_eq!(world.associations(), 2, "lost {lost} times");
        assert_eq!(world.manual_routes().len(), 6, "lost {lost} times");
        assert_eq!(world.count("disassociation.external").await, lost);
        assert_eq!(world.count("association.started").await, 1 + lost);
    }
}

#[tokio::test]
async fn routes_come_back_with_a_subnet_that_an_administrator_took_and_brought_back() {
    // In the second stay the routes are ours, so their tokens have been used.
    let world = World::ready().await;
    world.pass_seconds(31 * 60);
    world.sweep_until(Phase::Off).await;
    let world = world.made_ready().await;
    let until = world.now() + TimeDelta::hours(6);
    let extended = world
        .reconciler()
        .extend(&world.endpoint, person("yuki"), until)
        .await;
    extended.unwrap();
    world.sweep().await.unwrap();
    lose_the_second_subnet(&world).await;
    assert_eq!(world.manual_routes().len(), 3);
    let brought_back = Request::Associate {
        endpoint: world.endpoint.id.clone(),
        subnet: world.endpoint.subnets[1].clone(),
        client_token: None,
    };
    world.ec2.by_hand(brought_back).unwrap();
    for _ in 0..30 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("association.adopted").await, 1);
    assert_eq!(world.manual_routes().len(), 6);
    assert_eq!(world.status().await.warnings, [""; 0]);
}

#[tokio::test]
async fn one_sweep_adopts_what_an_administrator_associated_and_calls_it_ready() {
    let world = World::new().await;
    world.sweep().await.unwrap();
    for subnet in &world.endpoint.subnets {
        world.by_hand(Request::Associate {
            endpoint: world.endpoint.id.clone(),
            subnet: subnet.clone(),
            client_token: None,
        });
    }
    world.pass_seconds(30 * 60);
    let wire = Wire::new();
    let process = world.wired(&wire);
    let swept = process.sweep(&world.endpoint, false).await.unwrap();
    assert_eq!(swept.phase, Phase::Ready);
    let events = world.events().await;
    assert_eq!(events, ["association.adopted", "association.completed"]);
    let state = world.state().await;
    assert_eq!(state.stay.ready_since, state.stay.up_since);
    assert_eq!(state.snapshot.unwrap().routes.len(), 6);
    let reads = |wire: &Wire| {
        let calls = wire.calls();
        ["target_networks", "connections", "routes", "endpoint"]
            .map(|name| calls.iter().filter(|call| **call == name).count())
    };
    assert_eq!(reads(&wire), [2, 1, 1, 1], "{:?}", wire.calls());
    assert_eq!(wire.rounds(&["target_networks", "routes"]), 2);

    // From then on it is read as any other.
    world.pass_seconds(60);
    let wire = Wire::new();
    let process = world.wired(&wire);
    process.sweep(&world.endpoint, false).await.unwrap();
    assert_eq!(reads(&wire), [1, 1, 1, 1], "{:?}", wire.calls());
}

#[tokio::test]
async fn a_stay_that_was_ready_and_lost_all_it_had_is_not_ready_again() {
    let world = World::ready().await;
    world.connect("yuki");
    world.sweep().await.unwrap();
    // It fails after the other subnet has gone.
    world.behave(|ec2| ec2.associating = Delay::exactly(25 * 60));
    world.ec2.change(|ec2, _| ec2.fail_next_associations(1));
    lose_the_second_subnet(&world).await;
    for _ in 0..3 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("association.started").await, 2);
    world.by_hand(Request::Disassociate {
        endpoint: world.endpoint.id.clone(),
        association: world.first_association(),
    });
    world.behave(|ec2| ec2.associating = Delay::exactly(5 * 60));
    for _ in 0..30 {
        world.pass_seconds(60);
        let _ = world.sweep().await;
    }
    assert_eq!(world.count("association.failed").await, 1);
    world.ask("ren").await;
    world.sweep_until(Phase::Ready).await;
    let records = world.records().await;
    let ready: Vec<(&str, bool)> = records
        .iter()
        .filter(|record| record.text("event") == "association.completed")
        .map(|record| {
            (
                record.text("stay"),
                record.number("duration_seconds") < 3600.0,
            )
        })
        .collect();
    assert_eq!(ready, [("1", true), ("2", true)]);
}

#[tokio::test]
async fn an_employee_who_asked_while_it_was_taken_by_hand_has_the_grace_of_the_stay_that_answers() {
    let world = World::ready().await;
    // Her lease runs out before the next stay begins.
    world.behave(|ec2| ec2.disassociating = Delay::exactly(40 * 60));
    for association in [world.first_association(), world.second_association()] {
        world.by_hand(Request::Disassociate {
            endpoint: world.endpoint.id.clone(),
            association,
        });
    }
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    world.pass_seconds(60);
    world.ask("hana").await;
    world.sweep_until(Phase::Starting).await;
    world.ask("yuki").await;
    world.sweep_until(Phase::Ready).await;
    let process = world.reconciler();
    let released = process.release(&world.endpoint, person("yuki")).await;
    released.unwrap();
    let stops = world.count("disassociation.started").await;
    for _ in 0..29 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("disassociation.started").await, stops);
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("disassociation.started").await, stops + 1);
}

#[tokio::test]
async fn a_sweep_that_read_before_a_stop_leaves_to_it_what_is_gone() {
    let world = Arc::new(World::ready().await);
    world.pass_seconds(31 * 60);
    let wire = Wire::new();
    let others = world.clone();
    wire.hook_between("load_for_sweep", "target_networks", move || async move {
        let throttled = FaultKind::error("RequestLimitExceeded");
        others.fault_always(Action::DisassociateClientVpnTargetNetwork, throttled);
        others.sweep().await.unwrap_err();
        others.clear_faults();
        others.by_hand(Request::Disassociate {
            endpoint: others.endpoint.id.clone(),
            association: others.second_association(),
        });
        others.pass_seconds(30 * 60);
    });
    world.sweep_through(&wire).await.unwrap();
    assert!(wire.calls().contains(&"commit"), "it would record it");
    assert_eq!(world.count("disassociation.started").await, 1);
    assert_eq!(world.count("disassociation.external").await, 0);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("disassociation.completed").await, 1);
    assert_eq!(closings(&world).await.len(), 1);
}

/// By an administrator's hand, seen and put on record by a sweep.
pub async fn lose_the_second_subnet(world: &World) {
    let before = world.count("disassociation.external").await;
    world
        .ec2
        .by_hand(Request::Disassociate {
            endpoint: world.endpoint.id.clone(),
            association: world.second_association(),
        })
        .unwrap();
    while world.count("disassociation.external").await == before {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
}
