//! "Use and cost" and "Now" in both languages: complete, safe, light, and right to the cent.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod generated;

use std::collections::BTreeSet;

use audit_pages::{EndpointNow, Language};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use generated::now::{endpoint, endpoints, now_page, status};
use generated::{at, date, managed, november, now, report, use_page};
use roxmltree::Document;
use shared::policy::{Phase, Reason};
use shared::reconcile::LeaseView;
use shared::review::usage::UseReport;

const TOKYO: Tz = Tz::Asia__Tokyo;

/// What a reader sees, without markup.
fn text(html: &str) -> String {
    let (_, body) = html.split_once("<body>").unwrap();
    body.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

fn november_page(language: Language) -> String {
    use_page(language, TOKYO, &report(TOKYO, november(), now()), now())
}

/// An endpoint that was never up, one that is managed no more, and notes of all kinds.
fn odd_report() -> UseReport {
    let mut report = report(TOKYO, november(), now());
    report.read_back_to = Some(at("2026-11-04T00:00:00Z"));
    report.known_since = Some(at("2026-11-03T00:00:00Z"));
    report.unreadable = 2;
    let [unused, gone] = &mut report.endpoints[..] else {
        panic!("two endpoints are generated");
    };
    *unused = generated::endpoint_use(
        managed("unused", 1),
        TOKYO,
        november(),
        at("2026-10-31T15:00:00Z"),
        0,
    );
    gone.endpoint = managed("gone", 0);
    report
}

fn pages(language: Language) -> Vec<(&'static str, String)> {
    let year = report(TOKYO, ["2025-11-01", "2026-11-30"].map(date), now());
    let october = ["2026-10-01", "2026-10-31"].map(date);
    let berlin = report(Tz::Europe__Berlin, october, now());
    let mut none = odd_report();
    none.endpoints.clear();
    vec![
        ("month", november_page(language)),
        ("year", use_page(language, TOKYO, &year, now())),
        (
            "clock change",
            use_page(language, Tz::Europe__Berlin, &berlin, now()),
        ),
        ("odd", use_page(language, TOKYO, &odd_report(), now())),
        ("no use", use_page(language, TOKYO, &none, now())),
        ("now", now_page(language, &endpoints(), true)),
        ("now of an auditor", now_page(language, &endpoints(), false)),
        ("now of none", now_page(language, &[], true)),
    ]
}

fn svgs(html: &str) -> Vec<String> {
    let pictures = html.split("<svg ").skip(1);
    pictures
        .map(|rest| format!("<svg {}</svg>", rest.split_once("</svg>").unwrap().0))
        .collect()
}

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

fn between<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    html.split_once(from).unwrap().1.split_once(to).unwrap().0
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
fn pages_have_nothing_inline_and_their_pictures_are_well_formed() {
    for language in Language::ALL {
        for (name, page) in pages(language) {
            for inline in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
                assert!(!page.contains(inline), "{name} has {inline}");
            }
            for svg in svgs(&page) {
                Document::parse(&svg).unwrap();
            }
        }
    }
}

#[test]
fn what_a_page_refers_to_is_there_once() {
    for (name, page) in pages(Language::En) {
        let values = |attribute: &str| -> Vec<String> {
            let open = format!(" {attribute}=\"");
            let values = page.split(open.as_str()).skip(1);
            values
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect()
        };
        let ids = values("id");
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{name} has an id twice");
        let labels = [values("aria-labelledby"), values("for")].concat();
        let anchors = values("href")
            .into_iter()
            .filter_map(|path| path.strip_prefix('#').map(str::to_owned));
        for id in labels
            .iter()
            .flat_map(|ids| ids.split(' '))
            .map(str::to_owned)
            .chain(anchors)
        {
            assert!(unique.contains(&id), "{name} refers to {id}");
        }
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
        assert_eq!(page.matches("<main").count(), 1, "{name}");
        for empty in [
            "<p></p>",
            "<dd></dd>",
            "<li></li>",
            "<h2></h2>",
            "NaN",
            "..",
            "  ",
        ] {
            assert!(!page.contains(empty), "{name} has {empty:?}");
        }
    }
}

