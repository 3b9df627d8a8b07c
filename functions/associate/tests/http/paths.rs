//! Each path of DESIGN 7: what it does, and what it answers to a browser and to a program, in both modes of a target
//! group.

use crate::request::{Answer, Request, TRACE_ID};
use crate::world::{ONLY_TOKYO, World};
use chrono::TimeDelta;
use serde_json::json;

const ASKED: &str = "association.requested";

/// A navigation, which asks.
pub(crate) fn click(path: &str) -> Request {
    Request::get(path)
        .html()
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-site", "none")
}

pub(crate) fn assert_sent_on(answer: &Answer, location: &str) {
    assert_eq!(answer.status(), 303, "{answer:?}");
    assert_eq!(answer.header("location").as_deref(), Some(location));
    assert_eq!(answer.body(), "");
}

pub(crate) async fn asked(world: &World) -> usize {
    let events = world.events().await;
    events.iter().filter(|event| *event == ASKED).count()
}

#[tokio::test]
async fn a_click_asks_and_goes_on_to_the_status_page() {
    let world = World::new().await;
    for request in [click("/vpn/tokyo"), click("/vpn/tokyo").single()] {
        assert_sent_on(&world.send(request).await, "/vpn/tokyo/status");
    }
    assert_sent_on(
        &world.send(Request::post("/vpn/tokyo").html()).await,
        "/vpn/tokyo/status",
    );
    assert_eq!(asked(&world).await, 3);
}

#[tokio::test]
async fn a_program_that_asks_gets_202_until_the_vpn_is_ready_and_then_200() {
    let world = World::new().await;
    for request in [
        Request::get("/vpn/tokyo"),
        Request::post("/vpn/tokyo"),
        Request::get("/vpn/tokyo").single(),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.status(), 202, "{answer:?}");
        answer.assert_header("retry-after", "5");
        answer.assert_header("content-type", "application/json");
        assert_eq!(answer.json_body()["phase"], "starting");
        assert_eq!(answer.json_body()["endpoint"], "tokyo");
    }
    world.bring_up("tokyo").await;
    let answer = world.send(Request::get("/vpn/tokyo")).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(answer.header("retry-after"), None);
    assert_eq!(answer.json_body()["phase"], "ready");
}

#[tokio::test]
async fn the_root_asks_for_the_only_endpoint() {
    let world = World::configured(&[ONLY_TOKYO]).await;
    assert_sent_on(&world.send(click("/")).await, "/vpn/tokyo/status");
    assert_eq!(world.send(Request::get("/")).await.status(), 202);
    assert_eq!(asked(&world).await, 2);
}

#[tokio::test]
async fn a_get_that_is_no_navigation_shows_the_status_and_asks_for_nothing() {
    let world = World::configured(&[ONLY_TOKYO]).await;
    let get = || Request::get("/vpn/tokyo");
    for request in [
        get().header("sec-fetch-mode", "cors"),
        get().header("sec-fetch-mode", "no-cors"),
        click("/vpn/tokyo").header("sec-purpose", "prefetch;prerender"),
        click("/vpn/tokyo").header("purpose", "prefetch"),
        click("/vpn/tokyo").header("x-moz", "prefetch"),
        click("/vpn/tokyo")
            .without("sec-fetch-dest")
            .header("sec-fetch-dest", "iframe"),
        click("/").header("sec-purpose", "prefetch"),
        click("/").header("sec-purpose", "prefetch").single(),
        Request::new("HEAD", "/vpn/tokyo"),
        Request::new("HEAD", "/").html(),
    ] {
        let answer = world.send(request.clone()).await;
        assert_eq!(answer.status(), 200, "{request:?}");
    }
    assert_eq!(asked(&world).await, 0);
    assert!(world.ec2.calls().iter().all(|c| c.action.only_reads()));
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let world = World::new().await;
    for path in ["/", "/vpn/tokyo", "/vpn/tokyo/status", "/help"] {
        let answer = world.send(Request::new("HEAD", path).html()).await;
        assert_eq!((answer.status(), answer.body()), (200, ""), "{path}");
        let content_type = answer.header("content-type");
        assert_eq!(content_type.as_deref(), Some("text/html; charset=utf-8"));
    }
}

