//! Bookings: made, shown and cancelled by people and programs, and what the status page says of them.

use chrono::TimeDelta;
use sandbox::dynamo::Record;
use serde_json::{Value, json};
use testkit::example;

use crate::orders::ADMIN;
use crate::paths::{asked, assert_sent_on, click};
use crate::request::{Answer, Request};
use crate::world::World;

pub(crate) const BOOKINGS: &str = "/vpn/tokyo/bookings";
pub(crate) const STATUS: &str = "/vpn/tokyo/status";
const YUKI: &str = "yuki@example.com";

pub(crate) fn workdays(ready_by: &str) -> Value {
    json!({"days": ["mon", "tue", "wed", "thu", "fri"], "ready_by": ready_by})
}

pub(crate) fn book(body: &Value) -> Request {
    Request::post(BOOKINGS).json(body)
}

pub(crate) fn cancel(id: &str) -> Request {
    Request::post(&format!("{BOOKINGS}/{id}/cancel"))
}

pub(crate) async fn booked(world: &World, body: &Value) -> Value {
    let answer = world.send(book(body)).await;
    assert_eq!(answer.status(), 201, "{answer:?}");
    answer.json_body()
}

pub(crate) async fn mine(world: &World) -> Vec<Value> {
    let answer = world.send(Request::get(BOOKINGS)).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    answer.json_body().as_array().unwrap().clone()
}

pub(crate) fn id_of(booking: &Value) -> &str {
    booking["id"].as_str().unwrap()
}

pub(crate) async fn count(world: &World, event: &str) -> usize {
    let events = world.events().await;
    events.iter().filter(|recorded| *recorded == event).count()
}

/// The items of the lease table whose key begins so.
async fn items(world: &World, prefix: &str) -> Vec<Record> {
    let items = world.dynamo.items(example::LEASE_TABLE).await.unwrap();
    let of = |item: &Record| item.text("item").starts_with(prefix);
    items.into_iter().filter(of).collect()
}

#[tokio::test]
async fn a_program_books_and_gets_its_bookings() {
    let world = World::new().await;
    let made = booked(&world, &workdays("08:30")).await;
    assert_eq!(
        made,
        json!([{
            "id": "1da97796",
            "days": ["mon", "tue", "wed", "thu", "fri"],
            "date": null,
            "readyBy": "08:30",
            "stayUntil": null,
            // It is half past ten on Monday.
            "nextAt": "2026-11-23T23:30:00Z",
            "renewBy": "2027-01-22T01:31:01Z",
        }])
    );
    let date = json!({"date": "2026-11-23", "ready_by": "22:00", "stay_until": "01:00"});
    let both = world.send(book(&date).single()).await.json_body();
    assert_eq!(both[0]["date"], "2026-11-23");
    assert_eq!(both[0]["days"], Value::Null);
    assert_eq!(both[0]["stayUntil"], "01:00");
    assert_eq!(both[0]["nextAt"], "2026-11-23T13:00:00Z");
    assert_eq!(both[1], made[0]);
    assert_eq!(mine(&world).await, *both.as_array().unwrap());
    let single = world.send(Request::get(BOOKINGS).single()).await;
    assert_eq!(single.json_body(), both);
    assert_eq!(world.events().await, ["booking.made"; 2]);
    assert_eq!(asked(&world).await, 0);
}

#[tokio::test]
async fn bookings_are_their_owners_and_of_one_vpn() {
    let world = World::new().await;
    booked(&world, &workdays("08:30")).await;
    let hanas = world.send_as("hana@example.com", Request::get(BOOKINGS));
    assert_eq!(hanas.await.json_body(), json!([]));
    let osakas = world.send(Request::get("/vpn/osaka/bookings")).await;
    assert_eq!(osakas.json_body(), json!([]));
}

#[tokio::test]
async fn a_browser_books_by_form_and_goes_on_to_the_status_page() {
    let world = World::new().await;
    let form = "days=mon&days=wed&date=&ready_by=08%3A30&stay_until=";
    for single in [false, true] {
        let request = Request::post(BOOKINGS).html().form(form).in_mode(single);
        assert_sent_on(&world.send(request).await, STATUS);
    }
    let [booking] = &mine(&world).await[..] else {
        panic!("the same twice is one");
    };
    assert_eq!(booking["days"], json!(["mon", "wed"]));
    let page = world.send(click(STATUS)).await;
    assert!(page.body().contains("Mon, Wed, ready by 08:30"), "{page:?}");
    let records = world.records().await;
    let [record] = &records[..] else {
        panic!("one record");
    };
    for (attribute, value) in [
        ("event", "booking.made"),
        ("actor", YUKI),
        ("source_ip", "203.0.113.7"),
        ("booking_id", id_of(booking)),
        (
            "reason",
            "yuki@example.com booked the VPN: ready by 08:30 on mon, wed.",
        ),
    ] {
        assert_eq!(record.text(attribute), value);
    }
}

