//! The sample events in `events/associate`: each gets the answer that its name promises.

use std::path::Path;

use serde_json::Value;

use crate::request::Answer;
use crate::world::World;

async fn send(world: &World, name: &str) -> Answer {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/associate");
    let text = std::fs::read_to_string(events.join(name)).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap();
    world.send_event(event, true).await
}

#[tokio::test]
async fn a_click_asks_and_leads_to_the_status_page() {
    let world = World::new().await;
    let answer = send(&world, "click.json").await;
    assert_eq!(answer.status(), 303);
    answer.assert_header("location", "/vpn/tokyo/status");
    assert!(
        world
            .events()
            .await
            .contains(&"association.requested".to_owned())
    );
}

#[tokio::test]
async fn a_json_client_asks_and_gets_202() {
    let world = World::new().await;
    let answer = send(&world, "json-client.json").await;
    assert_eq!(answer.status(), 202);
    assert_eq!(answer.json_body()["phase"], "starting");
}

#[tokio::test]
async fn a_health_check_is_ok() {
    let world = World::new().await;
    let answer = send(&world, "health-check.json").await;
    assert_eq!((answer.status(), answer.body()), (200, "200 ok"));
}

#[tokio::test]
async fn a_prefetch_sees_the_status_and_asks_for_nothing() {
    let world = World::new().await;
    let answer = send(&world, "prefetch.json").await;
    assert_eq!(answer.status(), 200);
    assert!(answer.body().contains("data-phase=\"off\""));
    assert_eq!(world.events().await, [""; 0]);
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let world = World::new().await;
    let answer = send(&world, "forged-token.json").await;
    assert_eq!(answer.status(), 401);
    assert_eq!(world.events().await, [""; 0]);
}

#[tokio::test]
async fn an_order_is_given_once_and_not_by_an_employee() {
    let world = World::new().await;
    let refused = send(&world, "order-by-an-employee.json").await;
    assert_eq!(refused.status(), 403);
    let given = send(&world, "order.json").await;
    assert_eq!(given.status(), 200);
    assert_eq!(given.json_body()["mode"]["mode"], "hold");
    assert_eq!(send(&world, "order.json").await.status(), 409);
    assert_eq!(world.events().await, ["access.denied", "mode.changed"]);
}

#[tokio::test]
async fn the_page_before_taking_down_is_for_an_administrator() {
    let world = World::new().await;
    let page = send(&world, "take-down-page.json").await;
    assert_eq!(page.status(), 200);
    assert!(page.body().contains("Take the VPN down?"));
}

#[tokio::test]
async fn a_booking_is_made_shown_and_cancelled() {
    let world = World::new().await;
    let made = send(&world, "book.json").await;
    assert_eq!(made.status(), 201);
    let shown = send(&world, "bookings.json").await;
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.json_body(), made.json_body());
    assert_eq!(shown.json_body()[0]["readyBy"], "08:30");
    let cancelled = send(&world, "cancel-booking.json").await;
    assert_eq!((cancelled.status(), cancelled.body()), (200, "[]"));
    assert_eq!(world.events().await, ["booking.made", "booking.cancelled"]);
}

#[tokio::test]
async fn a_suggestion_is_declined_by_a_browser() {
    let world = World::new().await;
    let answer = send(&world, "decline-suggestion.json").await;
    assert_eq!(answer.status(), 303);
    answer.assert_header("location", "/vpn/tokyo/status");
}

/// Each sample is tested above.
#[test]
fn there_is_no_sample_without_a_promise() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/associate");
    let mut names: Vec<String> = std::fs::read_dir(events)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let tested = [
        "book.json",
        "bookings.json",
        "cancel-booking.json",
        "click.json",
        "decline-suggestion.json",
        "forged-token.json",
        "health-check.json",
        "json-client.json",
        "order-by-an-employee.json",
        "order.json",
        "prefetch.json",
        "take-down-page.json",
    ];
    assert_eq!(names, tested);
}
