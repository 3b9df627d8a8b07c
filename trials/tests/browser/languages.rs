//! Japanese and English.

use chrono::TimeDelta;

use crate::browser::Habits;
use crate::desk::Desk;

#[tokio::test]
async fn pages_come_in_the_browsers_language_until_another_is_chosen() {
    let desk = Desk::with(Habits {
        languages: "ja,en-US",
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    assert_eq!(page.headline().await, "準備中です");
    desk.come_up().await;
    assert_eq!(page.headline().await, "接続できます");
    assert!(page.text().await.contains("まだ誰も接続していません。"));

    page.submit("button[lang=en]").await;
    page.wait_for("html[lang=en]").await;
    assert_eq!(page.headline().await, "Ready to connect");
    // Remembered, here and elsewhere, and in what the script fetches.
    page.goto(&desk.url("/help")).await;
    page.wait_for("html[lang=en] #recorded").await;
    page.submit("button[lang=ja]").await;
    page.wait_for("html[lang=ja] #recorded").await;
    let path = page.client.current_url().await.unwrap().path().to_owned();
    assert_eq!(path, "/help");
    page.goto(&desk.url("/vpn/tokyo/status")).await;
    page.phase("ready").await;
    desk.connect("hana@example.com");
    desk.pass_and_look(TimeDelta::seconds(10)).await;
    page.until("document.querySelector('h1').textContent === '接続中です'")
        .await;
    assert_eq!(desk.count("association.requested").await, 1);
    desk.clear().await;
}
