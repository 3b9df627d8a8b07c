//! An employee at a browser, or at a terminal.

use anyhow::{Context, ensure};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode};
use sandbox::alb;
use serde_json::Value;

const ENDPOINT: &str = "/vpn/tokyo";
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// An employee with an account, and a browser that remembers cookies and follows redirects.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: &'static str,
    base: String,
    browser: Client,
}

/// What a browser shows after a click.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) path: String,
    pub(super) text: String,
}

impl Person {
    /// An employee who has just opened the browser.
    pub(super) fn new(name: &'static str, base: &str) -> anyhow::Result<Self> {
        let browser = Client::builder().cookie_store(true).build()?;
        Ok(Self {
            name,
            base: base.to_owned(),
            browser,
        })
    }

    pub(super) fn email(&self) -> String {
        format!("{}@example.com", self.name.to_lowercase())
    }

    /// Opens the URL; signs in where asked to. Returns the page on which the browser comes to rest.
    pub(super) async fn open(&self) -> anyhow::Result<Shown> {
        let url = format!("{}{ENDPOINT}", self.base);
        let first = self.browser.get(&url).headers(navigation()).send().await?;
        let answer = if first.url().path() == alb::SIGN_IN_PATH {
            let form = [("email", self.email()), ("next", ENDPOINT.to_owned())];
            let sign_in = format!("{}{}", self.base, alb::SIGN_IN_PATH);
            let post = self.browser.post(sign_in).headers(navigation());
            post.header(SEC_FETCH_SITE, "same-origin")
                .form(&form)
                .send()
                .await?
        } else {
            first
        };
        ensure!(
            answer.status() == StatusCode::OK,
            "{} got {}",
            self.name,
            answer.status()
        );
        let path = answer.url().path().to_owned();
        Ok(Shown {
            path,
            text: answer.text().await?,
        })
    }

    /// Asks at a terminal: the status and the JSON.
    pub(super) async fn ask(&self) -> anyhow::Result<(StatusCode, Value)> {
        self.json(self.post("")).await
    }

    /// Looks where the VPN stands.
    pub(super) async fn status(&self) -> anyhow::Result<Value> {
        let (status, standing) = self.json(self.browser.get(self.url("/status"))).await?;
        ensure!(
            status == StatusCode::OK,
            "{} got {status}: {standing}",
            self.name
        );
        Ok(standing)
    }

    /// Wants it for so many minutes from now.
    pub(super) async fn extend(&self, minutes: i64) -> anyhow::Result<(StatusCode, Value)> {
        self.json(
            self.post("/extend")
                .json(&serde_json::json!({ "minutes": minutes })),
        )
        .await
    }

    /// Is done.
    pub(super) async fn release(&self) -> anyhow::Result<(StatusCode, Value)> {
        self.json(self.post("/release")).await
    }

    /// Fetches the client profile.
    pub(super) async fn profile(&self) -> anyhow::Result<String> {
        let answer = self
            .browser
            .get(self.url("/profile"))
            .headers(navigation())
            .send()
            .await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{ENDPOINT}{path}", self.base)
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.browser
            .post(self.url(path))
            .header(SEC_FETCH_SITE, "same-origin")
    }

    async fn json(&self, request: RequestBuilder) -> anyhow::Result<(StatusCode, Value)> {
        let answer = request.header(ACCEPT, "application/json").send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let json = serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))?;
        Ok((status, json))
    }
}

/// What a browser sends when a person goes somewhere.
fn navigation() -> HeaderMap {
    let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static(html)),
        (SEC_FETCH_MODE, HeaderValue::from_static("navigate")),
        (SEC_FETCH_DEST, HeaderValue::from_static("document")),
    ])
}
