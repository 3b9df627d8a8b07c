//! How many calls wait for each other when an employee clicks, a page polls or a sweep passes, and how often AWS is called.
//!
//! Each call takes as long as it does within a region, by a time of the run's own: see `testkit::timeline`.

use std::fmt;
use std::sync::Arc;

use associate::{App, Ports};
use chrono::TimeDelta;
use serde_json::json;
use shared::config::AssociateConfig;
use shared::identity::PublicKeys;
use shared::model::audit::EventIds;
use shared::ports::{ClientVpn, Store};
use shared::reconcile::{Reconciler, SweepError};
use testkit::ports::Wrapped;
use testkit::timeline::{Milliseconds, Timeline, tally};

use crate::bookings::{BOOKINGS, STATUS, booked, workdays};
use crate::paths::click;
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
struct Process {
    app: App,
    timeline: Arc<Timeline>,
}

impl Process {
    /// Its first invocation is still to come.
    fn cold(world: &World) -> Self {
        Self::whose_calls_take(world, takes)
    }

    fn whose_calls_take(world: &World, takes: Milliseconds) -> Self {
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
    async fn warm(world: &World) -> Self {
        let process = Self::cold(world);
        let answer = process.send(world, Request::get("/help")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(process.timeline.rounds(), ["fetch_key"]);
        process
    }

    async fn send(&self, world: &World, request: Request) -> Answer {
        let token = world.mint.mint("yuki@example.com", "sub-1", world.now());
        self.send_with(&token, request).await
    }

    async fn send_with(&self, token: &str, request: Request) -> Answer {
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
    async fn cost_of(&self, world: &World, request: Request, status: u64) -> Cost {
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

/// What one request or sweep made of calls.
struct Cost {
    milliseconds: u64,
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

/// The VPN is ready, and a reading of EC2 is due.
async fn ready() -> World {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    world
}

fn wait(world: &World, by: TimeDelta) {
    world.clock.advance(by);
}

/// One sweep of Tokyo.
async fn sweep(world: &World) -> Cost {
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

async fn start(is_cold: bool) -> Cost {
    let world = World::new().await;
    cost(&world, is_cold, Request::post("/vpn/tokyo"), 202).await
}

async fn click_when_ready(is_cold: bool) -> Cost {
    let world = ready().await;
    cost(&world, is_cold, Request::post("/vpn/tokyo"), 200).await
}

async fn cost(world: &World, is_cold: bool, request: Request, status: u64) -> Cost {
    let process = if is_cold {
        Process::cold(world)
    } else {
        Process::warm(world).await
    };
    process.cost_of(world, request, status).await
}

fn poll() -> Request {
    Request::get(STATUS)
}

fn page() -> Request {
    click(STATUS)
}

async fn clicks() -> Vec<(&'static str, Cost)> {
    let read_for = World::new().await;
    read_for.send(poll()).await;
    let start_of_read = cost(&read_for, false, Request::post("/vpn/tokyo"), 202).await;
    vec![
        ("start, cold", start(true).await),
        ("start, warm", start(false).await),
        ("start, EC2 just read, warm", start_of_read),
        ("click when ready, cold", click_when_ready(true).await),
        ("click when ready, warm", click_when_ready(false).await),
    ]
}

async fn polls_while_starting() -> Vec<(&'static str, Cost)> {
    let world = World::new().await;
    world.send(Request::post("/vpn/tokyo")).await;
    let process = Process::warm(&world).await;
    let first = process.cost_of(&world, poll(), 200).await;
    let next = process.cost_of(&world, poll(), 200).await;
    let cold = cost(&world, true, poll(), 200).await;
    wait(&world, TimeDelta::seconds(5));
    let due = process.cost_of(&world, poll(), 200).await;
    wait(&world, TimeDelta::seconds(5));
    let due_cold = cost(&world, true, poll(), 200).await;
    vec![
        ("poll while starting, the first of a process", first),
        ("poll while starting", next),
        ("poll while starting, cold", cold),
        ("poll while starting, reading due", due),
        ("poll while starting, reading due, cold", due_cold),
    ]
}

async fn looks_when_ready() -> Vec<(&'static str, Cost)> {
    let world = ready().await;
    let due = cost(&world, false, poll(), 200).await;
    let fresh = cost(&world, false, poll(), 200).await;
    let cold = cost(&world, true, poll(), 200).await;
    booked(&world, &workdays("08:30")).await;
    vec![
        ("poll when ready, reading due", due),
        ("poll when ready", fresh),
        ("poll when ready, cold", cold),
        (
            "page with a booking",
            cost(&world, false, page(), 200).await,
        ),
        (
            "page with a booking, cold",
            cost(&world, true, page(), 200).await,
        ),
    ]
}

async fn others() -> Vec<(&'static str, Cost)> {
    let release = Request::post("/vpn/tokyo/release");
    let extend = || Request::post("/vpn/tokyo/extend").json(&json!({"minutes": 120}));
    let book = |at: &str| Request::post(BOOKINGS).json(&workdays(at));
    let off = World::new().await;
    vec![
        ("release", cost(&ready().await, false, release, 200).await),
        (
            "extension, cold",
            cost(&ready().await, true, extend(), 200).await,
        ),
        (
            "extension, warm",
            cost(&ready().await, false, extend(), 200).await,
        ),
        ("booking", cost(&off, false, book("08:30"), 201).await),
        // It is 10:31 in Tokyo.
        (
            "booking within its lead",
            cost(&off, false, book("10:40"), 201).await,
        ),
    ]
}

async fn sweeps() -> Vec<(&'static str, Cost)> {
    let off = sweep(&World::new().await).await;
    let world = ready().await;
    sweep(&world).await;
    wait(&world, TimeDelta::minutes(1));
    let idle = sweep(&world).await;
    wait(&world, TimeDelta::minutes(90));
    vec![
        ("sweep, off", off),
        ("sweep, up and idle", idle),
        ("sweep that stops", sweep(&world).await),
    ]
}

/// What is expected stands in `rounds.txt`: of each, what it waits for, and below that what it calls. EC2 takes 60 ms,
/// DynamoDB 4, the key server 5.
#[tokio::test]
async fn what_each_request_and_each_sweep_waits_for_and_calls() {
    let mut costs = clicks().await;
    costs.extend(polls_while_starting().await);
    costs.extend(looks_when_ready().await);
    costs.extend(others().await);
    costs.extend(sweeps().await);
    let found = costs.iter().map(|(name, cost)| format!("{name}: {cost}\n"));
    let found: String = found.collect();
    assert_eq!(found, include_str!("rounds.txt"), "\n{found}");

    let took = |name: &str| {
        let mut named = costs.iter().filter(|(it, _)| *it == name);
        named.next().unwrap().1.milliseconds
    };
    assert!(took("click when ready, warm") <= 75);
    assert!(took("start, warm") <= 140);
    assert!(took("start, cold") <= took("start, warm") + 15);
}

/// The same token, with a signature of no key.
fn forged(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{first}{}", &signature[1..])
}

#[tokio::test]
async fn an_unproven_caller_may_cause_a_look_at_the_table_by_a_status_and_nothing_else() {
    let world = World::new().await;
    let token = world.mint.mint("yuki@example.com", "sub-1", world.now());
    let extend = || Request::post("/vpn/tokyo/extend").json(&json!({"minutes": 120}));
    for (request, read) in [
        (Request::post("/vpn/tokyo"), &[][..]),
        (extend(), &[]),
        (poll(), &["Query"]),
        (page(), &["Query"]),
    ] {
        world.take_calls();
        let process = Process::cold(&world);
        let answer = process.send_with(&forged(&token), request).await;
        assert_eq!(answer.status(), 401, "{answer:?}");
        assert_eq!(world.take_calls(), read);
    }
    assert!(world.records().await.is_empty());
    assert!(world.lease_items().await.is_empty());
}

#[tokio::test]
async fn nothing_is_read_ahead_for_what_would_be_refused_anyway() {
    let world = World::new().await;
    let token = world.mint.mint("yuki@example.com", "sub-1", world.now());
    world.take_calls();
    for request in [
        Request::get("/vpn/nothing"),
        Request::get("/vpn/tokyo/extend"),
        Request::new("PUT", "/vpn/tokyo"),
        Request::post("/vpn/tokyo"),
        Request::get("/vpn/tokyo/status").base64().body("%"),
        Request::get("/help"),
        Request::post("/vpn/tokyo/release"),
    ] {
        let process = Process::cold(&world);
        let answer = process.send_with(&forged(&token), request).await;
        assert_eq!(answer.status(), 401, "{answer:?}");
        assert_eq!(world.take_calls(), [""; 0]);
    }
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_what_was_read_ahead() {
    let world = World::new().await;
    let process = Process::whose_calls_take(&world, |call| match call {
        "fetch_key" => 5,
        _ => 400,
    });
    world.keys.out_of_reach();
    let answer = process.send(&world, poll()).await;
    assert_eq!(answer.status(), 503, "{answer:?}");
    assert_eq!(process.timeline.milliseconds(), 5);
    assert!(world.records().await.is_empty());
}
