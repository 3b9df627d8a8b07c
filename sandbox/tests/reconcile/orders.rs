//! Orders of administrators, by the page and by the CLI: on record once, with who gave them, and obeyed.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::item::rfc3339;
use shared::model::update::Update;
use shared::model::{AssociationId, EndpointState, Mode};
use shared::policy::Phase;
use shared::ports::Store as _;
use shared::reconcile::{AskOutcome, Order, OrderError, Reconciler};
use testkit::ec2::{Delay, NewRoute, Request, RouteTarget};

use crate::crashes::sweep_dies_anywhere;
use crate::wire::{When, Wire};
use crate::world::{World, person};

/// More calls than an order or a sweep makes.
const MORE_CALLS: usize = 60;

fn order(world: &World, mode: Mode, minutes: i64, shown: &str) -> Order {
    Order {
        mode: Some((mode, world.now() + TimeDelta::minutes(minutes))),
        reason: Some("maintenance".to_owned()),
        shown: shown.to_owned(),
    }
}

fn back_to_normal(shown: &str) -> Order {
    Order {
        mode: None,
        reason: None,
        shown: shown.to_owned(),
    }
}

async fn give(world: &World, order: Order) -> Result<AskOutcome, OrderError> {
    give_by(&world.reconciler(), world, "kato", order).await
}

async fn give_by(
    process: &Reconciler,
    world: &World,
    who: &str,
    order: Order,
) -> Result<AskOutcome, OrderError> {
    let given = process.order(&world.endpoint, person(who), order);
    Box::pin(given).await
}

/// What the order in force is called.
async fn shown(world: &World) -> String {
    let mode = world.status().await.mode;
    mode.map_or("none".to_owned(), |mode| mode.text)
}

async fn by_cli(world: &World, update: Update) {
    let done = world.store.update(&world.endpoint.id, &update).await;
    done.unwrap().unwrap();
}

/// Who is on record for each change of the mode, oldest first, and the reasons.
async fn changes(world: &World) -> Vec<(String, String)> {
    let records = world.records().await;
    let changes = records.iter().filter(|r| r.text("event") == "mode.changed");
    changes
        .map(|r| (r.text("actor").to_owned(), r.text("reason").to_owned()))
        .collect()
}

async fn reason_of_last(world: &World, event: &str) -> String {
    let records = world.records().await;
    let found = records.iter().rfind(|r| r.text("event") == event);
    found.unwrap().text("reason").to_owned()
}

#[tokio::test]
async fn off_takes_down_what_is_in_use_by_the_next_sweep_and_says_who_ordered_it() {
    let world = World::ready().await;
    world.behave(|ec2| ec2.disassociating = Delay::exactly(5 * 60));
    world.connect("yuki");
    let until = world.now() + TimeDelta::minutes(120);
    let given = give(&world, order(&world, Mode::Off, 120, "none")).await;
    let told = given.unwrap().status;
    assert_eq!((told.phase, told.keep_until), (Phase::Stopping, None));
    let mode = told.mode.unwrap();
    assert_eq!(mode.by.as_deref(), Some("kato@example.com"));
    assert_eq!(mode.text, format!("off until {}", rfc3339(until)));
    assert_eq!(world.associations(), 2, "a click stops nothing");
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 0);
    let reason = reason_of_last(&world, "disassociation.started").await;
    for part in [
        "kato@example.com",
        "maintenance",
        "connections at the time: 1",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    world.pass_seconds(60);
    assert_eq!(
        world.sweep_until(Phase::Off).await,
        4,
        "as long as EC2 takes"
    );
    // An ask is kept, and served when the order ends.
    let asked = world.ask("yuki").await.status;
    assert_eq!(asked.phase, Phase::Off);
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 0);
    give(&world, back_to_normal(&shown(&world).await))
        .await
        .unwrap();
    assert_eq!(world.associations(), 2);
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.manual_routes().len(), 6, "routes came back");
    let actors: Vec<_> = changes(&world).await.into_iter().map(|c| c.0).collect();
    assert_eq!(actors, ["kato@example.com"; 2]);
}

