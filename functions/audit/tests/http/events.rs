//! The ALB's events: health checks, hostile paths, both modes of a target group, and what every answer carries.

use serde_json::{Value, json};

use crate::world::{EMPLOYEE, EVENT_ID, Request, World, pages};

#[tokio::test]
async fn the_health_checker_gets_a_constant_at_any_path_and_nothing_is_called() {
    let world = World::new().await;
    world.take_calls();
    for request in [
        Request::get("/audit"),
        Request::get("/audit/health").single(),
        Request::get("/"),
        Request::new("HEAD", "/audit/records"),
    ] {
        let check = request.without("user-agent");
        let check = check.header("user-agent", "ELB-HealthChecker/2.0");
        let answer = world.send_bare(check).await;
        assert_eq!((answer.status(), answer.body()), (200, "200 ok"));
    }
    assert_eq!(world.take_calls(), [""; 0]);
    // Whoever only says that they are the health checker, and is signed in, is a person.
    let person = Request::get("/audit").without("user-agent");
    let person = person.header("user-agent", "ELB-HealthChecker/2.0");
    assert_eq!(world.send_as(EMPLOYEE, person).await.status(), 403);
}

#[tokio::test]
async fn paths_are_compared_as_received() {
    let world = World::new().await;
    let long = format!("/audit/{}", "x".repeat(100_000));
    let unnamed = format!("/audit/records/tokyo/{EVENT_ID}");
    for path in [
        "/",
        "/help",
        "/audit/",
        "//audit",
        "/audit//records",
        "/audit/../audit",
        "/audit/%2e%2e/audit",
        "/%61udit",
        "/audit/records%00",
        "/audit/records\u{0}",
        "/audit\\records",
        "/audit/記録",
        "/audit/records/-/-",
        "/audit/stays/../records",
        "/audit/assets/../records",
        "/audit/records?limit=1",
        "/audit;x=y",
        "/audit/ |^`{}\"<>",
        "/%",
        "*",
        ":99999",
        "@evil.test/audit",
        "audit",
        "",
        &long,
        &unnamed,
    ] {
        for request in [Request::get(path), Request::get(path).single()] {
            let answer = world.send(request).await;
            assert_eq!(answer.status(), 404, "{path:.80}");
        }
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let world = World::new().await;
    for path in pages() {
        for html in [false, true] {
            let request = |method| {
                let request = Request::new(method, &path);
                if html { request.html() } else { request }
            };
            let (head, get) = (
                world.send(request("HEAD")).await,
                world.send(request("GET")).await,
            );
            assert_eq!((head.status(), head.body()), (get.status(), ""), "{path}");
            let content_type = head.header("content-type");
            assert_eq!(content_type, get.header("content-type"), "{path}");
        }
    }
    let denied = world
        .send_as(EMPLOYEE, Request::new("HEAD", "/audit"))
        .await;
    assert_eq!((denied.status(), denied.body()), (403, ""));
}

#[tokio::test]
async fn a_page_is_html_for_a_browser_in_its_language_and_json_for_a_program() {
    let world = World::new().await;
    for path in ["/audit", "/audit/records", "/audit/use", "/audit/findings"] {
        let json = world.send(Request::get(path)).await;
        json.assert_header("content-type", "application/json");
        assert!(json.json_body().is_object());
        for lang in ["en", "ja"] {
            let page = Request::get(path)
                .html()
                .header("cookie", &format!("lang={lang}"));
            let page = world.send(page).await;
            page.assert_header("content-type", "text/html; charset=utf-8");
            let start = format!("<!doctype html>\n<html lang=\"{lang}\">");
            assert!(page.body().starts_with(&start), "{path}");
        }
    }
}

#[tokio::test]
async fn a_malformed_header_or_body_is_400_and_its_markup_is_none() {
    let world = World::new().await;
    let get = || Request::get("/audit");
    for request in [
        get().without("host").header("host", "a.com:99999"),
        get().header("accept", "text/html\r\nset-cookie: x=y"),
        get().header("x-bad\u{0}", "x"),
        get().body("no base64!").base64(),
        get().body(&"x".repeat(64 * 1024 + 1)),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.status(), 400, "{answer:?}");
        assert!(!answer.json.to_string().contains("x=y"));
    }
    let script = "<script>alert(1)</script>";
    let request = Request::get("/audit/nothing").html();
    let request = request
        .without("x-amzn-trace-id")
        .header("x-amzn-trace-id", script);
    let page = world.send(request).await;
    assert_eq!(page.status(), 404);
    assert!(!page.body().contains("<script"), "{page:?}");
}

#[tokio::test]
async fn an_event_that_no_alb_sends_is_an_error_that_quotes_nothing() {
    let world = World::new().await;
    for event in [
        Value::Null,
        json!([]),
        json!({"httpMethod": "GET", "headers": ["secret-token"]}),
    ] {
        let error = world.app.handle(event, "request-1").await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret-token"));
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    let mut requests: Vec<Request> = pages().iter().map(|path| Request::get(path)).collect();
    requests.extend([
        Request::get("/audit").html(),
        Request::get("/audit/nothing").html(),
        Request::post("/audit").single(),
    ]);
    for request in requests {
        for who in [crate::world::ADMIN, EMPLOYEE] {
            let answer = world.send_as(who, request.clone()).await;
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'none'"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe-inline"), "{policy}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("strict-transport-security", "max-age=31536000"),
                ("cache-control", "no-store"),
            ] {
                answer.assert_header(name, value);
            }
        }
    }
}
