//! The function over a world in memory: its clock, its EC2, its tables and its ALB's key, all in the test's hand.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of the world"
)]

mod store;
mod tokens;
mod vpn;

use std::sync::{Arc, Mutex};

use associate::{App, Parts};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::identity::Verifier;
use shared::model::audit::{EventIds, Retention};
use shared::model::{Email, Lease, ManagedEndpoint, Rules};
use shared::reconcile::{Reconciler, Settings};

pub use store::MemoryStore;
pub use tokens::Mint;
pub use vpn::ScriptedVpn;

pub const SIGN_OUT_URL: &str = "https://sign-in.example.com/logout?client_id=c";
pub const TRACE_ID: &str = "Root=1-65f0a1b2-0123456789abcdef01234567";

/// Time stands still until a test moves it.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// What a test wants to be different.
pub struct Options {
    pub endpoints: Vec<&'static str>,
    pub sign_out_url: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            endpoints: vec!["tokyo", "osaka"],
            sign_out_url: Some(SIGN_OUT_URL),
        }
    }
}

/// The function and all that it touches.
pub struct World {
    pub app: App,
    pub clock: Arc<TestClock>,
    pub vpn: Arc<ScriptedVpn>,
    pub store: Arc<MemoryStore>,
    pub mint: Arc<Mint>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let clock = Arc::new(TestClock(Mutex::new(
            "2026-11-23T01:31:01Z".parse().unwrap(),
        )));
        let vpn = Arc::new(ScriptedVpn::default());
        let store = Arc::new(MemoryStore::default());
        let mint = Arc::new(Mint::new());
        let rules = rules();
        let retention = Retention {
            audit: Some(TimeDelta::days(400)),
            connections: Some(TimeDelta::days(90)),
        };
        let settings = Settings {
            rules: rules.clone(),
            retention,
            association_hour_price_usd: 0.15,
        };
        let reconciler = Reconciler::new(
            vpn.clone(),
            store.clone(),
            clock.clone(),
            EventIds::seeded(1),
            settings,
        );
        let app = App::new(Parts {
            endpoints: options.endpoints.into_iter().map(endpoint).collect(),
            reconciler,
            verifier: Verifier::new(tokens::identity(), mint.clone()),
            clock: clock.clone(),
            sign_out_url: options.sign_out_url.map(str::to_owned),
            time_zone: rules.time_zone,
            max_extension: rules.max_extension,
            retention,
        });
        Self {
            app: app.unwrap(),
            clock,
            vpn,
            store,
            mint,
        }
    }

    /// Sends a request as Yuki, who is permitted.
    pub async fn send(&self, request: Request) -> Answer {
        self.send_as("Yuki@example.com", request).await
    }

    /// Sends a request as somebody whom the ALB has signed in.
    pub async fn send_as(&self, email: &str, request: Request) -> Answer {
        let token = self.mint.token(email, "sub-1", self.clock.now());
        let request = request
            .header("x-amzn-oidc-data", &token)
            .header("x-amzn-oidc-identity", "sub-1");
        self.send_bare(request).await
    }

    /// Sends a request without an identity.
    pub async fn send_bare(&self, request: Request) -> Answer {
        let multi = request.multi;
        self.send_event(request.event(), multi).await
    }

    pub async fn send_event(&self, event: Value, multi: bool) -> Answer {
        let response = self.app.handle(event, "request-1").await.unwrap();
        Answer {
            json: serde_json::to_value(response).unwrap(),
            multi,
        }
    }

    /// All that was called, EC2 and tables, since the last look.
    pub fn calls(&self) -> Vec<&'static str> {
        let mut calls = self.vpn.take_calls();
        calls.extend(self.store.take_calls());
        calls
    }

    /// The audit records' events, in the order in which they were put.
    pub fn events(&self) -> Vec<&'static str> {
        let records = self.store.records();
        records.iter().map(|record| record.event.as_str()).collect()
    }

    /// Yuki's lease.
    pub fn lease(&self, name: &'static str) -> Option<Lease> {
        let email: Email = "yuki@example.com".parse().unwrap();
        self.store.lease(&endpoint(name).id, &email)
    }

    /// Somebody asked, and EC2 has done its part.
    pub async fn bring_up(&self, name: &str) {
        self.send(Request::post(&format!("/vpn/{name}"))).await;
        self.vpn.all_associated();
        self.clock.advance(TimeDelta::minutes(6));
        let status = self
            .send(Request::get(&format!("/vpn/{name}/status")))
            .await;
        assert_eq!(status.json_body()["phase"], "ready", "{status:?}");
        self.clock.advance(TimeDelta::seconds(10));
        self.calls();
    }
}

