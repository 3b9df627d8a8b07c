//! The report: Markdown that can be pasted into `docs/not-yet-proven-on-aws.md`.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::execute::Stop;
use super::plan::Setup;
use super::rows::{Judged, Verdict};
use super::{Outcome, Record};
use crate::time::offset;

/// The document whose rows are settled.
const DOCUMENT: &str = include_str!("../../../docs/not-yet-proven-on-aws.md");

/// What stands above the report.
#[derive(Debug, Clone)]
pub struct Heading {
    pub region: Option<String>,
    pub began_at: DateTime<Utc>,
    /// When it was cleaned up.
    pub ended_at: DateTime<Utc>,
}

pub fn report(setup: &Setup, heading: &Heading, outcome: &Outcome) -> String {
    let mut text = format!(
        "# What AWS did: {} (`{}`)\n\n{}, {} to {} ({}), `prove` {}\n",
        setup.endpoint.name,
        setup.endpoint.id,
        heading.region.as_deref().unwrap_or("no region"),
        heading.began_at.format("%Y-%m-%d %H:%M:%S UTC"),
        heading.ended_at.format("%H:%M:%S"),
        crate::time::length(heading.ended_at - heading.began_at),
        env!("CARGO_PKG_VERSION"),
    );
    match &outcome.stop {
        Some(Stop::Interrupted) => text.push_str("\n**Interrupted**: not every step was taken.\n"),
        Some(Stop::Failed(why)) => add(
            &mut text,
            format_args!("\n**Not every step was taken**: {why}.\n"),
        ),
        None => {}
    }
    if !outcome.left.is_empty() {
        text.push_str("\n**Not everything could be removed.** Remove it with:\n\n");
        for left in &outcome.left {
            add(
                &mut text,
                format_args!("- {}: `{}`\n", left.what, left.command),
            );
        }
    }
    settled(&mut text, &outcome.rows);
    different(&mut text, &outcome.rows);
    not_settled(&mut text, &outcome.rows);
    text.push_str("\n## By hand\n\nWhat a run cannot settle (from docs/not-yet-proven-on-aws.md):\n\n| claim | how to look |\n|---|---|\n");
    for (claim, how) in by_hand() {
        add(&mut text, format_args!("| {claim} | {how} |\n"));
    }
    timeline(&mut text, heading.began_at, setup, &outcome.record);
    text
}

fn add(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(what);
}

fn settled(text: &mut String, rows: &[Judged]) {
    text.push_str("\n| row | expected | observed | |\n|---|---|---|---|\n");
    for Judged {
        row,
        verdict,
        observed,
    } in rows
    {
        let verdict = match verdict {
            Verdict::AsExpected => "as expected",
            Verdict::Different => "**different**",
            Verdict::NotSettled => "not settled",
        };
        let cells = [row.id, row.expected, observed, verdict].map(cell);
        add(text, format_args!("| {} |\n", cells.join(" | ")));
    }
}

/// Escaped for a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn different(text: &mut String, rows: &[Judged]) {
    for Judged { row, verdict, .. } in rows {
        if *verdict == Verdict::Different {
            add(
                text,
                format_args!(
                    "\n**`{}` is different.** What that means: {}. What to change: {}.\n",
                    row.id, row.means, row.change
                ),
            );
        }
    }
}

fn not_settled(text: &mut String, rows: &[Judged]) {
    let open: Vec<&Judged> = rows
        .iter()
        .filter(|it| it.verdict == Verdict::NotSettled)
        .collect();
    if !open.is_empty() {
        text.push_str("\n## Not settled\n\n| row | how to check by hand |\n|---|---|\n");
        for Judged { row, .. } in open {
            add(
                text,
                format_args!("| {} | {} |\n", row.id, cell(row.by_hand)),
            );
        }
    }
}

/// Each change of an answer, with its time; repetitions are left out.
fn timeline(text: &mut String, began_at: DateTime<Utc>, setup: &Setup, record: &Record) {
    text.push_str("\n## What happened when\n\n| time | step | answer |\n|---|---|---|\n");
    for (number, entry) in record.entries.iter().enumerate() {
        let kind = std::mem::discriminant(&entry.seen);
        let before = record.entries[..number].iter().rev();
        let mut alike =
            before.filter(|it| it.step == entry.step && std::mem::discriminant(&it.seen) == kind);
        if alike.next().is_none_or(|last| last.seen != entry.seen) {
            let says = setup.says(entry.step);
            let cells = [offset(began_at, entry.at), cell(&says), cell(&entry.says())];
            add(text, format_args!("| {} |\n", cells.join(" | ")));
        }
    }
}

/// The claims that no run settles, and how to look: what the document says of them.
pub fn by_hand() -> Vec<(&'static str, &'static str)> {
    let rows = DOCUMENT
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("`cargo prove`: "));
    let cells = rows.filter_map(|row| {
        let mut cells = row.trim_matches('|').split(" | ").map(str::trim);
        Some((cells.next()?, cells.last()?))
    });
    cells.filter(|(claim, _)| *claim != "claim").collect()
}
