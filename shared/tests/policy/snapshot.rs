//! The snapshot follows EC2 when all configured subnets are up and everything is read and settled; else it waits.

use shared::model::NetworkStatus::{Associated, Associating, AssociationFailed};
use shared::model::{Restorable, Route, RouteStatus, Snapshot};
use shared::policy::Action;

use crate::world::{A, B, STRANGE, World, groups, key, minutes, names, route, snapshot};

/// In use, and an administrator made a route that the snapshot does not have.
fn changed() -> World {
    World::in_use().with(|w| {
        w.seen.routes = Some(vec![route("10.9.0.0/16", A, RouteStatus::Active)]);
    })
}

fn taken(world: &World) -> Option<Snapshot> {
    world.decide().actions.into_iter().find_map(|action| {
        if let Action::TakeSnapshot(snapshot) = action {
            Some(snapshot)
        } else {
            None
        }
    })
}

fn taken_with_ready(world: &World) -> Option<Snapshot> {
    world.decide().actions.into_iter().find_map(|action| {
        if let Action::MarkReady { snapshot, .. } = action {
            snapshot
        } else {
            None
        }
    })
}

#[test]
fn it_follows_what_an_administrator_changed() {
    let world = changed();
    let expected = snapshot(&[key("10.9.0.0/16", A)], "sg-1", world.seen.observed_at);
    assert_eq!(taken(&world), Some(expected));

    let removed = World::in_use().with(|w| {
        let ready = w.state.stay.ready_since.expect("ready");
        w.state.snapshot = Some(snapshot(&[key("10.9.0.0/16", A)], "sg-1", ready));
    });
    let expected = snapshot(&[], "sg-1", removed.seen.observed_at);
    assert_eq!(taken(&removed), Some(expected));

    let regrouped = World::in_use()
        .with(|w| w.seen.endpoint.as_mut().unwrap().security_group_ids = groups(&["sg-2"]));
    let expected = snapshot(&[], "sg-2", regrouped.seen.observed_at);
    assert_eq!(taken(&regrouped), Some(expected));

    let described = World::in_use().with(|w| {
        let ready = w.state.stay.ready_since.expect("ready");
        w.state.snapshot = Some(snapshot(&[key("10.9.0.0/16", A)], "sg-1", ready));
        w.seen.routes = Some(vec![Route {
            description: Some("to Osaka".to_owned()),
            ..route("10.9.0.0/16", A, RouteStatus::Active)
        }]);
    });
    let said = taken(&described).unwrap();
    assert_eq!(
        said.routes[&key("10.9.0.0/16", A)].as_deref(),
        Some("to Osaka")
    );
}

#[test]
fn what_has_not_changed_is_not_taken_again() {
    assert_eq!(taken(&World::in_use()), None);
    let same = changed().with(|w| {
        let ready = w.state.stay.ready_since.expect("ready");
        w.state.snapshot = Some(snapshot(&[key("10.9.0.0/16", A)], "sg-1", ready));
    });
    assert_eq!(taken(&same), None);
    // The first one is always news.
    let first = World::in_use().with(|w| w.state.snapshot = None);
    assert!(taken(&first).is_some());
}

#[test]
fn it_waits_while_anything_is_missing_unread_or_on_its_way() {
    assert!(taken(&changed()).is_some());
    let cases = [
        (
            "one configured subnet is missing",
            changed().networks(&[(A, Associated)]).known(&[A]),
        ),
        (
            "another stands in for the missing one",
            changed()
                .networks(&[(A, Associated), (STRANGE, Associated)])
                .known(&[A, STRANGE]),
        ),
        (
            "one is on its way",
            changed().networks(&[(A, Associated), (B, Associating)]),
        ),
        (
            "one failed",
            changed()
                .networks(&[(A, Associated), (B, AssociationFailed)])
                .known(&[A])
                .failures_on_record(&[B]),
        ),
        ("routes not read", changed().with(|w| w.seen.routes = None)),
        (
            "endpoint not read",
            changed().with(|w| w.seen.endpoint = None),
        ),
    ];
    for (name, world) in cases {
        assert_eq!(taken(&world), None, "{name}");
    }
}

