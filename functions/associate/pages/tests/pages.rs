//! Every page in both languages: complete, safe, light.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use associate_pages::{Asset, Language, Trouble};
use shared::policy::{KeepRule, Phase, Reason};
use support::{all, hana, held_by, help, html, list, minutes, now, standing};

/// Everything that a page loads, by its path.
fn loaded(html: &str) -> Vec<&'static Asset> {
    let mut paths: Vec<&str> = html
        .split("\"/assets/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
        .into_iter()
        .map(|file| Asset::find(file).unwrap())
        .collect()
}

/// What a reader sees, without markup.
fn text(html: &str) -> String {
    let (_, body) = html.split_once("<body>").unwrap();
    body.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

fn troubles() -> [Trouble<'static>; 12] {
    [
        Trouble::SignIn,
        Trouble::NotPermitted,
        Trouble::Keys,
        Trouble::NotFound,
        Trouble::Method,
        Trouble::CrossSite,
        Trouble::Malformed {
            detail: "The body is no form.",
        },
        Trouble::Past { until: now() },
        Trouble::TooFar { latest: now() },
        Trouble::NotRecorded,
        Trouble::NotRead,
        Trouble::Refused,
    ]
}

fn error(language: Language, trouble: Trouble<'_>) -> String {
    support::error(language, trouble, Some("<b>Code</b>"), "<i>Root=1</i>")
}

fn every_page(language: Language) -> Vec<(String, String)> {
    let standings = all()
        .into_iter()
        .map(|(name, standing)| (name.to_owned(), html(language, &standing)));
    let errors = troubles().map(|trouble| (format!("{trouble:?}"), error(language, trouble)));
    standings
        .chain(errors)
        .chain([
            ("help".to_owned(), help(language)),
            ("list".to_owned(), list(language)),
        ])
        .collect()
}

#[test]
fn a_japanese_page_has_no_english_left_in_it() {
    // Names, addresses and AWS's own words stay as they are.
    let kept = "hana@example.com|ken@example.com|tokyo.ovpn|tokyo|osaka|AWS VPN Client|AWS|VPN|JST|Asia/Tokyo|English|\
                Windows|macOS|Linux|Ubuntu|msi|pkg|deb|MFA|QR|URL|ID|Google Authenticator|Microsoft Authenticator|\
                UnauthorizedOperation|association-failed|Root=1-65f0a1b2-0123456789abcdef01234567|\
                &#60;b&#62;Code&#60;/b&#62;|&#60;i&#62;Root=1&#60;/i&#62;";
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
fn no_page_lacks_a_text_or_says_things_twice() {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            for empty in [
                "<p></p>",
                "<h1></h1>",
                "<h2></h2>",
                "<li></li>",
                "<dd></dd>",
                "<button></button>",
                "  ",
                "..",
                "。。",
                "{m}</",
            ] {
                assert!(!page.contains(empty), "{name} has {empty:?}");
            }
            assert_eq!(page.matches("<h1").count(), 1, "{name}");
            assert_eq!(page.matches("<main").count(), 1, "{name}");
            let lang = format!("<html lang=\"{}\">", language.as_str());
            assert!(
                page.starts_with(&format!("<!doctype html>\n{lang}\n")),
                "{name}"
            );
        }
    }
}

#[test]
fn a_page_and_what_it_loads_are_light() {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            let assets = loaded(&page);
            assert!(assets.len() <= 3, "{name} loads {}", assets.len());
            let bytes = page.len()
                + assets
                    .iter()
                    .map(|asset| asset.content.len())
                    .sum::<usize>();
            assert!(bytes < 30_000, "{name}: {bytes} bytes");
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
                " onclick=",
                "javascript:",
                "http-equiv=\"Content",
            ] {
                assert!(!page.contains(inline), "{name} has {inline}");
            }
            for tag in ["<script ", "<img ", "<link "] {
                for rest in page.split(tag).skip(1) {
                    let (attributes, _) = rest.split_once('>').unwrap();
                    assert!(attributes.contains("=\"/assets/"), "{name}: {attributes}");
                    assert!(!attributes.contains("//"), "{name}: {attributes}");
                }
            }
        }
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let hostile = "<img src=x onerror=alert(1)>\"'&@example.com";
    for language in Language::ALL {
        let mut standing = standing(Phase::Failed, Reason::AssociationFailed(None));
        standing.endpoint = hostile.to_owned();
        standing.leases = vec![shared::reconcile::LeaseView {
            email: hostile.to_owned(),
            until: Some(now() + minutes(5)),
        }];
        let page = html(language, &standing);
        assert!(!page.contains("<img src=x"), "{page}");
        assert!(page.contains("&#60;img src=x"), "{page}");
        let error = error(language, Trouble::Malformed { detail: hostile });
        for markup in ["<b>Code", "<i>Root", "<img src=x"] {
            assert!(!error.contains(markup), "{error}");
        }
    }
}

