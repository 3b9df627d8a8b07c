//! One Chromium with a profile of its own, over `WebDriver`; `DevTools` only where that has no word for it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use chrono::TimeDelta;
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::tools;

/// How long a page may take to do what a test waits for. Its first look comes after 2 s, the next ones every 5 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a browser differs from an employee's.
#[derive(Debug, Default)]
pub struct Habits {
    /// What it sends as `Accept-Language`; empty: English.
    pub languages: &'static str,
    /// Whether scripts are off.
    pub scriptless: bool,
}

pub struct Browser {
    pub client: Client,
    pub downloads: TempDir,
    _profile: TempDir,
    _driver: Child,
}

impl Browser {
    pub async fn open(habits: Habits) -> Self {
        tools::axe().await;
        let (driver, url) = start_driver().await;
        let (profile, downloads) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&habits, &profile, &downloads))
            .connect(&url)
            .await
            .unwrap();
        Self {
            client,
            downloads,
            _profile: profile,
            _driver: driver,
        }
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Waits until there is such an element.
    pub async fn wait_for(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE);
        match wait.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css}: {error}\n{}", self.text().await),
        }
    }

    pub async fn phase(&self, phase: &str) {
        self.wait_for(&format!("main[data-phase={phase}]")).await;
    }

    /// Whether there is such an element now.
    pub async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await.unwrap();
        !found.is_empty()
    }

    /// Clicks on it, again if the page is just replacing it.
    pub async fn click(&self, css: &str) {
        for _ in 0..5 {
            if self.wait_for(css).await.click().await.is_ok() {
                return;
            }
        }
        panic!("{css} cannot be clicked\n{}", self.text().await);
    }

    /// Clicks on what leads to another page, and waits until it has.
    pub async fn submit(&self, css: &str) {
        let page = self.page().await;
        self.click(css).await;
        self.left(page).await;
    }

    /// The page as it is, to be given to [`Self::left`].
    pub async fn page(&self) -> Element {
        self.wait_for("html").await
    }

    /// Waits until this page is no longer shown.
    pub async fn left(&self, page: Element) {
        let wait = async { while page.tag_name().await.is_ok() {} };
        let left = tokio::time::timeout(PATIENCE, wait).await;
        assert!(left.is_ok(), "still here\n{}", self.text().await);
        self.page().await;
    }

    /// Where the page is.
    pub async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// The visible text.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    pub async fn headline(&self) -> String {
        self.wait_for("h1").await;
        let text = self
            .run("return document.querySelector('h1').innerText")
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Makes the page look now, as when the employee comes back to its tab.
    pub async fn look(&self) {
        self.run("document.dispatchEvent(new Event('visibilitychange'))")
            .await;
    }

    /// Lets the page's own clock jump ahead, and nothing else.
    pub async fn pass_on_page(&self, span: TimeDelta) {
        let script = format!(
            "const real = performance.now.bind(performance); performance.now = () => real() + {}",
            span.num_milliseconds()
        );
        self.run(&script).await;
    }

    /// Counts the page's looks, from now on until it is left.
    pub async fn count_looks(&self) {
        self.run(
            "window.looks = 0; window.pending = 0; const real = fetch; window.fetch = async (...all) => { \
             pending += 1; try { return await real(...all); } finally { pending -= 1; looks += 1; } }",
        )
        .await;
    }

    /// Waits until so many answers have come and none is under way: time that jumps in the middle of a look makes it fail.
    pub async fn until_looked(&self, looks: u32) {
        self.until(&format!("window.pending === 0 && window.looks >= {looks}"))
            .await;
    }

    /// Keeps what a page tells by notifications, from now on until it is left.
    pub async fn hear_notifications(&self) {
        self.run(
            "window.told = []; const Real = Notification; \
             window.Notification = class extends Real { constructor(title) { super(title); told.push(title); } }",
        )
        .await;
    }

    /// What it told.
    pub async fn notifications(&self) -> Vec<String> {
        let told = self.run("return window.told").await;
        let told = told.as_array().unwrap().iter();
        told.map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// What a screen reader was told last.
    pub async fn announced(&self) -> String {
        let told = self
            .run("return document.getElementById('live').textContent")
            .await;
        told.as_str().unwrap().to_owned()
    }

    pub async fn title(&self) -> String {
        self.client.title().await.unwrap()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script's expression holds.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        let wait = async { while self.run(&script).await != json!(true) {} };
        let held = tokio::time::timeout(PATIENCE, wait).await;
        assert!(held.is_ok(), "never {expression}\n{}", self.text().await);
    }

    /// Waits until a download is there.
    pub async fn until_on_disk(&self, file: &Path) {
        let wait = async {
            while !file.exists() {
                self.run("return 0").await;
            }
        };
        let arrived = tokio::time::timeout(PATIENCE, wait).await;
        assert!(arrived.is_ok(), "{} never came", file.display());
    }

    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.extra("goog/cdp/execute", body).await
    }

    pub async fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": value },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// Ends the browser. Nothing must have been an error on any page, nor against its security policy, but for what a
    /// test expects.
    pub async fn close_after(self, is_expected: impl Fn(&str) -> bool) {
        let log = self.extra("se/log", json!({ "type": "browser" })).await;
        let complaints: Vec<&str> = log
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| ["WARNING", "SEVERE"].contains(&entry["level"].as_str().unwrap()))
            .map(|entry| entry["message"].as_str().unwrap())
            .filter(|message| !is_expected(message))
            .collect();
        assert_eq!(complaints, [""; 0]);
        self.client.close().await.unwrap();
    }

    async fn extra(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Extra { path, body }).await.unwrap()
    }
}

/// A command of Chromium's driver that `WebDriver` does not have.
#[derive(Debug)]
struct Extra {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!(
            "session/{}/{}",
            session_id.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// A driver on a port that it chose, and its URL. Several that start at once may choose the same port, and one wins.
async fn start_driver() -> (Child, String) {
    for _ in 0..10 {
        let mut driver = Command::new(tools::program("CHROMEDRIVER", "chromedriver"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            let port = line
                .split_once("on port ")
                .filter(|_| line.contains("successfully"));
            if let Some((_, port)) = port {
                let url = format!("http://localhost:{}/", port.trim_end_matches('.'));
                // It must not find its pipe closed.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return (driver, url);
            }
        }
    }
    panic!("chromedriver does not start");
}

fn capabilities(habits: &Habits, profile: &TempDir, downloads: &TempDir) -> Capabilities {
    let languages = match habits.languages {
        "" => "en",
        languages => languages,
    };
    let profile = format!("--user-data-dir={}", profile.path().display());
    let capabilities = json!({
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": tools::program("CHROMIUM", "/usr/bin/chromium"),
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--window-size=1280,900", profile,
            ],
            "prefs": {
                "intl.accept_languages": languages,
                "download.default_directory": downloads.path(),
                "profile.managed_default_content_settings.javascript": if habits.scriptless { 2 } else { 1 },
            },
        },
    });
    capabilities.as_object().unwrap().clone()
}
