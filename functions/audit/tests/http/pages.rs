//! What the pages answer, and what an export leaves behind.

use serde_json::json;
use shared::model::{BookedOn, BookedTimes, Booking, WORKDAYS, time_of_day};
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

fn booking(world: &World, owner: &str, ready_by: &str) -> Booking {
    let times = BookedTimes {
        on: BookedOn::Days(WORKDAYS),
        ready_by: time_of_day(ready_by).unwrap(),
        stay_until: time_of_day("18:00").ok(),
    };
    Booking {
        email: owner.parse().unwrap(),
        id: times.id(),
        times,
        placed_for: None,
        created_at: world.now(),
        renewed_at: world.now(),
        ended_at: None,
    }
}

#[tokio::test]
async fn programs_get_bookings_that_stand_with_their_attributes() {
    let world = World::new().await;
    let late = booking(&world, EMPLOYEE, "11:00");
    world.put_booking(&late).await;
    let soon = booking(&world, "hana@example.com", "10:45");
    world.put_booking(&soon).await;
    let ended = Booking {
        ended_at: Some(world.now()),
        ..booking(&world, "ken@example.com", "10:45")
    };
    world.put_booking(&ended).await;
    let now = world.send(Request::get("/audit")).await.json_body();
    let [tokyo, osaka] = [&now["endpoints"][0], &now["endpoints"][1]];
    let told = |email: &str, booking: &Booking, ready_by: &str, next_at: &str| {
        json!({
            "email": email, "id": booking.id.as_str(), "days": ["mon", "tue", "wed", "thu", "fri"],
            "date": null, "readyBy": ready_by, "stayUntil": "18:00", "placedFor": null,
            "createdAt": "2026-11-23T01:31:01Z", "renewedAt": "2026-11-23T01:31:01Z",
            "nextAt": next_at, "renewBy": "2027-01-22T01:31:01Z",
        })
    };
    assert_eq!(
        tokyo["bookings"],
        json!([
            told("hana@example.com", &soon, "10:45", "2026-11-23T01:45:00Z"),
            told(EMPLOYEE, &late, "11:00", "2026-11-23T02:00:00Z"),
        ])
    );
    assert_eq!(tokyo["bookingsCount"], 2);
    assert_eq!(
        (&osaka["bookings"], &osaka["bookingsCount"]),
        (&json!([]), &json!(0))
    );
    let cancel = format!("action=\"/vpn/tokyo/bookings/{}/cancel\"", soon.id);
    for (who, may_cancel) in [(ADMIN, true), (AUDITOR, false)] {
        let page = world.send_as(who, Request::get("/audit").html()).await;
        assert!(page.body().contains("hana@example.com"), "{who}");
        assert_eq!(page.body().contains(&cancel), may_cancel, "{who}");
    }
}

#[tokio::test]
async fn of_very_many_bookings_those_that_come_next_are_told() {
    let world = World::new().await;
    for n in 0..501 {
        let ready_by = if n == 7 { "10:45" } else { "11:00" };
        world
            .put_booking(&booking(&world, &format!("p{n}@example.com"), ready_by))
            .await;
    }
    let answer = world.send(Request::get("/audit")).await;
    let tokyo = &answer.json_body()["endpoints"][0];
    let bookings = tokyo["bookings"].as_array().unwrap();
    assert_eq!(
        (bookings.len(), &tokyo["bookingsCount"]),
        (500, &json!(501))
    );
    assert_eq!(bookings[0]["email"], "p7@example.com");
    let page = world.send(Request::get("/audit").html()).await;
    for answer in [answer, page] {
        let bytes = answer.json.to_string().len();
        assert!(bytes < 700_000, "{bytes} bytes");
    }
}

#[tokio::test]
async fn a_record_is_read_once_for_its_page() {
    let world = World::new().await;
    world.put_a_record().await;
    let answer = world.send(Request::get(&of_the_record("records"))).await;
    assert_eq!(answer.status(), 200);
    let calls = world.take_calls();
    assert_eq!(
        calls.iter().filter(|call| *call == "GetItem").count(),
        1,
        "{calls:?}"
    );
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