#[test]
fn a_japanese_page_has_no_english_left_in_it() {
    let kept = "example.com|hana|ken|yuki|ren|sora|mei|aoi|riku|admin|auditor|boss|laptop|tokyo|osaka|nagoya|unused|gone|\
                AWS|VPN|JST|CET|CEST|UTC|APN|Asia/Tokyo|Europe/Berlin|English|reaper|ClientVPN|Client|EndpointHours|ConnectionHours|\
                Cost Explorer|CloudTrail|KiB|ID|Quarter-end closing|mode";
    for (name, page) in pages(Language::Ja) {
        // Records and settings are told in the words of the table, and so is the last decision.
        let mut page = page;
        for (from, to) in [
            ("<code>", "</code>"),
            ("<bdi", "</bdi>"),
            ("<title", "</title>"),
        ] {
            let mut parts = page.split(from);
            let first = parts.next().unwrap().to_owned();
            page = parts.fold(first, |sum, part| sum + part.split_once(to).unwrap().1);
        }
        let mut text = text(&page);
        for word in kept.split('|') {
            text = text.replace(word, "");
        }
        let text = text
            .replace("SILENT_BELOW_KIB_PER_HOUR", "")
            .replace("YYYY-MM", "");
        let words = text.split(|letter: char| !letter.is_ascii_alphabetic());
        let left: Vec<&str> = words.filter(|word| word.len() > 1).collect();
        assert_eq!(left, [""; 0], "{name}");
    }
}

