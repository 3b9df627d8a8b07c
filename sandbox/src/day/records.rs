//! The audit records: read, told, and added up.

use std::collections::BTreeSet;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::stage::Stage;
use super::timeline::{heading, wall};

/// What an hour of one association costs in Tokyo, in US dollars.
const HOUR_PRICE_USD: f64 = 0.15;
const SUBNETS: f64 = 2.0;

/// An audit record in DynamoDB's JSON.
#[derive(Debug, Clone)]
pub(super) struct Record(Value);

impl Record {
    pub(super) fn new(item: Value) -> Self {
        Self(item)
    }

    fn text(&self, attribute: &str) -> Option<&str> {
        let value = &self.0[attribute];
        value["S"].as_str().or_else(|| value["N"].as_str())
    }

    pub(super) fn id(&self) -> String {
        self.text("event_id").unwrap_or_default().to_owned()
    }

    pub(super) fn event(&self) -> &str {
        self.text("event").unwrap_or_default()
    }

    pub(super) fn endpoint(&self) -> &str {
        self.text("endpoint_name").unwrap_or_default()
    }

    pub(super) fn actor(&self) -> String {
        let actor = self.text("actor").unwrap_or_default();
        actor.split('@').next().unwrap_or_default().to_owned()
    }

    pub(super) fn occurred_at(&self) -> anyhow::Result<DateTime<Utc>> {
        let text = self
            .text("occurred_at")
            .context("a record without a time")?;
        Ok(text.parse()?)
    }

    pub(super) fn number(&self, attribute: &str) -> f64 {
        self.text(attribute)
            .and_then(|text| text.parse().ok())
            .unwrap_or(f64::NAN)
    }

    /// The record in a line of the story.
    pub(super) fn sentence(&self) -> String {
        format!(
            "{:<24} {}",
            self.event(),
            self.text("reason").unwrap_or_default()
        )
    }
}

/// Prints the records and what the day cost, and checks that the one explains the other.
pub(super) async fn tell(stage: &mut Stage) -> anyhow::Result<()> {
    let records = stage.records().await?;
    heading("The audit records");
    println!(
        "  {:<9} {:<25} {:<12} {:>5} {:>9} {:>9}  reason",
        "time", "event", "actor", "stay", "seconds", "USD"
    );
    for record in &records {
        let cell = |attribute| record.text(attribute).unwrap_or("");
        println!(
            "  {:<9} {:<25} {:<12} {:>5} {:>9} {:>9}  {}",
            wall(record.occurred_at()?),
            record.event(),
            record.actor(),
            cell("stay"),
            cell("duration_seconds"),
            cell("cost_usd"),
            cell("reason"),
        );
    }
    let ids: BTreeSet<String> = records.iter().map(Record::id).collect();
    stage
        .checks
        .equal(&ids.len(), &records.len(), "no record has another's id");
    cost(stage, &records);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a day has few seconds")]
fn cost(stage: &mut Stage, records: &[Record]) {
    let ends = ["disassociation.completed", "disassociation.external"];
    let ended: Vec<&Record> = records
        .iter()
        .filter(|record| ends.contains(&record.event()))
        .collect();
    let cost: f64 = ended.iter().map(|record| record.number("cost_usd")).sum();
    let up_seconds: f64 = ended
        .iter()
        .map(|record| record.number("duration_seconds"))
        .sum();
    let always_on = 24.0 * SUBNETS * HOUR_PRICE_USD;
    heading("What it cost");
    println!(
        "  The VPN was up for {:.1} of 24 hours, with two subnets at USD {HOUR_PRICE_USD} an hour each:",
        up_seconds / 3600.0
    );
    println!(
        "  USD {cost:.2}, where always-on costs USD {always_on:.2}: {:.0} % less. Connections cost the same either way.",
        (1.0 - cost / always_on) * 100.0
    );
    println!("  {} sweeps, one in each minute.", stage.sweeps());
    let billed = stage.billed_seconds() as f64;
    let counted = up_seconds * SUBNETS;
    // Each subnet of each time up may be off by the minute between two sweeps.
    let tolerance = ended.len() as f64 * SUBNETS * 60.0;
    stage.checks.that(
        (counted - billed).abs() <= tolerance,
        format!("the records account for what EC2 bills: {counted:.0} s against {billed:.0} s (± {tolerance:.0} s)"),
    );
}
