//! How long an employee waits for the software itself, beside the function that it replaces.

use std::fmt::Write as _;

use super::figures::digits;
use super::measured::{Measured, far_with};
use super::subject::Work;

/// Names in the report, and what an employee's click is to each.
const ROWS: [(&str, &str, Work); 4] = [
    ("this system, VPN off", "associate", Work::Start),
    ("this system, VPN ready", "associate", Work::Ready),
    ("Python, VPN off", "Python", Work::Blind),
    (
        "Python with its client made once, VPN off",
        "Python, client made once",
        Work::Blind,
    ),
];

/// The table; empty where nothing could be held to a share.
pub(super) fn render(measured: &Measured) -> String {
    let mut rows = String::new();
    for (name, subject, work) in ROWS {
        let Some(figures) = measured.of(subject, work, far_with(128)) else {
            continue;
        };
        let [cold, warm] = [true, false].map(|is_cold| digits(figures.billed(is_cold)));
        let _ = writeln!(rows, "| {name} | {cold} | {warm} |");
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "\n### How long an employee waits\n\nFor the software itself: AWS's own minutes for an association come after that. 128 MB, \
         the latency of a region; milliseconds from the click to the answer.\n\n| | first click of a process, its start \
         included | later click |\n|---|---:|---:|\n{rows}"
    )
}
