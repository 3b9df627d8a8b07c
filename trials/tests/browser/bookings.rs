//! Booking, cancelling, and what is suggested.

use chrono::TimeDelta;
use serde_json::json;

use crate::browser::{Browser, Habits};
use crate::desk::Desk;

impl Browser {
    /// Sets a field as a person would with its picker.
    async fn fill(&self, id: &str, value: &str) {
        let set = format!("document.getElementById('{id}').value = '{value}'");
        self.run(&set).await;
    }
}

async fn assert_seen(page: &Browser, texts: &[&str]) {
    page.wait_for("h1").await;
    let shown = page.text().await;
    for text in texts {
        assert!(shown.contains(text), "no {text}:\n{shown}");
    }
}

#[tokio::test]
async fn workdays_are_booked_without_scripts_and_cancelled() {
    let desk = Desk::with(Habits {
        scriptless: true,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo/status").await;
    page.phase("off").await;
    page.click("#book-weekly summary").await;
    page.click("#book-fri").await;
    let time = page.wait_for("#weekly-ready-by").await;
    // Nothing is sent without a time.
    page.click("#book-days").await;
    time.send_keys("0830AM").await.unwrap();
    page.submit("#book-days").await;
    assert_seen(
        page,
        &["Mon, Tue, Wed, Thu, ready by 08:30", "Next: Tue 08:30 JST"],
    )
    .await;
    assert_eq!(desk.count("booking.made").await, 1);
    page.submit(".bookings button").await;
    page.wait_for("#bookings").await;
    assert!(!page.has(".bookings").await);
    assert_eq!(desk.count("booking.cancelled").await, 1);
    assert_eq!(desk.count("association.requested").await, 0);
    desk.clear().await;
}

#[tokio::test]
async fn what_is_booked_is_ready_when_its_time_comes() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/osaka/status").await;
    page.phase("off").await;
    page.click("#book-once summary").await;
    page.fill("once-date", "2026-11-23").await;
    page.fill("once-ready-by", "11:00").await;
    page.submit("#book-date").await;
    assert_seen(page, &["Mon 23 Nov, ready by 11:00"]).await;
    desk.pass(TimeDelta::minutes(14));
    desk.sandbox.sweep().await.unwrap();
    page.look().await;
    page.phase("starting").await;
    assert_seen(page, &["Mon 23 Nov, ready by 11:00"]).await;
    desk.pass(TimeDelta::minutes(6));
    page.look().await;
    page.phase("ready").await;
    assert_eq!(desk.count("association.requested").await, 1);
    desk.clear().await;
}

#[tokio::test]
async fn who_books_too_late_is_told_when_it_will_be_ready() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo/status").await;
    page.phase("off").await;
    page.click("#book-weekly summary").await;
    page.fill("weekly-ready-by", "10:40").await;
    page.submit("#book-days").await;
    page.phase("starting").await;
    assert_seen(
        page,
        &["You booked 10:40; it will be ready at about 10:46 JST."],
    )
    .await;
    page.assert_accessible("en booked late").await;
    desk.clear().await;
}

#[tokio::test]
async fn a_form_that_is_being_filled_in_is_kept_while_the_page_updates() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    page.click("#book-weekly summary").await;
    page.click("#book-fri").await;
    page.fill("weekly-ready-by", "08:15").await;
    page.run("document.getElementById('weekly-until').focus()")
        .await;
    page.run("document.activeElement.dataset.untouched = ''")
        .await;
    let looks = "performance.getEntriesByType('resource').filter((e) => e.initiatorType === 'fetch').length";
    let before = page.run(&format!("return {looks}")).await;
    desk.pass_and_look(TimeDelta::minutes(6)).await;
    page.until(&format!("{looks} > {before} + 1")).await;
    assert!(page.has("#weekly-until[data-untouched]").await);
    page.run("document.activeElement.blur()").await;
    desk.come_up().await;
    assert!(page.has("#book-weekly[open]").await);
    let kept = "return [document.getElementById('weekly-ready-by').value, document.getElementById('book-fri').checked]";
    assert_eq!(page.run(kept).await, json!(["08:15", false]));
    desk.clear().await;
}

#[tokio::test]
async fn bookings_are_accessible_in_english() {
    bookings_are_accessible("en").await;
}

#[tokio::test]
async fn bookings_are_accessible_in_japanese() {
    bookings_are_accessible("ja").await;
}

async fn bookings_are_accessible(language: &'static str) {
    let desk = Desk::with(Habits {
        languages: language,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    let called = |what: &str| format!("{language} bookings {what}");
    desk.come_for_a_week().await;
    page.wait_for("#suggestion").await;
    page.assert_accessible(&called("suggested")).await;
    page.submit("#suggestion-accept").await;
    page.wait_for(".bookings").await;
    page.click("#book-weekly summary").await;
    page.click("#book-once summary").await;
    page.assert_accessible(&called("forms")).await;
    for hour in 11..15 {
        page.fill("once-date", "2026-11-30").await;
        page.fill("once-ready-by", &format!("{hour}:00")).await;
        page.fill("once-until", "19:00").await;
        page.submit("#book-date").await;
        page.wait_for(".bookings").await;
        if hour < 14 {
            page.click("#book-once summary").await;
        }
    }
    page.assert_accessible(&called("five")).await;
    assert!(!page.has("#book-once").await);
    desk.clear().await;
}

impl Desk {
    /// Asks for osaka on five workdays at the same time; its page is open then.
    async fn come_for_a_week(&self) {
        self.sign_in("/vpn/osaka").await;
        for _ in 0..4 {
            self.pass(TimeDelta::days(1));
            self.sign_in("/vpn/osaka").await;
        }
    }
}

#[tokio::test]
async fn a_suggestion_is_declined_for_good() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.come_for_a_week().await;
    page.wait_for("#suggestion").await;
    assert_seen(
        page,
        &["You usually come at about 10:30. Have it ready by 10:25 on workdays?"],
    )
    .await;
    page.submit("#suggestion-decline").await;
    page.wait_for("#bookings").await;
    assert!(!page.has("#suggestion").await);
    desk.pass(TimeDelta::days(3));
    desk.sign_in("/vpn/osaka").await;
    page.wait_for("#bookings").await;
    assert!(!page.has("#suggestion").await);
    assert_eq!(desk.count("booking.made").await, 0);
    desk.clear().await;
}
