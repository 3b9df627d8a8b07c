//! A record may hold anything. Nothing of it becomes markup, turns its neighbours around, or makes a page too long to send.
mod support;

use audit_pages::{ErrorPage, FindingsPage, Language, LogPage, RecordPage, StayPage, Trouble};
use chrono::TimeDelta;
use shared::model::item::{Item, Value};
use shared::review::log::LogFilter;
use shared::review::stay::{StayStory, Step};
use support::{
    ENDPOINT_ID, all_findings, filter, n, now, record, s, site, stay_records, story, troubles,
};

/// An answer of a function behind an ALB ends at 1 MB, after the body was put into JSON.
const MOST: usize = 900_000;

const MARKUP: &str = "<script>x-evil()</script><x-evil a=\"1\" b='2'>&lt;--></title></textarea>";
const QUOTES: &str = "\" onmouseover=x-evil \"' onmouseover=x-evil '";
const UNSEEN: &str = "\u{202e}txet\u{2066}\u{200b}\u{feff}\u{0}\u{1b}[2J\r\n\u{85}\u{e0041}";
const LINK: &str = "javascript:x-evil()//../../?&#x22;%22";

fn hostile_texts() -> Vec<String> {
    let long = "長\u{202e}<\"'&>".repeat(600);
    vec![
        MARKUP.to_owned(),
        QUOTES.to_owned(),
        UNSEEN.to_owned(),
        LINK.to_owned(),
        long,
        String::new(),
    ]
}

/// Values of every kind that hold a text.
fn values(text: &str) -> Vec<Value> {
    let map = Item::from([(text.to_owned(), s(text))]);
    vec![
        s(text),
        n(text),
        Value::Ss([text.to_owned()].into()),
        Value::L(vec![s(text), Value::M(map.clone()), Value::Foreign]),
        Value::M(map),
        Value::Bool(true),
        Value::Null,
        Value::Foreign,
    ]
}

/// All attributes that records have, and one by that name.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = stay_records()
        .into_iter()
        .flat_map(Item::into_keys)
        .collect();
    names.extend(["until", "error_code", "cidrs", "booking_id", text].map(str::to_owned));
    names.sort();
    names.dedup();
    names
}

/// Records in which every attribute holds the text, as a value of each kind; and the same with keys as they should be.
fn hostile_records(text: &str) -> Vec<Item> {
    let mut records = Vec::new();
    for value in values(text) {
        let wholly: Item = names(text)
            .into_iter()
            .map(|name| (name, value.clone()))
            .collect();
        let plain = record(
            "lease.extended",
            "2026-11-23T01:00:00Z",
            "a@example.com",
            "x",
            &[],
        );
        let mut keyed = wholly.clone();
        for name in ["endpoint_id", "event_id", "occurred_at", "event"] {
            keyed.insert(name.to_owned(), plain[name].clone());
        }
        records.extend([wholly, keyed]);
    }
    records
}

fn hostile_story(text: &str, record: &Item) -> StayStory {
    let mut story = story();
    text.clone_into(&mut story.endpoint_id);
    text.clone_into(&mut story.endpoint_name);
    story.people = vec![text.to_owned()];
    story.connections = vec![
        (text.to_owned(), Some(TimeDelta::MAX)),
        (text.to_owned(), None),
    ];
    story.cost_usd = Some(f64::NAN);
    story.association_seconds = Some(u64::MAX);
    for step in &mut story.steps {
        step.record = record.clone();
        step.after = Some(TimeDelta::MIN);
    }
    story
}

/// Every page that shows something of a record or of a request.
fn pages(language: Language, text: &str) -> Vec<(String, String)> {
    let mut site = site();
    site.viewer = Some(text.to_owned());
    let site = &site;
    let cursor: String = text.chars().take(200).collect();
    let records = hostile_records(text);
    let filter = LogFilter {
        actor: Some(text.to_owned()),
        text: Some(text.to_owned()),
        ..filter()
    };
    let log = LogPage {
        site,
        language,
        filter: &filter,
        limit: None,
        records: &records,
        is_continued: true,
        next: Some(&cursor),
        searched_back_to: now(),
        now: now(),
    };
    let mut pages = vec![("log".to_owned(), log.html())];
    for (at, record) in records.iter().enumerate() {
        let page = RecordPage {
            site,
            language,
            record,
            previous: Some(record),
            next: Some(record),
            now: now(),
        };
        pages.push((format!("record {at}"), page.html()));
        let story = hostile_story(text, record);
        let page = StayPage {
            site,
            language,
            story: &story,
            event_id: text,
            now: now(),
        };
        pages.push((format!("stay {at}"), page.html()));
    }
    let mut found = vec![all_findings(); 20].concat();
    for at in &mut found {
        text.clone_into(&mut at.finding.sentence);
        text.clone_into(&mut at.endpoint_id);
        text.clone_into(&mut at.endpoint_name);
    }
    let page = FindingsPage {
        site,
        language,
        from: None,
        to: None,
        findings: &found,
        is_continued: true,
        next: Some(&cursor),
        searched_back_to: now(),
        now: now(),
    };
    pages.push(("findings".to_owned(), page.html()));
    let malformed = Trouble::Malformed {
        parameter: text,
        detail: text,
    };
    for trouble in troubles()
        .map(|(_, trouble)| trouble)
        .into_iter()
        .chain([malformed])
    {
        let page = ErrorPage {
            site,
            language,
            trouble,
            trace_id: text,
            now: now(),
        };
        pages.push((format!("{trouble:?}"), page.html()));
    }
    pages
}

