//! Orders that are not given: malformed, late, by the wrong person, or of two at once the second.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::orders::{ADMIN, MODE, changes, order, ordered, page_form, status, take_down_page};
use crate::paths::{asked, click};
use crate::request::{Answer, Request};
use crate::world::World;

const OTHER_ADMIN: &str = "boss@example.com";
const AUDITOR: &str = "auditor@example.com";

fn detail(answer: &Answer) -> String {
    answer.json_body()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_malformed_is_400_and_changes_nothing() {
    let world = World::new().await;
    for body in [
        "",
        "mode=off",
        "mode=OFF&minutes=60&reason=x&shown=none",
        "mode=pause&minutes=60&shown=none",
        "minutes=60&shown=none",
        "mode=hold&minutes=60",
        "mode=hold&minutes=60&shown=",
        "mode=hold&minutes=sixty&shown=none",
        "mode=hold&mode=on&minutes=60&shown=none",
        "mode=hold&minutes=60&shown=none&shown=none",
        "mode=none&minutes=60&shown=none",
        "mode=hold&until_local=2026-11-24&shown=none",
    ] {
        let answer = world.send_as(ADMIN, Request::post(MODE).form(body)).await;
        assert_eq!(answer.status(), 400, "{body}: {answer:?}");
        assert!(!detail(&answer).is_empty());
    }
    for body in ["[]", "{", "null", r#"{"mode":{"on":1},"shown":"none"}"#] {
        let json = Request::post(MODE).header("content-type", "application/json");
        let answer = world.send_as(ADMIN, json.body(body)).await;
        assert_eq!(answer.status(), 400, "{body}: {answer:?}");
    }
    let text = Request::post(MODE).header("content-type", "text/plain");
    let text = world
        .send_as(ADMIN, text.body("mode=none&shown=none"))
        .await;
    assert_eq!(text.status(), 400);
    assert_eq!(status(&world).await["mode"], Value::Null);
    assert_eq!(changes(&world).await, []);
}

#[tokio::test]
async fn the_second_of_two_administrators_is_told_and_changes_nothing() {
    let world = World::new().await;
    let hold = json!({"mode": "hold", "minutes": 60, "reason": "one", "shown": "none"});
    let off = json!({"mode": "off", "minutes": 60, "reason": "two", "shown": "none"});
    let (first, second) = tokio::join!(
        world.send_as(ADMIN, order(&hold)),
        world.send_as(OTHER_ADMIN, order(&off))
    );
    let mut statuses = [first.status(), second.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{first:?} {second:?}");
    assert_eq!(changes(&world).await.len(), 1);
    let now = status(&world).await["mode"]["text"].clone();
    let lost = if first.status() == 409 {
        &first
    } else {
        &second
    };
    assert!(detail(lost).contains(now.as_str().unwrap()), "{lost:?}");
    lost.assert_header("content-type", "application/problem+json");

    let late = page_form(&[("mode", "on"), ("minutes", "60"), ("shown", "none")]);
    let page = world.send_as(OTHER_ADMIN, late).await;
    assert_eq!(page.status(), 409);
    for text in [
        "The order has changed",
        "until 11:31 JST",
        "href=\"/vpn/tokyo/status\"",
    ] {
        assert!(page.body().contains(text), "{text}: {page:?}");
    }
    assert_eq!(asked(&world).await, 0);
}

#[tokio::test]
async fn an_order_sent_twice_is_told_that_it_is_there() {
    let world = World::new().await;
    let hold = json!({"mode": "hold", "minutes": 60, "shown": "none"});
    assert_eq!(ordered(&world, &hold).await.status(), 200);
    assert_eq!(ordered(&world, &hold).await.status(), 409);
    assert_eq!(changes(&world).await.len(), 1);
    let none = json!({"mode": "none", "shown": "hold until 2026-11-23T02:31:01Z"});
    assert_eq!(ordered(&world, &none).await.status(), 200);
    assert_eq!(ordered(&world, &none).await.status(), 409);
    let nothing = json!({"mode": "none", "shown": "none"});
    assert_eq!(ordered(&world, &nothing).await.status(), 200);
    assert_eq!(changes(&world).await.len(), 2);
}

#[tokio::test]
async fn an_order_that_ran_out_counts_as_none() {
    let world = World::new().await;
    let hold = json!({"mode": "hold", "minutes": 60, "shown": "none"});
    let shown = ordered(&world, &hold).await.json_body()["mode"]["text"].clone();
    world.clock.advance(TimeDelta::minutes(60));
    assert_eq!(status(&world).await["mode"], Value::Null);
    let late = json!({"mode": "on", "minutes": 60, "shown": shown});
    let answer = ordered(&world, &late).await;
    assert_eq!(answer.status(), 409, "{answer:?}");
    assert!(detail(&answer).ends_with("none."), "{answer:?}");
    let again = json!({"mode": "hold", "minutes": 60, "shown": "none"});
    assert_eq!(ordered(&world, &again).await.status(), 200);
}

#[tokio::test]
async fn employees_and_auditors_give_no_orders_and_each_attempt_is_on_record_once_an_hour() {
    let world = World::new().await;
    let off = json!({"mode": "off", "minutes": 60, "reason": "x", "shown": "none"});
    for email in ["yuki@example.com", AUDITOR, "admin@example.com.jp"] {
        for _ in 0..2 {
            for path in ["/vpn/tokyo/mode", "/vpn/osaka/mode"] {
                let answer = world.send_as(email, Request::post(path).json(&off)).await;
                assert_eq!(answer.status(), 403, "{email}");
            }
            let page = world.send_as(email, take_down_page()).await;
            assert_eq!(page.status(), 403);
        }
    }
    let page = world.send_as(AUDITOR, take_down_page()).await;
    assert!(page.body().contains("Only for administrators"), "{page:?}");
    let denied = |records: &[sandbox::dynamo::Record], actor: &str| {
        let of = |record: &&sandbox::dynamo::Record| record.text("actor") == actor;
        records.iter().filter(of).count()
    };
    let records = world.records().await;
    assert!(
        records
            .iter()
            .all(|record| record.text("event") == "access.denied")
    );
    // One for each VPN, whose records are apart. The stranger may not use the VPN at all.
    assert_eq!(denied(&records, "yuki@example.com"), 2);
    assert_eq!(denied(&records, AUDITOR), 2);
    assert_eq!(denied(&records, "admin@example.com.jp"), 2);
    // The VPN that was refused is part of the id.
    let ids: std::collections::BTreeSet<&str> = records
        .iter()
        .filter(|record| record.text("actor") == "admin@example.com.jp")
        .map(|record| record.text("event_id"))
        .collect();
    assert_eq!(ids.len(), 2);
    let reasons: Vec<&str> = records.iter().map(|record| record.text("reason")).collect();
    assert!(reasons.contains(&"yuki@example.com is not permitted to give orders."));
    assert!(reasons.contains(&"admin@example.com.jp is not permitted to use the VPN."));
    world.clock.advance(TimeDelta::hours(1));
    world.send_as(AUDITOR, order(&off)).await;
    assert_eq!(denied(&world.records().await, AUDITOR), 3);
    assert_eq!(status(&world).await["mode"], Value::Null);
}

#[tokio::test]
async fn an_attempt_to_order_and_one_to_use_the_vpn_are_two_records() {
    let nobody = [
        ("ALLOWED_EMAIL_DOMAINS", "example.org"),
        ("ADMIN_EMAILS", "a@example.org"),
    ];
    let world = World::configured(&nobody).await;
    let none = json!({"mode": "none", "shown": "none"});
    // Who may not use the VPN is refused that first.
    assert_eq!(ordered(&world, &none).await.status(), 403);
    assert_eq!(
        world
            .send_as(ADMIN, Request::get("/vpn/tokyo"))
            .await
            .status(),
        403
    );
    assert_eq!(world.records().await.len(), 1);
    let employee = "yuki@example.org";
    assert_eq!(world.send_as(employee, order(&none)).await.status(), 403);
    assert_eq!(world.records().await.len(), 2);
    assert_eq!(
        world.send_as("a@example.org", order(&none)).await.status(),
        200
    );
}

#[tokio::test]
async fn without_a_list_of_administrators_there_is_none() {
    let world = World::configured(&[("ADMIN_EMAILS", ""), ("AUDITOR_EMAILS", "")]).await;
    let none = json!({"mode": "none", "shown": "none"});
    assert_eq!(ordered(&world, &none).await.status(), 403);
    let page = world.send_as(ADMIN, click("/vpn/tokyo/status")).await;
    assert!(!page.body().contains(MODE), "{page:?}");
}

#[tokio::test]
async fn refusals_of_an_order_come_in_the_order_401_404_405_403_400() {
    let world = World::new().await;
    let malformed = |method: &str, path: &str| Request::new(method, path).json(&json!([]));
    assert_eq!(
        world
            .send_bare(malformed("PUT", "/vpn/x/mode"))
            .await
            .status(),
        401
    );
    let yuki = |method: &str, path: &str| world.send(malformed(method, path));
    assert_eq!(yuki("PUT", "/vpn/x/mode").await.status(), 404);
    let put = yuki("PUT", MODE).await;
    assert_eq!(put.status(), 405);
    put.assert_header("allow", "POST");
    let put = world.send(malformed("PUT", MODE).query("mode=off")).await;
    assert_eq!(put.status(), 405);
    put.assert_header("allow", "GET, HEAD, POST");
    assert_eq!(world.events().await, [""; 0]);
    assert_eq!(yuki("POST", MODE).await.status(), 403);
    assert_eq!(world.events().await, ["access.denied"]);
    let cross_site = world.send_as(ADMIN, malformed("POST", MODE)).await;
    assert_eq!(cross_site.status(), 403);
    let malformed = malformed("POST", MODE).header("sec-fetch-site", "same-origin");
    assert_eq!(world.send_as(ADMIN, malformed).await.status(), 400);
    assert_eq!(world.events().await, ["access.denied"]);
}

#[tokio::test]
async fn an_order_that_cannot_be_put_on_record_is_503_and_was_not_given() {
    let world = World::new().await;
    world.tables_fail(None, "ProvisionedThroughputExceededException");
    let hold = json!({"mode": "hold", "minutes": 60, "shown": "none"});
    let answer = ordered(&world, &hold).await;
    assert_eq!(answer.status(), 503, "{answer:?}");
    answer.assert_header("retry-after", "5");
}
