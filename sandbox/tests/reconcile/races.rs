//! What meets what: clicks, sweeps and administrators at the worst moments.

use std::sync::Arc;

use futures::future::join_all;
use shared::policy::Phase;
use shared::ports::Store as _;
use testkit::ec2::{Action, NewRoute, Request, RouteTarget};

use crate::wire::{When, Wire};
use crate::world::{World, person};

/// Ready, used, left, and idle for so long that the next sweep would stop it.
async fn due() -> Arc<World> {
    let world = World::ready().await;
    let connection = world.connect("yuki");
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    world.end(&connection);
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    world.pass_seconds(60 * 60);
    Arc::new(world)
}

#[tokio::test]
async fn a_click_between_the_sweeps_read_and_its_commit_keeps_the_vpn() {
    let world = due().await;
    let wire = Wire::new();
    let clicker = world.clone();
    wire.hook(When::Before, "commit", 1, move || async move {
        assert_eq!(clicker.ask("ren").await.status.phase, Phase::Ready);
    });
    let sweep = world.sweep_through(&wire).await.unwrap();
    assert_eq!(sweep.phase, Phase::Ready);
    assert_eq!(world.associations(), 2);
    assert_eq!(
        world.ec2.count(Action::DisassociateClientVpnTargetNetwork),
        0
    );
    assert_eq!(world.count("disassociation.started").await, 0);
}

#[tokio::test]
async fn a_connection_between_the_sweeps_two_looks_keeps_the_vpn() {
    let world = due().await;
    let wire = Wire::new();
    let client = world.clone();
    wire.hook(When::Before, "connections", 2, move || async move {
        client.connect("ren");
    });
    let sweep = world.sweep_through(&wire).await.unwrap();
    assert_eq!(sweep.phase, Phase::Ready);
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("disassociation.started").await, 0);
}

#[tokio::test]
async fn a_click_between_the_commit_and_ec2s_answer_is_told_so_and_gets_it_back() {
    let world = due().await;
    let wire = Wire::new();
    let clicker = world.clone();
    wire.hook(When::Before, "disassociate", 1, move || async move {
        clicker.pass_seconds(1);
        let asked = clicker.ask("ren").await;
        assert_eq!(asked.status.phase, Phase::Stopping);
        assert!(
            asked.status.message.contains("comes back"),
            "{}",
            asked.status.message
        );
    });
    let sweep = world.sweep_through(&wire).await.unwrap();
    assert_eq!(sweep.phase, Phase::Stopping);
    assert_eq!(world.associations(), 0);
    world.sweep_until(Phase::Ready).await;
    let state = world.state().await;
    assert_eq!(state.demand.served, state.demand.requests);
    let events = world.events().await;
    let tail = &events[events.len() - 6..];
    assert_eq!(
        tail,
        [
            "disassociation.started",
            "association.requested",
            "disassociation.completed",
            "association.started",
            "association.completed",
            "routes.restored",
        ]
    );
}

/// The second subnet was taken away by hand, which is on record.
async fn half() -> Arc<World> {
    let world = World::ready().await;
    let second = world.second_association();
    world.by_hand(Request::Disassociate {
        endpoint: world.endpoint.id.clone(),
        association: second,
    });
    while world.count("disassociation.external").await == 0 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    world.pass_seconds(60);
    Arc::new(world)
}

/// An administrator makes a route, and a sweep sees it.
async fn route_made_and_seen(world: &World) {
    world.by_hand(Request::CreateRoute {
        endpoint: world.endpoint.id.clone(),
        route: NewRoute {
            cidr: "10.41.0.0/16".parse().unwrap(),
            target: RouteTarget::Subnet(world.endpoint.subnets[0].clone()),
            description: String::new(),
        },
        client_token: None,
    });
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("routes.changed").await, 1);
}

#[tokio::test]
async fn what_another_pass_associates_after_a_sweeps_read_is_not_gone() {
    let world = half().await;
    let wire = Wire::new();
    let clicker = world.clone();
    wire.hook(When::After, "target_networks", 1, move || async move {
        clicker.pass_seconds(6);
        clicker.ask("ren").await;
        assert_eq!(clicker.count("association.started").await, 2);
    });
    let _ = world.sweep_through(&wire).await;
    for _ in 0..15 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("disassociation.external").await, 1);
    assert_eq!(world.count("association.adopted").await, 0);
    assert_eq!(world.associations(), 2);
}

