//! Routes and security groups: what a start makes again, and for how long it waits for them.

use std::collections::BTreeSet;

use shared::model::NetworkStatus::{Associated, Associating, AssociationFailed};
use shared::model::{Restorable, Route, RouteKey, RouteStatus};
use shared::policy::{Action, Phase, Warning};

use crate::world::{A, AROUND, B, STRANGE, World, groups, key, minutes, route, seconds, snapshot};

fn routes(keys: &[RouteKey]) -> BTreeSet<Restorable> {
    keys.iter().cloned().map(Restorable::Route).collect()
}

/// Associated, with these routes in the snapshot and those in EC2.
fn start(kept: &[RouteKey], there: &[Route]) -> World {
    World::associated().with(|w| {
        let taken = w.now - minutes(600);
        w.state.snapshot = Some(snapshot(kept, "sg-1", taken));
        w.seen.routes = Some(there.to_vec());
    })
}

fn restored(world: &World) -> Option<BTreeSet<Restorable>> {
    world.decide().actions.into_iter().find_map(|action| {
        if let Action::Restore { missing } = action {
            Some(missing)
        } else {
            None
        }
    })
}

fn outstanding(world: &World) -> Option<BTreeSet<Restorable>> {
    world.decide().actions.into_iter().find_map(|action| {
        if let Action::MarkReady { outstanding, .. } = action {
            Some(outstanding)
        } else {
            None
        }
    })
}

#[test]
fn exactly_the_missing_pairs_of_the_snapshot_are_made() {
    let internet = [key("0.0.0.0/0", A), key("0.0.0.0/0", B)];
    let all = [
        internet[0].clone(),
        internet[1].clone(),
        key("10.9.0.0/16", A),
        key("10.1.0.0/16", "local"),
    ];
    let active = |key: &RouteKey| route(&key.cidr, key.subnet_id.as_str(), RouteStatus::Active);
    let cases: [(&str, Vec<Route>, Vec<RouteKey>); 4] = [
        ("none there", vec![], all.to_vec()),
        ("one there", vec![active(&all[0])], all[1..].to_vec()),
        (
            "all but local there",
            all[..3].iter().map(active).collect(),
            vec![all[3].clone()],
        ),
        (
            "the same CIDR through the other subnet only",
            vec![active(&all[1])],
            vec![all[0].clone(), all[2].clone(), all[3].clone()],
        ),
    ];
    for (name, there, missing) in cases {
        let world = start(&all, &there);
        assert_eq!(restored(&world), Some(routes(&missing)), "{name}");
        assert_eq!(world.decide().phase, Phase::Starting, "{name}");
    }
    let world = start(&all, &all.iter().map(active).collect::<Vec<_>>());
    assert_eq!(outstanding(&world), Some(BTreeSet::new()));
}

#[test]
fn a_route_is_in_place_when_it_is_active_and_made_again_when_it_failed() {
    let keys = [key("0.0.0.0/0", A)];
    // Status, whether it is made again, whether it is waited for.
    let cases = [
        (RouteStatus::Active, false, false),
        (RouteStatus::Creating, false, true),
        (RouteStatus::Deleting, false, true),
        (RouteStatus::Unknown, false, true),
        (RouteStatus::Failed, true, true),
    ];
    for (status, made, waited) in cases {
        let world = start(&keys, &[route("0.0.0.0/0", A, status)]);
        assert_eq!(restored(&world).is_some(), made, "{status:?}");
        assert_eq!(outstanding(&world).is_none(), waited, "{status:?}");
    }
}

#[test]
fn only_routes_of_associated_subnets_are_called_for() {
    let kept = [
        key("0.0.0.0/0", A),
        key("0.0.0.0/0", B),
        key("0.0.0.0/0", STRANGE),
    ];
    let world = start(&kept, &[])
        .networks(&[(A, Associated), (B, AssociationFailed)])
        .failures_on_record(&[B]);
    assert_eq!(restored(&world), Some(routes(&kept[..1])));
}

#[test]
fn the_configured_cidrs_are_made_on_every_associated_configured_subnet_beside_the_snapshot() {
    let configured = |w: &mut World| {
        w.rules.routes = vec![
            "10.9.0.0/16".parse().expect("a CIDR"),
            "0.0.0.0/0".parse().expect("a CIDR"),
        ];
    };
    let world = start(&[key("0.0.0.0/0", A), key("172.16.0.0/12", B)], &[]).with(configured);
    let expected = [
        key("0.0.0.0/0", A),
        key("0.0.0.0/0", B),
        key("10.9.0.0/16", A),
        key("10.9.0.0/16", B),
        key("172.16.0.0/12", B),
    ];
    assert_eq!(restored(&world), Some(routes(&expected)));
    // Without any snapshot too, and not on subnets that are not configured.
    let world = World::associated()
        .networks(&[(A, Associated), (STRANGE, Associated)])
        .known(&[A, STRANGE])
        .with(configured);
    let expected = [key("0.0.0.0/0", A), key("10.9.0.0/16", A)];
    assert_eq!(restored(&world), Some(routes(&expected)));
}

#[test]
fn a_route_that_comes_with_the_association_needs_not_be_made() {
    let automatic = Route {
        manual: false,
        ..route("10.0.0.0/16", A, RouteStatus::Active)
    };
    let world = World::associated().with(|w| {
        w.rules.routes = vec!["10.0.0.0/16".parse().unwrap()];
        w.endpoint.subnets.pop();
        w.seen.routes = Some(vec![automatic]);
    });
    assert_eq!(outstanding(&world), Some(BTreeSet::new()));
}

