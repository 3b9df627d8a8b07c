//! An administrator and an auditor read the records on the audit pages, and an employee tries to: so that the record of a
//! day covers every right of that function.

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use testkit::example;

use super::state::Day;
use super::timeline::heading;
use crate::browser::Browser;

/// Each page once. The log is read by each of its three ways in: by an actor, by an endpoint, by days.
pub(super) async fn play(day: &mut Day) -> anyhow::Result<()> {
    heading("The audit pages");
    let url = day.sandbox.url().to_owned();
    let clock = day.sandbox.clock().clone();
    let person = |name| Browser::new(name, &url, clock.clone(), Policy::default());
    let (admin, auditor, yuki) = (person("Admin")?, person("Auditor")?, person("Yuki")?);

    let record = a_record_of_a_stay(day).await?;
    admin.sign_in("/audit").await?;
    for path in [
        "/audit",
        "/audit/records",
        "/audit/records?actor=yuki@example.com",
        "/audit/records?endpoint=tokyo&event=association.",
        &format!("/audit/records/{record}"),
        &format!("/audit/stays/{record}"),
        "/audit/use",
        "/audit/findings",
    ] {
        let (status, _) = admin.visit(path).await?;
        day.checks
            .equal(&status, &StatusCode::OK, &format!("{path} is shown"));
    }
    day.say("admin", "reads what happened, on each page");

    auditor.sign_in("/audit").await?;
    for path in ["/audit/records.csv", "/audit/records.jsonl"] {
        let (status, text) = auditor.visit(path).await?;
        day.checks
            .equal(&status, &StatusCode::OK, &format!("{path} is sent"));
        day.checks.that(
            text.contains("association.requested"),
            "with the asks in it",
        );
    }
    day.say("auditor", "takes the records away, in both formats");

    yuki.sign_in("/audit").await?;
    for _ in 0..2 {
        let (status, text) = yuki.visit("/audit").await?;
        day.checks
            .equal(&status, &StatusCode::FORBIDDEN, "not for employees");
        day.checks
            .that(!text.contains("ren@example.com"), "who learn nothing there");
    }
    day.say("yuki", "is not let in");
    own_records_are_of_no_endpoint(day).await
}

/// Its path below `/audit/records/` and `/audit/stays/`.
async fn a_record_of_a_stay(day: &Day) -> anyhow::Result<String> {
    let records = day.sandbox.dynamo().records().await?;
    let record = records
        .iter()
        .find(|record| record.text("event") == "association.completed")
        .context("no stay was ever ready")?;
    Ok(format!(
        "{}/{}",
        record.text("endpoint_id"),
        record.text("event_id")
    ))
}

/// All that the audit function wrote: an export for each part that was sent, and the employee's attempts once an hour.
async fn own_records_are_of_no_endpoint(day: &mut Day) -> anyhow::Result<()> {
    let records = day.sandbox.dynamo().records().await?;
    let of = |event: &str, actor: &str| -> Vec<&str> {
        let found = records
            .iter()
            .filter(|record| record.text("event") == event && record.text("actor") == actor);
        found.map(|record| record.text("endpoint_id")).collect()
    };
    let mail = |name: &str| format!("{name}@{}", example::EMAIL_DOMAIN);
    let exports = of("audit.exported", &mail("auditor"));
    let refusals = of("access.denied", &mail("yuki"));
    ensure!(
        exports.len() >= 2 && !refusals.is_empty(),
        "the audit pages left {exports:?} and {refusals:?} on record"
    );
    let own = exports.iter().chain(&refusals);
    day.checks.that(
        own.into_iter().all(|endpoint| *endpoint == "-"),
        "exports and refusals are records of no endpoint",
    );
    Ok(())
}
