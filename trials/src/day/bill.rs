//! What the story cost, added up from its records.

use sandbox::dynamo::Record;

use super::state::Day;
use super::timeline::heading;

/// What an hour of one association costs in Tokyo, in US dollars.
pub(super) const HOUR_PRICE_USD: f64 = 0.15;
pub(super) const SUBNETS: f64 = 2.0;

/// Prints the bill, and checks that the records account for it.
#[expect(clippy::cast_precision_loss, reason = "two days have few seconds")]
pub(super) fn tell(day: &mut Day, records: &[Record]) {
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
    let hours = day.lasted().num_minutes() as f64 / 60.0;
    let always_on = hours * SUBNETS * HOUR_PRICE_USD;
    heading("What it cost");
    println!(
        "  The VPN was up for {:.1} of {hours:.1} hours, with two subnets at USD {HOUR_PRICE_USD} an hour each:",
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
