//! The ALB's events: those that `lambda_http` 1.3.2 fails or panics on, its own fixtures, and hostile ones.

use crate::request::Request;
use crate::world::World;
use lambda_http::RequestExt as _;
use serde_json::{Value, json};
use web::event::{HeaderMode, receive};

/// Why events are repaired at all. Once this fails, `web::event` can shrink.
#[test]
fn lambda_http_by_itself_fails_on_such_events() {
    let convert = |event: &Value| {
        let text = event.to_string();
        std::panic::catch_unwind(|| lambda_http::request::from_str(&text).is_ok())
    };
    let fine = Request::get("/help").single();
    assert!(convert(&fine.event()).unwrap());
    for host in ["a b", "a.com:99999"] {
        let request = fine.clone().without("host").header("host", host);
        assert!(convert(&request.event()).is_err(), "{host}");
    }
    let no_base64 = fine.clone().body("x").base64();
    assert!(convert(&no_base64.event()).is_err());
    let no_path = Request::get(":99999").without("host").single();
    assert!(convert(&no_path.event()).is_err());
    let mut null = fine.event();
    null["queryStringParameters"] = Value::Null;
    assert!(!convert(&null).unwrap());
    let control_character = fine.header("accept", "a\r\nb");
    assert!(!convert(&control_character.event()).unwrap());
    let both = include_str!("data/alb_multi_value_request.json");
    let both = lambda_http::request::from_str(both).unwrap();
    assert_eq!(both.headers().get_all("cookie").iter().count(), 1);
}

#[tokio::test]
async fn the_health_checker_gets_a_constant_at_any_path_and_nothing_is_called() {
    let world = World::new().await;
    world.take_calls();
    for request in [
        Request::get("/"),
        Request::get("/v1/health/"),
        Request::get("/").single(),
        Request::new("HEAD", "/vpn/tokyo"),
    ] {
        let check = request
            .without("user-agent")
            .header("user-agent", "ELB-HealthChecker/2.0");
        let answer = world.send_bare(check).await;
        assert_eq!((answer.status(), answer.body()), (200, "200 ok"));
        assert_eq!(answer.json["statusDescription"], "200 OK");
    }
    assert_eq!(world.take_calls(), [""; 0]);
}

#[tokio::test]
async fn the_fixtures_of_lambda_http_are_answered() {
    let world = World::new().await;
    for (fixture, multi, status) in [
        (include_str!("data/alb_health_check.json"), false, 200),
        (include_str!("data/alb_no_host.json"), false, 200),
        (include_str!("data/alb_request.json"), false, 401),
        (
            include_str!("data/alb_request_encoded_query_parameters.json"),
            false,
            401,
        ),
        (include_str!("data/alb_multi_value_request.json"), true, 401),
        (
            include_str!("data/alb_multi_value_request_encoded_query_parameters.json"),
            true,
            401,
        ),
    ] {
        let event: Value = serde_json::from_str(fixture).unwrap();
        let answer = world.send_event(event, multi).await;
        assert_eq!(answer.status(), status, "{fixture}");
        assert!(answer.header("content-type").is_some());
    }
}

#[tokio::test]
async fn an_impossible_host_is_malformed() {
    let world = World::new().await;
    for host in ["a b", "a.com:99999", "a.com:x", "a@b.com", "", "a/b", "é"] {
        for single in [false, true] {
            let request = Request::get("/help").without("host").header("host", host);
            let request = request.in_mode(single);
            let answer = world.send(request).await;
            assert_eq!(answer.status(), 400, "{host}");
        }
    }
    for host in [
        "a.com",
        "a.com:443",
        "localhost:8080",
        "10.0.0.1",
        "[::1]",
        "[::1]:8080",
    ] {
        let request = Request::get("/help").without("host").header("host", host);
        assert_eq!(world.send(request).await.status(), 200, "{host}");
    }
    // HTTP/1.0 knows no Host.
    let without = Request::get("/help").without("host");
    assert_eq!(world.send(without).await.status(), 200);
}

#[tokio::test]
async fn null_or_missing_parts_of_an_event_are_empty() {
    let world = World::new().await;
    let parts = [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "headers",
        "body",
        "isBase64Encoded",
    ];
    let token = world.mint.mint("yuki@example.com", "s", world.now());
    let request = Request::get("/help")
        .header("x-amzn-oidc-data", &token)
        .header("x-amzn-oidc-identity", "s");
    for part in parts {
        for single in [false, true] {
            if single && part == "headers" {
                continue;
            }
            let request = request.clone();
            let request = request.in_mode(single);
            let mut event = request.event();
            event[part] = Value::Null;
            assert_eq!(world.send_event(event.clone(), !single).await.status(), 200);
            event.as_object_mut().unwrap().remove(part);
            assert_eq!(world.send_event(event, !single).await.status(), 200);
        }
    }
    let mut event = request.single().event();
    event["multiValueHeaders"] = Value::Null;
    assert_eq!(world.send_event(event, false).await.status(), 200);
}

