//! What others do while the key of an ask is fetched: the ask is made after it, and of what is there then.

use std::collections::BTreeSet;
use std::sync::Arc;

use associate::{App, Ports};
use chrono::TimeDelta;
use serde_json::json;
use shared::config::AssociateConfig;
use shared::identity::PublicKeys;
use shared::model::audit::EventIds;
use shared::ports::Store as _;
use shared::reconcile::Reconciler;
use testkit::example::TOKYO;
use testkit::ports::{Between, Wrapped};
use tokio::sync::Notify;

use crate::bookings::STATUS;
use crate::orders::{ADMIN, ordered};
use crate::request::{Answer, Request};
use crate::stage::variables;
use crate::world::World;

/// Holds the key server's answer.
#[derive(Debug, Default)]
struct Gate {
    is_asked: Notify,
    is_open: Notify,
}

impl Between for Gate {
    async fn call<T: Send>(&self, _name: &'static str, work: impl Future<Output = T> + Send) -> T {
        self.is_asked.notify_one();
        self.is_open.notified().await;
        work.await
    }
}

/// Sends a request of Yuki's to a new process, and does something else until that is done while her key is fetched.
async fn send_around(world: &World, request: Request, meanwhile: impl Future) -> Answer {
    let gate = Arc::new(Gate::default());
    let config = AssociateConfig::from_vars(&variables(&[])).unwrap();
    let ports = Ports {
        vpn: world.vpn.clone(),
        store: world.store.clone(),
        keys: Wrapped::new(gate.clone(), world.keys.clone() as Arc<dyn PublicKeys>),
        clock: world.clock.clone(),
        ids: EventIds::from_entropy(),
    };
    let app = App::new(config, ports).unwrap();
    let token = world.mint.mint("yuki@example.com", "sub-1", world.now());
    let request = request.identity(&token, "sub-1");
    // In boxes: the whole handler is in these futures.
    let handled = Box::pin(app.handle(request.event(), "request-1"));
    let meanwhile = Box::pin(async {
        gate.is_asked.notified().await;
        meanwhile.await;
        gate.is_open.notify_one();
    });
    let (response, ()) = tokio::join!(handled, meanwhile);
    Answer {
        json: serde_json::to_value(response.unwrap()).unwrap(),
        multi: request.multi,
    }
}

fn ask() -> Request {
    Request::post("/vpn/tokyo")
}

async fn sweep(world: &World) {
    let common = AssociateConfig::from_vars(&variables(&[])).unwrap().common;
    let reconciler = Reconciler::new(
        world.vpn.clone(),
        world.store.clone(),
        world.clock.clone(),
        EventIds::from_entropy(),
        common.settings,
    );
    let swept = reconciler.sweep(&common.endpoints[0], false);
    Box::pin(swept).await.unwrap();
}

/// For which stay each employee's lease is.
async fn stays(world: &World) -> Vec<(String, u64)> {
    let state = world.store.load(&TOKYO.parse().unwrap()).await.unwrap();
    let leases = state.leases.iter();
    leases
        .map(|lease| (lease.email.to_string(), lease.stay))
        .collect()
}

fn is_lease_of(email: &str, stay: u64) -> (String, u64) {
    (email.to_owned(), stay)
}

fn count(names: &[String], name: &str) -> usize {
    names.iter().filter(|it| *it == name).count()
}

#[tokio::test]
async fn an_ask_joins_the_start_that_another_made_while_its_key_was_fetched() {
    let world = World::new().await;
    let answer = send_around(&world, ask(), world.send_as("hana@example.com", ask())).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    assert_eq!(answer.json_body()["phase"], "starting");
    let calls = world.take_calls();
    assert_eq!(count(&calls, "AssociateClientVpnTargetNetwork"), 2);
    assert_eq!(
        stays(&world).await,
        [
            is_lease_of("hana@example.com", 1),
            is_lease_of("yuki@example.com", 1)
        ]
    );
    assert_eq!(
        count(&world.events().await, "association.requested"),
        2,
        "{:?}",
        world.events().await
    );
}

#[tokio::test]
async fn an_ask_is_for_the_next_stay_where_a_stop_was_committed_while_its_key_was_fetched() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    sweep(&world).await;
    world.clock.advance(TimeDelta::minutes(90));
    let answer = send_around(&world, ask(), sweep(&world)).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    assert_eq!(answer.json_body()["phase"], "stopping");
    assert_eq!(stays(&world).await, [is_lease_of("yuki@example.com", 2)]);
}

#[tokio::test]
async fn an_order_that_came_while_the_key_was_fetched_holds_for_the_ask() {
    let world = World::new().await;
    let off = json!({"mode": "off", "minutes": 60, "reason": "Maintenance", "shown": "none"});
    let answer = send_around(&world, ask(), ordered(&world, &off)).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    assert_eq!(answer.json_body()["phase"], "off");
    assert_eq!(
        count(&world.take_calls(), "AssociateClientVpnTargetNetwork"),
        0
    );
    // In no order: the clock stands still, so their ids are of one millisecond.
    let events: BTreeSet<String> = world.events().await.into_iter().collect();
    let expected = ["association.requested", "mode.changed"].map(str::to_owned);
    assert_eq!(events, BTreeSet::from(expected), "Yuki's and {ADMIN}'s");
    assert!(world.lease_until("yuki@example.com").await.is_some());
}

#[tokio::test]
async fn an_ask_holds_a_lease_again_that_its_owner_gave_back_while_the_key_was_fetched() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    let release = world.send(Request::post("/vpn/tokyo/release"));
    let answer = send_around(&world, ask(), release).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(answer.json_body()["phase"], "ready");
    let until = world.lease_until("yuki@example.com").await.unwrap();
    assert!(until > shared::model::item::rfc3339(world.now()), "{until}");
    let events = world.events().await;
    assert_eq!(count(&events, "association.requested"), 2, "{events:?}");
    assert_eq!(count(&events, "lease.released"), 1, "{events:?}");
}

#[tokio::test]
async fn a_poll_whose_table_was_read_before_a_start_changes_nothing_about_it() {
    let world = World::new().await;
    let start = world.send_as("hana@example.com", ask());
    let answer = send_around(&world, Request::get(STATUS), start).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    let calls = world.take_calls();
    assert_eq!(count(&calls, "AssociateClientVpnTargetNetwork"), 2);
    assert_eq!(count(&world.events().await, "association.requested"), 1);
    let answer = world.send(Request::get(STATUS)).await;
    assert_eq!(answer.json_body()["phase"], "starting", "{answer:?}");
}

#[tokio::test]
async fn a_status_whose_reading_ahead_failed_reads_again() {
    let world = World::new().await;
    world.dynamo.inject(
        Some("Query"),
        sandbox::dynamo::TableFault::Error("AccessDeniedException".to_owned()),
        1,
    );
    let answer = send_around(&world, Request::get(STATUS), async {}).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(count(&world.take_calls(), "Query"), 2);
}
