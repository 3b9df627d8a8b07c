//! Administrators' orders: `POST /vpn/{name}/mode`, and the page before the VPN is taken down.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::paths::{asked, assert_sent_on, click};
use crate::request::{Answer, Request};
use crate::world::World;

pub(crate) const ADMIN: &str = "admin@example.com";
pub(crate) const MODE: &str = "/vpn/tokyo/mode";

pub(crate) fn order(body: &Value) -> Request {
    Request::post(MODE).json(body)
}

pub(crate) fn form(body: &str) -> Request {
    Request::post(MODE).html().form(body)
}

/// The form that the page shows, with these fields.
pub(crate) fn page_form(fields: &[(&str, &str)]) -> Request {
    let mut body = form_urlencoded::Serializer::new(String::new());
    form(&body.extend_pairs(fields).finish())
}

pub(crate) fn take_down_page() -> Request {
    click(MODE).query("mode=off")
}

pub(crate) async fn ordered(world: &World, body: &Value) -> Answer {
    world.send_as(ADMIN, order(body)).await
}

pub(crate) async fn status(world: &World) -> Value {
    let answer = world.send(Request::get("/vpn/tokyo/status")).await;
    answer.json_body()
}

pub(crate) async fn changes(world: &World) -> Vec<(String, String)> {
    let records = world.records().await;
    let changes = records
        .iter()
        .filter(|record| record.text("event") == "mode.changed");
    changes
        .map(|record| {
            (
                record.text("actor").to_owned(),
                record.text("reason").to_owned(),
            )
        })
        .collect()
}

#[tokio::test]
async fn an_order_is_answered_with_the_status_and_everyone_sees_it() {
    let world = World::new().await;
    let hold = json!({"mode": "hold", "minutes": 60, "reason": " Maintenance ", "shown": "none"});
    let answer = ordered(&world, &hold).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    let mode = json!({
        "mode": "hold",
        "until": "2026-11-23T02:31:01Z",
        "by": ADMIN,
        "reason": "Maintenance",
        "text": "hold until 2026-11-23T02:31:01Z",
    });
    assert_eq!(answer.json_body()["mode"], mode);
    assert_eq!(answer.json_body()["phase"], "off");
    assert_eq!(status(&world).await["mode"], mode);
    let page = world.send(click("/vpn/tokyo/status")).await;
    for text in ["Not started until 11:31 JST", "Maintenance", ADMIN] {
        assert!(page.body().contains(text), "{text}: {page:?}");
    }
    assert!(!page.body().contains(MODE), "{page:?}");
    let [(actor, reason)] = &changes(&world).await[..] else {
        panic!("one record");
    };
    assert_eq!(actor, ADMIN);
    assert!(reason.ends_with("Reason given: Maintenance"), "{reason}");
}

#[tokio::test]
async fn each_mode_can_be_ordered_by_form_and_by_json_in_both_kinds_of_target_group() {
    let world = World::new().await;
    let mut shown = "none".to_owned();
    for (mode, single) in [("on", false), ("hold", true), ("off", false), ("on", true)] {
        let fields = [
            ("mode", mode),
            ("minutes", "240"),
            ("until_local", ""),
            ("reason", "x"),
            ("shown", &shown),
        ];
        let answer = world.send_as(ADMIN, page_form(&fields).in_mode(single));
        assert_sent_on(&answer.await, "/vpn/tokyo/status");
        let now = status(&world).await["mode"].clone();
        assert_eq!(now["mode"], mode);
        assert_eq!(now["until"], "2026-11-23T05:31:01Z");
        now["text"].as_str().unwrap().clone_into(&mut shown);
    }
    let none = json!({"mode": "none", "shown": shown});
    let answer = ordered(&world, &none).await;
    assert_eq!(
        (answer.status(), &answer.json_body()["mode"]),
        (200, &Value::Null)
    );
    assert_eq!(changes(&world).await.len(), 5);
}

#[tokio::test]
async fn on_is_an_ask_and_is_answered_like_one() {
    let world = World::new().await;
    let on = json!({"mode": "on", "minutes": 60, "shown": "none"});
    let answer = ordered(&world, &on).await;
    assert_eq!(answer.status(), 202, "{answer:?}");
    answer.assert_header("retry-after", "5");
    assert_eq!(answer.json_body()["phase"], "starting");
    assert_eq!(asked(&world).await, 1);
    world.bring_up("tokyo").await;
    let shown = status(&world).await["mode"]["text"].clone();
    let longer = json!({"mode": "on", "minutes": 120, "shown": shown});
    assert_eq!(ordered(&world, &longer).await.status(), 200);
}

#[tokio::test]
async fn a_date_and_time_on_the_page_is_meant_by_the_wall_clock() {
    let world = World::new().await;
    let fields = [
        ("mode", "hold"),
        ("until_local", "2026-11-24T09:00"),
        ("shown", "none"),
    ];
    assert_sent_on(
        &world.send_as(ADMIN, page_form(&fields)).await,
        "/vpn/tokyo/status",
    );
    assert_eq!(
        status(&world).await["mode"]["until"],
        "2026-11-24T00:00:00Z"
    );
}

