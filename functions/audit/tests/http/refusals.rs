//! What is refused, and in which order.

use testkit::alb::{DEVELOPMENT_KEY_ID, TokenMint};

use crate::world::{EMPLOYEE, Request, World, assert_problem, pages};

/// Each request is wrong in all the ways that follow its own, so the order shows.
#[tokio::test]
async fn refusals_come_in_the_order_401_403_404_405_400() {
    let world = World::new().await;
    let malformed = |method: &str, path: &str| {
        let request = Request::new(method, path).without("host");
        request.header("host", "a b").query("limit=0")
    };
    for single in [false, true] {
        let wrong = |method, path| malformed(method, path).in_mode(single);
        let unsigned = world.send_bare(wrong("PUT", "/audit/nothing")).await;
        assert_problem(&unsigned, 401);
        let denied = world
            .send_as(EMPLOYEE, wrong("PUT", "/audit/nothing"))
            .await;
        assert_problem(&denied, 403);
        let elsewhere = wrong("PUT", "/audit/records.csv").header("sec-fetch-site", "cross-site");
        assert_problem(&world.send(elsewhere).await, 403);
        assert_problem(&world.send(wrong("PUT", "/audit/nothing")).await, 404);
        let method = world.send(wrong("PUT", "/audit/records")).await;
        assert_problem(&method, 405);
        method.assert_header("allow", "GET, HEAD");
        assert_problem(&world.send(wrong("GET", "/audit/records")).await, 400);
    }
}

#[tokio::test]
async fn only_reading_methods_are_there() {
    let world = World::new().await;
    for method in [
        "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "get", "BREW", "",
    ] {
        for path in pages() {
            let request = Request::new(method, &path).header("sec-fetch-site", "same-origin");
            let answer = world.send(request).await;
            assert_eq!(answer.status(), 405, "{method} {path}");
            answer.assert_header("allow", "GET, HEAD");
        }
    }
}

#[tokio::test]
async fn a_forged_identity_is_401_and_reads_nothing() {
    let world = World::new().await;
    let stranger = TokenMint::with_fresh_key(DEVELOPMENT_KEY_ID).unwrap();
    let forged = stranger.mint("admin@example.com", "sub-1", world.now());
    let old = world.mint.mint(
        "admin@example.com",
        "sub-1",
        world.now() - chrono::TimeDelta::hours(1),
    );
    let right = world.mint.mint("admin@example.com", "sub-1", world.now());
    let get = || Request::get("/audit");
    for request in [
        get(),
        get().identity(&forged, "sub-1"),
        get().identity(&old, "sub-1"),
        get().identity(&right, "sub-2"),
        get()
            .identity(&right, "sub-1")
            .header("x-amzn-oidc-data", &right),
        get().identity("a.b.c", "sub-1"),
        get().header("x-amzn-oidc-data", &right),
        get().header("x-amzn-oidc-identity", "sub-1"),
    ] {
        assert_problem(&world.send_bare(request.clone()).await, 401);
        let page = world.send_bare(request.html()).await;
        assert_eq!(page.status(), 401);
        assert!(!page.json.to_string().contains(&right));
    }
    assert_eq!(world.take_calls(), [""; 0]);
    assert!(world.records().await.is_empty());
}

#[tokio::test]
async fn a_key_server_out_of_reach_is_503() {
    let world = World::new().await;
    world.keys.out_of_reach();
    let answer = world.send(Request::get("/audit")).await;
    assert_problem(&answer, 503);
    answer.assert_header("retry-after", "5");
}

#[tokio::test]
async fn a_refusal_stays_a_refusal_when_it_cannot_be_put_on_record() {
    let world = World::new().await;
    world.tables_fail();
    let answer = world.send_as(EMPLOYEE, Request::get("/audit")).await;
    assert_problem(&answer, 403);
}

#[tokio::test]
async fn an_export_is_not_for_a_page_elsewhere_unless_a_person_goes_there() {
    let world = World::new().await;
    let navigation = |request: Request| {
        let request = request.header("sec-fetch-mode", "navigate");
        request.header("sec-fetch-dest", "document")
    };
    for path in ["/audit/records.csv", "/audit/records.jsonl"] {
        for site in ["cross-site", "same-site"] {
            let from = || Request::get(path).header("sec-fetch-site", site);
            let embedded = from().header("sec-fetch-mode", "no-cors");
            for request in [
                from(),
                embedded.clone().header("sec-fetch-dest", "image"),
                embedded.header("sec-fetch-dest", "script"),
                navigation(from()).header("sec-purpose", "prefetch"),
            ] {
                assert_problem(&world.send(request).await, 403);
            }
            let followed = world.send(navigation(from())).await;
            assert_eq!(followed.status(), 200, "{path} {site}");
        }
        for site in ["same-origin", "none"] {
            let own = Request::get(path).header("sec-fetch-site", site);
            let own = own.header("sec-fetch-mode", "cors");
            assert_eq!(world.send(own).await.status(), 200, "{path} {site}");
        }
    }
    let page = Request::get("/audit/records").header("sec-fetch-site", "cross-site");
    assert_eq!(world.send(page).await.status(), 200);
    let denied = |record: &sandbox::dynamo::Record| record.text("event") == "access.denied";
    assert!(!world.records().await.iter().any(denied));
}