pub fn endpoint(name: &str) -> ManagedEndpoint {
    let first = name.bytes().next().unwrap_or_default();
    ManagedEndpoint {
        name: name.parse().unwrap(),
        id: format!("cvpn-endpoint-{first:017x}").parse().unwrap(),
        subnets: vec![format!("subnet-{first:017x}").parse().unwrap()],
    }
}

pub fn rules() -> Rules {
    Rules {
        time_zone: chrono_tz::Asia::Tokyo,
        idle_timeout: TimeDelta::minutes(60),
        first_connection_grace: TimeDelta::minutes(30),
        overnight_window: None,
        overnight_idle_timeout: TimeDelta::minutes(10),
        stale_connection: None,
        overnight_stale_connection: None,
        max_extension: TimeDelta::hours(12),
        routes: Vec::new(),
    }
}

/// A request, as a client and the ALB make it.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Value,
    base64: bool,
    pub multi: bool,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        let request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: json!(""),
            base64: false,
            multi: true,
        };
        request
            .header("host", "vpn.example.com")
            .header("x-forwarded-for", "10.0.0.1, 203.0.113.7")
            .header("x-forwarded-proto", "https")
            .header("x-amzn-trace-id", TRACE_ID)
            .header("user-agent", "test")
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A `POST` of a page of ours.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path).header("sec-fetch-site", "same-origin")
    }

    /// From a browser's page rather than a program.
    pub fn html(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(sent, _)| sent != name);
        self
    }

    pub fn form(self, body: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(&body.to_string())
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = json!(body);
        self
    }

    pub fn base64(mut self) -> Self {
        self.base64 = true;
        self
    }

    /// From a target group that hands on one value for each header.
    pub fn single(mut self) -> Self {
        self.multi = false;
        self
    }

    pub fn event(&self) -> Value {
        let mut headers = serde_json::Map::new();
        for (name, value) in &self.headers {
            if self.multi {
                let values = headers.entry(name).or_insert_with(|| json!([]));
                values.as_array_mut().unwrap().push(json!(value));
            } else {
                headers.insert(name.clone(), json!(value));
            }
        }
        let (headers_name, query_name) = if self.multi {
            ("multiValueHeaders", "multiValueQueryStringParameters")
        } else {
            ("headers", "queryStringParameters")
        };
        json!({
            "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:x"}},
            "httpMethod": self.method,
            "path": self.path,
            query_name: {},
            headers_name: headers,
            "body": self.body,
            "isBase64Encoded": self.base64,
        })
    }
}

/// What the function answered.
#[derive(Debug)]
pub struct Answer {
    pub json: Value,
    multi: bool,
}

impl Answer {
    pub fn status(&self) -> u64 {
        self.json["statusCode"].as_u64().unwrap()
    }

    /// All values of a header, in the form that the request's target group reads.
    pub fn all(&self, name: &str) -> Vec<String> {
        let (used, unused) = if self.multi {
            ("multiValueHeaders", "headers")
        } else {
            ("headers", "multiValueHeaders")
        };
        assert_eq!(self.json[unused], json!({}));
        match &self.json[used][name] {
            Value::Array(values) => values
                .iter()
                .map(|v| v.as_str().unwrap().to_owned())
                .collect(),
            Value::String(value) => vec![value.clone()],
            _ => Vec::new(),
        }
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.all(name);
        assert!(values.len() <= 1, "{name}: {values:?}");
        values.into_iter().next()
    }

    pub fn body(&self) -> &str {
        self.json["body"].as_str().unwrap()
    }

    pub fn json_body(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}
