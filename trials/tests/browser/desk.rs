//! An employee at a browser, and the sandbox behind it.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use sandbox::lambda::Program;
use sandbox::{Options, Sandbox};
use shared::clock::{Clock as _, FnClock};
use tempfile::TempDir;
use testkit::ec2::{Client, Delay};
use testkit::{ec2, example};

use crate::browser::{Browser, Habits};

pub const HANA: &str = "hana@example.com";

pub struct Desk {
    pub sandbox: Sandbox,
    pub browser: Browser,
    _state: TempDir,
}

impl Desk {
    /// A Monday morning in Tokyo: associating takes five minutes, disassociating four.
    pub async fn set() -> Self {
        Self::with(Habits::default()).await
    }

    pub async fn with(habits: Habits) -> Self {
        let state = tempfile::tempdir().unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "its functions are real processes"
        )]
        let clock = FnClock(Utc::now);
        let program = Program::sandbox(env!("CARGO_BIN_EXE_sandbox"));
        let mut options = Options::for_test(state.path(), program, Arc::new(clock));
        options.speed = 0;
        options.start_at = Some("2026-11-23T01:31:01Z".parse().unwrap());
        options.ec2 = ec2::Settings::example();
        options.ec2.behaviour.associating = Delay::between(300, 300);
        options.ec2.behaviour.disassociating = Delay::between(240, 240);
        let (sandbox, browser) = tokio::join!(Sandbox::start(options), Browser::open(habits));
        Self {
            sandbox: sandbox.unwrap(),
            browser,
            _state: state,
        }
    }

    /// The browser lets this site notify.
    pub async fn permit_notifications(&self) {
        let permission =
            serde_json::json!({ "permissions": ["notifications"], "origin": self.sandbox.url() });
        let page = &self.browser;
        page.devtools("Browser.grantPermissions", permission).await;
    }

    /// Ready and no longer used, Tokyo is taken down and off, its page open.
    pub async fn off_from_ready(&self) {
        self.pass(TimeDelta::hours(2));
        for _ in 0..2 {
            self.sandbox.sweep().await.unwrap();
            self.pass(TimeDelta::minutes(5));
        }
        self.sandbox.sweep().await.unwrap();
        self.browser.look().await;
        self.browser.phase("off").await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    /// Opens a page and signs in.
    pub async fn sign_in(&self, path: &str) {
        self.sign_in_as(HANA, path).await;
    }

    /// The same as another than whoever is signed in.
    pub async fn sign_in_as(&self, email: &str, path: &str) {
        self.browser.goto(&self.url("/sandbox/")).await;
        self.browser
            .submit("form[action='/sandbox/sign-out'] button")
            .await;
        self.browser.goto(&self.url(path)).await;
        let address = self.browser.wait_for("input[name=email]").await;
        address.send_keys(email).await.unwrap();
        self.browser
            .submit("form[action='/sandbox/sign-in'] button")
            .await;
    }

    pub fn pass(&self, span: TimeDelta) {
        self.sandbox.clock().advance(span).unwrap();
    }

    /// Lets time jump, and has the page look.
    pub async fn pass_and_look(&self, span: TimeDelta) {
        self.pass(span);
        self.browser.look().await;
    }

    /// From `starting` to `ready`, with the page open.
    pub async fn come_up(&self) {
        self.pass_and_look(TimeDelta::minutes(6)).await;
        // The look that sees it associated has the routes made again, where there are any.
        self.browser
            .until("document.querySelector('main[data-phase=ready], .steps li:nth-child(3)[aria-current]')")
            .await;
        self.pass_and_look(TimeDelta::seconds(20)).await;
        self.browser.phase("ready").await;
        // The next look asks who is connected.
        self.pass_and_look(TimeDelta::seconds(10)).await;
        self.browser.wait_for(".stays").await;
    }

    /// Signed in, Tokyo ready, its page open.
    pub async fn ready(&self) {
        self.sign_in("/vpn/tokyo").await;
        self.browser.phase("starting").await;
        self.come_up().await;
    }

    /// Tokyo being taken down, its page open.
    pub async fn stopping(&self) {
        self.ready().await;
        self.pass(TimeDelta::hours(2));
        self.sandbox.sweep().await.unwrap();
        self.browser.look().await;
        self.browser.phase("stopping").await;
    }

    /// EC2 refuses to associate from now on.
    pub fn refuse_to_associate(&self, code: &str) {
        let action = ec2::Action::AssociateClientVpnTargetNetwork;
        let fault = ec2::Fault::always(action, ec2::FaultKind::error(code));
        let injected = self.sandbox.ec2().change(|world, _| world.inject(fault));
        injected.unwrap();
    }

    /// Sweeps until a start that EC2 refuses has used up its attempts.
    pub async fn give_up(&self) {
        for _ in 0..5 {
            self.pass(TimeDelta::minutes(5));
            // The sweep fails, but what it saw is on record.
            let _ = self.sandbox.sweep().await;
        }
        self.browser.look().await;
    }

    pub fn connect(&self, who: &str) {
        let endpoint = example::TOKYO.parse().unwrap();
        let client = Client::User(who.to_owned());
        self.sandbox
            .ec2()
            .change(|world, now| world.connect(now, &endpoint, client))
            .unwrap();
    }

    /// The events on record, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let records = self.sandbox.dynamo().records().await.unwrap();
        records
            .iter()
            .map(|record| record.text("event").to_owned())
            .collect()
    }

    pub async fn count(&self, event: &str) -> usize {
        let events = self.events().await;
        events.iter().filter(|recorded| *recorded == event).count()
    }

    /// What the lease table says.
    pub async fn lease_until(&self) -> Option<String> {
        let items = self
            .sandbox
            .dynamo()
            .items(example::LEASE_TABLE)
            .await
            .unwrap();
        let key = format!("lease#{HANA}");
        let lease = items.into_iter().find(|item| item.text("item") == key)?;
        Some(lease.text("until").to_owned())
    }

    /// A time from now, as the tables write it.
    pub fn ahead(&self, span: TimeDelta) -> String {
        let at = self.sandbox.clock().now() + span;
        at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// Ends the test: no page has complained.
    pub async fn clear(self) {
        self.clear_after(|_| false).await;
    }

    /// The same, for tests that make something fail.
    pub async fn clear_after(self, is_expected: impl Fn(&str) -> bool) {
        self.browser.close_after(is_expected).await;
        self.sandbox.shutdown().await;
    }
}