#[tokio::test]
async fn the_status_is_a_page_or_json_and_never_an_ask() {
    let world = World::new().await;
    let json = world.send(Request::get("/vpn/tokyo/status")).await;
    assert_eq!(json.status(), 200);
    let body = json.json_body();
    let mut fields: Vec<_> = body.as_object().unwrap().keys().collect();
    fields.sort();
    let mut design = [
        "endpoint",
        "endpointId",
        "phase",
        "message",
        "keepUntil",
        "readyEstimate",
        "startedAt",
        "activeConnections",
        "associations",
        "leases",
        "mode",
        "observedAt",
        "warnings",
    ];
    design.sort_unstable();
    assert_eq!(fields, design);
    assert_eq!(body["phase"], "off");

    let page = world.send(click("/vpn/tokyo/status").single()).await;
    assert_eq!(page.status(), 200);
    assert!(
        page.body()
            .starts_with("<!doctype html>\n<html lang=\"en\">")
    );
    assert!(
        page.body()
            .contains("<form method=\"post\" action=\"/vpn/tokyo\">")
    );
    assert!(!page.body().contains("http-equiv"));
    assert_eq!(asked(&world).await, 0);
}

#[tokio::test]
async fn extending_takes_a_form_or_json_and_answers_as_an_ask_does() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    let extend = || Request::post("/vpn/tokyo/extend");
    let at = |hours| {
        let until = world.now() + TimeDelta::hours(hours);
        until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };

    let form = world.send(extend().html().form("minutes=120")).await;
    assert_sent_on(&form, "/vpn/tokyo/status");
    assert_eq!(world.lease_until("yuki@example.com").await, Some(at(2)));

    let json = world.send(extend().json(&json!({"until": at(3)}))).await;
    assert_eq!(json.status(), 200, "{json:?}");
    assert_eq!(json.json_body()["leases"][0]["until"], at(3));

    // The ALB hands a form over as base64.
    let encoded = world.send(extend().form("bWludXRlcz02MA==").base64().single());
    assert_eq!(encoded.await.status(), 200);
    assert_eq!(world.lease_until("yuki@example.com").await, Some(at(1)));
}

#[tokio::test]
async fn extending_what_is_off_is_an_ask() {
    let world = World::new().await;
    let extend = Request::post("/vpn/osaka/extend").json(&json!({"minutes": 90}));
    let answer = world.send(extend).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    assert_eq!(asked(&world).await, 1);
}

#[tokio::test]
async fn an_impossible_time_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    let before = world.events().await;
    for (body, detail) in [
        (json!({"minutes": 0}), "whole number above zero"),
        (json!({"minutes": 721}), "too far ahead"),
        (json!({"until": "2026-11-22T00:00:00Z"}), "has passed"),
        (json!({"until": "2026-11-30T00:00:00Z"}), "too far ahead"),
        (json!({"until": "soon"}), "RFC 3339"),
        (json!({}), "exactly one"),
    ] {
        let answer = world.send(Request::post("/vpn/tokyo/extend").json(&body));
        let answer = answer.await;
        assert_eq!(answer.status(), 400, "{body}");
        let sent = answer.json_body()["detail"].to_string();
        assert!(sent.contains(detail), "{sent}");
    }
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn releasing_gives_back_the_lease() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    let page = world.send(Request::post("/vpn/tokyo/release").html()).await;
    assert_sent_on(&page, "/vpn/tokyo/status");
    assert_eq!(world.events().await.last().unwrap(), "lease.released");

    let json = world.send(Request::post("/vpn/tokyo/release").single());
    let json = json.await;
    assert_eq!(
        (json.status(), &json.json_body()["leases"]),
        (200, &json!([]))
    );
}