#[tokio::test]
async fn off_remembers_routes_that_were_added_since_the_last_sweep() {
    let world = World::ready().await;
    world.by_hand(Request::CreateRoute {
        endpoint: world.endpoint.id.clone(),
        route: NewRoute {
            cidr: "10.77.0.0/16".parse().unwrap(),
            target: RouteTarget::parse(world.endpoint.subnets[0].as_str()),
            description: String::new(),
        },
        client_token: None,
    });
    world.pass_seconds(60);
    give(&world, order(&world, Mode::Off, 60, "none"))
        .await
        .unwrap();
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 0, "in one sweep");
    let snapshot = world.state().await.snapshot.unwrap();
    assert_eq!(snapshot.routes.len(), 7);
    assert_eq!(world.count("routes.changed").await, 1);
}

#[tokio::test]
async fn off_amid_a_start_waits_for_ec2_and_calls_nothing_ready() {
    let world = World::new().await;
    world.behave(|ec2| ec2.associating = Delay::exactly(5 * 60));
    world.ask("yuki").await;
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    give(&world, order(&world, Mode::Off, 60, "none"))
        .await
        .unwrap();
    for _ in 0..3 {
        world.pass_seconds(60);
        assert_eq!(world.sweep().await.unwrap().phase, Phase::Stopping);
        assert_eq!(world.associations(), 2, "it is waited out");
    }
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 0);
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("association.completed").await, 0);
    assert_eq!(world.count("association.failed").await, 0);
    // The order runs out; the ask was kept.
    world.sweep_until(Phase::Starting).await;
    world.sweep_until(Phase::Ready).await;
    let changes = changes(&world).await;
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[1].0, "reaper");
    assert!(changes[1].1.starts_with("The mode ran out: off until "));
    let state = world.state().await;
    let end = changes[1]
        .1
        .trim_start_matches("The mode ran out: off until ");
    let end: DateTime<Utc> = end.trim_end_matches('.').parse().unwrap();
    let took = u64::try_from((world.now() - end).num_seconds()).unwrap();
    assert_eq!(
        state.sightings.start_seconds,
        [took],
        "from the order's end"
    );
}

#[tokio::test]
async fn on_is_an_ask_and_nothing_is_stopped_until_it_ends() {
    let world = World::new().await;
    let given = give(&world, order(&world, Mode::On, 300, "none")).await;
    assert_eq!(given.unwrap().status.phase, Phase::Starting);
    assert_eq!(world.associations(), 2);
    let requested = world.records().await;
    let requested = requested
        .iter()
        .find(|r| r.text("event") == "association.requested");
    assert_eq!(requested.unwrap().text("actor"), "kato@example.com");
    let held: Vec<_> = world
        .state()
        .await
        .leases
        .into_iter()
        .map(|l| l.email)
        .collect();
    assert_eq!(held, [person("kato").email]);
    world.sweep_until(Phase::Ready).await;
    for _ in 0..5 {
        world.pass_seconds(45 * 60);
        world.sweep().await.unwrap();
        assert_eq!(world.associations(), 2);
    }
    world.pass_seconds(75 * 60);
    world.sweep().await.unwrap();
    assert_eq!(world.associations(), 0, "the mode ran out");
}

