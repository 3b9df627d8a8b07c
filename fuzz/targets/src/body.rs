//! Bodies that a page or a program of an employee's sends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::alb::valid_token;
use crate::event::{Answer, handle};
use crate::ports::Asked;
use crate::stage::SUBJECT;

/// The answer to a `POST` of this input, and what it asked of AWS.
///
/// The input's first line is a content type, with ` base64` behind it for a body that is sent so; the rest is the body.
pub(crate) fn post(path: &str, data: &[u8]) -> (Answer, Asked) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (first, body) = data.split_at(end.unwrap_or(data.len()));
    let body = body.strip_prefix(b"\n").unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let (content_type, encoded) = match first.strip_suffix(" base64") {
        Some(content_type) => (content_type, true),
        None => (&*first, false),
    };
    let event = json!({
        "httpMethod": "POST",
        "path": path,
        "multiValueHeaders": {
            "host": ["vpn.example.com"],
            "sec-fetch-site": ["same-origin"],
            "content-type": [content_type],
            "x-amzn-oidc-data": [valid_token()],
            "x-amzn-oidc-identity": [SUBJECT],
        },
        "body": if encoded { STANDARD.encode(body) } else { String::from_utf8_lossy(body).into_owned() },
        "isBase64Encoded": encoded,
    });
    handle(&event).expect("an ALB's event")
}
