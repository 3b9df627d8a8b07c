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
const BOOKINGS: &str = "/vpn/tokyo/bookings";
const WORKDAYS_AT_HALF_PAST_EIGHT: &str = "1da97796";

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
        ("book", book(&signed)),
        (
            "bookings",
            request("GET", BOOKINGS, &signed, &PROGRAM).event(),
        ),
        ("cancel-booking", cancel_booking(&administrator)),
        ("decline-suggestion", decline_suggestion(&signed)),
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

fn book(token: &str) -> Value {
    let body = json!({"days": ["mon", "tue", "wed", "thu", "fri"], "ready_by": "08:30"});
    request("POST", BOOKINGS, token, &PROGRAM)
        .header("sec-fetch-site", "same-origin")
        .json(&body)
        .event()
}

/// The booking of `book`, by its name: the same is always called the same.
fn cancel_booking(token: &str) -> Value {
    let path = format!("{BOOKINGS}/{WORKDAYS_AT_HALF_PAST_EIGHT}/cancel");
    request("POST", &path, token, &PROGRAM)
        .header("sec-fetch-site", "same-origin")
        .json(&json!({"email": YUKI}))
        .event()
}

fn decline_suggestion(token: &str) -> Value {
    request("POST", "/vpn/tokyo/suggestion/decline", token, &BROWSER)
        .without("sec-fetch-site")
        .header("sec-fetch-site", "same-origin")
        .form("")
        .event()
}

fn take_down_page(token: &str) -> Value {
    request("GET", "/vpn/tokyo/mode", token, &BROWSER)
        .query("mode=off")
        .event()
}
