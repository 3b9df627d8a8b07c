//! Without a mouse.

use chrono::TimeDelta;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::json;

use crate::browser::Browser;
use crate::desk::Desk;

/// More stops of the tab key than any page has.
const MANY: usize = 30;

impl Browser {
    /// Moves on with the tab key until something has the focus.
    async fn tab_to(&self, css: &str) {
        let is_there = format!("return document.activeElement.matches(\"{css}\")");
        for _ in 0..MANY {
            self.press("\u{e004}").await;
            if self.run(&is_there).await == json!(true) {
                let seen = "const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && s.outlineWidth";
                assert_ne!(
                    self.run(seen).await,
                    json!(false),
                    "the focus on {css} shows"
                );
                return;
            }
        }
        panic!("the tab key does not lead to {css}");
    }

    /// Types on the keyboard, wherever the focus is.
    async fn press(&self, keys: &str) {
        let typed = keys.chars().flat_map(|key| {
            let (down, up) = (KeyAction::Down { value: key }, KeyAction::Up { value: key });
            [down, up]
        });
        let keyboard = typed.fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.client.perform_actions(keyboard).await.unwrap();
    }

    /// Presses Enter on what leads to another page.
    async fn enter(&self) {
        let page = self.page().await;
        self.press(ENTER).await;
        self.left(page).await;
    }
}

const ENTER: &str = "\u{e007}";

#[tokio::test]
async fn everything_can_be_done_with_the_keyboard_and_the_focus_stays_over_updates() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    page.goto(&desk.url("/")).await;
    page.wait_for("input[name=email]").await;
    page.press("hana@example.com").await;
    page.enter().await;
    page.wait_for("a[href='/vpn/tokyo/status']").await;
    page.tab_to("a[href='/vpn/tokyo/status']").await;
    page.enter().await;
    page.phase("off").await;
    page.tab_to(".skip").await;
    page.tab_to("#ask").await;
    page.enter().await;
    page.phase("starting").await;

    page.tab_to("#how-to summary").await;
    page.press(ENTER).await;
    page.until("document.querySelector('#how-to').open").await;
    page.tab_to("#profile").await;
    desk.come_up().await;
    let focused = page.run("return document.activeElement.id").await;
    assert_eq!(focused, json!("profile"), "the focus stays");
    assert!(page.has("#how-to[open]").await, "what was open stays open");

    page.tab_to("#extend-60").await;
    page.enter().await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await,
        Some(desk.ahead(TimeDelta::hours(1)))
    );
    page.tab_to("#until").await;
    page.press("13").await;
    let chosen = page
        .run("return document.activeElement.selectedOptions[0].label")
        .await;
    assert_eq!(chosen, json!("13:00"));
    // An open list is not replaced, and the choice outlives an update.
    desk.connect("ken@example.com");
    desk.pass_and_look(TimeDelta::seconds(10)).await;
    page.tab_to("#extend-until").await;
    page.look().await;
    page.until("document.querySelector('main').textContent.includes('1 connection')")
        .await;
    assert_eq!(
        page.run("return document.activeElement.id").await,
        json!("extend-until")
    );
    page.enter().await;
    page.phase("ready").await;
    assert_eq!(
        desk.lease_until().await.as_deref(),
        Some("2026-11-23T04:00:00Z")
    );
    page.tab_to("#done").await;
    page.enter().await;
    page.phase("ready").await;
    assert_eq!(desk.count("lease.released").await, 1);
    desk.clear().await;
}
