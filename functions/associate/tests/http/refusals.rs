//! What is refused, in which order, and how a failure of AWS looks from outside.

use crate::request::{Answer, Request, TRACE_ID};
use crate::world::World;
use serde_json::json;
use testkit::ec2::Action;

const STRANGER: &str = "mallory@elsewhere.test";

/// RFC 9457, and nothing from inside.
fn assert_problem(answer: &Answer, status: u64) {
    assert_eq!(answer.status(), status, "{answer:?}");
    answer.assert_header("content-type", "application/problem+json");
    let problem = answer.json_body();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["traceId"], TRACE_ID);
    for text in ["title", "detail"] {
        assert!(!problem[text].as_str().unwrap().is_empty());
    }
    assert_nothing_from_inside(answer);
}

fn assert_nothing_from_inside(answer: &Answer) {
    for inside in [
        "arn:",
        "amazonaws",
        "Dynamo",
        "vpn-leases",
        "vpn-audit",
        "127.0.0.1",
    ] {
        assert!(!answer.json.to_string().contains(inside), "{answer:?}");
    }
}

/// Each request is wrong in all the ways that follow its own, so the order shows.
#[tokio::test]
async fn refusals_come_in_the_order_401_404_405_403_400() {
    let world = World::new().await;
    let malformed = |method: &str, path: &str| {
        Request::new(method, path)
            .without("host")
            .header("host", "a b")
            .header("sec-fetch-site", "cross-site")
            .json(&json!({"minutes": "x"}))
    };
    for single in [false, true] {
        let form = |request: Request| request.in_mode(single);

        let unsigned = form(malformed("PUT", "/nothing"));
        assert_problem(&world.send_bare(unsigned).await, 401);

        let missing = form(malformed("PUT", "/nothing"));
        assert_problem(&world.send_as(STRANGER, missing).await, 404);

        let wrong_method = form(malformed("PUT", "/vpn/tokyo/extend"));
        let wrong_method = world.send_as(STRANGER, wrong_method).await;
        assert_problem(&wrong_method, 405);
        wrong_method.assert_header("allow", "POST");
        assert_eq!(world.events().await.len(), usize::from(single));

        let forbidden = form(malformed("POST", "/vpn/tokyo/extend"));
        assert_problem(&world.send_as(STRANGER, forbidden).await, 403);
        assert_eq!(world.events().await, ["access.denied"]);

        let cross_site = form(malformed("POST", "/vpn/tokyo/extend"));
        assert_problem(&world.send(cross_site).await, 403);

        let bad_host = form(malformed("POST", "/vpn/tokyo/extend"))
            .without("sec-fetch-site")
            .header("sec-fetch-site", "same-origin");
        assert_problem(&world.send(bad_host).await, 400);
    }
    assert_eq!(world.events().await, ["access.denied"]);
}

#[tokio::test]
async fn a_stranger_is_on_record_once_an_hour_and_can_sign_out() {
    let world = World::new().await;
    for path in ["/vpn/tokyo", "/vpn/tokyo/status", "/vpn/tokyo/profile"] {
        let page = world.send_as(STRANGER, Request::get(path).html()).await;
        assert_eq!(page.status(), 403);
        assert!(page.body().contains("action=\"/sign-out\""), "{page:?}");
    }
    let detour = Request::get("/vpn/tokyo/extend").html();
    assert_eq!(world.send_as(STRANGER, detour).await.status(), 403);
    let records = world.records().await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].text("event"), "access.denied");
    assert_eq!(records[0].text("actor"), STRANGER);
    assert_eq!(records[0].text("source_ip"), "203.0.113.7");
    let sign_out = world.send_as(STRANGER, Request::post("/sign-out")).await;
    assert_eq!(sign_out.status(), 303);
}

#[tokio::test]
async fn a_refusal_stays_a_refusal_when_it_cannot_be_put_on_record() {
    let world = World::new().await;
    world.tables_fail(None, "ProvisionedThroughputExceededException");
    let answer = world.send_as(STRANGER, Request::get("/vpn/tokyo")).await;
    assert_problem(&answer, 403);
}

#[tokio::test]
async fn a_cross_site_post_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let post = |path: &str| Request::new("POST", path);
    for path in ["/vpn/tokyo", "/vpn/tokyo/release", "/language", "/sign-out"] {
        for request in [
            post(path),
            post(path).header("sec-fetch-site", "cross-site"),
            post(path).header("sec-fetch-site", "same-site"),
            post(path).header("sec-fetch-site", "none"),
            post(path).header("origin", "https://evil.test"),
            post(path).header("origin", "null"),
        ] {
            assert_problem(&world.send(request).await, 403);
        }
    }
    assert_eq!(world.events().await, [""; 0]);
    let own = post("/vpn/tokyo").header("origin", "https://vpn.example.com");
    assert_eq!(world.send(own).await.status(), 202);
}

