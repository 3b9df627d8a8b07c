//! Requests as target-group events in multi-value mode, and functions' answers as responses.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::example;

type MultiMap = BTreeMap<String, Vec<String>>;

/// What the ALB invokes its target with. In multi-value mode there are no single-value maps.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    request_context: RequestContext,
    http_method: String,
    path: String,
    multi_value_query_string_parameters: MultiMap,
    multi_value_headers: MultiMap,
    body: String,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
struct RequestContext {
    elb: Elb,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Elb {
    target_group_arn: &'static str,
}

impl Event {
    /// The event for a request whose headers are those that the target shall see.
    pub fn new(parts: &Parts, body: &[u8]) -> Self {
        let text = if is_text(&parts.headers) {
            std::str::from_utf8(body).ok()
        } else {
            None
        };
        Self {
            request_context: RequestContext {
                elb: Elb {
                    target_group_arn: example::TARGET_GROUP_ARN,
                },
            },
            http_method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            multi_value_query_string_parameters: query(parts.uri.query().unwrap_or_default()),
            multi_value_headers: headers(&parts.headers),
            is_base64_encoded: text.is_none() && !body.is_empty(),
            body: match text {
                Some(text) => text.to_owned(),
                None => STANDARD.encode(body),
            },
        }
    }

    /// The event of the health checker, which signs nobody in.
    pub fn health_check() -> Self {
        let headers = [
            ("host", "10.0.0.1"),
            ("user-agent", "ELB-HealthChecker/2.0"),
        ];
        Self {
            request_context: RequestContext {
                elb: Elb {
                    target_group_arn: example::TARGET_GROUP_ARN,
                },
            },
            http_method: "GET".to_owned(),
            path: "/".to_owned(),
            multi_value_query_string_parameters: MultiMap::new(),
            multi_value_headers: headers
                .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
                .into(),
            body: String::new(),
            is_base64_encoded: false,
        }
    }

    /// As the target gets it.
    pub fn to_json(&self) -> Vec<u8> {
        // Maps of strings always become JSON.
        serde_json::to_vec(self).unwrap_or_default()
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

fn headers(headers: &HeaderMap) -> MultiMap {
    let mut map = MultiMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        map.entry(name.as_str().to_owned()).or_default().push(value);
    }
    map
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
    use serde_json::{Value, json};

    use super::*;

    fn event(request: http::request::Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        serde_json::from_slice(&Event::new(&parts, body).to_json()).unwrap()
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