#[tokio::test]
async fn an_order_ends_within_seven_days_and_not_in_the_past() {
    let world = World::new().await;
    for (end, is_taken) in [
        (json!({"until": "2026-11-23T01:31:01Z"}), false),
        (json!({"until": "2020-01-01T00:00:00Z"}), false),
        (json!({"until": "2026-11-30T01:31:02Z"}), false),
        (json!({"minutes": 10_081}), false),
        (json!({"minutes": i64::MAX}), false),
        (json!({"minutes": 0}), false),
        (json!({}), false),
        (
            json!({"minutes": 1, "until": "2026-11-24T00:00:00Z"}),
            false,
        ),
        (json!({"until": "2026-11-24T00:00"}), false),
        (json!({"until": "2026-11-30T10:31:01+09:00"}), true),
    ] {
        let mut body = json!({"mode": "hold", "shown": "none"});
        body.as_object_mut()
            .unwrap()
            .extend(end.as_object().unwrap().clone());
        let answer = ordered(&world, &body).await;
        assert_eq!(answer.status() == 200, is_taken, "{body}: {answer:?}");
        assert!(is_taken || answer.status() == 400, "{answer:?}");
    }
    let page = world.send_as(ADMIN, form("mode=on&minutes=10081&shown=none"));
    let page = page.await;
    assert_eq!(page.status(), 400);
    let told = "An order can last until 30 Nov 10:31 JST";
    assert!(page.body().contains(told), "{page:?}");
    assert_eq!(changes(&world).await.len(), 1);
}

#[tokio::test]
async fn a_reason_is_short_and_plain_and_off_has_one() {
    let world = World::new().await;
    let longest = "\u{1f468}".repeat(200);
    let mut shown = json!("none");
    for (mode, reason, is_taken) in [
        ("off", json!(null), false),
        ("off", json!(""), false),
        ("off", json!("   "), false),
        ("off", json!("a\nb"), false),
        ("hold", json!("a\u{7}b"), false),
        ("hold", json!("x".repeat(201)), false),
        ("hold", json!(7), false),
        ("off", json!("\u{202e}<script>alert(1)</script>"), true),
        ("hold", json!(longest), true),
        ("on", json!(null), true),
    ] {
        let body = json!({"mode": mode, "minutes": 60, "reason": reason, "shown": shown});
        let answer = ordered(&world, &body).await;
        if is_taken {
            assert!(answer.status() < 300, "{answer:?}");
            let now = status(&world).await["mode"].clone();
            assert_eq!(now["reason"], reason);
            shown = now["text"].clone();
            let page = world.send(click("/vpn/tokyo/status")).await;
            assert!(!page.body().contains("<script>a"), "{page:?}");
        } else {
            assert_eq!(answer.status(), 400, "{answer:?}");
        }
    }
    let page = form("mode=off&minutes=60&shown=none");
    let page = world.send_as(ADMIN, page).await;
    assert!(page.body().contains("A reason is needed"), "{page:?}");
}

#[tokio::test]
async fn a_get_is_the_page_before_taking_down_or_leads_to_the_status_page() {
    let world = World::new().await;
    for query in ["", "mode=on", "mode=off&mode=off", "mode=OFF", "x=off"] {
        for email in [ADMIN, "yuki@example.com"] {
            let detour = world.send_as(email, click(MODE).query(query)).await;
            assert_sent_on(&detour, "/vpn/tokyo/status");
            let program = world.send_as(email, Request::get(MODE).query(query)).await;
            assert_eq!(program.status(), 405, "{query}");
        }
    }
    assert_eq!(world.events().await, [""; 0]);
    for request in [take_down_page(), take_down_page().single()] {
        let page = world.send_as(ADMIN, request).await;
        assert_eq!(page.status(), 200);
        assert!(page.body().contains("Take the VPN down?"), "{page:?}");
    }
    let head = Request::new("HEAD", MODE).query("mode=off");
    let head = world.send_as(ADMIN, head).await;
    assert_eq!((head.status(), head.body()), (200, ""));
    let program = Request::get(MODE).query("mode=off");
    let program = world.send_as(ADMIN, program).await;
    assert_eq!(program.json_body()["phase"], "off");
    let post = order(&json!({"mode": "none", "shown": "none"})).query("mode=off");
    assert_eq!(world.send_as(ADMIN, post).await.status(), 200);
    assert_eq!(world.events().await, [""; 0]);
}

#[tokio::test]
async fn taking_down_names_who_is_cut_off_and_then_no_page_promises_the_vpn() {
    let world = World::new().await;
    world.bring_up("tokyo").await;
    world.connect("ken@example.com");
    world.clock.advance(TimeDelta::seconds(10));
    let page = world.send_as(ADMIN, take_down_page()).await;
    for text in [
        "ken@example.com",
        "yuki@example.com",
        "name=\"shown\" value=\"none\"",
    ] {
        assert!(page.body().contains(text), "{text}: {page:?}");
    }
    let off = [
        ("mode", "off"),
        ("minutes", "60"),
        ("reason", "Move"),
        ("shown", "none"),
    ];
    assert_sent_on(
        &world.send_as(ADMIN, page_form(&off)).await,
        "/vpn/tokyo/status",
    );
    let page = world.send(click("/vpn/tokyo/status")).await;
    assert!(page.body().contains("data-phase=\"stopping\""), "{page:?}");
    assert!(page.body().contains("Leave a request") && page.body().contains("Move"));
    assert!(!page.body().contains("Bring it back"));
    let kept = world.send(Request::post("/vpn/tokyo")).await;
    assert_eq!(kept.status(), 202);
    assert_eq!(kept.json_body()["phase"], "stopping");
}

#[tokio::test]
async fn a_dry_run_is_told_on_the_page() {
    let world = World::configured(&[("DRY_RUN", "true")]).await;
    for email in [ADMIN, "yuki@example.com"] {
        let page = world.send_as(email, click("/vpn/tokyo/status")).await;
        assert!(page.body().contains("This is a dry run"), "{page:?}");
    }
}
