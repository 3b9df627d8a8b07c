//! Writes `events/associate/*.json` anew: `cargo run --package associate --example sample-events`.
//!
//! Tokens are signed with the sandbox's development key, which no deployment trusts, and end in the year 2100.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use testkit::alb::{DEVELOPMENT_KEY_ID, TokenMint};
use testkit::example;

const YUKI: &str = "yuki@example.com";
const SUB: &str = "5a3e1b0c-0000-4000-8000-000000000001";
const BROWSER: [(&str, &str); 5] = [
    (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "none"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ),
];
const PROGRAM: [(&str, &str); 2] = [
    ("accept", "application/json"),
    ("user-agent", "curl/8.15.0"),
];

fn main() -> anyhow::Result<()> {
    let until: DateTime<Utc> = "2100-01-01T00:00:00Z".parse()?;
    let token = |mint: TokenMint| mint.draft_until(YUKI, SUB, until).sign();
    let signed = token(TokenMint::development());
    let forged = token(TokenMint::with_fresh_key(DEVELOPMENT_KEY_ID)?);
    let prefetch = [&BROWSER[..], &[("sec-purpose", "prefetch")]].concat();
    for (name, event) in [
        ("click", asking(&signed, &BROWSER)),
        ("json-client", asking(&signed, &PROGRAM)),
        ("prefetch", asking(&signed, &prefetch)),
        ("forged-token", asking(&forged, &BROWSER)),
        ("health-check", health_check()),
    ] {
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/associate");
        let file = events.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&event)? + "\n";
        fs::write(&file, text).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}

/// `GET /vpn/tokyo` of somebody with this token.
fn asking(token: &str, client: &[(&str, &str)]) -> Value {
    let alb = [
        ("host", "vpn.example.com"),
        ("x-amzn-oidc-data", token),
        ("x-amzn-oidc-identity", SUB),
        (
            "x-amzn-trace-id",
            "Root=1-65f0a1b2-0123456789abcdef01234567",
        ),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ];
    event("/vpn/tokyo", &[&alb, client].concat())
}

fn health_check() -> Value {
    let headers = [
        ("host", "10.0.0.1"),
        ("user-agent", "ELB-HealthChecker/2.0"),
    ];
    event("/", &headers)
}

/// The ALB's event, with multi-value headers.
fn event(path: &str, headers: &[(&str, &str)]) -> Value {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!([value])));
    json!({
        "requestContext": {"elb": {"targetGroupArn": example::TARGET_GROUP_ARN}},
        "httpMethod": "GET",
        "path": path,
        "multiValueQueryStringParameters": {},
        "multiValueHeaders": headers.collect::<serde_json::Map<_, _>>(),
        "body": "",
        "isBase64Encoded": false,
    })
}