#[tokio::test]
async fn the_profile_is_a_download_and_on_record() {
    let world = World::new().await;
    let head = world.send(Request::new("HEAD", "/vpn/tokyo/profile")).await;
    assert_eq!((head.status(), head.body()), (200, ""));
    assert_eq!(world.events().await, [""; 0]);

    for request in [
        click("/vpn/tokyo/profile"),
        Request::get("/vpn/tokyo/profile").single(),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.status(), 200);
        answer.assert_header("content-type", "application/x-openvpn-profile");
        answer.assert_header("content-disposition", "attachment; filename=\"tokyo.ovpn\"");
        assert!(answer.body().contains("cvpn-endpoint-0a1b2c3d4e5f60718"));
    }
    assert_eq!(world.events().await, ["profile.downloaded"; 2]);
}

#[tokio::test]
async fn a_record_says_where_a_request_came_from() {
    let world = World::new().await;
    world
        .send(click("/vpn/tokyo").header("x-forwarded-for", "203.0.113.8"))
        .await;
    let records = world.records().await;
    let asked = records.iter().find(|r| r.text("event") == ASKED).unwrap();
    for (attribute, value) in [
        ("actor", "yuki@example.com"),
        ("actor_sub", "sub-1"),
        ("source_ip", "203.0.113.8"),
        ("user_agent", "test"),
        ("trace_id", TRACE_ID),
        ("sec_fetch_site", "none"),
    ] {
        assert_eq!(asked.text(attribute), value, "{attribute}");
    }
}

#[tokio::test]
async fn signing_out_expires_every_session_cookie() {
    let world = World::new().await;
    let multi = world.send(Request::post("/sign-out").html()).await;
    assert_sent_on(&multi, "https://sign-in.example.com/logout?client_id=c");
    let cookies = multi.all("set-cookie");
    assert_eq!(cookies.len(), 4);
    for (number, cookie) in cookies.iter().enumerate() {
        let name = format!("AWSELBAuthSessionCookie-{number}=;");
        assert!(cookie.starts_with(&name), "{cookie}");
        for attribute in [
            "Path=/",
            "Max-Age=0",
            "Expires=Thu, 01 Jan 1970",
            "Secure",
            "HttpOnly",
        ] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    }
    // One value is all that a target group without multi-value headers can have: without the first cookie the
    // others are no session.
    let single = world.send(Request::post("/sign-out").single()).await;
    assert_eq!(single.all("set-cookie"), cookies[..1]);
}

#[tokio::test]
async fn there_is_no_signing_out_where_it_is_not_configured() {
    let world = World::configured(&[("SIGN_OUT_URL", "")]).await;
    assert_eq!(world.send(Request::post("/sign-out")).await.status(), 404);
    assert_eq!(world.send(Request::get("/sign-out")).await.status(), 404);
    let page = world.send(click("/help")).await;
    assert!(!page.body().contains("/sign-out"));
}

#[tokio::test]
async fn a_browser_that_comes_back_from_signing_in_gets_the_status_page() {
    let both = World::new().await;
    let one = World::configured(&[ONLY_TOKYO]).await;
    for (path, of_both, of_one) in [
        (
            "/vpn/tokyo/extend",
            "/vpn/tokyo/status",
            "/vpn/tokyo/status",
        ),
        (
            "/vpn/tokyo/release",
            "/vpn/tokyo/status",
            "/vpn/tokyo/status",
        ),
        ("/language", "/", "/vpn/tokyo/status"),
        ("/sign-out", "/", "/vpn/tokyo/status"),
    ] {
        assert_sent_on(&both.send(click(path)).await, of_both);
        assert_sent_on(&one.send(click(path)).await, of_one);
        let program = both.send(Request::get(path)).await;
        assert_eq!(program.status(), 405, "{path}");
        program.assert_header("allow", "POST");
        let head = both.send(Request::new("HEAD", path).html()).await;
        assert_eq!(head.status(), 405, "{path}");
    }
    assert_eq!(asked(&both).await + asked(&one).await, 0);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    let missing = Request::get("/nothing").html();
    for request in [
        click("/vpn/tokyo"),
        click("/vpn/tokyo/status"),
        Request::get("/vpn/tokyo/status").single(),
        click("/help"),
        missing,
    ] {
        let answer = world.send(request).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(!policy.contains("form-action"), "{policy}");
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
