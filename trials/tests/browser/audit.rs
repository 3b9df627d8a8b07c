//! Administrators' pages: what happened is seen, filtered, followed and fetched, in both languages.

use chrono::TimeDelta;

use crate::browser::Habits;
use crate::desk::{Desk, HANA};

const ADMIN: &str = "admin@example.com";
const AUDITOR: &str = "auditor@example.com";
const MEI: &str = "<b>mei</b>";

/// A stay that is over, and one that is up with two clients connected.
async fn after_a_morning(language: &'static str, scriptless: bool) -> Desk {
    let desk = Desk::with(Habits {
        languages: language,
        scriptless,
    })
    .await;
    desk.sign_in("/vpn/tokyo").await;
    for minutes in [6, 1, 120, 6] {
        desk.pass(TimeDelta::minutes(minutes));
        desk.sandbox.sweep().await.unwrap();
    }
    desk.browser.goto(&desk.url("/vpn/tokyo")).await;
    for minutes in [6, 1] {
        desk.pass(TimeDelta::minutes(minutes));
        desk.sandbox.sweep().await.unwrap();
    }
    desk.connect(HANA);
    desk.connect(MEI);
    for _ in 0..2 {
        desk.pass(TimeDelta::minutes(1));
        desk.sandbox.sweep().await.unwrap();
    }
    desk
}

#[tokio::test]
async fn each_page_is_read_in_english() {
    each_page_is_read("en", "Now").await;
}

#[tokio::test]
async fn each_page_is_read_in_japanese() {
    each_page_is_read("ja", "現在").await;
}

async fn each_page_is_read(language: &'static str, now: &str) {
    let desk = after_a_morning(language, false).await;
    let page = &desk.browser;
    let called = |what: &str| format!("{language} audit {what}");
    desk.sign_in_as(ADMIN, "/audit").await;
    assert_eq!(page.headline().await, now);
    let shown = page.text().await;
    for text in [
        "tokyo",
        "osaka",
        HANA,
        MEI,
        "256 KiB",
        "IDLE_TIMEOUT_MINUTES",
    ] {
        assert!(shown.contains(text), "no {text}:\n{shown}");
    }
    page.assert_accessible(&called("now")).await;

    page.submit("nav a[href='/audit/records']").await;
    page.wait_for(".records").await;
    page.assert_accessible(&called("log")).await;
    page.wait_for("#actor").await.send_keys(HANA).await.unwrap();
    page.submit("form.filter button.primary").await;
    assert!(page.address().await.contains("actor=hana%40example.com"));
    let shown = page.text().await;
    assert!(shown.contains("association.requested"), "{shown}");
    assert!(!shown.contains("disassociation.started"), "{shown}");

    page.submit(".records a[href^='/audit/records/']").await;
    assert!(page.text().await.contains("actor_sub"));
    page.assert_accessible(&called("record")).await;
    page.submit("#stay").await;
    page.wait_for(".timeline").await;
    page.assert_accessible(&called("stay")).await;

    page.submit("nav a[href='/audit/use']").await;
    page.wait_for("svg[role=img]").await;
    page.click("summary").await;
    page.assert_accessible(&called("use")).await;

    page.submit("nav a[href='/audit/findings']").await;
    page.assert_accessible(&called("findings")).await;
    page.goto(&desk.url("/audit/nothing")).await;
    page.assert_accessible(&called("not found")).await;
    desk.clear_after(|message| message.contains("/audit/nothing"))
        .await;
}

#[tokio::test]
async fn an_auditor_reads_and_others_are_told_plainly_and_put_on_record_once() {
    let desk = after_a_morning("en", false).await;
    let page = &desk.browser;
    desk.sign_in_as(AUDITOR, "/audit").await;
    assert_eq!(page.headline().await, "Now");
    assert!(!page.has("#orders, a[href='/vpn/tokyo/mode']").await);
    desk.sign_in_as(HANA, "/audit").await;
    let shown = page.text().await;
    assert!(shown.contains(HANA) && !shown.contains("tokyo"), "{shown}");
    page.assert_accessible("audit refused").await;
    page.goto(&desk.url("/audit/records")).await;
    assert_eq!(desk.count("access.denied").await, 1);
    desk.clear_after(|message| message.contains("403")).await;
}

#[tokio::test]
async fn without_scripts_the_log_is_filtered_and_the_language_changed_on_the_spot() {
    let desk = after_a_morning("en", true).await;
    let page = &desk.browser;
    desk.sign_in_as(ADMIN, "/audit/records?event=disassociation.&limit=2")
        .await;
    page.wait_for(".records").await;
    let shown = page.text().await;
    assert!(shown.contains("disassociation.completed"), "{shown}");
    assert!(!shown.contains("association.requested"), "{shown}");
    page.submit("button[lang=ja]").await;
    page.wait_for("html[lang=ja]").await;
    let address = page.address().await;
    assert!(
        address.ends_with("/audit/records?event=disassociation.&limit=2"),
        "{address}"
    );
    page.goto(&desk.url("/audit/records?limit=1")).await;
    page.submit("#older").await;
    assert!(page.address().await.contains("cursor="));
    page.wait_for(".records").await;
    desk.clear().await;
}
