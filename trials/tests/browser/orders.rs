//! Administrators' orders: given, seen by employees, taken back.

use chrono::TimeDelta;

use crate::browser::{Browser, Habits};
use crate::desk::{Desk, HANA};

const ADMIN: &str = "admin@example.com";

/// What each language calls things.
struct Words {
    language: &'static str,
    not_started: &'static str,
    kept_off: &'static str,
    leave: &'static str,
    take_down: &'static str,
    shutting_down: &'static str,
    taken_down: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    not_started: "Not started until 11:31 JST",
    kept_off: "Kept off by an administrator",
    leave: "Leave a request",
    take_down: "Take the VPN down?",
    shutting_down: "Shutting down",
    taken_down: "Taken down and kept off until 24 Nov 09:00 JST",
};

const JAPANESE: Words = Words {
    language: "ja",
    not_started: "11:31 JST まで、起動しません",
    kept_off: "管理者が停止しています",
    leave: "利用の申し込み",
    take_down: "VPN を停止しますか？",
    shutting_down: "停止処理中です",
    taken_down: "11月24日 09:00 JST まで、停止しておきます",
};

#[tokio::test]
async fn an_order_is_given_seen_and_taken_back_in_english() {
    given_seen_and_taken_back(&ENGLISH).await;
}

#[tokio::test]
async fn an_order_is_given_seen_and_taken_back_in_japanese() {
    given_seen_and_taken_back(&JAPANESE).await;
}