#[tokio::test]
async fn of_two_administrators_at_once_the_second_is_told() {
    let world = World::ready().await;
    let (one, other) = (world.reconciler(), world.reconciler());
    let (one, other) = futures::join!(
        give_by(&one, &world, "kato", order(&world, Mode::On, 60, "none")),
        give_by(&other, &world, "sato", order(&world, Mode::Off, 60, "none")),
    );
    let (given, refused) = if one.is_ok() {
        (one, other)
    } else {
        (other, one)
    };
    let standing = given.unwrap().status.mode.unwrap();
    let Err(OrderError::Changed { now }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(now, standing.text);
    let changes = changes(&world).await;
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(Some(&changes[0].0), standing.by.as_ref());
}

type Expected = fn(&OrderError) -> bool;

#[tokio::test]
async fn an_order_that_is_not_possible_orders_nothing() {
    let world = World::new().await;
    let with = |change: fn(&mut Order)| {
        let mut order = order(&world, Mode::Off, 60, "none");
        change(&mut order);
        order
    };
    let cases: [(&str, Order, Expected); 8] = [
        ("past", order(&world, Mode::On, 0, "none"), |e| {
            matches!(e, OrderError::Past { .. })
        }),
        (
            "too far",
            order(&world, Mode::On, 7 * 24 * 60 + 1, "none"),
            |e| matches!(e, OrderError::TooFar { .. }),
        ),
        ("no reason", with(|o| o.reason = None), |e| {
            matches!(e, OrderError::NoReason)
        }),
        ("blank", with(|o| o.reason = Some("  ".to_owned())), |e| {
            matches!(e, OrderError::NoReason)
        }),
        ("long", with(|o| o.reason = Some("語".repeat(201))), |e| {
            matches!(e, OrderError::Reason)
        }),
        (
            "control",
            with(|o| o.reason = Some("a\u{7}b".to_owned())),
            |e| matches!(e, OrderError::Reason),
        ),
        (
            "another shown",
            with(|o| o.shown = "on".to_owned()),
            |e| matches!(e, OrderError::Changed { now } if now == "none"),
        ),
        ("nothing shown", with(|o| o.shown = String::new()), |e| {
            matches!(e, OrderError::Changed { .. })
        }),
    ];
    for (name, order, expected) in cases {
        let refused = give(&world, order).await.unwrap_err();
        assert!(expected(&refused), "{name}: {refused:?}");
    }
    let longest = order(&world, Mode::Hold, 7 * 24 * 60, "none");
    let reason = Some("語".repeat(200));
    give(&world, Order { reason, ..longest }).await.unwrap();
    assert_eq!(changes(&world).await.len(), 1);
    // No order in the place of none is no change.
    let text = shown(&world).await;
    give(&world, back_to_normal(&text)).await.unwrap();
    give(&world, back_to_normal("none")).await.unwrap();
    assert_eq!(changes(&world).await.len(), 2);
}

#[tokio::test]
async fn an_order_of_the_cli_is_noted_as_external_and_the_page_takes_its_place() {
    let world = World::ready().await;
    give(&world, order(&world, Mode::On, 60, "none"))
        .await
        .unwrap();
    world.pass_seconds(1);
    // Only the mode is edited: who gave the order before, and why, says nothing of this one.
    by_cli(&world, Update::new().set("mode", "hold")).await;
    let mode = world.status().await.mode.unwrap();
    assert_eq!(
        (mode.mode.as_str(), mode.by, mode.reason),
        ("hold", None, None)
    );
    let state = world.state().await;
    assert_eq!((state.order.by, state.order.reason), (None, None));
    world.pass_seconds(1);
    // With a reason of its own, that stands; it stays the CLI's order.
    let until = rfc3339(world.now() + TimeDelta::hours(3));
    let update = Update::new()
        .set("mode", "off")
        .set("mode_until", until)
        .set("mode_reason", "pager");
    by_cli(&world, update).await;
    let mode = world.status().await.mode.unwrap();
    assert_eq!((mode.by, mode.reason.as_deref()), (None, Some("pager")));
    world.pass_seconds(1);
    // One that no pass has noted yet is noted with the order that takes its place.
    by_cli(&world, Update::new().set("mode", "hold")).await;
    let hold = format!("hold{}", &mode.text[3..]);
    give(&world, back_to_normal(&hold)).await.unwrap();
    let changes = changes(&world).await;
    let actors: Vec<_> = changes.iter().map(|change| change.0.as_str()).collect();
    let kato = "kato@example.com";
    assert_eq!(
        actors,
        [kato, "external", "external", "external", kato],
        "{changes:?}"
    );
    assert!(changes[3].1.contains("set the mode: hold until "));
    assert_eq!(world.state().await.order, EndpointState::default().order);
}

#[tokio::test]
async fn the_end_of_an_order_is_on_record_once() {
    let world = World::ready().await;
    give(&world, order(&world, Mode::On, 60, "none"))
        .await
        .unwrap();
    world.pass_seconds(61 * 60);
    assert_eq!(
        shown(&world).await,
        "none",
        "one that ran out counts as none"
    );
    // By the page, in the transaction of the next order.
    give(&world, order(&world, Mode::Hold, 60, "none"))
        .await
        .unwrap();
    let kato = "kato@example.com".to_owned();
    let actors = |changes: Vec<(String, String)>| -> Vec<String> {
        changes.into_iter().map(|change| change.0).collect()
    };
    let expected = [kato.clone(), "associate".to_owned(), kato.clone()];
    assert_eq!(actors(changes(&world).await), expected);
    // By one of two sweeps.
    world.pass_seconds(61 * 60);
    let (one, other) = futures::join!(world.sweep(), world.sweep());
    one.unwrap();
    other.unwrap();
    let expected = [
        kato.clone(),
        "associate".to_owned(),
        kato,
        "reaper".to_owned(),
    ];
    assert_eq!(actors(changes(&world).await), expected);
    assert_eq!(world.state().await.order, EndpointState::default().order);
}

#[tokio::test]
async fn an_order_that_dies_anywhere_is_given_wholly_or_not_at_all() {
    for when in [When::Before, When::After] {
        let mut finished = false;
        for nth in 0..MORE_CALLS {
            let world = World::new().await;
            let wire = Wire::new();
            wire.kill(when, nth);
            let process = world.wired(&wire);
            let on = order(&world, Mode::On, 60, "none");
            let done = wire.run(give_by(&process, &world, "kato", on)).await;
            let case = format!("killed {when:?} call {nth}: {:?}", wire.calls());
            let is_given = world.state().await.order.mode.is_some();
            let one = usize::from(is_given);
            world.pass_seconds(60);
            world.sweep().await.unwrap();
            assert_eq!(world.count("mode.changed").await, one, "{case}");
            assert_eq!(world.count("association.requested").await, one, "{case}");
            assert_eq!(world.associations(), 2 * one, "{case}");
            assert_eq!(world.state().await.leases.len(), one, "{case}");
            if done.is_some() {
                finished = true;
                break;
            }
        }
        assert!(finished, "an order makes more calls than this test tries");
    }
}

#[tokio::test]
async fn a_sweep_that_dies_anywhere_while_it_stops_by_order_is_carried_on() {
    sweep_dies_anywhere(
        async || {
            let world = World::ready().await;
            world.connect("yuki");
            let off = order(&world, Mode::Off, 120, "none");
            give(&world, off).await.unwrap();
            world
        },
        async |world, case| {
            world.sweep_until(Phase::Off).await;
            assert_eq!(world.count("disassociation.started").await, 1, "{case}");
            assert_eq!(world.count("disassociation.completed").await, 1, "{case}");
        },
    )
    .await;
}

#[tokio::test]
async fn an_order_that_comes_between_the_last_look_and_the_commit_stops_the_stop() {
    let world = World::ready().await;
    world.pass_seconds(31 * 60);
    let wire = Wire::new();
    let other = world.reconciler();
    let (endpoint, on) = (world.endpoint.clone(), order(&world, Mode::On, 60, "none"));
    wire.hook(When::After, "connections", 2, move || async move {
        let given = Box::pin(other.order(&endpoint, person("kato"), on)).await;
        given.unwrap();
    });
    world.sweep_through(&wire).await.unwrap();
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("disassociation.started").await, 0);
}

