//! The notice shortly before the VPN goes.

use chrono::TimeDelta;

use crate::browser::{Browser, Habits};
use crate::desk::Desk;

impl Browser {
    async fn notice_shows(&self) -> bool {
        self.wait_for("#going").await.is_displayed().await.unwrap()
    }

    async fn until_notice(&self) {
        self.until("document.getElementById('going') && !document.getElementById('going').hidden")
            .await;
    }
}

/// Asked for until an hour from now, and looked at: what the next looks bring is the same.
async fn keep_for_an_hour(desk: &Desk) {
    desk.browser.submit("#extend-60").await;
    desk.browser.phase("ready").await;
    desk.browser.count_looks().await;
    // The first look is one for JSON and one for the page.
    desk.browser.until_looked(2).await;
    desk.pass_and_look(TimeDelta::seconds(10)).await;
    desk.browser.until_looked(3).await;
    desk.browser
        .until("document.body.innerText.includes('You asked for it until then.')")
        .await;
}

#[tokio::test]
async fn ten_minutes_before_it_goes_the_page_says_so_by_its_own_clock_and_one_click_keeps_it() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.permit_notifications().await;
    desk.ready().await;
    keep_for_an_hour(&desk).await;
    page.hear_notifications().await;
    page.click("#notify-button").await;
    page.pass_on_page(TimeDelta::minutes(48)).await;
    // Its clock has gone on, as the next second shows: nothing yet.
    page.run("window.seconds = 0; setInterval(() => { seconds += 1; }, 1000)")
        .await;
    page.until("window.seconds >= 3").await;
    assert!(!page.notice_shows().await);
    assert_eq!(page.notifications().await, [""; 0]);

    page.pass_on_page(TimeDelta::minutes(3)).await;
    page.until_notice().await;
    let notice = page.wait_for("#going p").await.text().await.unwrap();
    assert!(notice.starts_with("Goes down at 11:"), "{notice}");
    assert!(notice.ends_with(". Keep it?"), "{notice}");
    assert_eq!(page.announced().await, notice);
    assert_eq!(page.notifications().await, [format!("{notice} – tokyo")]);
    // Once, however long it shows.
    page.run("document.getElementById('live').textContent = ''")
        .await;
    page.run("window.seconds = 0").await;
    page.until("window.seconds >= 3").await;
    assert_eq!(page.announced().await, "");
    assert_eq!(page.notifications().await.len(), 1);

    page.until_looked(3).await;
    desk.pass(TimeDelta::minutes(50));
    page.submit("#keep").await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await,
        Some(desk.ahead(TimeDelta::hours(1)))
    );
    assert!(!page.notice_shows().await);
    assert_eq!(desk.count("lease.extended").await, 2);
    desk.clear().await;
}

#[tokio::test]
async fn without_permission_the_page_alone_says_it() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    let denied = serde_json::json!({
        "origin": desk.sandbox.url(),
        "permission": { "name": "notifications" },
        "setting": "denied",
    });
    page.devtools("Browser.setPermission", denied).await;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    assert!(
        page.wait_for("#notify-denied")
            .await
            .is_displayed()
            .await
            .unwrap()
    );
    desk.come_up().await;
    keep_for_an_hour(&desk).await;
    page.hear_notifications().await;
    assert!(
        !page
            .wait_for("#notify-denied")
            .await
            .is_displayed()
            .await
            .unwrap()
    );
    page.until_looked(3).await;
    desk.pass_and_look(TimeDelta::minutes(51)).await;
    page.until_notice().await;
    page.until("document.getElementById('live').textContent.startsWith('Goes down at 11:')")
        .await;
    assert_eq!(page.notifications().await, [""; 0]);
    page.assert_accessible("going").await;
    desk.clear().await;
}

#[tokio::test]
async fn who_connects_is_told_no_more_that_it_goes() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.ready().await;
    keep_for_an_hour(&desk).await;
    page.until_looked(3).await;
    desk.pass_and_look(TimeDelta::minutes(55)).await;
    page.until_notice().await;
    page.until_looked(4).await;
    desk.connect("hana@example.com");
    desk.pass_and_look(TimeDelta::seconds(10)).await;
    page.until("!document.getElementById('going')").await;
    assert_eq!(page.headline().await, "You are connected");
    desk.clear().await;
}

#[tokio::test]
async fn without_scripts_a_page_opened_in_time_says_it_and_keeps_it() {
    let desk = Desk::with(Habits {
        languages: "ja",
        scriptless: true,
    })
    .await;
    let page = &desk.browser;
    desk.sign_in("/vpn/osaka").await;
    page.phase("starting").await;
    desk.pass(TimeDelta::minutes(6));
    page.phase("ready").await;
    // The next look asks who is connected.
    desk.pass(TimeDelta::seconds(10));
    page.goto(&desk.url("/vpn/osaka/status")).await;
    assert!(!page.notice_shows().await);
    desk.pass(TimeDelta::minutes(25));
    page.goto(&desk.url("/vpn/osaka/status")).await;
    page.phase("ready").await;
    assert!(page.notice_shows().await);
    assert!(page.text().await.contains("に停止します。延長しますか？"));
    page.submit("#keep").await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await,
        Some(desk.ahead(TimeDelta::hours(1)))
    );
    desk.clear().await;
}
