//! What a request costs: the calls and rounds of DESIGN 7, counted.

use futures::future::join_all;
use shared::model::update::Update;
use shared::policy::Phase;
use shared::ports::Store as _;
use testkit::ec2::Action;

use crate::wire::Wire;
use crate::world::{World, person};

const READS: [&str; 4] = ["target_networks", "connections", "routes", "endpoint"];

fn ec2_calls(calls: &[&'static str]) -> Vec<&'static str> {
    let writes = [
        "associate",
        "disassociate",
        "create_route",
        "apply_security_groups",
    ];
    calls
        .iter()
        .copied()
        .filter(|call| READS.contains(call) || writes.contains(call))
        .collect()
}

#[tokio::test]
async fn an_ask_that_is_answered_ready_reads_ec2_in_one_round() {
    let world = World::ready().await;
    world.pass_seconds(10);
    let wire = Wire::new();
    let asked = world
        .wired(&wire)
        .ask(&world.endpoint, person("ren"))
        .await
        .unwrap();
    assert_eq!(asked.status.phase, Phase::Ready);
    let calls = wire.calls();
    // One round: both reads are under way before the other writes are done.
    assert_eq!(
        ec2_calls(&calls),
        ["target_networks", "connections"],
        "{calls:?}"
    );
    assert_eq!(wire.rounds(&READS), 1, "{calls:?}");
    assert_eq!(
        calls.len() - 2,
        8,
        "state, record, claim, lease, request, leases, click, sighting: {calls:?}"
    );
}

#[tokio::test]
async fn a_start_takes_two_ec2_rounds_and_one_dynamodb_call_between_and_after() {
    let world = World::new().await;
    let wire = Wire::new();
    world
        .wired(&wire)
        .ask(&world.endpoint, person("yuki"))
        .await
        .unwrap();
    let calls = wire.calls();
    let after_read = calls.iter().rposition(|call| READS.contains(call)).unwrap();
    // What runs beside EC2's reading, the click last.
    let beside = ["load", "grant_lease", "add_request", "update_personal"];
    let from_commit: Vec<_> = calls[after_read + 1..]
        .iter()
        .filter(|call| !beside.contains(*call))
        .copied()
        .collect();
    assert_eq!(
        from_commit,
        ["update", "associate", "associate", "commit"],
        "{calls:?}"
    );
    assert_eq!(
        ec2_calls(&calls),
        ["target_networks", "endpoint", "associate", "associate"],
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_poll_on_a_fresh_observation_is_one_query() {
    let world = World::ready().await;
    let wire = Wire::new();
    world.wired(&wire).status(&world.endpoint).await.unwrap();
    assert_eq!(wire.calls(), ["load"]);
}

#[tokio::test]
async fn people_who_wait_read_the_leases_once_in_five_seconds_for_each_process() {
    let world = World::new().await;
    world.ask("yuki").await;
    let wire = Wire::new();
    let process = world.wired(&wire);
    let calls = async || {
        let before = wire.calls().len();
        let standing = process.status(&world.endpoint).await.unwrap();
        assert_eq!(standing.phase, Phase::Starting);
        (wire.calls()[before..].to_vec(), standing)
    };
    assert_eq!(calls().await.0, ["load"]);
    world.pass_seconds(4);
    // Who asked since is named within five seconds.
    world.ask("ren").await;
    let (made, standing) = calls().await;
    assert_eq!(made, ["state"]);
    assert_eq!(standing.leases.len(), 1);
    world.pass_seconds(1);
    let (made, standing) = calls().await;
    assert_eq!(made[..2], ["load", "update"], "a reading of EC2 is due");
    assert_eq!(standing.leases.len(), 2);
    assert_eq!(calls().await.0, ["state"]);
    world
        .reconciler()
        .release(&world.endpoint, person("ren"))
        .await
        .unwrap();
    let (made, standing) = calls().await;
    assert_eq!(made, ["state", "load"], "a lease given back is gone");
    assert_eq!(standing.leases.len(), 1);
}

#[tokio::test]
async fn what_falls_due_while_people_wait_is_done_by_the_next_of_them() {
    let world = World::new().await;
    world.ask("yuki").await;
    let process = world.reconciler();
    process.status(&world.endpoint).await.unwrap();
    let pinned = Update::new().set("mode", "on");
    world
        .store
        .update(&world.endpoint.id, &pinned)
        .await
        .unwrap();
    process.status(&world.endpoint).await.unwrap();
    assert_eq!(world.count("mode.changed").await, 1);
}

#[tokio::test]
async fn whoever_waited_is_told_exactly_once_it_is_ready() {
    let world = World::new().await;
    world.ask("yuki").await;
    let process = world.reconciler();
    for _ in 0..20 * 60 {
        if process.status(&world.endpoint).await.unwrap().phase == Phase::Ready {
            break;
        }
        world.pass_seconds(1);
    }
    assert_eq!(world.count("association.completed").await, 1);
    let wire = Wire::new();
    let process = world.wired(&wire);
    for _ in 0..2 {
        let standing = process.status(&world.endpoint).await.unwrap();
        assert_eq!(standing.phase, Phase::Ready);
    }
    assert_eq!(wire.calls(), ["load", "load"]);
}

#[tokio::test]
async fn a_poll_that_reads_ec2_claims_it_and_writes_down_what_it_saw() {
    let world = World::ready().await;
    world.pass_seconds(5);
    let wire = Wire::new();
    world.wired(&wire).status(&world.endpoint).await.unwrap();
    assert_eq!(
        wire.calls(),
        ["load", "update", "target_networks", "connections", "update"]
    );
}

#[tokio::test]
async fn fifty_people_asking_and_polling_at_once_read_ec2_once_in_five_seconds() {
    let world = World::ready().await;
    world.pass_seconds(10);
    world.ec2.reset_calls();
    for round in 1..=3 {
        let asks = (0..25).map(|n| {
            let who = format!("person{n}");
            let world = &world;
            async move { world.ask(&who).await.status.phase }
        });
        let polls = (0..25).map(|_| async { world.status().await.phase });
        let (asked, polled) = futures::join!(join_all(asks), join_all(polls));
        assert!(
            asked
                .iter()
                .chain(&polled)
                .all(|phase| *phase == Phase::Ready)
        );
        assert_eq!(
            world.ec2.count(Action::DescribeClientVpnTargetNetworks),
            round
        );
        world.pass_seconds(5);
    }
    assert_eq!(world.state().await.demand.requests, 76);
}