#[tokio::test]
async fn a_stop_for_idleness_that_is_half_made_is_taken_over_by_the_order() {
    let world = World::ready().await;
    world.pass_seconds(31 * 60);
    let wire = Wire::new();
    wire.kill_after("commit", 1);
    assert!(
        wire.run(Box::pin(world.sweep_through(&wire)))
            .await
            .is_none()
    );
    world.connect("yuki");
    give(&world, order(&world, Mode::Off, 120, "none"))
        .await
        .unwrap();
    for _ in 0..4 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.associations(), 0);
    assert_eq!(world.count("disassociation.started").await, 2);
    let reason = reason_of_last(&world, "disassociation.started").await;
    assert!(reason.contains("kato@example.com"), "{reason}");
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("disassociation.completed").await, 1);
}

#[tokio::test]
async fn a_stop_by_an_order_that_is_over_is_given_up_where_the_vpn_is_used() {
    let world = World::ready().await;
    world.connect("yuki");
    give(&world, order(&world, Mode::Off, 120, "none"))
        .await
        .unwrap();
    let wire = Wire::new();
    wire.kill_after("commit", 1);
    assert!(
        wire.run(Box::pin(world.sweep_through(&wire)))
            .await
            .is_none()
    );
    give(&world, back_to_normal(&shown(&world).await))
        .await
        .unwrap();
    for _ in 0..4 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("disassociation.failed").await, 1);
    let reason = reason_of_last(&world, "disassociation.failed").await;
    assert!(
        reason.contains("the order that it carried out is over"),
        "{reason}"
    );
}

