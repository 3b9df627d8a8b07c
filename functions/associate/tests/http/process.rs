//! A process of the function, or a sweep, each of whose calls takes as long as within a region, by a time of the run's own:
//! see `testkit::timeline`. EC2 takes 60 ms, DynamoDB 4, the key server 5.

use std::fmt;
use std::sync::Arc;

use associate::{App, Ports};
use shared::config::AssociateConfig;
use shared::identity::PublicKeys;
use shared::model::audit::EventIds;
use shared::ports::{ClientVpn, Store};
use shared::reconcile::{Reconciler, SweepError};
use testkit::ports::Wrapped;
use testkit::timeline::{Milliseconds, Timeline, tally};

use crate::request::{Answer, Request};
use crate::stage::variables;
use crate::world::World;

/// The calls of the tables' port; all others but the key server's are EC2's.
const TABLES: [&str; 14] = [
    "state",
    "load",
    "load_for_sweep",
    "load_personal",
    "glance",
    "update_personal",
    "put_record",
    "grant_lease",
    "add_request",
    "update",
    "commit",
    "noted_config",
    "note_config",
    "put_traffic",
];

fn takes(call: &str) -> u64 {
    match call {
        "fetch_key" => 5,
        call if TABLES.contains(&call) => 4,
        _ => 60,
    }
}

/// A process of the function whose calls are put into order.
pub(crate) struct Process {
    app: App,
    pub(crate) timeline: Arc<Timeline>,
}

impl Process {
    /// Its first invocation is still to come.
    pub(crate) fn cold(world: &World) -> Self {
        Self::whose_calls_take(world, takes)
    }

    pub(crate) fn whose_calls_take(world: &World, takes: Milliseconds) -> Self {
        let timeline = Timeline::new(takes);
        let config = AssociateConfig::from_vars(&variables(&[])).unwrap();
        let ports = Ports {
            vpn: vpn(world, &timeline),
            store: store(world, &timeline),
            keys: Wrapped::new(timeline.clone(), world.keys.clone() as Arc<dyn PublicKeys>),
            clock: world.clock.clone(),
            ids: EventIds::from_entropy(),
        };
        Self {
            app: App::new(config, ports).unwrap(),
            timeline,
        }
    }

    /// It has answered a request before, which called neither EC2 nor a table.
    pub(crate) async fn warm(world: &World) -> Self {
        let process = Self::cold(world);
        let answer = process.send(world, Request::get("/help")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(process.timeline.rounds(), ["fetch_key"]);
        process
    }

    pub(crate) async fn send(&self, world: &World, request: Request) -> Answer {
        let token = world.mint.mint("yuki@example.com", "sub-1", world.now());
        self.send_with(&token, request).await
    }

    pub(crate) async fn send_with(&self, token: &str, request: Request) -> Answer {
        let request = request.identity(token, "sub-1");
        // In a box: the whole handler is in this future.
        let handled = Box::pin(self.app.handle(request.event(), "request-1"));
        let response = self.timeline.run(handled).await.unwrap();
        Answer {
            json: serde_json::to_value(response).unwrap(),
            multi: request.multi,
        }
    }

    /// What a request that is answered so costs.
    pub(crate) async fn cost_of(&self, world: &World, request: Request, status: u64) -> Cost {
        world.take_calls();
        let answer = self.send(world, request).await;
        assert_eq!(answer.status(), status, "{answer:?}");
        Cost::of(world, &self.timeline)
    }
}

fn vpn(world: &World, timeline: &Arc<Timeline>) -> Arc<dyn ClientVpn> {
    Wrapped::new(timeline.clone(), world.vpn.clone() as Arc<dyn ClientVpn>)
}

fn store(world: &World, timeline: &Arc<Timeline>) -> Arc<dyn Store> {
    Wrapped::new(timeline.clone(), world.store.clone() as Arc<dyn Store>)
}

/// The calls of one request or sweep, and how long they took.
pub(crate) struct Cost {
    pub(crate) milliseconds: u64,
    rounds: Vec<String>,
    calls: String,
}

impl Cost {
    fn of(world: &World, timeline: &Timeline) -> Self {
        let calls = world.take_calls();
        Self {
            milliseconds: timeline.milliseconds(),
            rounds: timeline.rounds(),
            calls: tally(calls.iter().map(String::as_str), ", "),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            milliseconds,
            rounds,
            calls,
        } = self;
        let count = rounds.len();
        let word = if count == 1 { "round" } else { "rounds" };
        write!(
            f,
            "{count} {word}, {milliseconds} ms\n  {}\n  {calls}",
            rounds.join(" > ")
        )
    }
}

/// One sweep of Tokyo.
pub(crate) async fn sweep(world: &World) -> Cost {
    let timeline = Timeline::new(takes);
    let common = AssociateConfig::from_vars(&variables(&[])).unwrap().common;
    let reconciler = Reconciler::new(
        vpn(world, &timeline),
        store(world, &timeline),
        world.clock.clone(),
        EventIds::from_entropy(),
        common.settings,
    );
    let endpoint = &common.endpoints[0];
    world.take_calls();
    let swept: Result<_, SweepError> = timeline
        .run(Box::pin(reconciler.sweep(endpoint, false)))
        .await;
    swept.unwrap();
    Cost::of(world, &timeline)
}
