//! What employees come for: up, connected, longer, done.

use chrono::TimeDelta;
use serde_json::json;

use crate::desk::{Desk, HANA};

const ASKED: &str = "association.requested";

#[tokio::test]
async fn from_the_first_click_to_ready_no_action_is_needed() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    assert!(
        page.client
            .title()
            .await
            .unwrap()
            .starts_with("Getting ready – tokyo")
    );
    desk.pass(TimeDelta::minutes(6));
    page.phase("ready").await;

    assert_eq!(page.headline().await, "Ready to connect");
    assert!(
        page.client
            .title()
            .await
            .unwrap()
            .starts_with("Ready to connect – tokyo")
    );
    let announced = page
        .run("return document.getElementById('live').textContent")
        .await;
    assert_eq!(announced, json!("Ready to connect"));
    assert!(page.has("link[rel=icon][href*='/ready-']").await);
    let path = page.client.current_url().await.unwrap().path().to_owned();
    assert_eq!(path, "/vpn/tokyo/status");
    assert_eq!(desk.count(ASKED).await, 1);

    // Not one click: connecting is seen, too.
    desk.connect(HANA);
    desk.pass(TimeDelta::seconds(10));
    page.until("document.querySelector('h1').textContent === 'You are connected'")
        .await;
    desk.clear().await;
}

#[tokio::test]
async fn reloading_and_restoring_a_tab_ask_for_nothing() {
    let desk = Desk::set().await;
    let client = &desk.browser.client;
    desk.sign_in("/vpn/tokyo").await;
    desk.browser.phase("starting").await;
    client.refresh().await.unwrap();
    desk.browser.phase("starting").await;
    // A tab is restored by its address; going back finds no page that asks, either.
    let restored = client.current_url().await.unwrap();
    let tab = client.new_window(true).await.unwrap();
    client.switch_to_window(tab.handle).await.unwrap();
    client.goto(restored.as_str()).await.unwrap();
    desk.browser.phase("starting").await;
    client.goto(&desk.url("/help")).await.unwrap();
    client.back().await.unwrap();
    desk.browser.phase("starting").await;
    assert_eq!(desk.count(ASKED).await, 1);
    desk.clear().await;
}

#[tokio::test]
async fn a_page_is_one_request_and_at_most_three_for_its_assets_which_are_cached() {
    let desk = Desk::set().await;
    desk.ready().await;
    let page = &desk.browser;
    let loads = "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]; \
                 const first = all.filter((e) => e.initiatorType !== 'fetch'); \
                 return first.map((e) => [new URL(e.name).pathname, e.decodedBodySize, e.transferSize])";
    page.client.refresh().await.unwrap();
    page.phase("ready").await;
    let loaded = page.run(loads).await;
    let loaded = loaded.as_array().unwrap();
    let paths: std::collections::BTreeSet<&str> = loaded
        .iter()
        .map(|load| load[0].as_str().unwrap())
        .collect();
    assert!(paths.len() <= 4, "{paths:?}");
    let bytes: u64 = loaded.iter().map(|load| load[1].as_u64().unwrap()).sum();
    assert!(bytes > 10_000 && bytes < 30_000, "{loaded:?}");
    // Seen before, an asset is not fetched again.
    for asset in loaded
        .iter()
        .filter(|load| load[0].as_str().unwrap().starts_with("/assets/"))
    {
        assert_eq!(asset[2], 0, "{asset}");
    }
    desk.clear().await;
}

#[tokio::test]
async fn one_stays_longer_by_a_span_or_until_a_time_and_is_done() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.ready().await;
    page.submit("#extend-180").await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await,
        Some(desk.ahead(TimeDelta::hours(3)))
    );

    let select = page.wait_for("#until").await;
    select.select_by_label("12:30").await.unwrap();
    page.submit("#extend-until").await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await.as_deref(),
        Some("2026-11-23T03:30:00Z")
    );
    page.wait_for("main time[datetime='2026-11-23T03:30:00Z']")
        .await;
    assert!(page.text().await.contains("until 12:30 JST"));
    assert_eq!(desk.count("lease.extended").await, 2);

    assert!(page.text().await.contains("No one else has asked for it"));
    page.submit("#done").await;
    page.phase("ready").await;
    assert_eq!(desk.count("lease.released").await, 1);
    assert!(!page.has("#done").await);
    // Once a look has answered the extensions, which were asks, too.
    desk.pass_and_look(TimeDelta::seconds(10)).await;
    page.until("document.body.innerText.includes('Everyone who asked for it is done.')")
        .await;
    desk.clear().await;
}

#[tokio::test]
async fn the_profile_is_a_file_with_the_endpoints_name_and_ec2s_content() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/osaka/status").await;
    page.phase("off").await;
    page.click("#profile").await;
    let file = page.downloads.path().join("osaka.ovpn");
    page.until_on_disk(&file).await;
    let profile = std::fs::read_to_string(file).unwrap();
    let expected = page
        .client
        .execute_async(
            "const done = arguments[0]; fetch('/vpn/osaka/profile').then((a) => a.text()).then(done)",
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(json!(profile), expected);
    for line in ["client", "remote cvpn-endpoint-0b1b2c3d4e5f60718"] {
        assert!(profile.contains(line), "{profile}");
    }
    page.phase("off").await;
    assert_eq!(desk.count("profile.downloaded").await, 2);
    desk.clear().await;
}

#[tokio::test]
async fn one_of_several_endpoints_is_chosen_and_only_then_asked_for() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/").await;
    page.wait_for("a[href='/vpn/tokyo/status']").await;
    page.submit("a[href='/vpn/osaka/status']").await;
    page.phase("off").await;
    assert_eq!(desk.events().await, [""; 0]);
    page.submit("nav a[href='/']").await;
    page.submit("form[action='/vpn/osaka'] button").await;
    page.phase("starting").await;
    assert_eq!(page.wait_for(".name").await.text().await.unwrap(), "osaka");
    assert_eq!(desk.events().await[0], ASKED);
    desk.clear().await;
}

#[tokio::test]
async fn a_click_while_it_goes_down_brings_it_back_by_itself() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.stopping().await;
    assert_eq!(page.headline().await, "Shutting down");
    page.submit("#ask").await;
    page.wait_for("main[data-phase=stopping][data-awaited]")
        .await;
    assert_eq!(page.headline().await, "Coming back");
    assert!(
        page.text()
            .await
            .contains("it comes back by itself, probably between")
    );
    desk.pass_and_look(TimeDelta::minutes(5)).await;
    page.phase("starting").await;
    desk.come_up().await;
    assert_eq!(desk.count("association.completed").await, 2);
    // A look while a sweep reads EC2, and nothing recent is known, is told to come back.
    desk.clear_after(|message| message.contains("503")).await;
}
