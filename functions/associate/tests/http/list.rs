//! The list of several endpoints: from one query each, without EC2, and without any effect.

use chrono::{NaiveTime, TimeDelta};
use serde_json::{Value, json};
use shared::config::AssociateConfig;
use shared::model::audit::{EventIds, Origin};
use shared::model::{BookedOn, BookedTimes, WORKDAYS};
use shared::reconcile::{Ask, Reconciler};

use crate::paths::click;
use crate::request::Request;
use crate::stage::variables;
use crate::world::World;

const YUKI: &str = "yuki@example.com";

/// What the list says of Tokyo and Osaka to an employee.
async fn listed(world: &World, who: &str) -> [Value; 2] {
    let list = world.send_as(who, Request::get("/").single()).await;
    assert_eq!(list.status(), 200);
    let list = list.json_body();
    [list["endpoints"][0].clone(), list["endpoints"][1].clone()]
}

/// Has a person look at an endpoint: its observation is new then.
async fn look_at(world: &World, name: &str) -> Value {
    let look = Request::get(&format!("/vpn/{name}/status"));
    let status = world.send(look).await.json_body();
    world.take_calls();
    status
}

#[tokio::test]
async fn the_list_is_one_query_for_each_endpoint_and_does_nothing() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    look_at(&world, "osaka").await;
    let events = world.events().await;
    let items = world.lease_items().await;
    world.take_calls();
    let page = world.send(click("/")).await;
    assert_eq!(page.status(), 200);
    assert!(page.body().contains("href=\"/vpn/tokyo/status\""));
    assert!(page.body().contains("href=\"/vpn/osaka/status\""));
    assert!(page.body().contains("Ready to connect"), "{page:?}");
    assert_eq!(world.take_calls(), ["Query", "Query"]);
    listed(&world, YUKI).await;
    assert_eq!(world.take_calls(), ["Query", "Query"]);
    let head = world.send(Request::new("HEAD", "/").html()).await;
    assert_eq!(head.status(), 200);
    assert_eq!(world.events().await, events);
    assert_eq!(world.lease_items().await, items);
}

#[tokio::test]
async fn the_list_says_where_each_stands_and_what_of_it_is_the_callers() {
    let world = World::new().await;
    let [_, unseen] = listed(&world, YUKI).await;
    assert_eq!(
        unseen,
        json!({
            "endpoint": "osaka",
            "endpointId": "cvpn-endpoint-0b1b2c3d4e5f60718",
            "url": "/vpn/osaka",
            "statusUrl": "/vpn/osaka/status",
            "phase": null,
            "keepUntil": null,
            "heldUntil": null,
            "bookedFor": null,
        }),
        "no pass has seen it yet"
    );
    world.bring_up("tokyo").await;
    look_at(&world, "osaka").await;
    let status = look_at(&world, "tokyo").await;
    let [tokyo, osaka] = listed(&world, YUKI).await;
    assert_eq!(tokyo["phase"], "ready");
    assert_eq!(tokyo["keepUntil"], status["keepUntil"]);
    assert_eq!(
        tokyo["heldUntil"].as_str(),
        world.lease_until(YUKI).await.as_deref()
    );
    assert!(tokyo["heldUntil"].is_string(), "{tokyo}");
    assert_eq!(osaka["phase"], "off");
    assert_eq!(osaka["heldUntil"], Value::Null);
    let [tokyo, _] = listed(&world, "ken@example.com").await;
    assert_eq!(tokyo["phase"], "ready");
    assert_eq!(tokyo["heldUntil"], Value::Null, "it is Yuki's");
    // A lease that ran out is none.
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(listed(&world, YUKI).await[0]["heldUntil"], Value::Null);
}

#[tokio::test]
async fn the_list_names_the_callers_next_booking() {
    let world = World::new().await;
    let config = AssociateConfig::from_vars(&variables(&[])).unwrap();
    let osaka = &config.common.endpoints[1];
    let reconciler = Reconciler::new(
        world.vpn.clone(),
        world.store.clone(),
        world.clock.clone(),
        EventIds::from_entropy(),
        config.common.settings.clone(),
    );
    // It is Monday, 10:31.
    for hour in [16, 12, 9] {
        let ask = Ask {
            email: YUKI.parse().unwrap(),
            origin: Origin::default(),
        };
        let times = BookedTimes {
            on: BookedOn::Days(WORKDAYS),
            ready_by: NaiveTime::from_hms_opt(hour, 0, 0).unwrap(),
            stay_until: None,
        };
        reconciler.book(osaka, ask, times).await.unwrap();
    }
    look_at(&world, "osaka").await;
    let [tokyo, osaka] = listed(&world, YUKI).await;
    assert_eq!(osaka["bookedFor"], "2026-11-23T03:00:00Z");
    assert_eq!(tokyo["bookedFor"], Value::Null);
    let page = world.send(click("/")).await;
    assert!(
        page.body().contains("You booked it for 12:00 JST."),
        "{page:?}"
    );
    let [_, kens] = listed(&world, "ken@example.com").await;
    assert_eq!(kens["bookedFor"], Value::Null);
}

#[tokio::test]
async fn once_sweeps_have_stopped_the_list_claims_nothing() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    let seen = look_at(&world, "tokyo").await;
    assert_eq!(
        seen["observedAt"],
        json!(shared::model::item::rfc3339(world.now()))
    );
    for (seconds, phase) in [(360, json!("ready")), (1, Value::Null)] {
        world.clock.advance(TimeDelta::seconds(seconds));
        let [tokyo, _] = listed(&world, YUKI).await;
        assert_eq!(tokyo["phase"], phase);
        assert!(tokyo["heldUntil"].is_string(), "the lease is what it is");
    }
    let [tokyo, _] = listed(&world, YUKI).await;
    assert_eq!(tokyo["keepUntil"], Value::Null);
    let page = world.send(click("/")).await;
    assert!(!page.body().contains("Ready to connect"), "{page:?}");
    assert!(page.body().contains("Cannot be shown right now"));
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_read_does_not_hide_the_others() {
    let world = World::new().await;
    look_at(&world, "tokyo").await;
    look_at(&world, "osaka").await;
    let refuse = |times| {
        let fault = sandbox::dynamo::TableFault::Error("AccessDeniedException".to_owned());
        world.dynamo.inject(Some("Query"), fault, times);
    };
    refuse(1);
    let phases = listed(&world, YUKI)
        .await
        .map(|entry| entry["phase"].clone());
    let unread = phases.iter().filter(|phase| phase.is_null()).count();
    assert_eq!(unread, 1, "{phases:?}");
    assert!(phases.contains(&json!("off")), "{phases:?}");
    refuse(2);
    let page = world.send(click("/")).await;
    assert_eq!(page.status(), 200);
    assert_eq!(page.body().matches("Cannot be shown right now").count(), 2);
}
