//! Use and cost: right to the cent, and what is not known is said.

use audit_pages::Language;
use chrono_tz::Tz;

use crate::generated::{self, at, date, managed, november, now, report, use_page};
use crate::{TOKYO, between, november_page, odd_report, svgs};

/// The figures of a table's cells of one kind, by rows.
fn rows(table: &str, cell: &str) -> Vec<Vec<String>> {
    let (open, close) = (format!("<{cell}>"), format!("</{cell}>"));
    let cells = |row: &str| {
        let cells = row.split(open.as_str()).skip(1);
        cells
            .map(|rest| rest.split(close.as_str()).next().unwrap().to_owned())
            .collect()
    };
    table
        .split("<tr>")
        .skip(1)
        .map(cells)
        .filter(|row: &Vec<String>| !row.is_empty())
        .collect()
}

/// `1,234.56` in hundredths.
fn hundredths(figure: &str) -> i64 {
    let digits: String = figure.chars().filter(char::is_ascii_digit).collect();
    let places = figure
        .rsplit_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    let sign = if figure.starts_with('−') { -1 } else { 1 };
    sign * digits.parse::<i64>().unwrap() * 10_i64.pow(u32::try_from(2 - places).unwrap())
}

#[test]
fn what_is_added_up_on_the_page_adds_up() {
    let page = november_page(Language::En);
    let table = between(&page, "<table class=\"figures\">", "</table>");
    let all = rows(table, "td");
    let [endpoints @ .., total] = &all[..] else {
        panic!("the table is empty");
    };
    assert_eq!(endpoints.len(), 2);
    // Hours, requests, stays, unused stays, cost, always-on, office hours, saved; people are a union.
    for column in [0, 1, 3, 4, 5, 6, 7, 8] {
        let sum: i64 = endpoints.iter().map(|row| hundredths(&row[column])).sum();
        assert_eq!(sum, hundredths(&total[column]), "column {column}");
    }
    assert_eq!(total[2], "8");
    for row in &all {
        assert_eq!(
            hundredths(&row[6]) - hundredths(&row[5]),
            hundredths(&row[8]),
            "{row:?}"
        );
    }
}

#[test]
fn the_table_by_days_says_what_the_figures_and_the_bars_say() {
    let report = report(TOKYO, november(), now());
    let page = use_page(Language::En, TOKYO, &report, now());
    for (section, used) in page.split("class=\"use\"").skip(1).zip(&report.endpoints) {
        let table = between(section, "<table class=\"days\">", "</table>");
        let days: Vec<i64> = rows(table, "td")
            .iter()
            .filter_map(|row| row.get(1))
            .map(|hours| hundredths(hours))
            .collect();
        // Until the 26th, for later days have not begun.
        assert_eq!(days.len(), 26);
        let figure = format!("<td>{:.1} h</td>", used.hours);
        assert!(table.contains(&figure), "{figure} is not the total");
        // Each day is rounded to a tenth of an hour.
        let sum: i64 = days.iter().sum();
        let off = (f64::from(i32::try_from(sum).unwrap()) / 100.0 - used.hours).abs();
        assert!(off <= 0.05 * 26.0, "{off}");
        let bars = svgs(section)
            .into_iter()
            .find(|svg| svg.contains("class=\"bars\""))
            .unwrap();
        let drawn = between(&bars, "class=\"up\" d=\"", "\"")
            .matches('M')
            .count();
        assert_eq!(drawn, days.iter().filter(|hours| **hours > 0).count());
    }
}

#[test]
fn a_day_is_told_in_times_of_its_wall_clock() {
    let zone = Tz::Europe__Berlin;
    let mut report = report(zone, ["2026-10-24", "2026-10-25"].map(date), now());
    let times = [
        (at("2026-10-24T20:00:00Z"), at("2026-10-25T01:30:00Z")),
        (at("2026-10-25T21:59:00Z"), at("2026-10-26T10:00:00Z")),
    ];
    report.endpoints[0].stays = 2;
    report.endpoints[0].days = ["2026-10-24", "2026-10-25"]
        .map(|day| generated::day(zone, date(day), &times, 2))
        .into();
    let page = use_page(Language::En, zone, &report, now());
    assert!(page.contains("<td>22:00–24:00</td>"));
    assert!(page.contains("<td>00:00 CEST–02:30 CET, 22:59 CET–24:00</td>"));
    assert!(page.contains("Sun 25 Oct 2026 has 25 h: clocks change."));
    let tokyo = november_page(Language::En);
    assert!(tokyo.contains("–now</td>"));
    assert!(!tokyo.contains("clocks change"));
}

#[test]
fn what_is_not_known_is_said() {
    let page = use_page(Language::En, TOKYO, &odd_report(), now());
    for said in [
        "Use is known since Tue 3 Nov 2026",
        "Those that ended before Wed 4 Nov 2026 are not counted",
        "2 closing records cannot be read",
        "It was not up in this time",
        "no longer managed",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let page = november_page(Language::En);
    assert!(page.contains("It is still up, since 08:54 JST"));
    assert!(!page.contains("Use is known since"));
    // What is known from before the range began needs no words.
    let mut known = report(TOKYO, november(), now());
    known.known_since = Some(known.endpoints[0].days[0].begins);
    assert!(!use_page(Language::En, TOKYO, &known, now()).contains("Use is known since"));
}

#[test]
fn months_lead_to_their_neighbours_but_not_into_the_future() {
    let page = november_page(Language::En);
    assert!(page.contains("href=\"/audit/use?month=2026-10\">← October 2026"));
    assert!(!page.contains("rel=\"next\""));
    assert!(page.contains("max=\"2026-11\""));
    let january = ["2026-01-01", "2026-01-31"].map(date);
    let page = use_page(Language::Ja, TOKYO, &report(TOKYO, january, now()), now());
    assert!(page.contains("month=2025-12\">← 2025年12月"));
    assert!(page.contains("month=2026-02\">2026年2月 →"));
    assert!(!page.contains("までの集計"));
    let days = ["2026-11-02", "2026-11-30"].map(date);
    let page = use_page(Language::En, TOKYO, &report(TOKYO, days, now()), now());
    assert!(page.contains("2 Nov 2026 – 30 Nov 2026"));
    assert!(page.contains("<details open>"));
    assert!(page.contains("href=\"/audit/use?month=2026-11\">November 2026</a>"));
    assert!(!page.contains("rel=\"prev\""));
    assert!(page.contains("Start=2026-11-02,End=2026-12-01"));
}

#[test]
fn a_page_stays_below_what_a_load_balancer_takes() {
    let year = ["2025-11-01", "2026-11-30"].map(date);
    for endpoints in [5_u64, 50] {
        let mut report = report(TOKYO, year, now());
        report.endpoints = (0..endpoints)
            .map(|n| {
                let mut used =
                    generated::endpoint_use(managed(&format!("vpn-{n}"), 2), TOKYO, year, now(), n);
                used.people = (0..2_000)
                    .map(|n| format!("employee.{n}@subsidiary.example.com"))
                    .collect();
                used
            })
            .collect();
        let page = use_page(Language::Ja, TOKYO, &report, now());
        let escaped = page.len() + page.matches(['"', '\n']).count();
        assert!(escaped < 900_000, "{endpoints} endpoints: {escaped} bytes");
        assert_eq!(svgs(&page).len(), 2 * 5);
        assert_eq!(page.contains("最初の 5 個だけ"), endpoints > 5);
    }
}
