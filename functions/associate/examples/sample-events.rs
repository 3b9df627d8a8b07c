//! Writes `events/associate/*.json` anew: `cargo run --package associate --example sample-events`.
//!
//! Tokens are signed with the sandbox's development key, which no deployment trusts, and end in the year 2100.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use testkit::alb::{DEVELOPMENT_KEY_ID, Event, TRACE_ID, TokenMint};

const YUKI: &str = "yuki@example.com";
const ADMIN: &str = "admin@example.com";
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
    let token = |mint: TokenMint, email| mint.draft_until(email, SUB, until).sign();
    let signed = token(TokenMint::development(), YUKI);
    let administrator = token(TokenMint::development(), ADMIN);
    let forged = token(TokenMint::with_fresh_key(DEVELOPMENT_KEY_ID)?, YUKI);
    let prefetch = [&BROWSER[..], &[("sec-purpose", "prefetch")]].concat();
    for (name, event) in [
        ("click", asking(&signed, &BROWSER)),
        ("json-client", asking(&signed, &PROGRAM)),
        ("prefetch", asking(&signed, &prefetch)),
        ("forged-token", asking(&forged, &BROWSER)),
        ("health-check", Event::health_check().event()),
        ("order", order(&administrator)),
        ("order-by-an-employee", order(&signed)),
        ("take-down-page", take_down_page(&administrator)),
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
    request("GET", "/vpn/tokyo", token, client).event()
}

/// Another VPN than the one that is asked for: an order there would keep the ask waiting.
fn order(token: &str) -> Value {
    let body = json!({"mode": "hold", "minutes": 60, "reason": "Maintenance", "shown": "none"});
    request("POST", "/vpn/osaka/mode", token, &PROGRAM)
        .header("sec-fetch-site", "same-origin")
        .json(&body)
        .event()
}

fn take_down_page(token: &str) -> Value {
    request("GET", "/vpn/tokyo/mode", token, &BROWSER)
        .query("mode=off")
        .event()
}

/// A request as the ALB hands it on.
fn request(method: &str, path: &str, token: &str, client: &[(&str, &str)]) -> Event {
    let alb = Event::bare(method, path)
        .header("host", "vpn.example.com")
        .identity(token, SUB)
        .header("x-amzn-trace-id", TRACE_ID)
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-forwarded-port", "443")
        .header("x-forwarded-proto", "https");
    let add = |event: Event, (name, value): &(&str, &str)| event.header(name, value);
    client.iter().fold(alb, add)
}
