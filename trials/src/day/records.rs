//! The audit records: read, told, and added up.

use std::collections::BTreeSet;

use sandbox::dynamo::Record;

use super::record::{actor, occurred_at};
use super::state::Day;
use super::timeline::{heading, wall};

/// What an hour of one association costs in Tokyo, in US dollars.
const HOUR_PRICE_USD: f64 = 0.15;
const SUBNETS: f64 = 2.0;

/// Prints the records and what the day cost, and checks that the one explains the other.
pub(super) async fn tell(day: &mut Day) -> anyhow::Result<()> {
    let records = day.sandbox.dynamo().records().await?;
    heading("The audit records");
    println!(
        "  {:<9} {:<25} {:<12} {:>5} {:>9} {:>9}  reason",
        "time", "event", "actor", "stay", "seconds", "USD"
    );
    for record in &records {
        println!(
            "  {:<9} {:<25} {:<12} {:>5} {:>9} {:>9}  {}",
            wall(occurred_at(record)?),
            record.text("event"),
            actor(record),
            record.text("stay"),
            record.text("duration_seconds"),
            record.text("cost_usd"),
            record.text("reason"),
        );
    }
    let ids: BTreeSet<&str> = records
        .iter()
        .map(|record| record.text("event_id"))
        .collect();
    day.checks
        .equal(&ids.len(), &records.len(), "no record has another's id");
    cost(day, &records);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a day has few seconds")]
fn cost(day: &mut Day, records: &[Record]) {
    let ends = ["disassociation.completed", "disassociation.external"];
    let ended: Vec<&Record> = records
        .iter()
        .filter(|record| ends.contains(&record.text("event")))
        .collect();
    // Only the record that ends a stay has a month, and the cost of all of the stay.
    let stays = ended
        .iter()
        .filter(|record| !record.text("month").is_empty());
    let cost: f64 = stays.map(|record| record.number("cost_usd")).sum();
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
    println!("  {} sweeps, one in each minute.", day.sweeps());
    let billed = day.billed_seconds() as f64;
    let counted = up_seconds * SUBNETS;
    // Each subnet of each time up may be off by the minute between two sweeps.
    let tolerance = ended.len() as f64 * SUBNETS * 60.0;
    day.checks.that(
        (counted - billed).abs() <= tolerance,
        format!("the records account for what EC2 bills: {counted:.0} s against {billed:.0} s (± {tolerance:.0} s)"),
    );
}
