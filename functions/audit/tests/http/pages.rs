//! What the pages answer, and what an export leaves behind.

use serde_json::json;
use testkit::example;

use crate::world::{ADMIN, AUDITOR, EMPLOYEE, EVENT_ID, HOSTILE, Request, World, assert_problem};

fn of_the_record(page: &str) -> String {
    format!("/audit/{page}/{}/{EVENT_ID}", example::TOKYO)
}

#[tokio::test]
async fn programs_get_records_with_all_that_they_hold() {
    let world = World::new().await;
    world.put_a_record().await;
    let log = world.send(Request::get("/audit/records")).await.json_body();
    assert_eq!(log["next"], json!(null));
    assert!(log["searchedBackTo"].is_string());
    let record = &log["records"][0];
    for (name, value) in [
        ("endpointId", json!(example::TOKYO)),
        ("endpointName", json!("tokyo")),
        ("eventId", json!(EVENT_ID)),
        ("event", json!("association.requested")),
        ("actor", json!(EMPLOYEE)),
        ("reason", json!(HOSTILE)),
        ("userAgent", json!(HOSTILE)),
        ("stay", json!(1)),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    let one = world.send(Request::get(&of_the_record("records"))).await;
    assert_eq!(one.json_body()["record"], *record);
    let stay = world.send(Request::get(&of_the_record("stays"))).await;
    assert_eq!(stay.json_body()["steps"][0]["chapter"], "asked");
    let now = world.send(Request::get("/audit")).await.json_body();
    assert_eq!(now["endpoints"][0]["phase"], "off");
    assert_eq!(now["records"][0], *record);
    let used = world.send(Request::get("/audit/use")).await.json_body();
    assert_eq!(used["from"], "2026-11-01");
    assert_eq!(used["endpoints"][0]["stays"], 0);
}

#[tokio::test]
async fn no_page_says_a_record_unescaped() {
    let world = World::new().await;
    world.put_a_record().await;
    for path in [
        "/audit".to_owned(),
        "/audit/records".to_owned(),
        of_the_record("records"),
        of_the_record("stays"),
    ] {
        let page = world.send(Request::get(&path).html()).await;
        assert_eq!(page.status(), 200, "{path}");
        page.assert_header("content-type", "text/html; charset=utf-8");
        assert!(page.body().contains("alert(1)"), "{path}");
        assert!(!page.body().contains("<script>"), "{path}");
    }
}

#[tokio::test]
async fn a_record_that_is_not_there_is_404() {
    let world = World::new().await;
    for page in ["records", "stays"] {
        assert_problem(&world.send(Request::get(&of_the_record(page))).await, 404);
    }
}

#[tokio::test]
async fn each_part_of_an_export_is_on_record_before_it_is_handed_out() {
    let world = World::new().await;
    world.put_a_record().await;
    let csv = Request::get("/audit/records.csv").query("endpoint=tokyo&text=evil");
    let part = world.send_as(AUDITOR, csv.clone()).await;
    part.assert_header("content-type", "text/csv; charset=utf-8");
    assert!(part.body().starts_with('\u{feff}'), "{part:?}");
    // Made harmless, and quoted.
    assert!(
        part.body()
            .contains("\"'=HYPERLINK(\"\"https://evil.test\"\")"),
        "{part:?}"
    );
    let records = world.records().await;
    let exported: Vec<_> = records
        .iter()
        .filter(|it| it.text("event") == "audit.exported")
        .collect();
    assert_eq!(exported.len(), 1);
    for (attribute, value) in [
        ("endpoint_id", "-"),
        ("actor", AUDITOR),
        ("actor_sub", "sub-1"),
        (
            "reason",
            "auditor@example.com fetched 1 records: /audit/records.csv?endpoint=tokyo&text=evil",
        ),
    ] {
        assert_eq!(exported[0].text(attribute), value, "{attribute}");
    }

    let head = Request::new("HEAD", "/audit/records.jsonl");
    assert_eq!(world.send(head).await.status(), 200);
    assert_eq!(world.records().await.len(), records.len());

    world.writes_fail();
    assert_problem(&world.send_as(ADMIN, csv).await, 503);
}
