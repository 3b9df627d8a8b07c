//! What EC2 may answer that its documents do not rule out: followed where it can be, refused clearly where not.

use chrono::{DateTime, TimeDelta, Utc};
use shared::policy::Phase;
use shared::ports::VpnError;
use shared::reconcile::{StatusError, SweepError};
use testkit::ec2::{Action, NewRoute, Request, RouteTarget};

use crate::world::World;

#[tokio::test]
async fn a_local_route_comes_back_whether_ec2_names_its_target_or_not() {
    for without_target in [true, false] {
        let world = World::ready().await;
        world.behave(|ec2| ec2.local_routes_without_target = without_target);
        world.by_hand(Request::CreateRoute {
            endpoint: world.endpoint.id.clone(),
            route: NewRoute {
                cidr: "10.100.0.0/22".parse().unwrap(),
                target: RouteTarget::Local,
                description: "client to client".to_owned(),
            },
            client_token: None,
        });
        world.pass_seconds(60);
        world.sweep().await.unwrap();
        world.sweep_until(Phase::Off).await;
        assert_eq!(world.manual_routes(), [""; 0]);
        world.ask("yuki").await;
        world.sweep_until(Phase::Ready).await;
        let routes = world.manual_routes();
        assert!(
            routes.contains(&"10.100.0.0/22 local".to_owned()),
            "{without_target}: {routes:?}"
        );
        assert_eq!(world.status().await.warnings, [""; 0], "{without_target}");
    }
}

#[tokio::test]
async fn an_end_that_ec2_does_not_state_is_told_once_and_holds_no_sweep_up() {
    let world = World::ready().await;
    world.behave(|ec2| ec2.ends_unstated = true);
    let connected_at = world.now();
    let connection = world.connect("yuki");
    world.pass_seconds(10 * 60);
    world.sweep().await.unwrap();
    world.end(&connection);
    world.pass_seconds(30);
    let found_at = world.now();
    // Each sweep is a process of its own, and EC2 lists the connection with another time for each.
    for _ in 0..70 {
        world.sweep().await.unwrap();
        world.pass_seconds(60);
    }
    let records = world.records().await;
    let ends: Vec<_> = records
        .iter()
        .filter(|record| record.text("event") == "connection.ended")
        .collect();
    let [end] = ends[..] else { panic!("{ends:?}") };
    let occurred_at: DateTime<Utc> = end.text("occurred_at").parse().unwrap();
    assert_eq!(occurred_at, found_at);
    let lasted = (found_at - connected_at).num_seconds();
    assert_eq!(
        end.number("duration_seconds").to_string(),
        lasted.to_string()
    );
    assert!(end.text("reason").contains("does not say when"));
    // EC2 lists it for an hour; from then on it is idle like any other.
    world.sweep_until(Phase::Off).await;
    assert!(world.now() - found_at < TimeDelta::minutes(60 + 60 + 15));
}

#[tokio::test]
async fn a_process_that_goes_on_does_not_put_an_unstated_end_with_each_sweep() {
    let world = World::ready().await;
    world.behave(|ec2| ec2.ends_unstated = true);
    let connection = world.connect("yuki");
    world.pass_seconds(60 * 60);
    world.end(&connection);
    let wire = crate::wire::Wire::new();
    let process = world.wired(&wire);
    for _ in 0..10 {
        world.pass_seconds(60);
        let swept = process.sweep(&world.endpoint, false).await.unwrap();
        assert_eq!(swept.connections_ended, 1);
    }
    let calls = wire.calls();
    let puts = calls.iter().filter(|call| **call == "put_record").count();
    assert_eq!(puts, 1, "the others would fail their condition");
}

#[tokio::test]
async fn a_connection_that_ec2_failed_to_terminate_keeps_the_vpn() {
    let world = World::ready().await;
    world.behave(|ec2| ec2.terminations_fail = true);
    let connection = world.connect("yuki");
    world.by_hand(Request::TerminateConnection {
        endpoint: world.endpoint.id.clone(),
        connection: connection.clone(),
    });
    for _ in 0..70 {
        world.pass_seconds(3 * 60);
        assert_eq!(world.sweep().await.unwrap().phase, Phase::Ready);
    }
    assert_eq!(world.status().await.active_connections, Some(1));
    assert_eq!(world.count("connection.ended").await, 0);
    world.end(&connection);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("connection.ended").await, 1);
}

fn assert_refused(error: &VpnError, case: &str) {
    assert!(error.is_transit_gateway(), "{case}: {error}");
    let text = error.to_string();
    assert!(text.contains("attached to a transit gateway"), "{text}");
}

#[tokio::test]
async fn an_endpoint_on_a_transit_gateway_is_refused_clearly_and_left_alone() {
    for zones in [&[][..], &["ap-northeast-1a", "ap-northeast-1c"]] {
        let case = format!("{zones:?}");
        let world = World::on_a_transit_gateway(zones).await;
        let refused = world.ask("yuki").await.refused;
        assert_refused(&refused.unwrap(), &case);
        for _ in 0..20 {
            world.pass_seconds(60);
            match world.sweep().await {
                Err(SweepError::Vpn(error)) => assert_refused(&error, &case),
                // Without a zone there is nothing to see, and between attempts nothing to do.
                Ok(_) if zones.is_empty() => {}
                other => panic!("{case}: {other:?}"),
            }
        }
        world.pass_seconds(60);
        match world.reconciler_status().await {
            Err(StatusError::Vpn(error)) => assert_refused(&error, &case),
            Ok(standing) if zones.is_empty() => {
                let message = standing.message;
                assert!(message.contains("TransitGateway"), "{case}: {message}");
            }
            other => panic!("{case}: {other:?}"),
        }
        assert_eq!(world.count("association.failed").await, 3, "{case}");
        for change in Action::ALL.iter().filter(|action| !action.only_reads()) {
            assert_eq!(world.ec2.count(*change), 0, "{case}: {change:?}");
        }
        let state = world.state().await;
        assert!(state.stay.association_ids.is_empty(), "{case}");
        assert_eq!(state.demand.gave_up, Some(1), "{case}");
    }
}

#[tokio::test]
async fn a_configured_route_of_ipv6_is_made_on_every_subnet() {
    let mut world = World::new().await;
    world.rules.routes = vec!["2001:db8::/32".parse().unwrap()];
    let world = world.made_ready().await;
    let made: Vec<_> = world.manual_routes();
    let expected = world.endpoint.subnets.iter();
    let expected: Vec<_> = expected.map(|id| format!("2001:db8::/32 {id}")).collect();
    assert!(
        expected.iter().all(|route| made.contains(route)),
        "{made:?}"
    );
    assert_eq!(world.status().await.warnings, [""; 0]);
}