#[tokio::test]
async fn what_an_attempt_made_unheard_is_claimed_under_off_and_taken_down() {
    let world = World::new().await;
    let wire = Wire::new();
    wire.kill_after("associate", 2);
    let process = world.wired(&wire);
    let ask = Box::pin(process.ask(&world.endpoint, person("yuki")));
    assert!(wire.run(ask).await.is_none());
    assert_eq!(world.count("association.started").await, 0);
    give(&world, order(&world, Mode::Off, 60, "none"))
        .await
        .unwrap();
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("association.adopted").await, 0);
    assert_eq!(world.count("association.started").await, 1);
    assert_eq!(world.count("disassociation.completed").await, 1);
    // The next start makes associations of its own.
    let known: Vec<AssociationId> = world
        .state()
        .await
        .stay
        .association_ids
        .into_iter()
        .collect();
    assert_eq!(known, []);
    world.sweep_until(Phase::Starting).await;
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("association.started").await, 2);
}

#[tokio::test]
async fn an_ask_is_not_served_by_another_hand_while_the_endpoint_is_ordered_off() {
    let world = World::new().await;
    world.behave(|ec2| ec2.associating = Delay::exactly(5 * 60));
    world.ask("yuki").await;
    give(&world, order(&world, Mode::Off, 60, "none"))
        .await
        .unwrap();
    world.pass_seconds(5 * 60);
    for association in [world.first_association(), world.second_association()] {
        world.by_hand(Request::Disassociate {
            endpoint: world.endpoint.id.clone(),
            association,
        });
    }
    world.sweep_until(Phase::Off).await;
    assert!(world.count("disassociation.external").await > 0);
    give(&world, back_to_normal(&shown(&world).await))
        .await
        .unwrap();
    world.sweep_until(Phase::Ready).await;
}

#[tokio::test]
async fn a_dry_sweep_stops_nothing_by_order() {
    let world = World::ready().await;
    give(&world, order(&world, Mode::Off, 60, "none"))
        .await
        .unwrap();
    let swept = world.reconciler().sweep(&world.endpoint, true).await;
    assert_eq!(swept.unwrap().phase, Phase::Stopping);
    assert_eq!(world.associations(), 2);
    assert_eq!(world.count("disassociation.started").await, 0);
}
