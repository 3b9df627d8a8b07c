//! The audit records: read and told.

use std::collections::BTreeSet;

use super::record::{actor, occurred_at};
use super::state::Day;
use super::timeline::{heading, wall};
use super::{bill, booked};

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
    booked::tell(day, &records)?;
    bill::tell(day, &records);
    Ok(())
}
