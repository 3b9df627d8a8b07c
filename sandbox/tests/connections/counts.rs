//! One connection for many calls, and no more of them than calls in flight.

use chrono::TimeDelta;

use crate::world::{Counts, World};

/// What `associate` opens while it starts.
const OPENED: Counts = Counts {
    ec2: 2,
    dynamodb: 3,
    keys: 1,
};

#[tokio::test]
async fn connections_stand_before_the_first_call_and_nothing_is_called_for_them() {
    let world = World::new().await;
    world.start_associate().await;
    assert_eq!(world.accepted(), OPENED);
    assert!(world.sandbox.ec2().calls().is_empty());
    assert!(world.sandbox.dynamo().calls().is_empty());
    assert!(world.sandbox.rights().needed().is_empty());
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_cold_click_that_starts_the_vpn_opens_none() {
    let world = World::new().await;
    world.start_associate().await;
    assert_eq!(world.click().await, (202, "starting".to_owned()));
    assert_eq!(world.accepted(), OPENED);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn polls_and_clicks_share_the_connections_of_the_most_calls_at_once() {
    let world = World::new().await;
    world.click().await;
    // A poll of what comes up reads networks, routes and the endpoint side by side.
    let three = Counts { ec2: 3, ..OPENED };
    for _ in 0..3 {
        world.pass(TimeDelta::seconds(30));
        assert_eq!(world.poll().await, (200, "starting".to_owned()));
        assert_eq!(world.accepted(), three);
    }
    world.pass(TimeDelta::minutes(15));
    world.poll().await;
    for _ in 0..3 {
        world.pass(TimeDelta::seconds(30));
        assert_eq!(world.click().await, (200, "ready".to_owned()));
        assert_eq!(world.accepted(), three);
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_cold_click_that_finds_the_vpn_ready_opens_none() {
    let world = World::new().await;
    world.click().await;
    world.pass(TimeDelta::minutes(15));
    world.poll().await;
    world.sandbox.lambda().kill("associate").await;
    let before = world.accepted();
    world.pass(TimeDelta::seconds(30));
    assert_eq!(world.click().await, (200, "ready".to_owned()));
    assert_eq!(world.accepted(), before + OPENED);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn sweeps_of_what_is_off_share_the_connections_that_stood_before_the_first() {
    let world = World::new().await;
    // For each of two endpoints, and for the settings, which the first puts on record.
    let opened = Counts {
        ec2: 2 * 2,
        dynamodb: 2 + 1,
        keys: 0,
    };
    for _ in 0..3 {
        world.pass(TimeDelta::minutes(1));
        world.sandbox.sweep().await.unwrap();
        assert_eq!(world.accepted(), opened);
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_page_of_the_audit_opens_none_beside_those_of_the_start() {
    let world = World::new().await;
    let opened = Counts {
        ec2: 0,
        dynamodb: 4,
        keys: 1,
    };
    // A refusal is one call, a page of the log at least four at once.
    for (person, status) in [("yuki", 403), ("admin", 200)] {
        let answer = world.send(person, "audit", "GET", "/audit/records").await;
        assert_eq!(answer.0, status, "{}", answer.1);
        assert_eq!(world.accepted(), opened);
    }
    world.sandbox.shutdown().await;
}
