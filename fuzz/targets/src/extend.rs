//! Bodies of `POST /vpn/{name}/extend`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::alb::valid_token;
use crate::event::handle;
use crate::stage::{SUBJECT, configuration, now};

/// A body that is accepted makes one lease, which ends after now and within the limit; any other is a 400, and nothing
/// is asked of AWS.
///
/// The input's first line is a content type, with ` base64` behind it for a body that is sent so; the rest is the body.
pub fn extend(data: &[u8]) {
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
        "path": "/vpn/tokyo/extend",
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
    let (answer, asked) = handle(&event).expect("an ALB's event");
    let limit = now() + configuration().common.settings.rules.max_extension;
    match answer.status {
        200 | 202 | 303 => {
            let [lease] = &asked.leases[..] else {
                panic!("not one lease: {:?}", asked.leases);
            };
            assert!(lease.until > now() && lease.until <= limit, "{lease:?}");
        }
        400 => assert_eq!(asked.calls, 0, "{answer:?}"),
        _ => panic!("neither accepted nor refused: {answer:?}"),
    }
}
