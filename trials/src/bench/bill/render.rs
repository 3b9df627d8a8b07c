//! The sections of `docs/performance.md` about the bill.

use std::fmt::{Display, Write as _};

use super::company::{COMPANIES, SUBNETS, WEEKDAYS, WORKDAYS, assumptions};
use super::model::{Consumption, SIZES, Use};
use super::prices::{self, Known};
use super::sum::{Bill, Group, bill};

/// What stands before and after the table that README and `docs/performance.md` share.
pub const MARKS: (&str, &str) = ("<!-- bill -->", "<!-- /bill -->");

/// The three sections.
pub fn render(uses: &[Use]) -> String {
    let bills: [Bill; SIZES] = std::array::from_fn(|which| bill(uses, which));
    [
        actions(uses),
        price_table(),
        the_bill(uses, &bills),
        details(&bills),
    ]
    .join("\n")
}

fn actions(uses: &[Use]) -> String {
    let people = COMPANIES.map(|it| it.people.to_string()).join(" · ");
    let mut text = format!(
        "## What each action uses\n\n\
         Measured on the sandbox with the functions as processes of their own. Three figures are for companies of\n{people} \
         people. *ms*: what Lambda bills for one request, at the function's memory size; a click counts as a cold start,\n\
         so as the dearer case. *Reads*, *writes*: DynamoDB's units. *Log*: bytes, with Lambda's own two lines for each request\n\
         and 26 bytes for each line. *Sent*: bytes to the browser. *Kept*: bytes of records with their copies in indexes.\n\
         *Metrics*: custom metrics that get a value.\n\n\
         | action | function | MB | ms | requests | EC2 | DynamoDB | reads | writes | log | sent | kept | metrics |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for it in uses {
        let cells = [
            it.action.name().to_owned(),
            format!("`{}`", it.action.function()),
            it.time.memory_mb.to_string(),
            it.time.milliseconds.to_string(),
            cell(it, |used| used.requests),
            cell(it, |used| used.ec2_calls),
            cell(it, |used| used.table_calls),
            cell(it, |used| used.reads),
            cell(it, |used| used.writes),
            cell(it, |used| used.log_bytes),
            cell(it, |used| used.sent_bytes),
            cell(it, |used| used.kept_bytes),
            cell(it, |used| used.metrics),
        ];
        row(&mut text, &cells);
    }
    text
}

/// One figure, or one for each company.
fn cell<T: Display + PartialEq>(it: &Use, of: impl Fn(&Consumption) -> T) -> String {
    let each = it.consumption.each_ref().map(of);
    if each.iter().all(|value| *value == each[0]) {
        return each[0].to_string();
    }
    each.map(|value| value.to_string()).join(" · ")
}

fn price_table() -> String {
    let mut text = String::from(
        "## Prices\n\n\
         US dollars in Tokyo (ap-northeast-1), without tax and without any free tier. They come from public copies of\n\
         AWS's Price List, not from AWS itself; *as of* is the month of the copy. Those marked *not checked* are from memory.\n\n\
         | what | USD | per | as of | usage type or page |\n|---|---:|---|---|---|\n",
    );
    for price in prices::ALL {
        let as_of = match price.known {
            Known::Read => price.as_of,
            Known::Unchecked => "*not checked*",
        };
        let source = if price.source.starts_with("https://") {
            format!("<{}>", price.source)
        } else {
            format!("`{}`", price.source)
        };
        let cells = [
            price.name.to_owned(),
            price.usd.to_string(),
            price.unit.to_owned(),
            as_of.to_owned(),
            source,
        ];
        row(&mut text, &cells);
    }
    text
}

