//! What more memory brings, and what it costs: Lambda gives processor with it.

use std::fmt::Write as _;

use super::bill::lambda_usd;
use super::figures::digits;
use super::measured::{Measured, far_with};
use super::subject::Work;

const MEGABYTES: [u32; 3] = [128, 256, 512];

/// What is looked at, and whether it meets a cold start as a rule.
const ROWS: [(&str, Work, bool); 6] = [
    ("associate", Work::Start, true),
    ("associate", Work::Ready, true),
    ("associate", Work::Page, false),
    ("reaper", Work::SweepOff, false),
    ("reaper", Work::SweepOn, false),
    ("audit", Work::Now, true),
];

/// The table; empty where nothing could be held to a share.
pub(super) fn render(measured: &Measured) -> String {
    let mut rows = String::new();
    for (function, work, is_cold) in ROWS {
        let each = MEGABYTES.map(|megabytes| {
            let figures = measured.of(function, work, far_with(megabytes))?;
            let milliseconds = figures.billed(is_cold);
            Some((milliseconds, lambda_usd(megabytes, milliseconds) * 1e6))
        });
        let [Some(small), Some(middle), Some(large)] = each else {
            continue;
        };
        let start = if is_cold { "cold" } else { "warm" };
        let _ = writeln!(
            rows,
            "| `{function}`, {}, {start} | {} · {} · {} | {:.2} · {:.2} · {:.2} |",
            work.name(),
            digits(small.0),
            digits(middle.0),
            digits(large.0),
            small.1,
            middle.1,
            large.1
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "\n### Memory sizes\n\nWith the latency of a region: milliseconds that Lambda bills for one request, a cold start's init included, and what they cost, which is beside USD 0.20 for a million requests.\n\n| | ms at 128 · 256 · 512 MB | USD for a million |\n|---|---|---|\n{rows}"
    )
}
