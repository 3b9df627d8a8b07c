//! "Use and cost" and "Now" in both languages: complete, safe, light, and right to the cent.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

#[path = "../generated/mod.rs"]
mod generated;
mod of_now;
mod of_use;

use std::collections::BTreeSet;

use audit_pages::{EndpointNow, Language};
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

fn between<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    html.split_once(from).unwrap().1.split_once(to).unwrap().0
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
        bookings: generated::now::booked(
            vec![generated::now::booking(
                "<img/src=x>\"'&\u{202e}<script>@alert(1)<script>",
                shared::model::BookedOn::Days(shared::model::WORKDAYS),
                "08:30",
            )],
            None,
        ),
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