async fn given_seen_and_taken_back(words: &Words) {
    let desk = Desk::with(Habits {
        languages: words.language,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    let called = |what: &str| format!("{} {what}", words.language);
    desk.sign_in_as(ADMIN, "/vpn/tokyo/status").await;
    page.phase("off").await;
    page.assert_accessible(&called("orders")).await;
    page.click("#order-hold").await;
    let reason = page.wait_for("#order-reason").await;
    reason.send_keys("<b>Maintenance</b>").await.unwrap();
    page.submit("#order-60").await;
    assert_seen(
        page,
        &[
            words.not_started,
            words.kept_off,
            "<b>Maintenance</b>",
            ADMIN,
        ],
    )
    .await;
    page.assert_accessible(&called("ordered")).await;

    desk.sign_in_as(HANA, "/vpn/tokyo/status").await;
    page.phase("off").await;
    let seen = [
        words.not_started,
        words.kept_off,
        "<b>Maintenance</b>",
        ADMIN,
        words.leave,
    ];
    assert_seen(page, &seen).await;
    assert!(!page.has("#orders").await);
    page.assert_accessible(&called("kept off")).await;
    page.submit("#ask").await;
    page.phase("off").await;
    assert_seen(page, &[words.kept_off]).await;

    desk.sign_in_as(ADMIN, "/vpn/tokyo/status").await;
    page.submit("#order-none").await;
    // The request that was kept is served.
    page.phase("starting").await;
    assert!(!page.has("#order").await);
    assert_eq!(desk.count("association.requested").await, 1);
    assert_eq!(desk.count("mode.changed").await, 2);
    desk.clear().await;
}

#[tokio::test]
async fn taking_down_names_who_is_cut_off_in_english() {
    taken_down(&ENGLISH).await;
}

#[tokio::test]
async fn taking_down_names_who_is_cut_off_in_japanese() {
    taken_down(&JAPANESE).await;
}

async fn taken_down(words: &Words) {
    let desk = Desk::with(Habits {
        languages: words.language,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    let called = |what: &str| format!("{} {what}", words.language);
    desk.ready().await;
    desk.connect("mei@example.com");
    desk.pass(TimeDelta::seconds(10));
    desk.sign_in_as(ADMIN, "/vpn/tokyo/status").await;
    page.phase("ready").await;
    page.assert_accessible(&called("orders while ready")).await;
    page.submit("#take-down").await;
    assert_eq!(page.headline().await, words.take_down);
    assert_seen(page, &["mei@example.com", HANA]).await;
    page.assert_accessible(&called("take down")).await;
    // Without a reason the browser itself goes no further.
    page.click("#order-60").await;
    assert_eq!(page.headline().await, words.take_down);
    let reason = page.wait_for("#order-reason").await;
    reason.send_keys("Moving house").await.unwrap();
    page.run("document.getElementById('order-at').value = '2026-11-24T09:00'")
        .await;
    page.submit("#order-until").await;
    page.phase("stopping").await;
    assert_eq!(page.headline().await, words.shutting_down);
    assert_seen(
        page,
        &[words.taken_down, "Moving house", ADMIN, words.leave],
    )
    .await;
    desk.sandbox.sweep().await.unwrap();
    assert_eq!(desk.count("disassociation.started").await, 1);

    desk.sign_in_as(HANA, "/vpn/tokyo/status").await;
    page.phase("stopping").await;
    assert_seen(page, &[words.taken_down, "Moving house", words.leave]).await;
    page.assert_accessible(&called("taken down")).await;
    desk.clear().await;
}

#[tokio::test]
async fn without_scripts_every_order_can_be_given_and_the_slower_administrator_is_told() {
    let desk = Desk::with(Habits {
        scriptless: true,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    desk.sign_in_as(ADMIN, "/vpn/osaka/status").await;
    page.phase("off").await;
    let first = page.client.window().await.unwrap();
    let second = page.client.new_window(true).await.unwrap();
    page.client.switch_to_window(second.handle).await.unwrap();
    page.goto(&desk.url("/vpn/osaka/status")).await;
    page.click("#order-on").await;
    page.submit("#order-240").await;
    page.phase("starting").await;

    // The page in the first tab still shows that there is no order.
    page.client.switch_to_window(first).await.unwrap();
    page.click("#order-hold").await;
    page.submit("#order-60").await;
    assert_eq!(page.headline().await, "The order has changed");
    assert_seen(page, &["Kept on until 14:31 JST"]).await;
    page.submit("main a.button").await;
    page.phase("starting").await;

    page.submit("#take-down").await;
    let reason = page.wait_for("#order-reason").await;
    reason.send_keys("Too dear").await.unwrap();
    // Enter in a field gives no order: the buttons differ in what they order.
    reason.send_keys("\u{e007}").await.unwrap();
    assert_eq!(page.headline().await, "Take the VPN down?");
    page.submit("#order-1440").await;
    page.phase("stopping").await;
    page.submit("#order-none").await;
    page.phase("starting").await;
    assert_eq!(desk.count("mode.changed").await, 3);
    desk.clear_after(|complaint| complaint.contains("409"))
        .await;
}

#[tokio::test]
async fn what_an_administrator_types_is_kept_while_the_page_updates() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in_as(ADMIN, "/vpn/tokyo").await;
    page.phase("starting").await;
    page.click("#order-on").await;
    let reason = page.wait_for("#order-reason").await;
    reason.send_keys("Half a rea").await.unwrap();
    page.run("document.activeElement.dataset.untouched = ''")
        .await;
    // Nothing is replaced under the cursor, though the page has looked and seen another phase.
    let looks = "performance.getEntriesByType('resource').filter((e) => e.initiatorType === 'fetch').length";
    let before = page.run(&format!("return {looks}")).await;
    desk.pass_and_look(TimeDelta::minutes(6)).await;
    page.until(&format!("{looks} > {before} + 1")).await;
    let typed = page.wait_for("#order-reason[data-untouched]").await;
    typed.send_keys("son").await.unwrap();
    // Once it is left, the page catches up and keeps what was chosen.
    page.run("document.activeElement.blur()").await;
    desk.come_up().await;
    page.until("document.getElementById('order-reason').value === 'Half a reason'")
        .await;
    page.until("document.getElementById('order-on').checked")
        .await;
    page.submit("#order-60").await;
    assert_seen(page, &["Kept on until", "Half a reason"]).await;
    desk.clear().await;
}

async fn assert_seen(page: &Browser, texts: &[&str]) {
    page.wait_for("h1").await;
    let shown = page.text().await;
    for text in texts {
        assert!(shown.contains(text), "no {text}:\n{shown}");
    }
}