#[test]
fn a_route_that_somebody_made_is_in_it_before_it_is_active_and_one_that_goes_is_not() {
    let with_route = |status| {
        move |w: &mut World| {
            let moving = route("10.8.0.0/16", B, status);
            w.seen.routes.as_mut().expect("read").push(moving);
        }
    };
    for (status, is_in_it) in [
        (RouteStatus::Creating, true),
        (RouteStatus::Active, true),
        (RouteStatus::Failed, true),
        (RouteStatus::Unknown, true),
        (RouteStatus::Deleting, false),
    ] {
        let snapshot = taken(&changed().with(with_route(status))).expect("taken");
        let found = snapshot.routes.keys().any(|key| key.cidr == "10.8.0.0/16");
        assert_eq!(found, is_in_it, "{status:?}");
    }
}

#[test]
fn automatic_routes_are_not_in_it() {
    let world = World::in_use().with(|w| {
        w.state.snapshot = None;
        w.seen.routes = Some(vec![
            Route {
                manual: false,
                ..route("10.0.0.0/16", A, RouteStatus::Active)
            },
            route("0.0.0.0/0", "local", RouteStatus::Active),
        ]);
    });
    let kept: Vec<_> = taken(&world).unwrap().routes.into_keys().collect();
    assert_eq!(kept, [key("0.0.0.0/0", "local")]);
}

#[test]
fn what_is_outstanding_is_missing_by_nobodys_wish_and_stays_in_it() {
    let world = changed().with(|w| {
        let ready = w.state.stay.ready_since.expect("ready");
        let lost = key("0.0.0.0/0", B);
        w.state.snapshot = Some(Snapshot {
            routes: [(lost.clone(), Some("internet".to_owned()))].into(),
            ..snapshot(&[], "sg-9", ready)
        });
        w.state.stay.to_restore = [Restorable::Route(lost), Restorable::SecurityGroups].into();
    });
    let said = taken(&world).unwrap();
    let kept: Vec<_> = said.routes.keys().cloned().collect();
    assert_eq!(kept, [key("0.0.0.0/0", B), key("10.9.0.0/16", A)]);
    assert_eq!(
        said.routes[&key("0.0.0.0/0", B)].as_deref(),
        Some("internet")
    );
    assert_eq!(said.security_group_ids, groups(&["sg-9"]));
}

#[test]
fn it_is_taken_with_ready_once_that_is_certain() {
    let lost = key("0.0.0.0/0", A);
    let start = World::associated().with(|w| {
        let taken = w.now - minutes(600);
        w.state.snapshot = Some(snapshot(&[key("0.0.0.0/0", A)], "sg-1", taken));
        w.seen.routes = Some(vec![route("10.9.0.0/16", B, RouteStatus::Active)]);
        w.state.stay.up_since = Some(w.now - minutes(12));
        for network in &mut w.seen.networks {
            network.since = w.now - minutes(5);
        }
    });
    // The route that will not come is carried on.
    let said = taken_with_ready(&start).unwrap();
    let kept: Vec<_> = said.routes.into_keys().collect();
    assert_eq!(kept, [lost, key("10.9.0.0/16", B)]);
    assert_eq!(said.taken_at, start.seen.observed_at);
    // With a subnet missing nothing is certain: the old one stays.
    let half = World::associated().networks(&[(A, Associated)]).known(&[A]);
    assert_eq!(names(&half.decide().actions), ["MarkReady"]);
    assert_eq!(taken_with_ready(&half), None);
}

#[test]
fn a_subnet_that_was_associated_late_loses_none_of_its_routes() {
    let kept = [key("0.0.0.0/0", A), key("0.0.0.0/0", B)];
    let world = World::in_use().with(|w| {
        let ready = w.state.stay.ready_since.expect("ready");
        w.state.snapshot = Some(snapshot(&kept, "sg-1", ready));
        w.seen.routes = Some(vec![route("0.0.0.0/0", A, RouteStatus::Active)]);
        w.seen.networks[1].since = w.now;
    });
    // What is to be made is on record before the snapshot says that the subnet is late no more: a pass that dies in
    // between would leave nothing that knows of its routes.
    assert_eq!(world.actions(), ["Restore", "TakeSnapshot"]);
    let said = taken(&world).unwrap();
    assert_eq!(said.routes.keys().cloned().collect::<Vec<_>>(), kept);
    assert_eq!(said.taken_at, world.seen.observed_at);
    // After both are done, the routes are made again until they are there.
    let next = world.with(|w| {
        w.state.snapshot = Some(said);
        w.state.stay.to_restore = [Restorable::Route(kept[1].clone())].into();
    });
    assert_eq!(next.actions(), ["Restore"]);
}
