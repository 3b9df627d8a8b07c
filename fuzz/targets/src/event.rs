//! Events of the ALB, through all of the function.

use std::sync::Arc;

use associate::{App, Ports};
use serde_json::{Map, Value};
use shared::clock::FnClock;
use shared::model::audit::EventIds;
use testkit::alb::KeyServer;

use crate::alb::with_tokens;
use crate::ports::{Asked, Aws};
use crate::reference::{self, Verdict};
use crate::stage::{block_on, configuration, mint, now};

/// The statuses of DESIGN 7's table, and 303 for browsers.
const STATUSES: [u64; 12] = [200, 201, 202, 204, 303, 400, 401, 403, 404, 405, 502, 503];
/// What every answer carries.
const FIXED: [&str; 5] = [
    "cache-control",
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "strict-transport-security",
];

/// Whatever a client can make of an event is answered, by the table and with the fixed headers; nothing reaches AWS
/// without a verified identity.
///
/// The input is an event; `$TOKEN` in it stands for a good token, `$FOREIGN_TOKEN` for one of a domain that may not.
pub fn event(data: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    handle(&with_tokens(event));
}

/// The function's answer, checked, and what it asked of AWS. `None`: no ALB makes such an event.
pub(crate) fn handle(event: &Value) -> Option<(Answer, Asked)> {
    let aws = Aws::default();
    let ports = Ports {
        vpn: Arc::new(aws.clone()),
        store: Arc::new(aws.clone()),
        keys: Arc::new(KeyServer::new(mint())),
        clock: Arc::new(FnClock(now)),
        ids: EventIds::seeded(1),
    };
    let app = App::new(configuration(), ports).expect("a sign-out URL that fits a header");
    let Ok(response) = block_on(app.handle(event.clone(), "request-1")) else {
        assert!(!is_from_alb(event), "an ALB's event is not answered");
        assert_eq!(aws.asked().calls, 0);
        return None;
    };
    let json = serde_json::to_value(response).expect("a response is JSON");
    let answer = Answer::of(&json);
    answer.check(event["httpMethod"].as_str());
    let asked = aws.asked();
    if asked.calls > 0 {
        assert!(is_proven(event), "AWS was called for an unproven caller");
        assert_ne!(answer.status, 401);
    }
    Some((answer, asked))
}

/// Whether an ALB could have made it, by the types of what stands in it.
fn is_from_alb(event: &Value) -> bool {
    let is = |name: &str, right: fn(&Value) -> bool| {
        let value = &event[name];
        value.is_null() || right(value)
    };
    event["httpMethod"].is_string()
        && is("path", Value::is_string)
        && is("headers", Value::is_object)
        && is("multiValueHeaders", Value::is_object)
        && is("body", Value::is_string)
        && is("isBase64Encoded", Value::is_boolean)
}

/// Whether any pair of identity headers in it proves a person.
fn is_proven(event: &Value) -> bool {
    let tokens = values(event, "x-amzn-oidc-data");
    let identities = values(event, "x-amzn-oidc-identity");
    tokens.iter().any(|token| {
        identities.iter().any(|identity| {
            let verdict = reference::verdict(mint(), token.as_bytes(), identity.as_bytes(), now());
            verdict != Verdict::NotValid
        })
    })
}

fn values(event: &Value, wanted: &str) -> Vec<String> {
    let maps = [&event["headers"], &event["multiValueHeaders"]];
    let entries = maps.into_iter().filter_map(Value::as_object).flatten();
    entries
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .flat_map(|(_, value)| {
            let several = value.as_array().cloned();
            several.unwrap_or_else(|| vec![value.clone()])
        })
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// An answer as the ALB reads it.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u64,
    headers: Map<String, Value>,
    body: String,
}

impl Answer {
    fn of(response: &Value) -> Self {
        let forms = ["headers", "multiValueHeaders"].map(|form| {
            let headers = response[form].as_object();
            headers.cloned().unwrap_or_default()
        });
        let [single, multi] = forms;
        assert!(
            single.is_empty() || multi.is_empty(),
            "headers in both forms"
        );
        let status = response["statusCode"].as_u64().expect("a status");
        let words = response["statusDescription"]
            .as_str()
            .expect("a status in words");
        assert!(words.starts_with(&format!("{status} ")), "{words}");
        Self {
            status,
            headers: if single.is_empty() { multi } else { single },
            body: response["body"].as_str().expect("a body").to_owned(),
        }
    }

    fn has(&self, header: &str) -> bool {
        self.headers.contains_key(header)
    }

    fn check(&self, method: Option<&str>) {
        assert!(STATUSES.contains(&self.status), "{self:?}");
        for header in FIXED {
            assert!(self.has(header), "{header} is missing: {self:?}");
        }
        assert!(
            self.has("retry-after") || !matches!(self.status, 202 | 503),
            "{self:?}"
        );
        assert!(self.has("allow") == (self.status == 405), "{self:?}");
        assert!(self.has("location") == (self.status == 303), "{self:?}");
        if method == Some("HEAD") {
            assert_eq!(self.body, "");
        } else if self.status >= 400 && self.body.starts_with('{') {
            let problem: Value = serde_json::from_str(&self.body).expect("a problem in JSON");
            assert_eq!(problem["status"], self.status);
            for field in ["type", "title", "detail", "traceId"] {
                assert!(problem[field].is_string(), "{problem}");
            }
        }
    }
}