#[test]
fn an_english_page_has_no_japanese_left_in_it() {
    for (name, page) in pages(Language::En) {
        let text = text(&page).replace("日本語", "");
        let left: String = text.chars().filter(|letter| *letter > '\u{2fff}').collect();
        assert_eq!(left, "", "{name}");
    }
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

#[test]
fn the_page_now_stays_below_it_too() {
    let crowd = |n: usize| {
        let name = format!("vpn-{n}");
        let mut stands = status(&name, Phase::Ready, Reason::InUse { connections: 500 });
        stands.active_connections = Some(500);
        let lease = |n| LeaseView {
            email: format!("employee.{n}@example.com"),
            until: Some(now()),
        };
        stands.leases = (0..500).map(lease).collect();
        let user = "\"\u{202e}'<&\"".repeat(40);
        let of_user = |_| generated::now::connection(&user, "2026-11-26T00:00:00Z", Some(1), true);
        EndpointNow {
            connections: (0..500).map(of_user).collect(),
            ..endpoint(stands, &[])
        }
    };
    let all: Vec<EndpointNow> = (0..50).map(crowd).collect();
    for endpoints in [1, 5, 50] {
        let page = now_page(Language::En, &all[..endpoints], true);
        let escaped = page.len() + page.matches(['"', '\n']).count();
        assert!(escaped < 900_000, "{endpoints} endpoints: {escaped} bytes");
        let listed = page.matches("<td role=\"cell\">silent</td>").count();
        assert_eq!(listed, endpoints * 200.min(600 / endpoints));
        assert!(page.contains("and 470 more"));
    }
    assert!(now_page(Language::En, &all[..1], true).contains("300 more are connected"));
}

/// What a hostile name must not become.
const HOSTILE: &str =
    "<img src=x onerror=alert(1)>\"'&\u{202e}\0</title></svg><script>alert(2)</script>";

#[test]
fn nothing_from_outside_becomes_markup() {
    let mut stands = status("tokyo", Phase::Ready, Reason::InUse { connections: 1 });
    HOSTILE.clone_into(&mut stands.endpoint);
    HOSTILE.clone_into(&mut stands.endpoint_id);
    stands.leases = vec![LeaseView {
        email: HOSTILE.to_owned(),
        until: None,
    }];
    stands.particulars.warnings = vec![shared::policy::Warning::UnreadableMode(HOSTILE.to_owned())];
    stands.mode = Some(shared::reconcile::ModeView {
        mode: HOSTILE.to_owned(),
        until: None,
        by: Some(HOSTILE.to_owned()),
        reason: Some(HOSTILE.to_owned()),
        text: HOSTILE.to_owned(),
    });
    let hostile = EndpointNow {
        connections: vec![generated::now::connection(
            HOSTILE,
            "2026-11-26T00:00:00Z",
            None,
            false,
        )],
        last_decision: Some(HOSTILE.to_owned()),
        last_sweep_at: None,
        ..endpoint(stands, &[])
    };
    let mut used = report(TOKYO, november(), now());
    used.endpoints[0].people = generated::names(&[HOSTILE]);
    for language in Language::ALL {
        let pages = [
            now_page(language, std::slice::from_ref(&hostile), true),
            use_page(language, TOKYO, &used, now()),
        ];
        for page in pages {
            assert!(page.contains("alert(1)"));
            for markup in ["<img src=x", "<script>", "\u{202e}", "\0"] {
                assert!(!page.contains(markup), "{markup:?}");
            }
            for svg in svgs(&page) {
                Document::parse(&svg).unwrap();
            }
        }
    }
}

fn swept_at(at: Option<DateTime<Utc>>) -> String {
    let tokyo = EndpointNow {
        last_sweep_at: at,
        ..endpoint(status("tokyo", Phase::Off, Reason::NotWanted), &[])
    };
    now_page(Language::En, &[tokyo], true)
}

#[test]
fn sweeps_that_are_late_by_more_than_five_minutes_are_a_warning() {
    for (seconds, is_late) in [(299, false), (300, false), (301, true)] {
        let page = swept_at(Some(now() - TimeDelta::seconds(seconds)));
        assert_eq!(
            page.contains("The last sweep of tokyo was"),
            is_late,
            "{seconds} s"
        );
    }
    // A clock that is ahead is not late.
    assert!(!swept_at(Some(now() + TimeDelta::seconds(30))).contains("role=\"alert\""));
    assert!(swept_at(None).contains("No sweep of tokyo is on record yet."));
}

#[test]
fn connections_stand_beside_the_limit_that_judges_them() {
    let rates = [
        (Some(255), false),
        (Some(256), false),
        (Some(3), true),
        (None, false),
    ];
    let users = ["below", "at", "asleep", "unmeasured"];
    let connections = users.iter().zip(rates).map(|(user, (rate, is_silent))| {
        generated::now::connection(user, "2026-11-26T00:00:00Z", rate, is_silent)
    });
    let tokyo = EndpointNow {
        connections: connections.collect(),
        ..endpoint(
            status("tokyo", Phase::Ready, Reason::InUse { connections: 3 }),
            &[],
        )
    };
    let page = now_page(Language::En, &[tokyo], true);
    let table = between(&page, "<table class=\"rates\"", "</table>");
    let rows: Vec<&str> = table.split("<tr").skip(2).collect();
    let expected = [
        ("at", "in use"),
        ("below", "in use, below the limit now"),
        ("asleep", "silent"),
        ("unmeasured", "in use"),
    ];
    for (row, (user, counts)) in rows.iter().zip(expected) {
        assert!(row.contains(&format!("<bdi>{user}</bdi>")), "{row}");
        assert!(
            row.contains(&format!("<td role=\"cell\">{counts}</td>")),
            "{row}"
        );
    }
    assert!(page.contains("The limit is 256 KiB an hour"));
}

#[test]
fn orders_are_for_administrators() {
    let [administrators, auditors] =
        [true, false].map(|is| now_page(Language::En, &endpoints(), is));
    assert!(administrators.contains("href=\"/vpn/tokyo/status#orders\""));
    assert!(!auditors.contains("#orders"));
    // All read the log.
    assert!(auditors.contains("href=\"/audit/records?endpoint=tokyo\""));
}

#[test]
fn the_policy_in_force_is_told_setting_by_setting() {
    let page = now_page(Language::En, &endpoints(), false);
    let table = between(&page, "<table class=\"settings\">", "</table>");
    assert!(table.contains("Idle minutes before the VPN is taken down <code>IDLE_TIMEOUT_MINUTES</code></th><td><bdi class=\"line\">60</bdi></td>"));
    assert!(
        table.contains(
            "<bdi class=\"line\">10.0.0.0/8</bdi><bdi class=\"line\">172.16.0.0/12</bdi>"
        )
    );
    assert!(table.contains("<code>ALLOWED_EMAIL_DOMAINS</code></th><td>none</td>"));
    assert!(page.contains("Since 2 Nov 10:12 JST"));
}
