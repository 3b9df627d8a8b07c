//! English.

use chrono::{NaiveDate, TimeDelta};

use super::{LogTexts, Texts, events_en, findings_en, largest_units, records_en, troubles_en};

pub(super) static EN: Texts = Texts {
    now: "Now",
    log: "Log",
    use_and_cost: "Use and cost",
    findings: "Findings",
    parts: "Administration",
    employees_pages: "Employees’ pages",
    help: "Help",

    records: "Records",
    time: "Time",
    no_time: "no time on record",
    endpoint: "VPN",
    what: "What happened",
    actor: "Who",
    reason: "Why",
    from: "From",
    to: "To",
    show: "Show",
    pages: "Older and newer records",
    newest: "Newest",
    older: "Older",

    event: events_en::event,
    family: events_en::family,
    asked_by_booking: "Asked for by a booking",
    unknown_event: "Unknown to this version",
    span,
    day,
    usd: |usd| format!("USD {usd:.2}"),
    estimated: "estimated",

    log_page: LogTexts {
        filter: "Filter",
        all: "All",
        text: "Text",
        text_note: "“Who” is the whole name as it is on record. “Text” is found in reasons, names and ids, in capitals or not.",
        events: |chosen| match chosen {
            0 => "Events: all".to_owned(),
            1 => "Events: 1 chosen".to_owned(),
            chosen => format!("Events: {chosen} chosen"),
        },
        clear: "Clear",
        no_record: "No record matches.",
        no_older: "No older record matches.",
        none_back_to: |time| format!("No record matches back to {time}. “Older” looks further."),
        back_to: |time| format!("Looked back to {time}."),
        download: "Download",
        download_note: "With the filters above, all matching records, in parts below 1 MB: each part names the next in its header “Link”. \
                        Each download is put on record.",
    },
    record: records_en::RECORD,
    stay: records_en::STAY,
    finding: findings_en::FINDINGS,
    error: troubles_en::ERRORS,
};

fn day(day: NaiveDate) -> String {
    day.format("%A, %-d %B %Y").to_string()
}

fn span(span: TimeDelta) -> String {
    let units = largest_units(span, ["d", "h", "min", "s"]);
    let parts: Vec<_> = units
        .iter()
        .map(|(n, unit)| format!("{n} {unit}"))
        .collect();
    parts.join(" ")
}
