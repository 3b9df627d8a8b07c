//! What an administrator does by hand, beside the sweeps: followed, put on record, and never fought.

use chrono::TimeDelta;
use sandbox::ec2::Request;
use shared::policy::Phase;

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

/// By an administrator's hand, seen and put on record by a sweep.
async fn lose_the_second_subnet(world: &World) {
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