#[tokio::test]
async fn a_browser_that_opens_bookings_gets_the_status_page() {
    let world = World::new().await;
    assert_sent_on(&world.send(click(BOOKINGS)).await, STATUS);
    let head = world.send(Request::new("HEAD", BOOKINGS)).await;
    assert_eq!((head.status(), head.body()), (200, ""));
    let decline = "/vpn/tokyo/suggestion/decline";
    for path in [decline, "/vpn/tokyo/bookings/1da97796/cancel"] {
        assert_sent_on(&world.send(click(path)).await, STATUS);
        let program = world.send(Request::get(path)).await;
        assert_eq!(program.status(), 405);
        program.assert_header("allow", "POST");
    }
    let put = world.send(Request::new("PUT", BOOKINGS)).await;
    assert_eq!(put.status(), 405);
    put.assert_header("allow", "GET, HEAD, POST");
}

#[tokio::test]
async fn booked_within_the_lead_it_is_asked_for_at_once_and_told_to_be_late() {
    let world = World::new().await;
    // Nothing is known of starts here: a quarter of an hour is reckoned with.
    booked(&world, &workdays("10:40")).await;
    assert_eq!(asked(&world).await, 1);
    let page = world.send(click(STATUS)).await;
    assert!(page.body().contains("data-phase=\"starting\""), "{page:?}");
    let told = "You booked 10:40; it will be ready at about 10:46 JST.";
    assert!(page.body().contains(told), "{page:?}");
    assert!(page.body().contains("Book at least 15 minutes ahead"));
}

#[tokio::test]
async fn a_cancelled_booking_is_gone_and_cancelling_twice_is_once() {
    let world = World::new().await;
    let made = booked(&world, &workdays("08:30")).await;
    let id = id_of(&made[0]);
    for _ in 0..2 {
        let answer = world.send(cancel(id)).await;
        assert_eq!((answer.status(), answer.body()), (200, "[]"));
    }
    assert_eq!(count(&world, "booking.cancelled").await, 1);
    let again = booked(&world, &workdays("08:30")).await;
    assert_eq!(id_of(&again[0]), id);
    assert_sent_on(&world.send(cancel(id).html().form("")).await, STATUS);
    assert_eq!(mine(&world).await.len(), 0);
    assert_eq!(count(&world, "booking.made").await, 2);
}

#[tokio::test]
async fn cancelling_what_is_placed_leaves_what_is_under_way() {
    let world = World::new().await;
    let made = booked(&world, &workdays("10:40")).await;
    let answer = world.send(cancel(id_of(&made[0]))).await;
    assert_eq!((answer.status(), answer.body()), (200, "[]"));
    let status = world.send(Request::get(STATUS)).await.json_body();
    assert_eq!(status["phase"], "starting");
    assert_eq!(status["leases"][0]["email"], YUKI);
}

#[tokio::test]
async fn an_administrator_cancels_anybodys_and_is_shown_what_is_left() {
    let world = World::new().await;
    booked(&world, &workdays("08:30")).await;
    let made = booked(&world, &workdays("09:30")).await;
    let id = id_of(&made[0]);
    let unnamed = world.send_as(ADMIN, cancel(id)).await;
    assert_eq!(unnamed.status(), 404, "{unnamed:?}");
    let named = cancel(id).json(&json!({"email": "Yuki@Example.com"}));
    let answer = world.send_as(ADMIN, named).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(answer.json_body(), json!([made[1]]));
    let form = cancel(id_of(&made[1]))
        .html()
        .form("email=yuki%40example.com");
    assert_sent_on(&world.send_as(ADMIN, form).await, STATUS);
    assert_eq!(mine(&world).await.len(), 0);
    let records = world.records().await;
    let last = records.last().unwrap();
    assert_eq!(last.text("event"), "booking.cancelled");
    assert_eq!(last.text("actor"), ADMIN);
    assert!(last.text("reason").contains(" of yuki@example.com"));
}

/// Asks for osaka, and again after each of these days, at ten to nine.
async fn come_again_after(world: &World, days: &[i64]) {
    world.send(click("/vpn/osaka")).await;
    for days in days {
        world.clock.advance(TimeDelta::days(*days));
        world.send(click("/vpn/osaka")).await;
    }
}

/// A Tuesday, ten to nine.
async fn early() -> World {
    let world = World::new().await;
    world
        .clock
        .advance(TimeDelta::days(1) - TimeDelta::minutes(101));
    world
}

#[tokio::test]
async fn who_usually_comes_at_the_same_time_is_offered_a_booking_by_one_click() {
    let world = early().await;
    let page = "/vpn/osaka/status";
    come_again_after(&world, &[1, 1, 1]).await;
    let told = world.send(click(page)).await;
    assert!(!told.body().contains("id=\"suggestion\""), "{told:?}");
    world.clock.advance(TimeDelta::days(3));
    world.send(click("/vpn/osaka")).await;
    let offered = "You usually come at about 08:50. Have it ready by 08:45 on workdays?";
    // Whoever looks: a page that updates itself shows what a visit shows.
    let look = Request::get(page).html().header("sec-fetch-mode", "cors");
    for request in [click(page), look] {
        let told = world.send(request).await;
        assert!(told.body().contains(offered), "{told:?}");
    }
    let accept = "days=mon&days=tue&days=wed&days=thu&days=fri&ready_by=08%3A45";
    let accept = Request::post("/vpn/osaka/bookings").html().form(accept);
    assert_sent_on(&world.send(accept).await, page);
    let told = world.send(click(page)).await;
    assert!(!told.body().contains(offered), "{told:?}");
    assert!(told.body().contains("Mon–Fri, ready by 08:45"), "{told:?}");
}

