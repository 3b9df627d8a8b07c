//! Writes `events/associate/*.json` anew: `cargo run --package associate --example sample-events`.
//!
//! Tokens are signed with the sandbox's development key, which no deployment trusts, and end in the year 2100.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use testkit::alb::sample::{BROWSER, PROGRAM, request, token};
use testkit::alb::{DEVELOPMENT_KEY_ID, Event, TokenMint};

const YUKI: &str = "yuki@example.com";
const ADMIN: &str = "admin@example.com";

fn main() -> anyhow::Result<()> {
    let signed = token(&TokenMint::development(), YUKI);
    let administrator = token(&TokenMint::development(), ADMIN);
    let forged = token(&TokenMint::with_fresh_key(DEVELOPMENT_KEY_ID)?, YUKI);
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