#[tokio::test]
async fn an_invalid_identity_is_401_and_reads_nothing() {
    let world = World::new().await;
    let stranger = testkit::alb::TokenMint::with_fresh_key(testkit::alb::DEVELOPMENT_KEY_ID);
    let forged = stranger
        .unwrap()
        .mint("yuki@example.com", "sub-1", world.now());
    world.take_calls();
    let request = Request::get("/vpn/tokyo").header("x-amzn-oidc-identity", "sub-1");
    for (token, html) in [(&*forged, false), (&*forged, true), ("a.b.c", false)] {
        let request = request.clone().header("x-amzn-oidc-data", token);
        if html {
            let page = world.send_bare(request.html()).await;
            assert_eq!(page.status(), 401);
            assert!(page.body().contains(TRACE_ID));
        } else {
            assert_problem(&world.send_bare(request).await, 401);
        }
    }
    assert_eq!(world.take_calls(), [""; 0]);
}

#[tokio::test]
async fn a_key_server_out_of_reach_is_503() {
    let world = World::new().await;
    world.keys.out_of_reach();
    let answer = world.send(Request::get("/vpn/tokyo")).await;
    assert_problem(&answer, 503);
    answer.assert_header("retry-after", "5");
}

#[tokio::test]
async fn an_ask_that_is_not_durable_is_503() {
    let world = World::new().await;
    world.tables_fail(Some("PutItem"), "ProvisionedThroughputExceededException");
    for request in [
        Request::post("/vpn/tokyo"),
        Request::post("/vpn/tokyo/extend").json(&json!({"minutes": 60})),
    ] {
        let answer = world.send(request.clone()).await;
        assert_problem(&answer, 503);
        answer.assert_header("retry-after", "5");
        let page = world.send(request.html()).await;
        assert_eq!(page.status(), 503);
        page.assert_header("retry-after", "5");
        assert_nothing_from_inside(&page);
    }
    assert_eq!(world.ec2.count(Action::AssociateClientVpnTargetNetwork), 0);
}

#[tokio::test]
async fn an_ask_that_ec2_throttles_is_kept_and_202() {
    let world = World::new().await;
    world.ec2_fails(
        Action::AssociateClientVpnTargetNetwork,
        "RequestLimitExceeded",
    );
    let answer = world.send(Request::post("/vpn/tokyo")).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    answer.assert_header("retry-after", "5");
}

#[tokio::test]
async fn an_ask_that_ec2_refuses_is_502_with_the_code_and_a_browser_reads_it_on_the_status_page() {
    let world = World::new().await;
    world.ec2_fails(
        Action::AssociateClientVpnTargetNetwork,
        "UnauthorizedOperation",
    );
    let answer = world.send(Request::post("/vpn/tokyo")).await;
    assert_problem(&answer, 502);
    assert_eq!(answer.json_body()["code"], "UnauthorizedOperation");
    let browser = world.send(Request::post("/vpn/osaka").html()).await;
    assert_eq!(browser.status(), 303);
    let page = world.send(Request::get("/vpn/osaka/status").html()).await;
    assert!(page.body().contains("UnauthorizedOperation"), "{page:?}");
}

#[tokio::test]
async fn a_status_that_cannot_be_read_is_503_and_one_that_ec2_refuses_is_502() {
    let world = World::new().await;
    world.ec2_fails(
        Action::DescribeClientVpnTargetNetworks,
        "RequestLimitExceeded",
    );
    let throttled = world.send(Request::get("/vpn/tokyo/status")).await;
    assert_problem(&throttled, 503);
    throttled.assert_header("retry-after", "5");

    let world = World::new().await;
    let (action, code) = (
        Action::DescribeClientVpnTargetNetworks,
        "InvalidClientVpnEndpointId.NotFound",
    );
    world.ec2_fails(action, code);
    let refused = world.send(Request::get("/vpn/tokyo/status")).await;
    assert_problem(&refused, 502);
    assert_eq!(refused.json_body()["code"], code);

    let world = World::new().await;
    world.tables_fail(None, "InternalServerError");
    assert_problem(&world.send(Request::get("/vpn/tokyo/status")).await, 503);
    assert_problem(&world.send(Request::post("/vpn/tokyo/release")).await, 503);
}

#[tokio::test]
async fn a_profile_is_not_handed_out_without_a_record() {
    let world = World::new().await;
    world.tables_fail(Some("PutItem"), "InternalServerError");
    let answer = world.send(Request::get("/vpn/tokyo/profile")).await;
    assert_problem(&answer, 503);

    let world = World::new().await;
    let action = Action::ExportClientVpnClientConfiguration;
    world.ec2_fails(action, "UnauthorizedOperation");
    let page = world.send(Request::get("/vpn/tokyo/profile").html()).await;
    assert_eq!(page.status(), 502);
    assert!(page.body().contains("UnauthorizedOperation"));
    assert_nothing_from_inside(&page);
}
