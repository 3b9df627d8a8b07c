//! Requests as target-group events in multi-value mode, and functions' answers as responses.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::example;

type MultiMap = BTreeMap<String, Vec<String>>;

/// The trace that [`Event::new`] belongs to.
pub const TRACE_ID: &str = "Root=1-65f0a1b2-0123456789abcdef01234567";

/// A request as the ALB hands it to its target, in multi-value mode unless [`Event::single`].
#[derive(Debug, Clone)]
pub struct Event {
    method: String,
    path: String,
    query: MultiMap,
    headers: Vec<(String, String)>,
    body: String,
    is_base64: bool,
    /// Whether each header and each parameter has all its values, rather than its last one.
    pub multi: bool,
}

impl Event {
    /// With neither headers nor body. The path is taken as it is, and has no query.
    pub fn bare(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: MultiMap::new(),
            headers: Vec::new(),
            body: String::new(),
            is_base64: false,
            multi: true,
        }
    }

    /// As a program sends it, and with what the ALB adds for everyone.
    pub fn new(method: &str, path: &str) -> Self {
        Self::bare(method, path)
            .header("host", "vpn.example.com")
            .header("x-forwarded-for", "10.0.0.1, 203.0.113.7")
            .header("x-forwarded-proto", "https")
            .header("x-amzn-trace-id", TRACE_ID)
            .header("user-agent", "test")
    }

    /// A `GET` as [`Self::new`].
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A `POST` of a page of ours.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path).header("sec-fetch-site", "same-origin")
    }

    /// The event for a request whose headers are those that the target shall see.
    pub fn of(parts: &Parts, body: &[u8]) -> Self {
        let text = if is_text(&parts.headers) {
            std::str::from_utf8(body).ok()
        } else {
            None
        };
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        };
        Self {
            query: query(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.iter().map(header).collect(),
            is_base64: text.is_none() && !body.is_empty(),
            body: match text {
                Some(text) => text.to_owned(),
                None => STANDARD.encode(body),
            },
            ..Self::bare(parts.method.as_str(), parts.uri.path())
        }
    }

    /// The event of the health checker, which does not sign in.
    pub fn health_check() -> Self {
        Self::bare("GET", "/")
            .header("host", "10.0.0.1")
            .header("user-agent", "ELB-HealthChecker/2.0")
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without any header of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(sent, _)| sent != name);
        self
    }

    /// With this query.
    #[must_use]
    pub fn query(mut self, text: &str) -> Self {
        self.query = query(text);
        self
    }

    /// With the identity of an employee who signed in.
    #[must_use]
    pub fn identity(self, token: &str, sub: &str) -> Self {
        self.header("x-amzn-oidc-data", token)
            .header("x-amzn-oidc-identity", sub)
    }

    /// From a browser's page rather than a program.
    #[must_use]
    pub fn html(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    }

    /// With this form as its body.
    #[must_use]
    pub fn form(self, body: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    /// With this JSON as its body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(&body.to_string())
    }

    /// With this body, as it is.
    #[must_use]
    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// The body is said to be base64; it is not checked to be that.
    #[must_use]
    pub fn base64(mut self) -> Self {
        self.is_base64 = true;
        self
    }

    /// From a target group that hands on one value for each header.
    #[must_use]
    pub fn single(mut self) -> Self {
        self.multi = false;
        self
    }

    /// With one value for each header, or with several.
    #[must_use]
    pub fn in_mode(self, single: bool) -> Self {
        if single { self.single() } else { self }
    }

    /// The event, in JSON.
    pub fn event(&self) -> Value {
        let mut headers = MultiMap::new();
        for (name, value) in &self.headers {
            headers.entry(name.clone()).or_default().push(value.clone());
        }
        let (headers_name, query_name) = if self.multi {
            ("multiValueHeaders", "multiValueQueryStringParameters")
        } else {
            ("headers", "queryStringParameters")
        };
        json!({
            "requestContext": { "elb": { "targetGroupArn": example::TARGET_GROUP_ARN } },
            "httpMethod": self.method,
            "path": self.path,
            query_name: self.values(&self.query),
            headers_name: self.values(&headers),
            "body": self.body,
            "isBase64Encoded": self.is_base64,
        })
    }

    fn values(&self, map: &MultiMap) -> Value {
        if self.multi {
            return json!(map);
        }
        let last = |(name, values): (&String, &Vec<String>)| (name.clone(), json!(values.last()));
        Value::Object(map.iter().map(last).collect())
    }
}

/// Names and values stay percent-encoded as received.
fn query(query: &str) -> MultiMap {
    let mut parameters = MultiMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters
            .entry(name.to_owned())
            .or_default()
            .push(value.to_owned());
    }
    parameters
}