#[test]
fn of_colleagues_only_name_and_lease_are_shown() {
    for language in Language::ALL {
        let mut standing = held_by(
            standing(Phase::Ready, Reason::InUse { connections: 2 }),
            &["ken@example.com"],
        );
        standing.active_connections = Some(2);
        standing.particulars.connected =
            ["mei@example.com".to_owned(), "ken@example.com".to_owned()].into();
        let page = html(language, &standing);
        assert!(page.contains("ken@example.com"));
        assert!(
            !page.contains("mei@example.com"),
            "who is connected is private"
        );
    }
}

#[test]
fn nothing_from_inside_is_shown() {
    for language in Language::ALL {
        for (name, page) in every_page(language) {
            for inside in ["arn:", "cvpn-", "subnet-", "123456789012"] {
                assert!(!page.contains(inside), "{name}: {inside}");
            }
        }
    }
}

#[test]
fn a_page_says_that_the_reader_is_connected_only_if_they_are() {
    let phase = |connected: &str| {
        let mut standing = standing(Phase::Ready, Reason::InUse { connections: 1 });
        standing.particulars.connected = [connected.to_owned()].into();
        html(Language::En, &standing).contains("You are connected")
    };
    assert!(phase(hana().as_str()));
    assert!(phase("Hana@Example.COM"));
    for other in ["ken@example.com", "hana", "hana@example.com.evil.test", ""] {
        assert!(!phase(other), "{other}");
    }
}

#[test]
fn a_page_without_scripts_reloads_only_while_the_vpn_starts_or_stops() {
    for (name, standing) in all() {
        let page = html(Language::En, &standing);
        let refreshes =
            page.contains("<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>");
        let moves = matches!(standing.phase, Phase::Starting | Phase::Stopping);
        assert_eq!(refreshes, moves, "{name}");
    }
}

#[test]
fn a_page_offers_what_its_phase_allows_and_nothing_else() {
    for (name, standing) in all() {
        let page = html(Language::En, &standing);
        let awaited = page.contains(" data-awaited");
        let asks = page.contains("action=\"/vpn/tokyo\"");
        let extends = page.contains("action=\"/vpn/tokyo/extend\"");
        let releases = page.contains("action=\"/vpn/tokyo/release\"");
        let is_up = standing.phase == Phase::Ready;
        assert_eq!(asks, !is_up && !awaited, "{name}");
        assert_eq!(extends, is_up, "{name}");
        assert!(!releases || is_up, "{name}");
        assert!(page.contains("href=\"/vpn/tokyo/profile\""), "{name}");
    }
}

#[test]
fn title_and_icon_show_the_phase() {
    for (name, standing) in all() {
        let page = html(Language::En, &standing);
        let (_, title) = page.split_once("<title>").unwrap();
        let (_, icon) = page
            .split_once("rel=\"icon\" type=\"image/svg+xml\" href=\"/assets/")
            .unwrap();
        let failed = name.contains("gave-up");
        let look = if failed {
            "failed"
        } else {
            standing.phase.as_str()
        };
        assert!(icon.starts_with(&format!("{look}-")), "{name}");
        let (headline, _) = title.split_once(" – tokyo – ").unwrap();
        assert!(page.contains(&format!(">{headline}</h1>")), "{name}");
    }
}

#[test]
fn only_a_lease_holder_is_offered_to_release() {
    let ready = || {
        standing(
            Phase::Ready,
            Reason::Kept {
                rule: KeepRule::Lease,
                until: now() + minutes(30),
            },
        )
    };
    let offered = |standing| html(Language::En, &standing).contains("id=\"done\"");
    assert!(offered(held_by(ready(), &["hana@example.com"])));
    assert!(!offered(held_by(ready(), &["ken@example.com"])));
    let both = html(
        Language::En,
        &held_by(ready(), &["hana@example.com", "ken@example.com"]),
    );
    assert!(both.contains("The VPN stays up for others who asked for it: ken@example.com."));
    let alone = html(Language::En, &held_by(ready(), &["hana@example.com"]));
    assert!(alone.contains("No one else has asked for it"));
}

#[test]
fn times_are_shown_with_their_zone() {
    for language in Language::ALL {
        let mut standing = standing(
            Phase::Ready,
            Reason::Kept {
                rule: KeepRule::FirstConnection,
                until: now(),
            },
        );
        standing.keep_until = Some(now() + minutes(54));
        let page = html(language, &standing);
        assert!(page.contains("11:25 JST"), "{page}");
        assert!(page.contains("datetime=\"2026-11-23T02:25:01Z\""));
    }
}

#[test]
fn help_says_what_is_recorded_for_how_long_and_who_can_read_it() {
    let page = help(Language::En);
    for text in [
        "for 400 days",
        "for 90 days",
        "Administrators can read",
        "QR code",
        "six digits",
        "10 minutes",
        "up to 12 hours",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let page = help(Language::Ja);
    for text in [
        "400 日間",
        "90 日間",
        "管理者です",
        "QR コード",
        "6 桁",
        "10 分後",
        "最大 12 時間",
    ] {
        assert!(page.contains(text), "{text}");
    }
}