/// One subnet of two is lost and found gone while an employee's click hangs between its reading of EC2 and that of the
/// state.
#[tokio::test]
async fn a_click_with_an_older_reading_does_not_adopt_what_is_found_gone_meanwhile() {
    let world = Arc::new(World::ready().await);
    world.pass_seconds(6);
    let wire = Wire::new();
    let read = Arc::new(tokio::sync::Notify::new());
    let has_read = read.clone();
    wire.hook(When::After, "target_networks", 1, move || async move {
        has_read.notify_one();
    });
    let others = world.clone();
    wire.hook(When::Before, "load", 1, move || async move {
        read.notified().await;
        others.by_hand(Request::Disassociate {
            endpoint: others.endpoint.id.clone(),
            association: others.second_association(),
        });
        while others.count("disassociation.external").await == 0 {
            others.pass_seconds(60);
            others.sweep().await.unwrap();
        }
    });
    let click = world.wired(&wire);
    let asked = click.ask(&world.endpoint, person("ren")).await;
    asked.unwrap();
    assert_eq!(
        wire.calls().iter().filter(|call| **call == "load").count(),
        1
    );
    for _ in 0..15 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("association.adopted").await, 0);
    assert_eq!(world.count("disassociation.external").await, 1);
}

#[tokio::test]
async fn a_change_by_hand_that_two_sweeps_see_is_on_record_once() {
    let world = Arc::new(World::ready().await);
    let wire = Wire::new();
    let other = world.clone();
    wire.hook(When::After, "target_networks", 1, move || async move {
        route_made_and_seen(&other).await;
    });
    // It reads the routes beside the target networks, or after them: it may see the new one or not.
    let _ = world.sweep_through(&wire).await;
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("routes.changed").await, 1);

    let wire = Wire::new();
    let other = world.clone();
    wire.hook(When::Before, "commit", 1, move || async move {
        other.sweep().await.unwrap();
        assert_eq!(other.count("routes.changed").await, 2);
    });
    world.by_hand(Request::DeleteRoute {
        endpoint: world.endpoint.id.clone(),
        cidr: "10.41.0.0/16".parse().unwrap(),
        target: RouteTarget::Subnet(world.endpoint.subnets[0].clone()),
    });
    world.pass_seconds(60);
    let _ = world.sweep_through(&wire).await;
    assert_eq!(world.count("routes.changed").await, 2);
}

#[tokio::test]
async fn a_sweep_that_read_the_routes_before_a_change_does_not_undo_its_record() {
    let world = Arc::new(World::ready().await);
    let wire = Wire::new();
    let other = world.clone();
    wire.hook_between("routes", "load_for_sweep", move || async move {
        route_made_and_seen(&other).await;
    });
    let _ = world.sweep_through(&wire).await;
    assert_eq!(world.count("routes.changed").await, 1);
    let snapshot = world.state().await.snapshot.unwrap();
    assert_eq!(snapshot.routes.len(), 7);
}

#[tokio::test]
async fn a_sweep_that_read_the_snapshot_before_a_change_does_not_record_the_change_again() {
    let world = Arc::new(World::ready().await);
    let wire = Wire::new();
    let other = world.clone();
    wire.hook(When::Before, "routes", 1, move || async move {
        route_made_and_seen(&other).await;
    });
    let _ = world.sweep_through(&wire).await;
    assert_eq!(world.count("routes.changed").await, 1);
    let snapshot = world.state().await.snapshot.unwrap();
    assert_eq!(snapshot.routes.len(), 7);
}

#[tokio::test]
async fn a_sweep_with_an_older_reading_does_not_make_again_what_another_made() {
    let world = half().await;
    world.connect("yuki");
    world.sweep().await.unwrap();
    while world.associated() < 2 {
        world.pass_seconds(60);
    }
    let wire = Wire::new();
    let other = world.clone();
    wire.hook(When::After, "routes", 1, move || async move {
        for _ in 0..2 {
            other.pass_seconds(30);
            other.sweep().await.unwrap();
        }
        assert_eq!(other.count("routes.restored").await, 1);
    });
    let _ = world.sweep_through(&wire).await;
    for _ in 0..3 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.count("routes.restored").await, 1);
    assert_eq!(world.manual_routes().len(), 6);
}

#[tokio::test]
async fn an_administrators_pin_between_read_and_commit_keeps_the_vpn() {
    let world = due().await;
    let wire = Wire::new();
    let administrator = world.clone();
    wire.hook(When::Before, "commit", 1, move || async move {
        let pin = shared::model::update::Update::new().set("mode", "on");
        administrator
            .store
            .update(&administrator.endpoint.id, &pin)
            .await
            .unwrap();
    });
    world.sweep_through(&wire).await.unwrap();
    assert_eq!(world.associations(), 2);
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("mode.changed").await, 1);
}

