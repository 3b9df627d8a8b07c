//! Every page in both languages: complete, safe, light.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use std::collections::BTreeSet;

use audit_pages::{Language, LogPage, Trouble, asset};
use shared::history::Kind;
use shared::model::item::Item;
use shared::review::log::LogFilter;
use support::{
    CURSOR, all_findings, at, error, every_page, filter, findings, log, log_records, now, record,
    record_page, s, site, stay, stay_records, story, troubles,
};

/// What stands between two texts, each time.
fn between<'a>(page: &'a str, before: &'a str, after: &'a str) -> Vec<&'a str> {
    page.split(before)
        .skip(1)
        .map(|rest| rest.split(after).next().unwrap())
        .collect()
}

/// What a reader sees, without markup and without what records, codes and English details say.
fn text(html: &str) -> String {
    let (_, body) = html.split_once("<body>").unwrap();
    let mut body = body.to_owned();
    for (before, after) in [
        ("<bdi", "</bdi>"),
        ("<code", "</code>"),
        ("<time", "</time>"),
        ("<option", "</option>"),
    ] {
        while let Some(start) = body.find(before) {
            let end = body[start..].find(after).unwrap() + start + after.len();
            body.replace_range(start..end, "");
        }
    }
    body.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_japanese_page_has_no_english_left_in_it() {
    let kept = "admin@example.com|hana@example.com|tokyo|English|VPN|UTC|JST|ID|CSV|JSON Lines|MB|Link|AWS|EC2|CloudTrail";
    for (name, page) in every_page(Language::Ja) {
        let mut text = text(&page);
        for word in kept.split('|') {
            text = text.replace(word, "");
        }
        let left: Vec<&str> = text
            .split(|letter: char| !letter.is_ascii_alphabetic())
            .filter(|word| word.len() > 1)
            .collect();
        assert_eq!(left, [""; 0], "{name}");
    }
}

#[test]
fn an_english_page_has_no_japanese_left_in_it() {
    for (name, page) in every_page(Language::En) {
        let text = text(&page).replace("日本語", "");
        let left: String = text.chars().filter(|letter| *letter > '\u{2fff}').collect();
        assert_eq!(left, "", "{name}");
    }
}

#[test]
fn a_page_has_a_language_a_title_a_heading_and_landmarks() {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            let lang = format!("<!doctype html>\n<html lang=\"{}\">\n", language.as_str());
            assert!(page.starts_with(&lang), "{name}");
            for one in [
                "<title>",
                "<h1",
                "<main ",
                "<header>",
                "<footer>",
                "class=\"skip\"",
            ] {
                assert_eq!(page.matches(one).count(), 1, "{name}: {one}");
            }
            let title = between(&page, "<title>", "</title>")[0];
            assert!(title.contains(" – "), "{name}: {title}");
            for empty in [
                "<p></p>",
                "</h1></h1>",
                "<h1></h1>",
                "<h2></h2>",
                "<h3></h3>",
                "<li></li>",
                "<dd></dd>",
                "<button></button>",
                "<title> ",
                "  ",
                "。。",
                "()",
            ] {
                assert!(!page.contains(empty), "{name} has {empty:?}");
            }
            let navs = between(&page, "<nav", ">");
            let labelled: BTreeSet<_> = navs.iter().collect();
            assert_eq!(navs.len(), labelled.len(), "{name}: navs by one name");
        }
    }
}

#[test]
fn ids_are_unique_and_every_field_has_a_label() {
    for (name, page) in every_page(Language::En) {
        let ids = between(&page, " id=\"", "\"");
        assert_eq!(
            ids.len(),
            ids.iter().collect::<BTreeSet<_>>().len(),
            "{name}"
        );
        for field in between(&page, "<input ", ">") {
            if field.contains("type=\"checkbox\"") || field.contains("type=\"hidden\"") {
                continue;
            }
            let id = between(field, "id=\"", "\"")[0];
            assert!(
                page.contains(&format!("<label for=\"{id}\">")),
                "{name}: {id}"
            );
        }
    }
}

