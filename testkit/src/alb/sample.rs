//! What the sample events in `events/` are made of: requests of people who signed in, as the load balancer hands them on.

use chrono::{DateTime, TimeZone, Utc};

use super::event::{Event, TRACE_ID};
use super::mint::TokenMint;

/// The user pool's id of everybody in the samples.
const SUB: &str = "5a3e1b0c-0000-4000-8000-000000000001";

/// What a browser sends when a person opens a page.
pub const BROWSER: [(&str, &str); 5] = [
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

/// What a program sends.
pub const PROGRAM: [(&str, &str); 2] = [
    ("accept", "application/json"),
    ("user-agent", "curl/8.15.0"),
];

/// A token that can be sent at any time: it ends in the year 2100.
pub fn token(mint: &TokenMint, email: &str) -> String {
    let until: Option<DateTime<Utc>> = Utc.with_ymd_and_hms(2100, 1, 1, 0, 0, 0).single();
    mint.draft_until(email, SUB, until.unwrap_or(DateTime::<Utc>::MAX_UTC))
        .sign()
}

/// A request of who has this token, with the headers of a client.
pub fn request(method: &str, path: &str, token: &str, client: &[(&str, &str)]) -> Event {
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
