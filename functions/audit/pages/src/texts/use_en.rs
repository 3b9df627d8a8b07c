//! Use and cost, in English.

use chrono::NaiveDate;

use super::use_texts::UseTexts;
use crate::pictures::PictureTexts;

pub(super) static EN: UseTexts = UseTexts {
    pictures: PictureTexts {
        calendar_title: |name| format!("When {name} was up, day by day"),
        bars_title: |name| format!("Hours of {name} by day, beside always-on"),
        strip_title: |name| format!("When {name} was up today"),
        described: "The same figures stand in the table that follows the picture.",
        day: |date| date.format("%a %-d").to_string(),
        first: |date| date.format("%a %-d %b").to_string(),
        month: |date| date.format("%b %Y").to_string(),
        up: "Up",
        down: "Not up",
        weekend: "Weekend, not up",
        clock_change: "Clocks change",
        hours: "Hours of subnets",
        hours_unit: "h",
        always_on: "always on",
    },

    month: |date| date.format("%B %Y").to_string(),
    date: |date| date.format("%a %-d %b %Y").to_string(),
    range,
    until_now: |at| format!("Counted until now, {at}."),
    choose_range: "Choose days",
    by_month: "Month",
    from: "From",
    to: "To (included)",
    show: "Show",
    at_most: "13 months at most.",

    all: "All VPNs together",
    endpoint: "VPN",
    total: "Total",
    no_endpoint: "No VPN is managed, and none was up in this time.",
    no_stay: "It was not up in this time, so it cost nothing.",
    known_since: |at| {
        format!(
            "Use is known since {at}: what was up before then has no closing record and is not counted."
        )
    },
    read_back_to: |at| {
        format!(
            "There are more closing records than one page reads. Those that ended before {at} are not counted: choose fewer days."
        )
    },
    unreadable: |n| match n {
        1 => "1 closing record cannot be read and is not counted. The findings name it.".to_owned(),
        n => format!(
            "{n} closing records cannot be read and are not counted. The findings name them."
        ),
    },
    drawn: |drawn, all| {
        format!(
            "For so many days, pictures and names are shown for the first {drawn} of {all} VPNs. Choose fewer days to see all."
        )
    },

    estimated: "estimated",
    hours: "Hours",
    hours_unit: |hours| format!("{hours} h"),
    hours_how: "Hours of subnets associated: two subnets for one hour are two. A stay that reaches beyond these days counts with the part that lies in them.",
    requests: "Requests",
    requests_how: "Those that these stays answered. Requests that led to no stay are in the log.",
    people: "People",
    people_how: "Who asked for the VPN or held a lease, each counted once. A closing record names 500 people at most.",
    people_names: "Who they are",
    people_more: |n| format!("and {n} more"),
    starts: "Start times",
    median: "median",
    p90: "90th percentile",
    longest: "longest",
    no_start: "No start was timed.",
    starts_how: "From the request, or from the first moment at which a start was possible, until ready. Nine in ten starts took no longer than the 90th percentile.",
    span: |seconds| match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    },
    stays: "Stays",
    stays_how: "Times up that lie in these days, in whole or in part.",
    unused: "Unused stays",
    unused_how: "Those of them in which no client connected.",
    up_now: |since, hours| {
        format!(
            "It is still up, since {since} ({hours} so far). There is no closing record of it yet: what lies in these days is counted \
             until now, from the lease table."
        )
    },

    money: "Cost",
    usd: "USD",
    how: "How it is computed",
    cost: "Cost",
    cost_how: |price| {
        format!(
            "For each association, the hours from when AWS accepted it until AWS accepted the disassociation, times the price of an \
             hour (now {price}). Connections are billed apart and are not in it."
        )
    },
    always_on: "Always on",
    always_on_how: |subnets, hours, price| {
        let subnets = match subnets {
            1 => "1 configured subnet".to_owned(),
            n => format!("{n} configured subnets"),
        };
        format!("{subnets}, associated for all {hours} of these days so far, at {price} an hour.")
    },
    office_hours: "Office hours only",
    office_hours_how: |window, zone| {
        format!(
            "The same subnets, associated from Monday to Friday, {window} ({zone}), public holidays included."
        )
    },
    saved: "Saved",
    saved_how: |percent| match percent {
        Some(percent) => format!("Always-on less cost: {percent} % of it."),
        None => "Always-on less cost.".to_owned(),
    },
    managed_no_more: "This VPN is no longer managed, so there is nothing to compare with.",

    calendar: "When it was up",
    calendar_text: |zone| format!("One strip for each day, from midnight to midnight ({zone})."),
    odd_day: |date, hours| format!("{date} has {hours}: clocks change."),
    bars: "Hours by day",
    bars_text: "The dashed line is what always-on would have had.",
    table: "The same as a table",
    table_text: "Each day is rounded, the total is not the sum of rounded days.",
    day: "Day",
    up: "Up",
    now: "now",
    not_up: "–",
    separator: ", ",
    more_times: |n| format!("and {n} more"),

    bill: "Beside the bill",
    bill_text: &[
        "The bill names what it charges for by usage type. A code for the region stands before it, such as APN1 for Tokyo.",
        "Bills count days of UTC, and prices may differ from the one set here: expect differences of a few percent.",
    ],
    bill_usage: [
        [
            "…-ClientVPN-EndpointHours",
            "Hours of subnets associated: lay it beside “Hours” and “Cost”.",
        ],
        [
            "…-ClientVPN-ConnectionHours",
            "Hours of client connections. They are not estimated here.",
        ],
    ],
    bill_query: "The query for Cost Explorer:",
    bill_more: "How AWS charges for Client VPN",
};

fn range(from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        return (EN.date)(from);
    }
    format!("{} – {}", from.format("%-d %b %Y"), to.format("%-d %b %Y"))
}