#[tokio::test]
async fn paths_are_compared_as_received() {
    let world = World::new().await;
    let long = format!("/{}", "x".repeat(100_000));
    for path in [
        "/vpn/osaka/../tokyo",
        "/vpn/%2e%2e/help",
        "/./help",
        "//help",
        "/help/",
        "/vpn/%74okyo",
        "/vpn/tokyo%00",
        "/vpn/tokyo\u{0}",
        "/vpn/トーキョー",
        "/vpn\\tokyo",
        "/help#",
        "/help?",
        "/%",
        "/%zz",
        "/ |^`{}\"<>",
        "*",
        ":99999",
        "@evil.test/",
        "vpn/tokyo",
        "",
        &long,
    ] {
        for request in [Request::get(path), Request::get(path).single()] {
            let answer = world.send(request).await;
            assert_eq!(answer.status(), 404, "{path:.80}");
        }
    }
}

/// `http` would refuse to build a request from some of them, and `lambda_http` panic.
#[test]
fn no_character_in_a_path_makes_a_request_impossible() {
    for letter in (0..=0x2ff).filter_map(char::from_u32) {
        let path = format!("/{letter}x{letter}");
        let received = receive(Request::get(&path).event()).unwrap();
        assert_eq!(received.request.raw_http_path(), path);
    }
}

#[tokio::test]
async fn a_method_that_we_do_not_have_is_405() {
    let world = World::new().await;
    for method in [
        "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "BREW", "", "G T",
    ] {
        let answer = world.send(Request::new(method, "/vpn/tokyo")).await;
        assert_eq!(answer.status(), 405, "{method}");
        answer.assert_header("allow", "GET, HEAD, POST");
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_the_event_says_is_malformed() {
    let world = World::new().await;
    let extend = || Request::post("/vpn/tokyo/extend");
    let too_long = format!("minutes=60&x={}", "x".repeat(64 * 1024));
    for request in [
        extend().form("minutes=60").base64(),
        extend().form("bWludXRlcz02MA=").base64(),
        // Base64 of bytes that are no UTF-8.
        extend().form("/////w==").base64(),
        extend().json(&json!({})).body("/////w==").base64(),
        extend().form(&too_long),
        extend().form(&"A".repeat(1_000_000)).base64(),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.status(), 400, "{answer:?}");
    }
}

#[tokio::test]
async fn headers_are_accepted_in_every_form_and_malformed_ones_refused() {
    let world = World::new().await;
    let token = world.mint.mint("yuki@example.com", "s", world.now());
    let with = |name: &str, value: Value| {
        let request = Request::get("/help")
            .header("x-amzn-oidc-data", &token)
            .header("x-amzn-oidc-identity", "s");
        let mut event = request.event();
        event["multiValueHeaders"][name] = value;
        event
    };
    for (name, value, status) in [
        ("accept", json!(["text/html\r\nset-cookie: x=y"]), 400),
        ("accept", json!(["text/html\u{0}"]), 400),
        ("a b", json!(["x"]), 400),
        ("", json!(["x"]), 400),
        ("x-number", json!([1]), 400),
        ("x-object", json!({}), 400),
        ("user-agent", json!(["ブラウザ"]), 200),
        ("x-null", Value::Null, 200),
        ("x-one", json!("one"), 200),
        ("x-huge", json!(["x".repeat(200_000)]), 200),
        ("X-Amzn-Oidc-Data", json!([token]), 401),
        ("x-amzn-oidc-data", json!([token, token]), 401),
        ("x-amzn-oidc-identity", json!(["s", "s"]), 401),
    ] {
        let answer = world.send_event(with(name, value), true).await;
        assert_eq!(answer.status(), status, "{name}");
        assert!(!answer.json.to_string().contains("x=y"));
    }
}

#[test]
fn with_multiple_values_all_headers_arrive_and_the_others_are_not_mixed_in() {
    let fixture = include_str!("data/alb_multi_value_request.json");
    let received = receive(serde_json::from_str(fixture).unwrap()).unwrap();
    assert_eq!(received.mode, HeaderMode::Multi);
    let headers = received.request.headers();
    let cookies: Vec<_> = headers.get_all("cookie").iter().collect();
    assert_eq!(cookies, ["name1=value1", "name2=value2"]);
    assert_eq!(headers.get_all("host").iter().count(), 1);
    assert_eq!(
        headers["host"],
        "lambda-846800462-us-east-2.elb.amazonaws.com"
    );
}

#[tokio::test]
async fn an_event_that_no_alb_sends_is_an_error_that_quotes_nothing() {
    let world = World::new().await;
    for event in [
        Value::Null,
        json!({}),
        json!([]),
        json!("x"),
        json!({"httpMethod": 1}),
        json!({"httpMethod": "GET", "headers": ["secret-token"]}),
        json!({"httpMethod": "GET", "path": ["secret-token"]}),
    ] {
        let error = world.app.handle(event, "request-1").await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret-token"));
    }
}

#[tokio::test]
async fn what_a_client_sends_is_never_markup_on_a_page() {
    let world = World::new().await;
    let script = "<script>alert(1)</script>";
    let request = Request::get("/nothing")
        .html()
        .without("x-amzn-trace-id")
        .header("x-amzn-trace-id", script);
    let page = world.send(request).await;
    assert_eq!(page.status(), 404);
    assert!(page.body().contains("&#60;script&#62;alert(1)"));
    assert!(!page.body().contains("<script"));
}

#[tokio::test]
async fn without_a_trace_id_lambdas_request_id_is_used() {
    let world = World::new().await;
    let request = Request::get("/nothing").without("x-amzn-trace-id");
    let answer = world.send(request).await;
    assert_eq!(answer.json_body()["traceId"], "request-1");
}