#[test]
fn nothing_from_outside_becomes_markup() {
    for language in Language::ALL {
        for text in hostile_texts() {
            for (name, page) in pages(language, &text) {
                for markup in [
                    "<x-evil",
                    "<script>",
                    "</script><",
                    "<!--",
                    "href=\"javascript",
                    "\" onmouseover",
                    "' onmouseover",
                    "b='2'",
                    " style=",
                ] {
                    assert!(!page.contains(markup), "{name} of {text:.20}: {markup}");
                }
                for one in ["<title>", "</title>", "<main ", "</main>", "<h1"] {
                    assert_eq!(page.matches(one).count(), 1, "{name}: {one}");
                }
            }
        }
    }
}

#[test]
fn what_a_record_hides_is_made_visible() {
    for (name, page) in pages(Language::En, UNSEEN) {
        let is_of_record =
            name.starts_with("record") || name.starts_with("stay") || name == "findings";
        let main = page
            .split_once("<main")
            .unwrap()
            .1
            .split_once("</main>")
            .unwrap()
            .0;
        if is_of_record {
            for letter in UNSEEN
                .chars()
                .filter(|letter| !" txe[2J\n".contains(*letter))
            {
                assert!(!main.contains(letter), "{name}: {letter:?}");
            }
        }
        if name == "findings" {
            assert!(
                main.contains("[U+202E]txet[U+2066][U+200B][U+FEFF]␀␛[2J␍␊[U+0085]"),
                "{main}"
            );
        }
    }
}

#[test]
fn a_page_is_never_too_long_to_send() {
    let long = "\u{202e}<\"'&>".repeat(2_000);
    for (name, page) in pages(Language::Ja, &long) {
        // Values of a request are as short as its address.
        let is_of_record = ["record", "stay", "findings"]
            .iter()
            .any(|of| name.starts_with(of));
        assert!(!is_of_record || page.len() < MOST, "{name}: {}", page.len());
    }
    let records = hostile_records(&long);
    let hundred: Vec<_> = records.iter().cycle().take(100).cloned().collect();
    let page = support::log(Language::Ja, &LogFilter::default(), &hundred, None);
    assert!(page.len() < MOST, "{}", page.len());
    let many = vec![all_findings(); 100].concat();
    let page = support::findings(Language::Ja, &many, None);
    assert!(page.len() < MOST && page.matches("<article").count() == 200);
    let left_out = format!("ほかにも {} 件", many.len() - 200);
    assert!(page.contains(&left_out), "no {left_out}");
    let many = Item::from([(
        "people".to_owned(),
        Value::Ss((0..20_000).map(|n| format!("<{n}@example.com>")).collect()),
    )]);
    let page = support::record_page(Language::Ja, &many);
    assert!(page.len() < MOST, "{}", page.len());
    let mut story = story();
    let step = Step {
        record: record(
            "connection.ended",
            "2026-11-23T01:00:00Z",
            &"<".repeat(1_000),
            &"<".repeat(1_000),
            &[("user_agent", s(&"<".repeat(256)))],
        ),
        ..story.steps[4].clone()
    };
    story.steps = vec![step; 2_000];
    story.people = (0..2_000).map(|n| format!("{n}@example.com")).collect();
    story.connections = vec![("<".repeat(300), None); 2_000];
    let page = support::stay(Language::Ja, &story);
    assert!(page.len() < MOST, "{}", page.len());
    assert!(page.contains("1800 件"), "{page:.2000}");
    assert_eq!(page.matches("datetime=").count(), 203);
}

#[test]
fn a_log_of_a_hundred_records_is_light() {
    let browser = "Mozilla/5.0 ".repeat(22);
    let one = record(
        "association.requested",
        "2026-11-23T01:00:00Z",
        "a.rather.long.name.of.an.employee@subsidiary.example.com",
        &"An employee asked for the VPN, and this is why. ".repeat(4),
        &[
            ("user_agent", s(&browser[..256])),
            ("sec_fetch_site", s("none")),
            ("trace_id", s(support::TRACE_ID)),
            ("endpoint_id", s(ENDPOINT_ID)),
        ],
    );
    let records = vec![one; 500];
    let filter = LogFilter::default();
    let hundred = support::log(Language::Ja, &filter, &records[..100], None);
    assert!(hundred.len() < 200_000, "{}", hundred.len());
    let most = support::log(Language::Ja, &filter, &records, None);
    assert!(most.len() < MOST, "{}", most.len());
}
