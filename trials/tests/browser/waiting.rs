//! How far a start is, and the notification that it is ready.

use chrono::TimeDelta;
use serde_json::json;

use crate::browser::Browser;
use crate::desk::Desk;

impl Browser {
    /// How far the bar is, of 1.
    async fn bar(&self) -> f64 {
        let position = self.run("return document.getElementById('bar').position");
        position.await.as_f64().unwrap()
    }
}

#[tokio::test]
async fn a_bar_and_the_title_count_down_and_only_being_ready_fills_them() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    // There is no start to measure the first one by.
    assert!(!page.has("#bar").await);
    assert!(page.title().await.starts_with("Getting ready – tokyo"));
    desk.come_up().await;
    desk.off_from_ready().await;

    page.submit("#ask").await;
    page.phase("starting").await;
    page.count_looks().await;
    // What the next looks bring is the same: only the page's own clock goes on.
    page.until("document.getElementById('left').textContent === 'about 6 min left'")
        .await;
    assert!(
        page.title()
            .await
            .starts_with("Getting ready, about 6 min – tokyo")
    );
    let before = page.bar().await;
    page.pass_on_page(TimeDelta::minutes(3)).await;
    page.until("document.title.startsWith('Getting ready, about 3 min – tokyo')")
        .await;
    assert_eq!(
        page.run("return document.getElementById('bar').getAttribute('aria-valuetext')")
            .await,
        json!("about 3 min left")
    );
    let after = page.bar().await;
    assert!(after > before + 0.3 && after < 0.8, "{before} {after}");
    page.pass_on_page(TimeDelta::minutes(30)).await;
    page.until("document.title.startsWith('Getting ready, about 1 min – tokyo')")
        .await;
    let full = page.bar().await;
    assert!(full > 0.9 && full < 0.96, "{full}");

    page.until_looked(1).await;
    desk.come_up().await;
    assert!(page.title().await.starts_with("Ready to connect – tokyo"));
    assert!(!page.has("#bar").await);
    desk.clear_after(|message| message.contains("503")).await;
}

#[tokio::test]
async fn an_employee_can_be_notified_when_it_is_ready() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.permit_notifications().await;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    page.hear_notifications().await;
    page.click("#notify-button").await;
    page.until("!document.getElementById('notify-set').hidden")
        .await;
    let focused = page.run("return document.activeElement.id").await;
    assert_eq!(focused, json!("notify-off"), "the focus is not lost");
    desk.come_up().await;
    let told = page.notifications().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("Ready to connect – tokyo"), "{told:?}");
    desk.clear().await;
}

#[tokio::test]
async fn notifications_can_be_turned_off_again() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.permit_notifications().await;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    page.hear_notifications().await;
    page.click("#notify-button").await;
    page.until("!document.getElementById('notify-off').hidden")
        .await;
    page.click("#notify-off").await;
    page.until("!document.getElementById('notify-button').hidden")
        .await;
    desk.come_up().await;
    assert_eq!(page.notifications().await, [""; 0]);
    desk.clear().await;
}
