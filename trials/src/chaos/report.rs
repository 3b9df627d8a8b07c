//! What happened, in figures, and whether it was as it should be.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use shared::model::AssociationId;
use shared::model::audit::Event;
use testkit::rulebook::{Rulebook, Violation};

use super::administrator::Administrator;
use super::evidence::{Evidence, endpoints};
use super::orders;
use super::storm::{Counts, Storm};
use crate::checks::Checks;
use crate::day::timeline::heading;

/// What the network did, a line for each port.
pub(super) fn network(storm: &Storm) -> Vec<String> {
    let ports = storm.sandbox.network().into_iter();
    ports
        .flat_map(sandbox::network::Network::ports)
        .map(|port| {
            let struck = port.struck();
            format!(
                "{:<12} {:>6} connections, {:>6} requests: {:>4} cut, {:>4} slowed, {:>4} torn, {:>3} outages",
                port.name(),
                struck.connections,
                struck.exchanges,
                struck.cut,
                struck.slowed,
                struck.torn,
                struck.outages
            )
        })
        .collect()
}

/// What EC2 bills, and cold starts.
pub(super) fn billed(storm: &Storm) -> Vec<String> {
    let lambda = storm.sandbox.lambda();
    let starts = ["associate", "reaper"].map(|name| format!("{name} {}", lambda.cold_starts(name)));
    let mut lines = vec![format!("processes started: {}", starts.join(", "))];
    for (name, id) in endpoints() {
        let seconds = storm
            .ec2()
            .read(|world| world.endpoint(&id).map_or(0, |found| found.billed_seconds));
        lines.push(format!("EC2 bills {seconds} s for {name}"));
    }
    lines
}

/// Prints what happened.
pub(super) fn tell(
    evidence: &Evidence,
    counts: &Counts,
    administrator: &Administrator,
    network: &[String],
    billed: &[String],
) {
    heading("What happened");
    println!("  {} minutes of the story", counts.minutes);
    println!(
        "  {} sweeps, of which {} failed or were killed; {} requests by people",
        counts.sweeps,
        counts.sweeps_failed,
        evidence.answers().count()
    );
    println!(
        "  {} processes killed (SIGKILL), {} terminated (SIGTERM)",
        counts.killed, counts.terminated
    );
    for line in network.iter().chain(billed) {
        println!("  {line}");
    }
    println!("  by hand: {}", list(&administrator.did));
    println!(
        "  orders, and their answers: {}",
        list(&orders::count(evidence))
    );
    let booked = evidence.histories().map(|it| it.bookings.len());
    println!("  {} bookings", booked.sum::<usize>());
    println!("  answers to asks: {}", answers(evidence, true));
    println!("  other answers: {}", answers(evidence, false));
    let mut events: BTreeMap<&str, u32> = BTreeMap::new();
    for record in evidence.records() {
        *events.entry(record.event.as_str()).or_default() += 1;
    }
    let records = evidence.records().count();
    println!("  {records} records: {}", list(&events));
    let connections = evidence.histories().map(|it| it.connections.len());
    println!("  {} connections", connections.sum::<usize>());
    let ends = evidence.records().filter(|it| it.details.closing.is_some());
    let costs = ends.filter_map(|it| it.details.cost_usd);
    println!("  cost on record USD {:.2}", costs.sum::<f64>());
    let cut = evidence.0.values().map(Rulebook::cut_behind_the_look);
    println!(
        "  {} connections cut that began after the last look (what EC2 leaves open)",
        cut.sum::<usize>()
    );
}

/// Judges by the rulebook: one check for each invariant that was looked at.
pub(super) fn judge(evidence: &mut Evidence, now: DateTime<Utc>, checks: &mut Checks) {
    for book in evidence.0.values_mut() {
        book.judge(now);
        for invariant in book.looks.keys() {
            let of_it = |it: &&Violation| it.invariant == *invariant;
            let mut broken = book.violations.iter().filter(of_it).peekable();
            checks.that(broken.peek().is_none(), invariant.text());
            for violation in broken {
                println!("             {violation}");
            }
        }
        if !book.violations.is_empty() {
            print_records(book);
        }
    }
}

/// Prints an endpoint's records: no two storms are alike, so the cause cannot be found in another one.
fn print_records(book: &Rulebook) {
    let records = book.history.records.iter();
    for record in records.filter(|record| record.event != Event::ConnectionEnded) {
        let ids = record.details.association_ids.iter();
        let ids: Vec<_> = ids.map(AssociationId::as_str).collect();
        println!(
            "             {} stay {} {} {} {}: {}",
            record.occurred_at.format("%H:%M:%S%.3f"),
            record.details.stay.unwrap_or(0),
            record.event.as_str(),
            record.actor,
            ids.join(" "),
            record.reason
        );
    }
}

fn answers(evidence: &Evidence, asks: bool) -> String {
    let mut by_status: BTreeMap<String, u32> = BTreeMap::new();
    for answer in evidence.answers() {
        if answer.wish.asks() == asks {
            *by_status.entry(answer.status.to_string()).or_default() += 1;
        }
    }
    list(&by_status)
}

fn list<K: std::fmt::Display>(counts: &BTreeMap<K, u32>) -> String {
    let each: Vec<String> = counts
        .iter()
        .map(|(what, count)| format!("{what} {count}"))
        .collect();
    each.join(", ")
}

/// Prints what did not hold, and says whether everything did.
pub(super) fn verdict(checks: &Checks, seed: u64, logs: &Path) -> bool {
    heading("Did everything hold?");
    for failure in checks.failures() {
        println!("  NO: {failure}");
    }
    println!("  {} of {} checks hold.", checks.passed(), checks.made());
    let held = checks.failures().is_empty();
    if !held {
        println!(
            "  Seed {seed}; the functions' logs are in {}.",
            logs.display()
        );
    }
    held
}
