//! The load balancer's rules, over HTTP on loopback, with a function of the tests' own behind it.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use sandbox::Sandbox;
use serde_json::{Value, json};
use shared::clock::Clock;
use testkit::example;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use support::{World, browser};

/// A browser that has signed in.
async fn signed_in(sandbox: &Sandbox, email: &str) -> reqwest::Client {
    let browser = browser();
    let form = [("email", email), ("next", "/")];
    let answer = browser
        .post(format!("{}/sandbox/sign-in", sandbox.url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    browser
}

async fn echo(answer: reqwest::Response) -> Value {
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
        .unwrap_or_default()
}

#[tokio::test]
async fn who_has_not_signed_in_is_sent_to_sign_in_and_comes_back() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let browser = browser();
    let sent = browser
        .get(format!("{url}/vpn/tokyo?a=%20b"))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 302);
    let place = header(&sent, "location").to_owned();
    assert_eq!(place, "/sandbox/sign-in?next=%2Fvpn%2Ftokyo%3Fa%3D%2520b");
    let page = browser
        .get(format!("{url}{place}"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("This is the sandbox") && page.contains("value=\"/vpn/tokyo?a=%20b\""),
        "{page}"
    );
    let form = [
        ("email", " Hana@Example.com "),
        ("next", "/vpn/tokyo?a=%20b"),
    ];
    let back = browser
        .post(format!("{url}/sandbox/sign-in"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (back.status().as_u16(), header(&back, "location")),
        (303, "/vpn/tokyo?a=%20b")
    );
    let event = echo(
        browser
            .get(format!("{url}/vpn/tokyo?a=%20b"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        event["multiValueQueryStringParameters"],
        json!({ "a": ["%20b"] })
    );
    assert_eq!(
        world.sandbox.lambda().cold_starts("associate"),
        1,
        "the function saw nothing before sign-in"
    );
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn sign_in_leads_nowhere_else_and_lets_nobody_else_in() {
    let world = World::new().await;
    let place = format!("{}/sandbox/sign-in", world.sandbox.url());
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/a\r\nset-cookie: x=y",
    ] {
        let form = [("email", "hana@example.com"), ("next", next)];
        let answer = browser().post(&place).form(&form).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "location")),
            (303, "/"),
            "{next}"
        );
    }
    for (email, sub) in [
        ("mallory@evil.example", ""),
        ("hana@example.com", "a b"),
        ("\"><script>@example.com", ""),
    ] {
        let form = [("email", email), ("sub", sub)];
        let answer = browser().post(&place).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert!(!answer.headers().contains_key("set-cookie"));
        assert!(!answer.text().await.unwrap().contains("<script>"));
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_session_that_has_run_out_turns_a_post_into_sign_in() {
    let world = World::new().await;
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let url = format!("{}/vpn/tokyo/extend", world.sandbox.url());
    echo(browser.post(&url).body("minutes=30").send().await.unwrap()).await;
    world
        .sandbox
        .clock()
        .advance(chrono::TimeDelta::days(7))
        .unwrap();
    let answer = browser.post(&url).body("minutes=30").send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(
        header(&answer, "location"),
        "/sandbox/sign-in?next=%2Fvpn%2Ftokyo%2Fextend"
    );
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn only_the_load_balancer_says_who_somebody_is() {
    let world = World::new().await;
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let request = browser
        .get(world.sandbox.url())
        .header("X-Amzn-Oidc-Data", "forged")
        .header("x-amzn-oidc-identity", "forged")
        .header("x-amzn-oidc-anything", "forged")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-forwarded-proto", "https")
        .header(
            "x-amzn-trace-id",
            "Root=1-67891233-abcdef012345678912345678",
        );
    let event = echo(request.send().await.unwrap()).await;
    let headers = &event["multiValueHeaders"];
    let token = headers["x-amzn-oidc-data"].as_array().unwrap();
    assert_eq!(token.len(), 1);
    let parts = token[0].as_str().unwrap().split('.').collect::<Vec<_>>();
    assert!(parts.iter().all(|part| part.len() % 4 == 0), "padded");
    let [head, payload] = [0, 1].map(|index| {
        serde_json::from_slice::<Value>(&URL_SAFE.decode(parts[index]).unwrap()).unwrap()
    });
    assert_eq!(head["signer"], example::ALB_ARN);
    assert_eq!(payload["email"], "hana@example.com");
    assert_eq!(headers["x-amzn-oidc-identity"], json!([payload["sub"]]));
    assert!(headers.get("x-amzn-oidc-anything").is_none());
    assert_eq!(
        headers["x-forwarded-for"],
        json!(["203.0.113.7, 127.0.0.1"])
    );
    // What the browser sees, so that its `Origin` and `Referer` are known as ours.
    let port = world.sandbox.url().rsplit(':').next().unwrap();
    assert_eq!(headers["x-forwarded-proto"], json!(["http"]));
    assert_eq!(headers["x-forwarded-port"], json!([port]));
    let trace = headers["x-amzn-trace-id"][0].as_str().unwrap();
    assert!(
        trace.starts_with("Self=1-")
            && trace.ends_with(";Root=1-67891233-abcdef012345678912345678"),
        "{trace}"
    );
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_token_is_fresh_for_every_request_and_its_key_can_be_fetched() {
    let world = World::new().await;
    let mint = world.sandbox.alb().mint();
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let event = echo(browser.get(world.sandbox.url()).send().await.unwrap()).await;
    let token = event["multiValueHeaders"]["x-amzn-oidc-data"][0]
        .as_str()
        .unwrap();
    let payload = URL_SAFE.decode(token.split('.').nth(1).unwrap()).unwrap();
    let exp = serde_json::from_slice::<Value>(&payload).unwrap()["exp"]
        .as_i64()
        .unwrap();
    let left = exp - world.sandbox.clock().now().timestamp();
    assert!((100..=120).contains(&left), "{left}");
    let keys = &world.sandbox.keys_url();
    let answer = reqwest::get(format!("{keys}/{}", mint.key_id()))
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), mint.public_key_pem());
    assert_eq!(
        reqwest::get(format!("{keys}/another"))
            .await
            .unwrap()
            .status(),
        404
    );
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn the_limit_of_a_megabyte_holds_both_ways() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let nearly = browser
        .get(format!("{url}/nearly-large"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            nearly.status().as_u16(),
            nearly.bytes().await.unwrap().len()
        ),
        (200, 1_000_000)
    );
    assert_eq!(
        browser
            .get(format!("{url}/large"))
            .send()
            .await
            .unwrap()
            .status(),
        502
    );
    let body = vec![b'x'; 1024 * 1024 + 1];
    assert_eq!(
        browser.post(url).body(body).send().await.unwrap().status(),
        413
    );
    let body = vec![b'x'; 700 * 1024];
    let event = echo(
        browser
            .post(format!("{url}/cookies/no"))
            .header("content-type", "text/plain")
            .body(body)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(event["body"].as_str().unwrap().len(), 700 * 1024);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn long_urls_and_headers_are_refused() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let long = "x".repeat(17 * 1024);
    assert_eq!(
        browser()
            .get(format!("{url}/?{long}"))
            .send()
            .await
            .unwrap()
            .status(),
        414
    );
    assert_eq!(
        browser()
            .get(url)
            .header("x-long", &long)
            .send()
            .await
            .unwrap()
            .status(),
        400
    );
    let mut request = browser().get(url);
    for index in 0..70 {
        request = request.header(format!("x-{index}"), "x".repeat(1024));
    }
    assert_eq!(request.send().await.unwrap().status(), 400);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_function_that_does_not_answer_is_a_bad_gateway() {
    let world = World::with(|options| options.time_limit = Duration::from_millis(500)).await;
    let url = world.sandbox.url();
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    for (path, text) in [
        ("fail", "no such luck"),
        ("exit", "exit status: 7"),
        ("hang", "Task timed out after 0.50 seconds"),
        ("no-answer", "is no ALB response"),
    ] {
        let answer = browser.get(format!("{url}/{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 502, "{path}");
        assert_eq!(header(&answer, "server"), "awselb/2.0");
        let page = answer.text().await.unwrap();
        assert!(page.contains(text), "{page}");
    }
    echo(browser.get(url).send().await.unwrap()).await;
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn every_cookie_of_an_answer_arrives() {
    let world = World::new().await;
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let answer = browser
        .post(format!("{}/cookies", world.sandbox.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    let cookies = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .collect::<Vec<_>>();
    assert_eq!(cookies, ["a=1; Path=/", "b=2"]);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn signing_out_returns_to_a_fixed_page_only() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let logout =
        |client: &str, to: &str| format!("{url}/sandbox/logout?client_id={client}&logout_uri={to}");
    let here = format!("{url}/signed-out");
    let answer = browser()
        .get(logout(example::OIDC_CLIENT_ID, &here))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "location")),
        (302, "/signed-out")
    );
    for (client, to) in [
        ("another", here.as_str()),
        (example::OIDC_CLIENT_ID, "https://evil.example/"),
    ] {
        assert_eq!(
            browser()
                .get(logout(client, to))
                .send()
                .await
                .unwrap()
                .status(),
            400
        );
    }
    let page = browser().get(here).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("You are signed out"));
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn foreign_names_and_foreign_pages_are_turned_away() {
    let world = World::new().await;
    let url = world.sandbox.url();
    for host in ["evil.example", "localhost", "localhost:1", "a b"] {
        let answer = browser()
            .get(url)
            .header("host", host)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 421, "{host}");
    }
    let form = [("email", "hana@example.com")];
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for place in ["sandbox/sign-in", "sandbox/time", "sandbox/api/time"] {
            let post = browser()
                .post(format!("{url}/{place}"))
                .header(name, value)
                .form(&form);
            assert_eq!(
                post.send().await.unwrap().status(),
                403,
                "{place} {name}: {value}"
            );
        }
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn the_health_checker_is_answered_without_sign_in() {
    let world = World::new().await;
    let answer = world.sandbox.alb().health_check().await.unwrap();
    let answer = serde_json::from_slice::<Value>(&answer).unwrap();
    let event = serde_json::from_str::<Value>(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        event["multiValueHeaders"]["user-agent"],
        json!(["ELB-HealthChecker/2.0"])
    );
    assert!(event["multiValueHeaders"].get("x-amzn-oidc-data").is_none());
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_client_that_does_not_send_its_body_is_given_up() {
    let world = World::with(|options| options.alb.idle_limit = Duration::from_millis(50)).await;
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let event = echo(browser.get(world.sandbox.url()).send().await.unwrap()).await;
    let cookie = event["multiValueHeaders"]["cookie"][0].as_str().unwrap();
    let address = world
        .sandbox
        .url()
        .strip_prefix("http://localhost")
        .unwrap();
    let mut slow = tokio::net::TcpStream::connect(format!("127.0.0.1{address}"))
        .await
        .unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost{address}\r\ncookie: {cookie}\r\ncontent-length: 100\r\n\r\nslow"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64];
    let length = slow.read(&mut answer).await.unwrap();
    assert!(
        answer[..length].starts_with(b"HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn audit_and_what_is_below_it_goes_to_a_function_of_its_own() {
    let world = World::new().await;
    let url = world.sandbox.url();
    let browser = signed_in(&world.sandbox, "admin@example.com").await;
    let get =
        async |path: &str| echo(browser.get(format!("{url}{path}")).send().await.unwrap()).await;
    let started = |function: &str| world.sandbox.lambda().cold_starts(function);
    for path in [
        "/",
        "/auditor",
        "/AUDIT",
        "/vpn/audit",
        "/%61udit",
        "//audit",
    ] {
        get(path).await;
        assert_eq!((started("associate"), started("audit")), (1, 0), "{path}");
    }
    for path in [
        "/audit",
        "/audit/",
        "/audit/records",
        "/audit?a=b",
        "/audit/x/y",
    ] {
        world.sandbox.lambda().kill("audit").await;
        let before = started("audit");
        let event = get(path).await;
        assert_eq!(
            (started("associate"), started("audit")),
            (1, before + 1),
            "{path}"
        );
        assert!(event["multiValueHeaders"]["x-amzn-oidc-data"].is_array());
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn fifty_people_at_once_are_all_served() {
    let world = World::with(|options| options.max_instances = 4).await;
    let browser = signed_in(&world.sandbox, "hana@example.com").await;
    let requests = (0..50).map(|_| browser.get(world.sandbox.url()).send());
    for answer in futures::future::join_all(requests).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert!(world.sandbox.lambda().cold_starts("associate") <= 4);
    world.sandbox.shutdown().await;
}
