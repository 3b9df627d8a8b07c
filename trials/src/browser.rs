//! An employee at a browser or at a terminal, as the day and the storm have it.

use std::sync::Arc;

use anyhow::{Context, ensure};
use chrono::TimeDelta;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use sandbox::alb;
use sandbox::clock::ClockKeeper;
use serde_json::{Value, json};
use shared::clock::Clock;
use testkit::example;
use testkit::history::SentOrder;
use testkit::people::{Answer, Wish};
use uuid::Uuid;

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The endpoint that the day's employees use.
const TOKYO: &str = "tokyo";

/// An employee with an account, and a browser that remembers cookies.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    email: String,
    base: String,
    client: Client,
    clock: Arc<ClockKeeper>,
}

/// The page on which a browser comes to rest after a click.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Browser {
    /// A browser just opened. `redirects`: whether it follows them, as a browser does.
    pub(crate) fn new(
        name: &str,
        base: &str,
        clock: Arc<ClockKeeper>,
        redirects: redirect::Policy,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            email: format!("{}@{}", name.to_lowercase(), example::EMAIL_DOMAIN),
            base: base.to_owned(),
            client: Client::builder()
                .cookie_store(true)
                .redirect(redirects)
                .build()?,
            clock,
        })
    }

    pub(crate) fn email(&self) -> &str {
        &self.email
    }

    /// Signs in, and goes on to a path.
    pub(crate) async fn sign_in(&self, next: &str) -> reqwest::Result<reqwest::Response> {
        let form = [("email", self.email.as_str()), ("next", next)];
        let sign_in = format!("{}{}", self.base, alb::SIGN_IN_PATH);
        let post = self.client.post(sign_in).headers(navigation());
        let post = post.header(SEC_FETCH_SITE, "same-origin").form(&form);
        post.send().await
    }

    /// Opens the URL; signs in where asked to.
    pub(crate) async fn open(&self) -> anyhow::Result<Shown> {
        let first = self.request(TOKYO, Wish::Open).send().await?;
        let answer = if first.url().path() == alb::SIGN_IN_PATH {
            self.sign_in(&format!("/vpn/{TOKYO}")).await?
        } else {
            first
        };
        let status = answer.status();
        ensure!(status == StatusCode::OK, "{} got {status}", self.email);
        let path = answer.url().path().to_owned();
        let text = answer.text().await?;
        Ok(Shown { path, text })
    }

    /// Sends a wish from a terminal: the status and the JSON.
    pub(crate) async fn json(&self, wish: Wish) -> anyhow::Result<(StatusCode, Value)> {
        answered(self.request(TOKYO, wish).send().await?).await
    }

    /// Asks for the VPN's status.
    pub(crate) async fn status(&self) -> anyhow::Result<Value> {
        let (status, body) = self.json(Wish::Status).await?;
        ensure!(
            status == StatusCode::OK,
            "{} got {status}: {body}",
            self.email
        );
        Ok(body)
    }

    /// Fetches the client profile.
    pub(crate) async fn profile(&self) -> anyhow::Result<String> {
        let get = self.client.get(self.url(TOKYO, "/profile"));
        let answer = get.headers(navigation()).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    /// Opens another page of the same host: the status, and what was sent.
    pub(crate) async fn visit(&self, path: &str) -> anyhow::Result<(StatusCode, String)> {
        let get = self.client.get(format!("{}{path}", self.base));
        let answer = get.headers(navigation()).send().await?;
        let status = answer.status();
        Ok((status, answer.text().await?))
    }

    /// Books: the status, and what stands booked.
    pub(crate) async fn book(&self, booking: &Value) -> anyhow::Result<(StatusCode, Value)> {
        let post = self.post("/bookings").json(booking);
        answered(post.send().await?).await
    }

    /// What stands booked.
    pub(crate) async fn bookings(&self) -> anyhow::Result<(StatusCode, Value)> {
        let get = self.client.get(self.url(TOKYO, "/bookings"));
        let get = get.header(ACCEPT, "application/json");
        answered(get.send().await?).await
    }

    /// Cancels a booking: the status, and what stands booked.
    pub(crate) async fn cancel(&self, id: &str) -> anyhow::Result<(StatusCode, Value)> {
        let post = self.post(&format!("/bookings/{id}/cancel"));
        answered(post.send().await?).await
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let post = self.client.post(self.url(TOKYO, path));
        post.header(SEC_FETCH_SITE, "same-origin")
            .header(ACCEPT, "application/json")
    }

    /// Sends a wish, and waits for the answer however long it takes.
    pub(crate) async fn send(
        &self,
        endpoint: &'static str,
        wish: Wish,
    ) -> Result<Answer, reqwest::Error> {
        let trace = trace_id();
        let sent_at = self.clock.now();
        let request = self.request(endpoint, wish).header(TRACE_ID, &trace);
        let answer = request.send().await?;
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

    /// Looks at the mode, and orders another in its place; `None`: it could not be seen.
    pub(crate) async fn order(
        &self,
        endpoint: &'static str,
        mode: &'static str,
        minutes: i64,
    ) -> Result<Option<SentOrder>, reqwest::Error> {
        let status = self.request(endpoint, Wish::Status).send().await?;
        if status.status() != StatusCode::OK {
            return Ok(None);
        }
        let status: Value = serde_json::from_str(&status.text().await?).unwrap_or_default();
        let shown = status["mode"]["text"].as_str().unwrap_or("none");
        let trace = trace_id();
        let sent_at = self.clock.now();
        let order = if mode == "none" {
            json!({ "mode": mode, "shown": shown })
        } else {
            json!({ "mode": mode, "minutes": minutes, "reason": "the storm", "shown": shown })
        };
        let post = self.client.post(self.url(endpoint, "/mode"));
        let post = post
            .header(SEC_FETCH_SITE, "same-origin")
            .header(ACCEPT, "application/json")
            .header(TRACE_ID, &trace);
        let answer = post.json(&order).send().await?;
        Ok(Some(SentOrder {
            email: self.email.clone(),
            mode,
            sent_at,
            until: self.clock.now() + TimeDelta::minutes(minutes),
            status: answer.status().as_u16(),
            trace,
        }))
    }

    fn url(&self, endpoint: &str, path: &str) -> String {
        format!("{}/vpn/{endpoint}{path}", self.base)
    }

    fn request(&self, endpoint: &str, wish: Wish) -> RequestBuilder {
        let get = |path: &str| self.client.get(self.url(endpoint, path));
        let post = |path: &str| {
            let post = self.client.post(self.url(endpoint, path));
            post.header(SEC_FETCH_SITE, "same-origin")
                .header(ACCEPT, "application/json")
        };
        match wish {
            Wish::Ask => post(""),
            Wish::Extend(minutes) => post("/extend").json(&json!({ "minutes": minutes })),
            Wish::Release => post("/release"),
            Wish::Status => get("/status").header(ACCEPT, "application/json"),
            Wish::Open => get("").headers(navigation()),
        }
    }
}

/// The status and the JSON of an answer.
async fn answered(answer: Response) -> anyhow::Result<(StatusCode, Value)> {
    let status = answer.status();
    let text = answer.text().await?;
    let json = serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))?;
    Ok((status, json))
}

fn trace_id() -> String {
    let hex = Uuid::new_v4().simple().to_string();
    format!("Root=1-{}-{}", &hex[..8], &hex[8..])
}

/// What a browser sends when an employee opens a page.
fn navigation() -> HeaderMap {
    let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static(html)),
        (SEC_FETCH_MODE, HeaderValue::from_static("navigate")),
        (SEC_FETCH_DEST, HeaderValue::from_static("document")),
    ])
}
