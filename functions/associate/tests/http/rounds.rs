//! How many calls wait for each other when an employee clicks, a page polls or a sweep passes, and how often AWS is called.

use chrono::TimeDelta;
use serde_json::json;

use crate::bookings::{BOOKINGS, STATUS, booked, workdays};
use crate::paths::click;
use crate::process::{Cost, Process, sweep};
use crate::request::Request;
use crate::world::World;

/// The VPN is ready, and a reading of EC2 is due.
async fn ready() -> World {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    world
}

fn wait(world: &World, by: TimeDelta) {
    world.clock.advance(by);
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

/// What is expected stands in `rounds.txt`: of each, what it waits for, and below that what it calls.
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