#[test]
fn nothing_in_a_page_is_inline_or_from_elsewhere() {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            for inline in [
                "<script>",
                "<style",
                " style=",
                "javascript:",
                "http-equiv",
                "//",
            ] {
                assert!(!page.contains(inline), "{name} has {inline}");
            }
            let handler = page.split_whitespace().find(|word| {
                word.starts_with("on") && word.contains('=') && !word.starts_with("on=")
            });
            assert_eq!(handler, None, "{name}");
            for tag in ["<script ", "<img ", "<link "] {
                for attributes in between(&page, tag, ">") {
                    let file = between(attributes, "/assets/", "\"")[0];
                    assert!(asset(file).is_some(), "{name}: {file}");
                }
            }
        }
    }
}

#[test]
fn pages_change_nothing() {
    for (name, page) in every_page(Language::En) {
        for form in between(&page, "<form ", ">") {
            let reads = form.contains("method=\"get\" action=\"/audit/");
            let of_frame =
                form.contains("action=\"/language\"") || form.contains("action=\"/sign-out\"");
            assert!(reads || of_frame, "{name}: {form}");
        }
        assert!(!page.contains("/mode"), "{name}");
    }
}

#[test]
fn the_parts_of_the_site_lead_to_each_other() {
    for (page, current) in [
        (
            log(Language::En, &LogFilter::default(), &[], None),
            "/audit/records",
        ),
        (
            record_page(Language::En, &stay_records()[0]),
            "/audit/records",
        ),
        (stay(Language::En, &story()), "/audit/records"),
        (findings(Language::En, &[], None), "/audit/findings"),
    ] {
        let tabs = between(&page, "<nav class=\"tabs\"", "</nav>")[0];
        assert_eq!(
            between(tabs, "href=\"", "\""),
            ["/audit", "/audit/records", "/audit/use", "/audit/findings"]
        );
        let current = format!("href=\"{current}\" aria-current=\"page\"");
        assert!(tabs.contains(&current) && tabs.matches("aria-current").count() == 1);
    }
}

#[test]
fn the_link_back_never_asks_for_the_vpn() {
    for (endpoints, path) in [
        (vec!["tokyo"], "/vpn/tokyo/status"),
        (vec!["tokyo", "osaka"], "/"),
    ] {
        let mut site = site();
        site.endpoints = endpoints.iter().map(|name| name.parse().unwrap()).collect();
        let page = LogPage {
            site: &site,
            language: Language::En,
            filter: &LogFilter::default(),
            limit: None,
            records: &[],
            is_continued: false,
            next: None,
            searched_back_to: now(),
            now: now(),
        };
        let link = format!("<a href=\"{path}\">Employees’ pages</a>");
        assert!(page.html().contains(&link));
    }
}