#[tokio::test]
async fn a_suggestion_that_is_declined_does_not_come_again() {
    let world = early().await;
    come_again_after(&world, &[1, 1, 1, 3]).await;
    let page = || click("/vpn/osaka/status");
    assert!(
        world
            .send(page())
            .await
            .body()
            .contains("id=\"suggestion\"")
    );
    let decline = || Request::post("/vpn/osaka/suggestion/decline");
    assert_sent_on(
        &world.send(decline().html().form("")).await,
        "/vpn/osaka/status",
    );
    assert!(
        !world
            .send(page())
            .await
            .body()
            .contains("id=\"suggestion\"")
    );
    let program = world.send(decline().single()).await;
    assert_eq!((program.status(), program.body()), (204, ""));
    // No other use is made of it: it is no event.
    assert!(
        !world
            .events()
            .await
            .iter()
            .any(|event| event.contains("suggestion"))
    );
}

async fn renewed_at(world: &World) -> String {
    let bookings = items(world, "booking#").await;
    bookings[0].text("renewed_at").to_owned()
}

#[tokio::test]
async fn a_visit_of_the_page_renews_bookings_and_nothing_else_does() {
    let world = World::new().await;
    booked(&world, &workdays("08:30")).await;
    let made = renewed_at(&world).await;
    world.clock.advance(TimeDelta::days(47));
    let json = Request::get(STATUS);
    let script = Request::get(STATUS).html().header("sec-fetch-mode", "cors");
    let prefetch = click(STATUS).header("sec-purpose", "prefetch");
    let head = Request::new("HEAD", STATUS).html();
    let list = Request::get(BOOKINGS);
    for request in [json, script.clone(), prefetch, head, list] {
        assert_eq!(world.send(request).await.status(), 200);
        assert_eq!(renewed_at(&world).await, made);
    }
    let told = world.send(script).await;
    assert!(told.body().contains("so it ends on Fri 22 Jan"), "{told:?}");
    let told = world.send(click(STATUS)).await;
    let kept = "it would have ended on Fri 22 Jan. Your visit keeps it.";
    assert!(told.body().contains(kept), "{told:?}");
    assert_eq!(renewed_at(&world).await, "2027-01-09T01:31:01Z");
    let told = world.send(click(STATUS)).await;
    assert!(!told.body().contains("22 Jan"), "{told:?}");
}

#[tokio::test]
async fn the_status_page_costs_two_reads_more_and_json_none() {
    let world = World::new().await;
    let reads = |calls: Vec<String>| {
        let is_read = |call: &&String| matches!(call.as_str(), "Query" | "GetItem");
        calls.iter().filter(is_read).count()
    };
    world.send(Request::get(STATUS)).await;
    world.take_calls();
    world.send(Request::get(STATUS)).await;
    let json = reads(world.take_calls());
    world.send(click(STATUS)).await;
    let page = reads(world.take_calls());
    assert_eq!((json, page), (1, 3), "bookings, and what is remembered");
}

#[tokio::test]
async fn an_order_that_holds_a_booking_up_is_told() {
    let world = World::new().await;
    let hold = json!({"mode": "hold", "minutes": 60, "shown": "none"});
    let order = Request::post("/vpn/tokyo/mode").json(&hold);
    assert_eq!(world.send_as(ADMIN, order).await.status(), 200);
    booked(&world, &workdays("10:40")).await;
    assert_eq!(asked(&world).await, 0);
    let page = world.send(click(STATUS)).await;
    let told = "It is due now, but an administrator’s order keeps the VPN off.";
    assert!(page.body().contains(told), "{page:?}");
}

#[tokio::test]
async fn what_is_booked_at_the_same_time_never_exceeds_five() {
    let world = World::new().await;
    let post = async |minute: u32| -> Answer {
        let body = workdays(&format!("08:{minute:02}"));
        world.send(book(&body)).await
    };
    let answers: [Answer; 10] = tokio::join!(
        post(0),
        post(1),
        post(2),
        post(3),
        post(4),
        post(5),
        post(6),
        post(7),
        post(8),
        post(9),
    )
    .into();
    for answer in &answers {
        assert!(matches!(answer.status(), 201 | 400 | 503), "{answer:?}");
        assert_eq!(
            answer.status() == 503,
            answer.header("retry-after").is_some()
        );
    }
    assert_eq!(mine(&world).await.len(), 5);
    assert_eq!(count(&world, "booking.made").await, 5);
    let made = answers.iter().filter(|answer| answer.status() == 201);
    assert_eq!(made.count(), 5);
}
