//! Writes `events/audit/*.json` anew: `cargo run --package audit --example audit-samples`.
//!
//! Tokens are signed with the sandbox's development key, which no deployment trusts, and end in the year 2100.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use testkit::alb::TokenMint;
use testkit::alb::sample::{BROWSER, PROGRAM, request, token};

fn main() -> anyhow::Result<()> {
    let signed = |name: &str| token(&TokenMint::development(), &format!("{name}@example.com"));
    let (admin, auditor, yuki) = (signed("admin"), signed("auditor"), signed("yuki"));
    let filters = "endpoint=tokyo&event=association.&event=lease.&from=2026-11-01&to=2026-11-30";
    // A script on a foreign page, in an administrator's browser.
    let elsewhere = [
        ("accept", "*/*"),
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-site", "cross-site"),
        BROWSER[4],
    ];
    for (name, event) in [
        ("now", request("GET", "/audit", &admin, &BROWSER)),
        (
            "log",
            request("GET", "/audit/records", &auditor, &PROGRAM).query(filters),
        ),
        (
            "export",
            request("GET", "/audit/records.csv", &auditor, &BROWSER).query(filters),
        ),
        (
            "export-from-another-site",
            request("GET", "/audit/records.csv", &admin, &elsewhere),
        ),
        ("stranger", request("GET", "/audit", &yuki, &BROWSER)),
        (
            "day-that-does-not-exist",
            request("GET", "/audit/records", &admin, &PROGRAM).query("from=2026-02-30"),
        ),
    ] {
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/audit");
        let file = events.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&event.event())? + "\n";
        fs::write(&file, text).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}
