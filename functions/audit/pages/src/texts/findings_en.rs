//! Findings, in English. Their titles and advice are the rulebook's own.

use shared::history::Kind;

use super::FindingTexts;

pub(super) const FINDINGS: FindingTexts = FindingTexts {
    intro: "What the records show that an administrator should look at, and what to do about it.",
    range: "Days",
    title: Kind::title,
    advice: Kind::advice,
    what_to_do: "What to do:",
    mistake: "Please report",
    record: "The record",
    stay: "The whole stay",
    left_out: |count| {
        format!("{count} more of these days are not shown here. Choose fewer days to see them.")
    },
    nothing: "There is nothing to look at",
    nothing_note: "All records that were read agree with each other.",
    back_to: |time| format!("Records were read back to {time}."),
};
