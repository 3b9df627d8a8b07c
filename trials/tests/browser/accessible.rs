//! axe-core finds nothing wrong, on any page, in either language, by day and by night.

use chrono::TimeDelta;
use serde_json::json;

use crate::browser::{Browser, Habits};
use crate::desk::Desk;
use crate::tools;

impl Browser {
    /// Has axe-core look at the page as it is, in light and in dark.
    pub async fn assert_accessible(&self, what: &str) {
        let axe = std::fs::read_to_string(tools::axe().await).unwrap();
        self.run(&axe).await;
        for dark in [false, true] {
            self.prefer_dark(dark).await;
            let found = self
                .client
                .execute_async(
                    "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then((found) => \
                     done(found.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.html)])), (e) => done(String(e)))",
                    Vec::new(),
                )
                .await
                .unwrap();
            assert_eq!(found, json!([]), "{what}, dark: {dark}");
            self.photograph(what, dark).await;
        }
        self.set_width(390).await;
        let wide = "return document.documentElement.scrollWidth > innerWidth";
        let is_wide = self.run(wide).await;
        assert_eq!(is_wide, json!(false), "{what} is wider than a phone");
        self.set_width(1280).await;
    }

    async fn set_width(&self, width: u32) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// `SCREENSHOTS=directory` keeps what was seen.
    async fn photograph(&self, what: &str, dark: bool) {
        let Some(directory) = std::env::var_os("SCREENSHOTS") else {
            return;
        };
        let shade = if dark { "dark" } else { "light" };
        for width in [390, 1280] {
            self.set_width(width).await;
            let file = format!("{what}.{shade}.{width}.png").replace(' ', "-");
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(std::path::Path::new(&directory).join(file), picture).unwrap();
        }
    }
}

#[tokio::test]
async fn every_phase_is_accessible_in_english() {
    every_phase("en").await;
}

#[tokio::test]
async fn every_phase_is_accessible_in_japanese() {
    every_phase("ja").await;
}

async fn every_phase(language: &'static str) {
    let desk = Desk::with(Habits {
        languages: language,
        ..Habits::default()
    })
    .await;
    let page = &desk.browser;
    let called = |what: &str| format!("{language} {what}");
    desk.sign_in("/vpn/tokyo/status").await;
    page.phase("off").await;
    page.assert_accessible(&called("off")).await;
    page.submit("#ask").await;
    page.phase("starting").await;
    page.click("#how-to summary").await;
    page.assert_accessible(&called("starting")).await;
    desk.come_up().await;
    page.assert_accessible(&called("ready")).await;
    page.goto(&desk.url("/")).await;
    page.wait_for(".cards .ready .own").await;
    page.assert_accessible(&called("list with one held")).await;
    page.goto(&desk.url("/vpn/tokyo/status")).await;
    page.phase("ready").await;
    desk.connect("hana@example.com");
    desk.pass_and_look(TimeDelta::seconds(10)).await;
    page.until("!document.querySelector('#profile').matches('.primary')")
        .await;
    page.assert_accessible(&called("connected")).await;
    page.client
        .delete_cookie("AWSELBAuthSessionCookie-0")
        .await
        .unwrap();
    page.look().await;
    page.until("!document.getElementById('session-ended').hidden")
        .await;
    page.assert_accessible(&called("session ended")).await;
    desk.clear().await;
}

#[tokio::test]
async fn stopping_and_failing_are_accessible() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.stopping().await;
    page.assert_accessible("stopping").await;
    page.submit("#ask").await;
    page.wait_for("[data-awaited]").await;
    page.assert_accessible("coming back").await;
    desk.refuse_to_associate("InvalidClientVpnSubnetId.NotFound");
    desk.give_up().await;
    page.wait_for(".hero.failed").await;
    page.assert_accessible("failed").await;
    // A look while a sweep reads EC2, and nothing recent is known, is told to come back.
    desk.clear_after(|message| message.contains("503")).await;
}

#[tokio::test]
async fn every_other_page_is_accessible() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    page.goto(&desk.url("/sandbox/sign-in")).await;
    page.assert_accessible("sign in").await;
    desk.sign_in("/").await;
    for language in ["en", "ja"] {
        page.wait_for(".cards").await;
        page.assert_accessible(&format!("{language} list")).await;
        page.goto(&desk.url("/help")).await;
        page.assert_accessible(&format!("{language} help")).await;
        page.goto(&desk.url("/nothing")).await;
        page.assert_accessible(&format!("{language} error")).await;
        page.goto(&desk.url("/")).await;
        if language == "en" {
            page.submit("button[lang=ja]").await;
            page.wait_for("html[lang=ja]").await;
        }
    }
    page.goto(&desk.url("/sandbox/")).await;
    page.assert_accessible("control").await;
    page.goto(&desk.url("/signed-out")).await;
    page.assert_accessible("signed out").await;
    desk.clear_after(|message| message.contains("/nothing"))
        .await;
}
