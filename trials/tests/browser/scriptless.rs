//! Without scripts.

use chrono::TimeDelta;

use crate::browser::Habits;
use crate::desk::Desk;

#[tokio::test]
async fn without_scripts_the_page_updates_by_itself_and_everything_can_be_done() {
    let desk = Desk::with(Habits {
        scriptless: true,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    desk.sign_in("/vpn/osaka/status").await;
    page.phase("off").await;
    page.submit("#ask").await;
    page.phase("starting").await;
    assert!(!page.wait_for("#notify").await.is_displayed().await.unwrap());
    // Osaka has no routes to restore: one look is enough.
    desk.pass(TimeDelta::minutes(6));
    page.phase("ready").await;
    page.submit("#extend-30").await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await,
        Some(desk.ahead(TimeDelta::minutes(30)))
    );
    page.submit("#done").await;
    page.phase("ready").await;
    assert_eq!(desk.count("lease.released").await, 1);
    assert_eq!(desk.count("association.requested").await, 1);
    desk.clear().await;
}
