//! All parts together: the schedule, the control page and API, restarts, and that nothing is left behind.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use std::num::NonZeroU32;
use std::time::Duration;

use chrono::TimeDelta;
use sandbox::{Sandbox, StartError};
use serde_json::{Value, json};
use shared::clock::Clock;
use testkit::example;

use support::{World, options};

async fn until(done: impl Fn() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .expect("in time");
}

fn sweeps(world: &World) -> usize {
    world
        .sandbox
        .lambda()
        .log_tail("reaper")
        .matches("SWEEP")
        .count()
}

async fn post(world: &World, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}{path}", world.sandbox.url());
    let answer = reqwest::Client::new()
        .post(url)
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_reaper_is_invoked_every_minute_of_shared_time() {
    let world = World::with(|options| {
        options.scheduler.running = true;
        options.speed = 0;
    })
    .await;
    let clock = world.sandbox.clock();
    clock.advance(TimeDelta::seconds(60)).unwrap();
    until(|| sweeps(&world) == 1).await;
    clock.advance(TimeDelta::hours(1)).unwrap();
    until(|| sweeps(&world) == 2).await;
    clock.advance(TimeDelta::seconds(60)).unwrap();
    until(|| sweeps(&world) == 3).await;
    assert_eq!(sweeps(&world), 3, "an hour at once is one sweep, not sixty");
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn an_event_can_be_delivered_twice() {
    let world = World::with(|options| {
        options.scheduler.running = true;
        options.scheduler.twice_every = NonZeroU32::new(2);
        options.speed = 0;
    })
    .await;
    let clock = world.sandbox.clock();
    clock.advance(TimeDelta::seconds(60)).unwrap();
    until(|| sweeps(&world) == 1).await;
    clock.advance(TimeDelta::seconds(60)).unwrap();
    until(|| sweeps(&world) == 3).await;
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_sweep_can_be_asked_for() {
    let world = World::new().await;
    let event = serde_json::from_slice::<Value>(&world.sandbox.sweep().await.unwrap()).unwrap();
    assert_eq!(event["resources"], json!([example::SCHEDULE_ARN]));
    let (status, event) = post(&world, "/sandbox/api/sweep", &json!({})).await;
    assert_eq!((status, &event["source"]), (200, &json!("aws.scheduler")));
    assert_eq!(sweeps(&world), 2);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_function_can_be_invoked_with_any_event_as_lambda_is() {
    let world = World::new().await;
    let invoke = |function: &str| format!("/2015-03-31/functions/{function}/invocations");
    let (status, answer) = post(&world, &invoke("associate"), &json!({ "path": "/x" })).await;
    assert_eq!((status, &answer["statusCode"]), (200, &json!(200)));
    let (status, error) = post(&world, &invoke("associate"), &json!({ "path": "/fail" })).await;
    assert_eq!(
        (status, &error["errorMessage"]),
        (200, &json!("no such luck"))
    );
    let (status, _) = post(&world, &invoke("nothing"), &json!({})).await;
    assert_eq!(status, 404);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn time_is_changed_over_http() {
    let world = World::with(|options| options.speed = 0).await;
    let before = world.sandbox.clock().now();
    let (status, answer) = post(
        &world,
        "/sandbox/api/time",
        &json!({ "advance_seconds": 600, "speed": 0 }),
    )
    .await;
    assert_eq!((status, &answer["speed"]), (200, &json!(0)));
    assert_eq!(world.sandbox.clock().now() - before, TimeDelta::minutes(10));
    for wrong in [
        json!({ "advance_seconds": -1 }),
        json!({ "speed": 3601, "advance_seconds": 1 }),
        json!({ "sped": 1 }),
        json!([]),
    ] {
        let (status, answer) = post(&world, "/sandbox/api/time", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(answer["error"].is_string());
    }
    assert_eq!(world.sandbox.clock().now() - before, TimeDelta::minutes(10));
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn the_page_works_without_scripts() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let browser = reqwest::Client::new();
    let (status, answer) = post(
        &world,
        "/sandbox/api/ec2/associate",
        &json!({
            "endpoint": example::OSAKA, "subnet": "subnet-0bbbbbbbbbbbbbbb1",
        }),
    )
    .await;
    assert_eq!(status, 200, "{answer}");
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("time", &[("minutes", "15")]),
        (
            "connect",
            &[("endpoint", example::OSAKA), ("user", "<hana>@example.com")],
        ),
        (
            "fault",
            &[
                ("call", "ec2:AssociateClientVpnTargetNetwork"),
                ("fault", "IncorrectState"),
                ("times", "2"),
            ],
        ),
        (
            "fault",
            &[
                ("call", "dynamodb:"),
                ("fault", "transaction-conflict"),
                ("times", "1"),
            ],
        ),
    ];
    for (place, form) in forms {
        let page = browser
            .post(format!("{url}/sandbox/{place}"))
            .form(form)
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 200, "{place}");
        assert_eq!(
            page.url().path(),
            "/sandbox/",
            "{place} leads back to the page"
        );
    }
    let page = browser
        .get(format!("{url}/sandbox/"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for text in [
        "Osaka",
        "associated",
        "&lt;hana&gt;@example.com",
        "IncorrectState",
        "TransactionConflict",
        "Sweep now",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(!page.contains("<hana>") && !page.contains("<script"));
    let refused = [("endpoint", example::TOKYO), ("user", "hana")];
    let refused = browser
        .post(format!("{url}/sandbox/connect"))
        .form(&refused)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("no associated target network")
    );
    let page = browser
        .post(format!("{url}/sandbox/faults/clear"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("<ul></ul>"));
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn every_form_of_the_page_leads_somewhere() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let page = reqwest::get(format!("{url}/sandbox/"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for place in page
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        let answer = support::browser()
            .post(format!("{url}{place}"))
            .form(&[("", "")])
            .send()
            .await
            .unwrap();
        // 302 would be the load balancer's sign-in: no such place here.
        assert_ne!(answer.status(), 302, "{place}");
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_restart_finds_everything_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let start = |fresh| {
        let mut options = options(directory.path());
        options.keep_tables = true;
        options.fresh = fresh;
        options.speed = 0;
        Sandbox::start(options)
    };
    let first = start(false).await.unwrap();
    first.clock().advance(TimeDelta::days(1)).unwrap();
    let now = first.clock().now();
    let cookie = {
        let form = [("email", "hana@example.com")];
        let answer = support::browser()
            .post(format!("{}/sandbox/sign-in", first.url()))
            .form(&form)
            .send()
            .await
            .unwrap();
        answer.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(matches!(start(false).await, Err(StartError::InUse(_))));
    first.shutdown().await;

    let second = start(false).await.unwrap();
    assert_eq!(second.clock().now(), now);
    let status = |url: String, cookie: String| async move {
        support::browser()
            .get(url)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(
        status(second.url().to_owned(), cookie.clone()).await,
        200,
        "still signed in"
    );
    second.shutdown().await;

    let third = start(true).await.unwrap();
    assert!(third.clock().now() < now, "--fresh forgets the time");
    assert_eq!(
        status(third.url().to_owned(), cookie).await,
        302,
        "and who has signed in"
    );
    third.shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_no_obstacle() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let world = World::with(|options| options.port = Some(port)).await;
    assert_ne!(world.sandbox.url(), format!("http://localhost:{port}"));
    world.sandbox.shutdown().await;
}