#[test]
fn security_groups_are_applied_again_where_they_differ_from_the_snapshot() {
    // The snapshot's groups, EC2's, whether they are applied again.
    let cases: [(&[&str], &[&str], bool); 5] = [
        (&["sg-1"], &["sg-1"], false),
        (&["sg-1"], &["sg-2"], true),
        (&["sg-1", "sg-2"], &["sg-1"], true),
        (&["sg-1"], &[], true),
        (&[], &["sg-default"], false),
    ];
    for (kept, there, again) in cases {
        let world = start(&[], &[]).with(|w| {
            w.state.snapshot.as_mut().unwrap().security_group_ids = groups(kept);
            w.seen.endpoint.as_mut().unwrap().security_group_ids = groups(there);
        });
        let expected = again.then(|| BTreeSet::from([Restorable::SecurityGroups]));
        assert_eq!(restored(&world), expected, "{kept:?} {there:?}");
    }
    assert!(restored(&World::associated()).is_none(), "no snapshot");
}

#[test]
fn a_route_that_will_not_come_holds_it_up_for_five_minutes() {
    let keys = [key("0.0.0.0/0", A), key("10.9.0.0/16", A)];
    let world = start(&keys, &[route("0.0.0.0/0", A, RouteStatus::Creating)]).with(|w| {
        w.state.stay.to_restore = routes(&keys);
        for network in &mut w.seen.networks {
            network.since = w.now;
        }
    });
    for second in AROUND {
        let world = world.clone().at(world.now + minutes(5) + seconds(second));
        if second < 0 {
            assert_eq!(restored(&world), Some(routes(&keys[1..])), "{second}");
        } else {
            assert_eq!(outstanding(&world), Some(routes(&keys)), "{second}");
        }
    }
}

#[test]
fn the_five_minutes_begin_when_the_last_subnet_has_come_to_an_end() {
    // One subnet took six minutes longer than the other: nothing could be made before.
    let keys = [key("0.0.0.0/0", A)];
    for (name, status) in [("up", Associated), ("failed", AssociationFailed)] {
        let world = start(&keys, &[])
            .networks(&[(A, Associated), (B, status)])
            .failures_on_record(if status == Associated { &[] } else { &[B] })
            .with(|w| {
                w.seen.networks[0].since = w.now - minutes(6);
                w.seen.networks[1].since = w.now;
            });
        for second in AROUND {
            let world = world.clone().at(world.now + minutes(5) + seconds(second));
            let made = restored(&world).is_some();
            assert_eq!(made, second < 0, "{name} {second}");
        }
    }
}

#[test]
fn what_did_not_come_is_a_warning_and_is_still_made() {
    let keys = [key("0.0.0.0/0", A)];
    let world = World::in_use().with(|w| {
        w.state
            .snapshot
            .as_mut()
            .unwrap()
            .routes
            .insert(keys[0].clone(), None);
        w.state.stay.to_restore = routes(&keys);
    });
    assert_eq!(restored(&world), Some(routes(&keys)));
    let warning = Warning::NotRestored(routes(&keys));
    assert_eq!(world.decide().warnings, [warning]);
}

#[test]
fn what_came_after_all_is_put_on_record() {
    let keys = [key("0.0.0.0/0", A), key("0.0.0.0/0", B)];
    let world = World::in_use().with(|w| {
        w.state.stay.to_restore = routes(&keys);
        w.seen.routes = Some(vec![
            route("0.0.0.0/0", A, RouteStatus::Active),
            route("0.0.0.0/0", B, RouteStatus::Creating),
        ]);
    });
    let expected = Action::RecordRestored {
        restored: routes(&keys[..1]),
    };
    assert_eq!(world.decide().actions, [expected]);
}

#[test]
fn once_ready_ec2_is_the_truth_and_nothing_is_made_again() {
    let world = World::in_use().with(|w| {
        let ready = w.state.stay.ready_since.expect("ready");
        w.state.snapshot = Some(snapshot(&[key("0.0.0.0/0", A)], "sg-2", ready));
        w.rules.routes = vec!["10.9.0.0/16".parse().expect("a CIDR")];
    });
    assert_eq!(restored(&world), None);
    assert_eq!(world.actions(), ["TakeSnapshot"]);
}

#[test]
fn a_subnet_that_was_associated_late_gets_its_routes() {
    let kept = [key("0.0.0.0/0", A), key("0.0.0.0/0", B)];
    let ready = World::in_use();
    let since = ready.state.stay.ready_since.unwrap();
    for second in AROUND {
        let world = ready.clone().with(|w| {
            w.state.snapshot = Some(snapshot(&kept, "sg-1", since));
            w.seen.routes = Some(vec![route("0.0.0.0/0", A, RouteStatus::Active)]);
            w.seen.networks[1].since = since + seconds(second);
        });
        let expected = (second > 0).then(|| routes(&kept[1..]));
        assert_eq!(restored(&world), expected, "{second}");
    }
    // Not before it is associated.
    let world = ready
        .networks(&[(A, Associated), (B, Associating)])
        .with(|w| {
            w.state.snapshot = Some(snapshot(&kept, "sg-1", since));
            w.seen.routes = Some(vec![route("0.0.0.0/0", A, RouteStatus::Active)]);
            w.seen.networks[0].since = since;
        });
    assert!(world.actions().is_empty());
}
