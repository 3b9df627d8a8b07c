//! A laptop that was left on: keepalive packets alone do not hold the VPN, and no connection is called silent in error.

use chrono::TimeDelta;
use serde_json::json;
use shared::model::ConnectionId;
use shared::ports::Store as _;
use testkit::ec2::{Action, Fault, FaultKind};
use testkit::example;

use crate::wire::Wire;
use crate::world::World;

/// Up for longer than lease and grace, under a stale rule of half an hour and ten idle minutes; yuki works, and then goes.
async fn left_on() -> (World, ConnectionId) {
    let mut world = World::new().await;
    world.rules.stale_connection = Some(TimeDelta::minutes(30));
    world.rules.idle_timeout = TimeDelta::minutes(10);
    let world = world.made_ready().await;
    let connection = world.connect("yuki");
    assert_eq!(sweeps_until_stop(&world, 45).await, None, "it is in use");
    world
        .ec2
        .change(|ec2, now| ec2.silence(now, &connection))
        .unwrap();
    (world, connection)
}

/// Sweeps each minute; after how many of them it is being taken down.
async fn sweeps_until_stop(world: &World, minutes: u32) -> Option<u32> {
    for minute in 1..=minutes {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
        if world.associations() == 0 {
            return Some(minute);
        }
    }
    None
}

#[tokio::test]
async fn a_laptop_left_on_holds_the_vpn_as_long_as_the_stale_rule_says() {
    let (world, _) = left_on().await;
    let minutes = sweeps_until_stop(&world, 120).await;
    // Half an hour until it is silent, and ten idle minutes from the last sweep that saw use.
    assert_eq!(minutes, Some(39));
}

#[tokio::test]
async fn a_person_who_comes_back_to_a_silent_laptop_is_not_cut_off() {
    let (world, connection) = left_on().await;
    assert_eq!(sweeps_until_stop(&world, 37).await, None);
    assert!(world.status().await.keep_until.is_some(), "it is silent");
    let work = testkit::ec2::Traffic::USUAL;
    world
        .ec2
        .change(|ec2, now| ec2.set_traffic(now, &connection, work))
        .unwrap();
    assert_eq!(sweeps_until_stop(&world, 120).await, None);
    assert_eq!(world.status().await.keep_until, None);
}

#[tokio::test]
async fn a_connection_whose_counters_are_missing_at_the_second_look_is_in_use() {
    let (world, _) = left_on().await;
    for minute in 1..60 {
        let second_look = Fault {
            after: 1,
            ..Fault::once(Action::DescribeClientVpnConnections, FaultKind::NoCounters)
        };
        world.ec2.change(|ec2, _| ec2.inject(second_look)).unwrap();
        assert_eq!(sweeps_until_stop(&world, 1).await, None, "minute {minute}");
        world.clear_faults();
    }
    // To the last of these sweeps it was in use.
    assert!(sweeps_until_stop(&world, 11).await.is_some());
}

#[tokio::test]
async fn counters_that_begin_anew_are_no_silence() {
    let (world, _) = left_on().await;
    for _ in 0..4 {
        assert_eq!(sweeps_until_stop(&world, 25).await, None);
        world
            .ec2
            .change(|ec2, now| ec2.restart_counters(now, &world.endpoint.id))
            .unwrap();
    }
    assert!(sweeps_until_stop(&world, 60).await.is_some());
}

#[tokio::test]
async fn clicks_and_polls_take_who_is_silent_from_the_last_sweep() {
    let (world, _) = left_on().await;
    assert_eq!(sweeps_until_stop(&world, 35).await, None);
    let observed = world.state().await.sightings.observation.unwrap();
    assert_eq!(observed.silent.len(), 1);
    // Each of them reads EC2 anew, and writes down what it saw.
    for _ in 0..3 {
        world.pass_seconds(6);
        let wire = Wire::new();
        let standing = world.wired(&wire).status(&world.endpoint).await.unwrap();
        assert!(standing.keep_until.is_some(), "{standing:?}");
        assert_eq!(standing.active_connections, Some(1));
        let calls = wire.calls();
        assert!(calls.contains(&"connections"), "{calls:?}");
        assert!(!calls.contains(&"load_for_sweep"), "{calls:?}");
    }
    assert!(world.state().await.traffic.is_empty(), "it is not read");
    let read = world
        .store
        .load_for_sweep(&world.endpoint.id)
        .await
        .unwrap();
    assert_eq!(read.traffic.len(), 1);
}

#[tokio::test]
async fn traffic_is_written_once_a_sweep_while_somebody_is_connected_and_once_after() {
    let world = World::ready().await;
    let writes = async || {
        let wire = Wire::new();
        world.pass_seconds(60);
        world.sweep_through(&wire).await.unwrap();
        let calls = wire.calls();
        calls.iter().filter(|call| **call == "put_traffic").count()
    };
    assert_eq!(writes().await, 0);
    // Without a stale rule too: the rate is for people.
    let connection = world.connect("yuki");
    assert_eq!((writes().await, writes().await), (1, 1));
    world.end(&connection);
    assert_eq!((writes().await, writes().await), (1, 0));
}

#[tokio::test]
async fn traffic_of_before_an_upgrade_or_of_nobodys_making_fails_no_pass() {
    let (world, connection) = left_on().await;
    assert_eq!(sweeps_until_stop(&world, 35).await, None);
    let old = format!(r#"{{"{connection}":{{"bytes":7,"since":"2026-11-23T00:00:00Z"}}}}"#);
    let none_readable = [
        json!({ "connections": { "S": old } }),
        json!({ "by_connection": { "S": old }, "read_at": { "S": "2026-11-23T00:00:00Z" } }),
        json!({ "by_connection": { "BOOL": true }, "read_at": { "N": "7" } }),
    ];
    for mut item in none_readable {
        item["endpoint_id"] = json!({ "S": world.endpoint.id.as_str() });
        item["item"] = json!({ "S": "traffic" });
        let put = json!({ "TableName": example::LEASE_TABLE, "Item": item });
        world.dynamo.by_hand("PutItem", &put).await.unwrap();
        world.pass_seconds(6);
        world.status().await;
        // What it said of silence is gone, and the window begins anew.
        assert_eq!(sweeps_until_stop(&world, 29).await, None);
        assert_eq!(world.status().await.keep_until, None);
    }
    assert!(sweeps_until_stop(&world, 60).await.is_some());
}
