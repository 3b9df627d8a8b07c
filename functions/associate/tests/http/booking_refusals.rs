//! Bookings that are not made or not cancelled: malformed, impossible, too many, another's, or with no table in reach.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::bookings::{BOOKINGS, STATUS, book, booked, cancel, count, id_of, mine, workdays};
use crate::paths::click;
use crate::request::{Answer, Request};
use crate::world::World;

const HANA: &str = "hana@example.com";

fn detail(answer: &Answer) -> String {
    answer.json_body()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_malformed_is_400_with_a_reason_and_books_nothing() {
    let world = World::new().await;
    let long = format!("days=mon&ready_by={}", "0".repeat(60_000));
    let often = format!("{}&ready_by=08:30", "days=mon&days=no".repeat(100));
    for (body, told) in [
        ("", "exactly one of `days`"),
        ("ready_by=08:30", "exactly one of `days`"),
        ("days=&ready_by=08:30", "exactly one of `days`"),
        ("days=mon&date=2026-12-01&ready_by=08:30", "exactly one"),
        ("days=monday&ready_by=08:30", "`days` are `mon`"),
        ("days=mon%0d%0a&ready_by=08:30", "`days` are `mon`"),
        ("days=%F0%9F%98%80&ready_by=08:30", "`days` are `mon`"),
        ("days=mon", "`ready_by` is not"),
        ("days=mon&ready_by=24:00", "`ready_by` is not"),
        ("days=mon&ready_by=8:30", "`ready_by` is not"),
        ("days=mon&ready_by=08:30%00", "`ready_by` is not"),
        (
            "days=mon&ready_by=%D9%A0%D9%A8:%D9%A3%D9%A0",
            "`ready_by` is",
        ),
        (&long, "`ready_by` is not"),
        (&long.repeat(2), "longer than 64 KiB"),
        (&often, "`days` are `mon`"),
        ("days=mon&ready_by=08:30&ready_by=09:30", "more than once"),
        (
            "days=mon&ready_by=08:30&stay_until=9",
            "`stay_until` is not",
        ),
        ("date=2026-02-30&ready_by=08:30", "`date` is not"),
        ("date=26-12-01&ready_by=08:30", "`date` is not"),
        ("date=2026-11-23&ready_by=10:31", "has passed"),
        ("date=2020-01-01&ready_by=08:30", "has passed"),
        ("date=-2026-12-01&ready_by=08:30", "has passed"),
        ("days=mon&ready_by=08:30&stay_until=20:31", "12 hours"),
        ("days=mon&ready_by=08:30&stay_until=08:30", "12 hours"),
    ] {
        let answer = world.send(Request::post(BOOKINGS).form(body)).await;
        assert_eq!(answer.status(), 400, "{body:.80}: {answer:?}");
        answer.assert_header("content-type", "application/problem+json");
        assert!(detail(&answer).contains(told), "{body:.80}: {answer:?}");
    }
    for body in [
        "[]",
        "{",
        "null",
        r#"{"days":"mon","ready_by":"08:30"}"#,
        r#"{"days":[["mon"]],"ready_by":"08:30"}"#,
        r#"{"days":["mon"],"ready_by":"\u0660\u0668:30"}"#,
    ] {
        let json = Request::post(BOOKINGS).header("content-type", "application/json");
        let answer = world.send(json.body(body)).await;
        assert_eq!(answer.status(), 400, "{body}: {answer:?}");
    }
    let text = Request::post(BOOKINGS).header("content-type", "text/plain");
    let text = world.send(text.body("days=mon&ready_by=08:30")).await;
    assert_eq!(text.status(), 400);
    assert_eq!(mine(&world).await, [] as [Value; 0]);
    assert_eq!(world.events().await, [""; 0]);
}

#[tokio::test]
async fn the_longest_and_the_last_possible_are_booked() {
    let world = World::new().await;
    for body in [
        json!({"days": ["mon"], "ready_by": "08:30", "stay_until": "20:30"}),
        json!({"date": "2026-11-23", "ready_by": "10:32"}),
        json!({"date": "9999-12-31", "ready_by": "23:59", "stay_until": "00:30"}),
        json!({"days": vec!["tue"; 100], "ready_by": "00:00"}),
    ] {
        booked(&world, &body).await;
    }
    assert_eq!(mine(&world).await.len(), 4);
}

#[tokio::test]
async fn a_person_reads_on_a_page_why_nothing_was_booked() {
    let world = World::new().await;
    for (body, told) in [
        ("ready_by=08:30", "No day is chosen"),
        ("date=2026-11-23&ready_by=08:30", "This time has passed"),
        (
            "days=mon&ready_by=08:30&stay_until=08:00",
            "up to 12 hours after",
        ),
    ] {
        let page = world.send(Request::post(BOOKINGS).html().form(body)).await;
        assert_eq!(page.status(), 400);
        assert!(page.body().contains(told), "{page:?}");
        assert!(page.body().contains("href=\"/vpn/tokyo/status\""));
    }
    let japanese = Request::post(BOOKINGS).html().form("ready_by=08:30");
    let japanese = world.send(japanese.header("accept-language", "ja")).await;
    assert!(japanese.body().contains("曜日が選ばれていません"));
}

#[tokio::test]
async fn a_sixth_booking_is_refused_until_one_is_cancelled() {
    let world = World::new().await;
    let mut made = Value::Null;
    for hour in 11..16 {
        made = booked(&world, &workdays(&format!("{hour}:00"))).await;
    }
    let sixth = workdays("16:00");
    let answer = world.send(book(&sixth)).await;
    assert_eq!(answer.status(), 400);
    assert!(detail(&answer).contains("5 bookings"), "{answer:?}");
    let form = "days=mon&ready_by=16:00";
    let page = world.send(Request::post(BOOKINGS).html().form(form)).await;
    assert!(page.body().contains("Too many bookings"), "{page:?}");
    // One that is there already is no sixth.
    booked(&world, &workdays("11:00")).await;
    let page = world.send(click(STATUS)).await;
    assert!(page.body().contains("You have 5 bookings here"), "{page:?}");
    let cancelled = world.send(cancel(id_of(&made[0]))).await;
    assert_eq!(cancelled.status(), 200);
    booked(&world, &sixth).await;
    assert_eq!(mine(&world).await.len(), 5);
}

#[tokio::test]
async fn an_employee_cancels_no_booking_of_anothers_and_each_attempt_is_on_record_once_an_hour() {
    let world = World::new().await;
    let made = booked(&world, &workdays("08:30")).await;
    let id = id_of(&made[0]);
    assert_eq!(world.send_as(HANA, cancel(id)).await.status(), 404);
    for _ in 0..2 {
        let named = cancel(id).json(&json!({"email": "yuki@example.com"}));
        let answer = world.send_as(HANA, named).await;
        assert_eq!(answer.status(), 403, "{answer:?}");
        let form = cancel(id).html().form("email=yuki%40example.com");
        let page = world.send_as(HANA, form).await;
        assert_eq!(page.status(), 403);
        assert!(page.body().contains("Only administrators cancel"));
    }
    let records = world.records().await;
    let denied: Vec<_> = records
        .iter()
        .filter(|record| record.text("event") == "access.denied")
        .collect();
    let [denied] = &denied[..] else {
        panic!("{denied:?}");
    };
    assert_eq!(denied.text("actor"), HANA);
    assert_eq!(
        denied.text("reason"),
        "hana@example.com is not permitted to cancel the bookings of others."
    );
    world.clock.advance(TimeDelta::hours(1));
    let named = cancel(id).json(&json!({"email": "yuki@example.com"}));
    world.send_as(HANA, named).await;
    assert_eq!(count(&world, "access.denied").await, 2);
    assert_eq!(mine(&world).await.len(), 1);
    // Who names themselves names nobody else.
    let own = cancel(id).form("email=YUKI%40example.com");
    assert_eq!(world.send(own).await.status(), 200);
}

#[tokio::test]
async fn an_id_that_is_none_or_unknown_is_404_and_a_malformed_owner_400() {
    let world = World::new().await;
    booked(&world, &workdays("08:30")).await;
    let long = "a".repeat(4_000);
    for id in [
        "00000000",
        "1DA97796",
        "1da9779",
        "1da977966",
        "1da9779g",
        "..",
        "%31da97796",
        "",
        &long,
    ] {
        let answer = world.send(cancel(id)).await;
        assert_eq!(answer.status(), 404, "{id:.20}: {answer:?}");
    }
    let page = world.send(cancel("00000000").html().form("")).await;
    assert_eq!(page.status(), 404);
    assert!(page.body().contains("No such booking"), "{page:?}");
    for email in ["yuki", "a@b@c", "yuki@example.com\u{7}", &long] {
        let named = cancel("1da97796").json(&json!({"email": email}));
        let answer = world.send_as("admin@example.com", named).await;
        assert_eq!(answer.status(), 400, "{email:.20}: {answer:?}");
    }
    assert_eq!(mine(&world).await.len(), 1);
}

/// Each request is wrong in all the ways that follow its own, so the order shows.
#[tokio::test]
async fn refusals_of_bookings_come_in_the_order_401_404_405_403_400() {
    let world = World::new().await;
    let wrong = |method: &str, path: &str| {
        Request::new(method, path)
            .header("sec-fetch-site", "cross-site")
            .json(&json!({"days": 1}))
    };
    let cancelling = "/vpn/tokyo/bookings/1da97796/cancel";
    let declining = "/vpn/tokyo/suggestion/decline";
    for path in [BOOKINGS, cancelling, declining] {
        let unsigned = world.send_bare(wrong("PUT", path)).await;
        assert_eq!(unsigned.status(), 401);
        let stranger = "mallory@elsewhere.test";
        let missing = world.send_as(stranger, wrong("PUT", &format!("{path}/x")));
        assert_eq!(missing.await.status(), 404);
        let method = world.send_as(stranger, wrong("PUT", path)).await;
        assert_eq!(method.status(), 405);
        let denied = world.send_as(stranger, wrong("POST", path)).await;
        assert_eq!(denied.status(), 403);
        let elsewhere = world.send(wrong("POST", path)).await;
        assert_eq!(elsewhere.status(), 403);
    }
    assert_eq!(world.events().await, ["access.denied"]);
}

#[tokio::test]
async fn with_no_table_in_reach_it_is_503() {
    let world = World::new().await;
    let made = booked(&world, &workdays("08:30")).await;
    let transact = "TransactWriteItems";
    world.tables_fail(Some(transact), "ProvisionedThroughputExceededException");
    for request in [book(&workdays("09:30")), cancel(id_of(&made[0]))] {
        let answer = world.send(request).await;
        assert_eq!(answer.status(), 503, "{answer:?}");
        answer.assert_header("retry-after", "5");
    }
    let form = "days=mon&ready_by=09:30";
    let page = world.send(Request::post(BOOKINGS).html().form(form)).await;
    assert_eq!(page.status(), 503);
    assert!(
        page.body()
            .contains("It is not certain that this was recorded")
    );
    assert_eq!(mine(&world).await.len(), 1);
    world.tables_fail(None, "ProvisionedThroughputExceededException");
    for request in [
        Request::get(BOOKINGS),
        Request::post("/vpn/tokyo/suggestion/decline"),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.status(), 503, "{answer:?}");
        answer.assert_header("retry-after", "5");
    }
}

#[tokio::test]
async fn a_page_whose_bookings_cannot_be_read_shows_the_rest() {
    let world = World::new().await;
    booked(&world, &workdays("08:30")).await;
    // Only what is remembered of the viewer is read so.
    world.tables_fail(Some("GetItem"), "ProvisionedThroughputExceededException");
    let page = world.send(click(STATUS)).await;
    assert_eq!(page.status(), 200, "{page:?}");
    assert!(
        page.body()
            .contains("Your bookings cannot be shown right now.")
    );
    assert!(page.body().contains("id=\"ask\""));
    assert!(!page.body().contains("ready by 08:30"), "{page:?}");
}
