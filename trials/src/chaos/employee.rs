//! An employee: a browser, and habits that follow from the seed.

use reqwest::header::{ACCEPT, HeaderName};
use reqwest::{Client, RequestBuilder, redirect};
use sandbox::alb;
use sandbox::clock::ClockKeeper;
use serde_json::{Value, json};
use shared::clock::Clock;
use std::sync::Arc;
use testkit::people::{Answer, Wish};
use uuid::Uuid;

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A browser that is signed in.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    email: String,
    base: String,
    client: Client,
    clock: Arc<ClockKeeper>,
}

impl Browser {
    /// Signs somebody in.
    pub(super) async fn sign_in(
        name: &str,
        base: &str,
        clock: Arc<ClockKeeper>,
    ) -> anyhow::Result<Self> {
        let email = format!("{name}@example.com");
        let client = Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .build()?;
        let form = [("email", email.as_str()), ("next", "/")];
        let sign_in = client.post(format!("{base}{}", alb::SIGN_IN_PATH));
        sign_in.form(&form).send().await?;
        Ok(Self {
            email,
            base: base.to_owned(),
            client,
            clock,
        })
    }

    pub(super) fn email(&self) -> &str {
        &self.email
    }

    /// Sends a wish, and waits for the answer however long it takes.
    pub(super) async fn send(
        &self,
        endpoint: &'static str,
        wish: Wish,
    ) -> Result<Answer, reqwest::Error> {
        let hex = Uuid::new_v4().simple().to_string();
        let trace = format!("Root=1-{}-{}", &hex[..8], &hex[8..]);
        let sent_at = self.clock.now();
        let answer = self
            .request(endpoint, wish)
            .header(TRACE_ID, &trace)
            .send()
            .await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let word = |name: &str| body[name].as_str().map(str::to_owned);
        Ok(Answer {
            email: self.email.clone(),
            endpoint,
            wish,
            sent_at,
            received_at: self.clock.now(),
            status,
            trace,
            phase: word("phase"),
            observed_at: word("observedAt").and_then(|at| at.parse().ok()),
            code: word("code"),
            text: text.chars().take(200).collect(),
        })
    }

    fn request(&self, endpoint: &str, wish: Wish) -> RequestBuilder {
        let url = |path: &str| format!("{}/vpn/{endpoint}{path}", self.base);
        let post = |path: &str| {
            self.client
                .post(url(path))
                .header(SEC_FETCH_SITE, "same-origin")
                .header(ACCEPT, "application/json")
        };
        match wish {
            Wish::Ask => post(""),
            Wish::Extend(minutes) => post("/extend").json(&json!({ "minutes": minutes })),
            Wish::Release => post("/release"),
            Wish::Status => self
                .client
                .get(url("/status"))
                .header(ACCEPT, "application/json"),
            Wish::Open => self
                .client
                .get(url(""))
                .header(ACCEPT, "text/html")
                .header(SEC_FETCH_MODE, "navigate")
                .header(SEC_FETCH_DEST, "document"),
        }
    }
}