#[tokio::test]
async fn six_clicks_at_once_are_six_requests_and_one_start() {
    let world = World::new().await;
    let clicks = (0..6).map(|n| {
        let who = format!("person{n}");
        let world = &world;
        async move { world.ask(&who).await }
    });
    for asked in join_all(clicks).await {
        assert_eq!(asked.status.phase, Phase::Starting);
    }
    assert_eq!(world.state().await.demand.requests, 6);
    assert_eq!(world.ec2.count(Action::AssociateClientVpnTargetNetwork), 2);
    assert_eq!(world.ec2.count(Action::DescribeClientVpnTargetNetworks), 1);
    assert_eq!(world.count("association.requested").await, 6);
    assert_eq!(world.count("association.started").await, 1);
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.state().await.demand.served, 6);
    assert_eq!(world.state().await.stay.number, 1);
}

#[tokio::test]
async fn an_ask_is_served_by_a_reading_that_began_after_it() {
    let world = World::ready().await;
    world.pass_seconds(10);
    assert_eq!(world.ask("ren").await.status.phase, Phase::Ready);
    // Its own reading ran beside its writes: EC2 may have changed in between.
    let state = world.state().await;
    assert_eq!((state.demand.requests, state.demand.served), (2, 1));
    world.pass_seconds(10);
    assert_eq!(world.status().await.phase, Phase::Ready);
    assert_eq!(world.state().await.demand.served, 2);
}

#[tokio::test]
async fn two_sweeps_at_once_stop_once() {
    let world = due().await;
    let (one, other) = futures::join!(world.sweep(), world.sweep());
    one.unwrap();
    other.unwrap();
    assert_eq!(world.associations(), 0);
    assert_eq!(world.count("disassociation.started").await, 1);
    loop {
        let (one, other) = futures::join!(world.sweep(), world.sweep());
        other.unwrap();
        if one.unwrap().phase == Phase::Off {
            break;
        }
        world.pass_seconds(30);
    }
    assert_eq!(world.count("disassociation.completed").await, 1);
    assert_eq!(world.count("disassociation.external").await, 0);
    assert_eq!(world.count("connection.ended").await, 1);
}

#[tokio::test]
async fn a_sweep_and_a_poll_at_once_see_ready_once() {
    let world = World::new().await;
    world.ask("yuki").await;
    for _ in 0..40 {
        world.pass_seconds(30);
        let (swept, status) = futures::join!(world.sweep(), world.reconciler_status());
        swept.unwrap();
        if status.is_ok_and(|standing| standing.phase == Phase::Ready) {
            break;
        }
    }
    assert_eq!(world.count("association.completed").await, 1);
    assert_eq!(world.count("association.started").await, 1);
    assert_eq!(world.count("association.adopted").await, 0);
}

#[tokio::test]
async fn a_release_and_an_extension_of_one_person_at_once_end_in_one_of_the_two() {
    let world = World::ready().await;
    let reconciler = world.reconciler();
    let until = world.now() + chrono::TimeDelta::hours(3);
    let (released, extended) = futures::join!(
        reconciler.release(&world.endpoint, person("yuki")),
        reconciler.extend(&world.endpoint, person("yuki"), until)
    );
    released.unwrap();
    extended.unwrap();
    let state = world.state().await;
    let [lease] = state.leases.as_slice() else {
        panic!("{:?}", state.leases)
    };
    let released = lease.released_at.is_some();
    assert_eq!(released, lease.until != until, "{lease:?}");
}

#[tokio::test]
async fn one_persons_release_leaves_a_colleagues_lease() {
    let world = World::ready().await;
    world.ask("ren").await;
    let standing = world
        .reconciler()
        .release(&world.endpoint, person("yuki"))
        .await
        .unwrap();
    assert_eq!(standing.leases.len(), 1);
    assert_eq!(standing.leases[0].email, "ren@example.com");
    world.pass_seconds(60);
    assert_eq!(world.sweep().await.unwrap().phase, Phase::Ready);
    let again = world
        .reconciler()
        .release(&world.endpoint, person("yuki"))
        .await
        .unwrap();
    assert_eq!(again.leases.len(), 1);
    assert_eq!(world.count("lease.released").await, 1);
    world
        .reconciler()
        .release(&world.endpoint, person("ren"))
        .await
        .unwrap();
    world.pass_seconds(60);
    assert_eq!(world.sweep().await.unwrap().phase, Phase::Stopping);
}
