//! What was to be reached, and what was. Ratios and shares hold on any machine; single times are this machine's.

use std::fmt::Write as _;

use super::figures::{Figures, digits};
use super::measured::{FAR, HELD, Measured, WHOLE};
use super::sample::Conditions;
use super::subject::Work;

/// What is to be reached.
struct Bar {
    what: &'static str,
    /// `true`: at most; else at least.
    at_most: bool,
    limit: f64,
    unit: &'static str,
    value: fn(&Measured) -> Option<f64>,
}

const BARS: [Bar; 14] = [
    most("128 MB: first click", 25.0, "ms", |measured| {
        Some(start(measured, HELD)?.first.wall.median)
    }),
    most("128 MB: later click", 10.0, "ms", |measured| {
        Some(start(measured, HELD)?.warm.wall.median)
    }),
    most("128 MB: first sweep, VPN off", 10.0, "ms", |measured| {
        Some(
            measured
                .of("reaper", Work::SweepOff, HELD)?
                .first
                .wall
                .median,
        )
    }),
    least(
        "128 MB: first click, how many times faster than Python's",
        100.0,
        |measured| slower(measured, "Python"),
    ),
    least(
        "128 MB: first click, how many times faster than Python's with its client made once",
        16.0,
        |measured| slower(measured, "Python, client made once"),
    ),
    most("first click, processor", 2.2, "ms", |measured| {
        Some(start(measured, WHOLE)?.first.processor.median)
    }),
    most("later click, processor", 0.7, "ms", |measured| {
        Some(start(measured, WHOLE)?.warm.processor.median)
    }),
    most("init, processor", 10.0, "ms", |measured| {
        Some(start(measured, WHOLE)?.init.processor.median)
    }),
    most("memory of `associate`", 11.0, "MiB", |measured| {
        Some(start(measured, WHOLE)?.peak_mib.median)
    }),
    most("binary of `associate`", 8.0, "MB", |measured| {
        size(measured, 0)
    }),
    most("zip of `associate`", 3.5, "MB", |measured| {
        size(measured, 1)
    }),
    most(
        "with latency: later click, VPN ready",
        75.0,
        "ms",
        |measured| Some(measured.of("associate", Work::Ready, FAR)?.warm.wall.median),
    ),
    most(
        "with latency: later click, VPN off",
        140.0,
        "ms",
        |measured| Some(start(measured, FAR)?.warm.wall.median),
    ),
    most(
        "with latency: the first click's time over a later one's, VPN off",
        10.0,
        "ms",
        |measured| {
            let figures = start(measured, FAR)?;
            Some(figures.first.wall.median - figures.warm.wall.median)
        },
    ),
];

const fn most(
    what: &'static str,
    limit: f64,
    unit: &'static str,
    value: fn(&Measured) -> Option<f64>,
) -> Bar {
    Bar {
        what,
        at_most: true,
        limit,
        unit,
        value,
    }
}

const fn least(what: &'static str, limit: f64, value: fn(&Measured) -> Option<f64>) -> Bar {
    Bar {
        what,
        at_most: false,
        limit,
        unit: "",
        value,
    }
}

fn start(measured: &Measured, conditions: Conditions) -> Option<&Figures> {
    measured.of("associate", Work::Start, conditions)
}

fn slower(measured: &Measured, subject: &str) -> Option<f64> {
    let theirs = measured.of(subject, Work::Blind, HELD)?.first.wall.median;
    Some(theirs / start(measured, HELD)?.first.wall.median)
}

fn size(measured: &Measured, which: usize) -> Option<f64> {
    let associate = measured.subject("associate")?;
    associate.sizes()?.get(which).copied()
}

/// The table of all bars that could be measured.
pub(super) fn render(measured: &Measured) -> String {
    let mut text = String::from(
        "\n### What was to be reached\n\n| | to reach | reached | |\n|---|---|---|---|\n",
    );
    for bar in &BARS {
        let Some(value) = (bar.value)(measured) else {
            continue;
        };
        let is_reached = if bar.at_most {
            value <= bar.limit
        } else {
            value >= bar.limit
        };
        let _ = writeln!(
            text,
            "| {} | {} {} {} | {} | {} |",
            bar.what,
            if bar.at_most { "≤" } else { "≥" },
            bar.limit,
            bar.unit,
            digits(value),
            if is_reached { "yes" } else { "**no**" }
        );
    }
    text
}
