//! What happens when a session ends while a page is open.

use chrono::TimeDelta;
use serde_json::json;

use crate::desk::Desk;

const SESSION: &str = "AWSELBAuthSessionCookie-0";

#[tokio::test]
async fn a_session_that_ends_stops_the_page_and_offers_to_sign_in_again() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    page.client.delete_cookie(SESSION).await.unwrap();
    page.look().await;
    page.until("!document.getElementById('session-ended').hidden")
        .await;
    assert!(
        page.client
            .title()
            .await
            .unwrap()
            .starts_with("Sign in again")
    );
    // It asks no more: what is shown is what was known.
    desk.pass(TimeDelta::minutes(6));
    page.run("window.fetched = 0; const real = fetch; window.fetch = (...all) => { fetched += 1; return real(...all); }")
        .await;
    page.look().await;
    page.look().await;
    assert_eq!(page.run("return fetched").await, json!(0));
    page.phase("starting").await;

    page.submit("#session-ended a").await;
    let email = page.wait_for("input[name=email]").await;
    email.send_keys("hana@example.com").await.unwrap();
    page.submit("form[action='/sandbox/sign-in'] button").await;
    page.wait_for("main[data-phase]").await;
    assert_eq!(desk.count("association.requested").await, 1);
    desk.clear().await;
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/help").await;
    page.submit("form[action='/sign-out'] button").await;
    page.wait_for("a[href='/']").await;
    assert_eq!(page.headline().await, "Signed out");
    page.goto(&desk.url("/help")).await;
    page.wait_for("input[name=email]").await;
    desk.clear().await;
}