/// The ALB passes these types on as they are, everything else (forms too) and whatever is compressed as base64.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let text = [
        "application/json",
        "application/javascript",
        "application/xml",
    ];
    !headers.contains_key(header::CONTENT_ENCODING)
        && (essence.starts_with("text/") || text.contains(&essence.as_str()))
}

/// What a target answers. In multi-value mode the ALB reads no `headers`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Headers that belong to the connection, which is the ALB's own.
const HOP_BY_HOP: [HeaderName; 5] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
    header::UPGRADE,
    header::TE,
];

/// A target's answer as a response; `None` if it makes none, which the ALB turns into a 502.
pub fn response(answer: &[u8]) -> Option<Response<Vec<u8>>> {
    let answer = serde_json::from_slice::<Answer>(answer).ok()?;
    let status = StatusCode::from_u16(answer.status_code).ok()?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded {
        STANDARD.decode(body).ok()?
    } else {
        body.into_bytes()
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, values) in answer.multi_value_headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        for value in values {
            // A line break in a value would be a header of the sender's choice: refused here.
            let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
            if !HOP_BY_HOP.contains(&name) {
                response.headers_mut().append(&name, value);
            }
        }
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn event(request: http::request::Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        Event::of(&parts, body).event()
    }

    #[test]
    fn path_and_query_are_as_received() {
        let event = event(
            Request::get("/vpn/%74okyo/../x%2e%2e?a=1&a=%20b&c&&=d=e"),
            b"",
        );
        assert_eq!(event["path"], "/vpn/%74okyo/../x%2e%2e");
        assert_eq!(
            event["multiValueQueryStringParameters"],
            json!({ "a": ["1", "%20b"], "c": [""], "": ["d=e"] })
        );
    }

    #[test]
    fn an_event_is_in_multi_value_mode() {
        let request = Request::get("/")
            .header("Accept", "text/html")
            .header("X-A", "1")
            .header("x-a", "2");
        let event = event(request, b"");
        assert_eq!(
            event["multiValueHeaders"],
            json!({ "accept": ["text/html"], "x-a": ["1", "2"] })
        );
        assert_eq!(event["multiValueQueryStringParameters"], json!({}));
        assert!(event.get("headers").is_none() && event.get("queryStringParameters").is_none());
        assert_eq!(event["body"], "");
        assert_eq!(event["isBase64Encoded"], false);
        assert_eq!(
            event["requestContext"]["elb"]["targetGroupArn"],
            example::TARGET_GROUP_ARN
        );
    }

    #[test]
    fn only_plain_text_is_passed_on_as_it_is() {
        let cases = [
            ("application/json; charset=utf-8", None, false),
            ("TEXT/plain", None, false),
            ("application/x-www-form-urlencoded", None, true),
            ("application/json", Some("gzip"), true),
            ("image/png", None, true),
        ];
        for (content_type, encoding, base64) in cases {
            let mut request = Request::post("/").header("content-type", content_type);
            if let Some(encoding) = encoding {
                request = request.header("content-encoding", encoding);
            }
            let event = event(request, b"a=b");
            assert_eq!(event["isBase64Encoded"], base64, "{content_type}");
            assert_eq!(
                event["body"],
                if base64 { "YT1i" } else { "a=b" },
                "{content_type}"
            );
        }
    }

    #[test]
    fn an_answer_becomes_a_response_with_every_cookie() {
        let answer = json!({
            "statusCode": 303, "statusDescription": "303 See Other", "isBase64Encoded": true, "body": "AP8=",
            "headers": { "x-single": "is not read" },
            "multiValueHeaders": { "set-cookie": ["a=1", "b=2"], "location": ["/"], "content-length": ["9"] },
        });
        let response = response(answer.to_string().as_bytes()).unwrap();
        assert_eq!(response.status(), 303);
        let cookies = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .collect::<Vec<_>>();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert!(!response.headers().contains_key("x-single"));
        assert!(!response.headers().contains_key("content-length"));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let answers = [
            json!("text"),
            json!({}),
            json!({ "statusCode": 99 }),
            json!({ "statusCode": 200, "isBase64Encoded": true, "body": "not base64!" }),
            json!({ "statusCode": 200, "multiValueHeaders": { "x": ["a\r\nset-cookie: b"] } }),
            json!({ "statusCode": 200, "multiValueHeaders": { "a b": ["c"] } }),
        ];
        for answer in answers {
            assert!(
                response(answer.to_string().as_bytes()).is_none(),
                "{answer}"
            );
        }
    }
}
