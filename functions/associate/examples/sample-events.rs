//! Writes `events/associate/*.json` anew: `cargo run --package associate --example sample-events`.
//!
//! Tokens are signed with the sandbox's development key, which no deployment trusts, and end in the year 2100.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::Value;
use testkit::alb::{DEVELOPMENT_KEY_ID, Event, TRACE_ID, TokenMint};

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
        ("health-check", Event::health_check().event()),
    ] {
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/associate");
        let file = events.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&event)? + "\n";
        fs::write(&file, text).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}

/// `GET /vpn/tokyo` of an employee with this token.
fn asking(token: &str, client: &[(&str, &str)]) -> Value {
    let alb = Event::bare("GET", "/vpn/tokyo")
        .header("host", "vpn.example.com")
        .identity(token, SUB)
        .header("x-amzn-trace-id", TRACE_ID)
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-forwarded-port", "443")
        .header("x-forwarded-proto", "https");
    let add = |event: Event, (name, value): &(&str, &str)| event.header(name, value);
    client.iter().fold(alb, add).event()
}