#[test]
fn a_stranger_is_told_plainly_and_learns_nothing() {
    for (language, words) in [
        (
            Language::En,
            [
                "signed in as hana@example.com",
                "For administrators and auditors",
                "is on record",
                "ask an administrator",
            ],
        ),
        (
            Language::Ja,
            [
                "hana@example.com でサインイン",
                "管理者と監査担当者専用",
                "記録されます",
                "管理者に許可を依頼",
            ],
        ),
    ] {
        let page = error(language, Trouble::NotPermitted);
        for word in words {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(page.contains("action=\"/sign-out\""));
        for (name, trouble) in troubles() {
            let page = error(language, trouble);
            let is_of_a_stranger = ["sign-in", "not-permitted", "keys"].contains(&name);
            for inside in ["/audit", "tokyo", "/vpn/"] {
                let is_told = page.contains(inside) && inside == "/audit";
                assert_eq!(
                    is_told,
                    !is_of_a_stranger && inside == "/audit",
                    "{name}: {inside}"
                );
            }
        }
    }
}

#[test]
fn an_address_that_cannot_be_read_is_told_by_its_parameter() {
    for language in Language::ALL {
        let trouble = Trouble::Malformed {
            parameter: "from",
            detail: "`x` is not a day",
        };
        let page = error(language, trouble);
        assert!(page.contains("<dd><code>from</code></dd>"), "{page}");
        assert!(page.contains("`x` is not a day"), "{page}");
    }
}

#[test]
fn links_of_the_log_keep_the_filters() {
    let page = log(Language::En, &filter(), &log_records(), Some(CURSOR));
    let kept = "endpoint=tokyo&#38;actor=hana%2Bvpn%40example.com&#38;event=association.&#38;event=mode.changed\
                &#38;event=lease.released&#38;from=2026-11-01&#38;to=2026-11-23&#38;text=50%25+%26+%22x%22";
    for link in [
        format!("href=\"/audit/records?{kept}&#38;cursor={CURSOR}\""),
        format!("href=\"/audit/records?{kept}\""),
        format!("href=\"/audit/records.csv?{kept}\""),
        format!("href=\"/audit/records.jsonl?{kept}\""),
    ] {
        assert_eq!(page.matches(&link).count(), 1, "{link}: {page}");
    }
    let plain = log(Language::En, &LogFilter::default(), &[], None);
    for link in ["/audit/records.csv", "/audit/records.jsonl"] {
        assert!(plain.contains(&format!("href=\"{link}\"")));
    }
    assert!(!plain.contains("id=\"older\"") && !plain.contains(">Clear<"));
}

#[test]
fn the_form_shows_the_filters_that_are_set() {
    let page = log(Language::En, &filter(), &[], None);
    for set in [
        "<option value=\"tokyo\" selected>",
        "name=\"actor\" value=\"hana+vpn@example.com\"",
        "name=\"from\" value=\"2026-11-01\"",
        "name=\"to\" value=\"2026-11-23\"",
        "name=\"text\" value=\"50% &#38; &#34;x&#34;\"",
        "value=\"association.\" checked>",
        "value=\"mode.\" checked>",
        "value=\"lease.released\" checked>",
        "<details id=\"events\" open>",
        "Events: 3 chosen",
    ] {
        assert!(page.contains(set), "{set}: {page}");
    }
    assert_eq!(page.matches(" checked>").count(), 3);
    assert_eq!(page.matches(" selected>").count(), 1);
    let plain = log(Language::En, &LogFilter::default(), &[], None);
    assert!(!plain.contains(" checked>") && !plain.contains(" selected>"));
    assert!(plain.contains("<details id=\"events\">"));
}

#[test]
fn the_size_of_a_page_stays_as_it_was_asked_for() {
    let page = LogPage {
        site: &site(),
        language: Language::En,
        filter: &LogFilter::default(),
        limit: Some(20),
        records: &log_records(),
        is_continued: false,
        next: Some(CURSOR),
        searched_back_to: now(),
        now: now(),
    };
    let page = page.html();
    assert!(page.contains("<input type=\"hidden\" name=\"limit\" value=\"20\">"));
    assert!(page.contains(&format!("?limit=20&#38;cursor={CURSOR}\"")));
    assert!(page.contains("href=\"/audit/records.csv\""));
}

#[test]
fn the_log_says_how_far_it_looked() {
    let some = log_records();
    for (records, next, words) in [
        (&some[..], None, "No older record matches."),
        (
            &some[..],
            Some(CURSOR),
            "Looked back to 2026-11-21 00:00:00 JST.",
        ),
        (&[], None, "No record matches."),
        (
            &[],
            Some(CURSOR),
            "No record matches back to 2026-11-21 00:00:00 JST.",
        ),
    ] {
        let page = log(Language::En, &LogFilter::default(), records, next);
        assert!(page.contains(words), "{words}: {page}");
        assert_eq!(page.contains("id=\"older\""), next.is_some());
        assert_eq!(page.contains("<table"), !records.is_empty());
    }
}

#[test]
fn a_row_tells_local_time_and_utc_and_leads_on() {
    let records = [record(
        "lease.extended",
        "2026-11-22T15:00:00Z",
        "ken+a@example.com",
        "Longer.",
        &[],
    )];
    let page = log(Language::Ja, &LogFilter::default(), &records, None);
    for part in [
        "<time datetime=\"2026-11-22T15:00:00Z\" title=\"2026-11-22 15:00:00 UTC\">2026-11-23 00:00:00 <span class=\"zone\">JST</span></time>",
        "利用時間を延長 <code>lease.extended</code>",
        "href=\"/audit/records?actor=ken%2Ba%40example.com\"",
        "href=\"/audit/records?endpoint=tokyo\"",
        "href=\"/audit/records/cvpn-endpoint-0a1b2c3d4e5f60718/0",
        "<bdi>Longer.</bdi>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn what_is_managed_no_more_has_no_log_of_its_endpoint() {
    let mut gone = record(
        "lease.extended",
        "2026-11-22T15:00:00Z",
        "a@example.com",
        "x",
        &[],
    );
    gone.insert("endpoint_name".to_owned(), s("nagoya"));
    let page = log(Language::En, &LogFilter::default(), &[gone], None);
    assert!(page.contains("<bdi>nagoya</bdi>") && !page.contains("endpoint=nagoya"));
}

#[test]
fn a_record_shows_everything_that_it_holds() {
    let closing = &stay_records()[6];
    for language in Language::ALL {
        let page = record_page(language, closing);
        for name in closing.keys() {
            assert!(
                page.contains(&format!("<code>{name}</code></th>")),
                "{name}"
            );
        }
        for part in [
            "<code class=\"value\" data-copy>cvpn-endpoint-0a1b2c3d4e5f60718</code>",
            "<bdi class=\"value\">hana@example.com</bdi><bdi class=\"value\">ken@example.com</bdi>",
            ">2026-11-23 09:12:44 JST<",
            "/audit/stays/cvpn-endpoint-0a1b2c3d4e5f60718/",
            "id=\"previous\" rel=\"prev\"",
            "id=\"next\" rel=\"next\"",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
    let settings = record_page(Language::En, &log_records()[2]);
    assert!(!settings.contains("id=\"stay\""), "{settings}");
}

#[test]
fn a_stay_is_told_in_order_with_times_people_and_cost() {
    let page = stay(Language::En, &story());
    let mut from = 0;
    for words in [
        "Stay 41 of tokyo",
        "after 5 min 36 s",
        "after 1 h 47 min",
        "3 h 45 min",
        "USD 0.56",
        "estimated",
        "hana@example.com",
        "ken@example.com",
        "45 min",
        "Asked for</p>",
        "203.0.113.24 · Mozilla",
        "Started</p>",
        "Ready</p>",
        "asked-for",
        "Used</p>",
        "Going down</p>",
        "Idle since",
        "Gone</p>",
    ] {
        if words == "asked-for" {
            assert_eq!(page.matches(words).count(), 1);
            continue;
        }
        let found = page[from..].find(words);
        assert!(found.is_some(), "{words}: {}", &page[from..]);
        from += found.unwrap();
    }
}

#[test]
fn what_a_booking_asked_for_is_told_so() {
    let mut told = story();
    let asked = &mut told.steps[0].record;
    asked.insert("booking_id".to_owned(), s("0a1b2c3d"));
    let asked = asked.clone();
    for (language, words) in [
        (Language::En, "Asked for by a booking"),
        (Language::Ja, "予約による利用の申し込み"),
    ] {
        let plain = stay(language, &story());
        assert!(!plain.contains(words), "{words}");
        let pages = [
            stay(language, &told),
            log(
                language,
                &LogFilter::default(),
                std::slice::from_ref(&asked),
                None,
            ),
            record_page(language, &asked),
        ];
        for page in pages {
            assert!(page.contains(words), "{words}");
        }
    }
    // Only what asks is asked for.
    let missed = &log_records()[3];
    let page = record_page(Language::En, missed);
    assert!(page.contains("<h1>Booking missed</h1>"), "{page}");
    for text in [
        "Booked by <code>booked_by</code>",
        "Order that kept it off <code>mode</code>",
    ] {
        assert!(page.contains(text), "no {text}");
    }
    assert!(!page.contains("id=\"stay\""));
}

#[test]
fn a_stay_that_is_not_over_or_not_whole_says_so() {
    let mut up = story();
    up.ended_at = None;
    assert!(stay(Language::En, &up).contains("It is up still."));
    assert!(!stay(Language::En, &story()).contains("It is up still."));
    let mut cut = story();
    (cut.is_whole, cut.ended_at) = (false, None);
    let page = stay(Language::En, &cut);
    assert!(page.contains("is missing here") && !page.contains("It is up still."));
}

#[test]
fn each_kind_of_finding_has_words_of_its_own_in_both_languages() {
    for language in Language::ALL {
        let page = findings(language, &all_findings(), None);
        let titles = between(&page, "<h3>", "</h3>");
        let titles: BTreeSet<_> = titles
            .iter()
            .map(|title| title.split(" <").next().unwrap())
            .collect();
        assert_eq!(titles.len(), Kind::ALL.len());
        let advice = between(&page, "<p class=\"advice\">", "</p>");
        assert_eq!(
            advice.iter().collect::<BTreeSet<_>>().len(),
            Kind::ALL.len()
        );
        assert!(!page.contains('`'), "{page}");
        let mistakes = Kind::ALL
            .iter()
            .filter(|kind| kind.is_our_mistake())
            .count();
        assert_eq!(page.matches("class=\"badge\"").count(), mistakes);
        // A gap in sweeps has no record.
        assert_eq!(
            page.matches("href=\"/audit/records/").count(),
            Kind::ALL.len() - 1
        );
    }
}

#[test]
fn findings_are_grouped_by_local_day_and_keep_the_range() {
    let found = &all_findings()[..3];
    let page = findings(Language::En, found, Some(CURSOR));
    let days = between(&page, "<h2>", "</h2>");
    assert_eq!(
        days,
        ["Monday, 23 November 2026", "Sunday, 22 November 2026"]
    );
    let older =
        format!("href=\"/audit/findings?from=2026-11-01&#38;to=2026-11-23&#38;cursor={CURSOR}\"");
    assert!(page.contains(&older), "{page}");
    let none = findings(Language::En, &[], None);
    assert!(none.contains("There is nothing to look at"));
    assert!(none.contains("back to 2026-11-16 00:00:00 JST"));
}

#[test]
fn what_a_page_loads_is_light() {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            let files: BTreeSet<_> = between(&page, "/assets/", "\"").into_iter().collect();
            assert!(files.len() <= 4, "{name}");
            let loaded: usize = files
                .iter()
                .map(|file| asset(file).unwrap().content.len())
                .sum();
            assert!(
                loaded < 30_000 && page.len() < 40_000,
                "{name}: {loaded}, {}",
                page.len()
            );
        }
    }
}

#[test]
fn a_record_without_anything_is_a_page_too() {
    for language in Language::ALL {
        let page = record_page(language, &Item::new());
        assert!(!page.contains("id=\"stay\"") && !page.contains("/audit/records//"));
        let page = log(language, &LogFilter::default(), &[Item::new()], None);
        assert!(
            page.contains("<span class=\"moment\" tabindex=\"0\">"),
            "{page}"
        );
    }
    assert_eq!(at("2026-11-23T01:31:01Z"), now());
}