fn the_bill(uses: &[Use], bills: &[Bill; SIZES]) -> String {
    let mut text = format!(
        "## The bill\n\nA month of one endpoint with {SUBNETS} subnets, {WORKDAYS} workdays, {WEEKDAYS} days from Monday to Friday.\n\n"
    );
    let (begin, end) = MARKS;
    let _ = writeln!(text, "{begin}\n{}{end}\n", table(uses));
    text.push_str(&not_in_the_sums(bills));
    text.push_str("\n\nWhat is assumed, beside 14 alarms, one dashboard, records kept for 400 days and logs for 90:\n\n");
    row(&mut text, &header("in a company of"));
    text.push_str("|---|---:|---:|---:|\n");
    for (what, each) in assumptions() {
        let mut cells = vec![what.to_owned()];
        cells.extend(each);
        row(&mut text, &cells);
    }
    text
}

fn header(first: &str) -> Vec<String> {
    let mut cells = vec![first.to_owned()];
    cells.extend(COMPANIES.map(|it| format!("{} people", thousands(it.people))));
    cells
}

fn thousands(people: u32) -> String {
    match people {
        0..1000 => people.to_string(),
        _ => format!("{},{:03}", people / 1000, people % 1000),
    }
}

/// The table that the README has too.
pub fn table(uses: &[Use]) -> String {
    let bills: [Bill; SIZES] = std::array::from_fn(|which| bill(uses, which));
    let mut text = String::new();
    row(&mut text, &header("USD a month, Tokyo, two subnets"));
    text.push_str("|---|---:|---:|---:|\n");
    let each = |of: fn(&Bill) -> String| bills.each_ref().map(of);
    let rows = [
        ("always on", each(|it| dollars(it.always_on_usd))),
        (
            "a schedule that cuts no employee off",
            each(|it| dollars(it.schedule_usd)),
        ),
        (
            "**this system, in all**",
            each(|it| format!("**{}**", dollars(it.sum()))),
        ),
        (
            "– subnets associated",
            each(|it| dollars(it.of(Group::Associations))),
        ),
        (
            "– load balancer, its addresses and traffic",
            each(|it| dollars(it.of(Group::Balancer))),
        ),
        (
            "– Lambda, DynamoDB, logs, scheduler",
            each(|it| dollars(it.of(Group::Running))),
        ),
        (
            "– metrics, alarms, dashboard, traces",
            each(|it| dollars(it.of(Group::Watching))),
        ),
        (
            "– sign-in by SAML",
            each(|it| dollars(it.of(Group::SignIn))),
        ),
    ];
    for (name, figures) in rows {
        let mut cells = vec![name.to_owned()];
        cells.extend(figures);
        row(&mut text, &cells);
    }
    text
}

fn details(bills: &[Bill; SIZES]) -> String {
    let mut text = String::from("Each line of it:\n\n");
    row(&mut text, &header("USD a month"));
    text.push_str("|---|---:|---:|---:|\n");
    for (index, line) in bills[0].lines.iter().enumerate() {
        let mut cells = vec![line.price.name.to_owned()];
        cells.extend(bills.iter().map(|bill| dollars(bill.lines[index].usd())));
        row(&mut text, &cells);
    }
    text
}

fn row(text: &mut String, cells: &[String]) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// Dollars, with cents where there are few.
fn dollars(usd: f64) -> String {
    if usd < 10.0 {
        format!("{usd:.2}")
    } else {
        format!("{usd:.0}")
    }
}

/// What cannot be told from AWS's documents, and so is in no sum.
fn not_in_the_sums(bills: &[Bill]) -> String {
    let connections: Vec<String> = bills
        .iter()
        .map(|bill| format!("{:.0}", bill.connections_usd))
        .collect();
    format!(
        "Not in the sums: **connections** (USD 0.05 an hour each), which come on top in every case: {} for the three, at six\n\
         hours a day. **Reads of the audit table's stream** by EventBridge Pipes, four a second for each shard: AWS bills reads\n\
         of a stream, except Lambda's, and does not say which a pipe's are. If they are billed, that is about USD 2.40 a month\n\
         for each shard, after the account's first 2.5 million (a price from memory). **Rare and billed by the piece**: mails,\n\
         the pipes' events, queries of the log.",
        connections.join(" · ")
    )
}
