//! Every page in both languages: complete, safe, light.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use associate_pages::{Asset, BookingTrouble, Language, OrderTrouble, Trouble, asset};
use shared::policy::{KeepRule, Phase, Reason};
use support::{
    all, glances, hana, held_by, help, html, html_for_administrator, list, minutes, now, site,
    standing, take_down, under,
};

/// Everything that a page loads, by its path.
fn loaded(html: &str) -> Vec<&'static Asset> {
    let mut paths: Vec<&str> = html
        .split("\"/assets/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|file| asset(file).unwrap()).collect()
}

/// What a reader sees, without markup.
fn text(html: &str) -> String {
    let (_, body) = html.split_once("<body>").unwrap();
    body.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

fn troubles() -> [Trouble<'static>; 24] {
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
        Trouble::Order(OrderTrouble::NotAdministrator),
        Trouble::Order(OrderTrouble::TooFar { latest: now() }),
        Trouble::Order(OrderTrouble::NoReason),
        Trouble::Order(OrderTrouble::Reason),
        Trouble::Order(OrderTrouble::Changed {
            now: "off until 2026-11-24T12:00:00Z".to_owned(),
        }),
        Trouble::Booking(BookingTrouble::NoDay),
        Trouble::Booking(BookingTrouble::Past),
        Trouble::Booking(BookingTrouble::TooLong {
            longest: minutes(720),
        }),
        Trouble::Booking(BookingTrouble::TooMany),
        Trouble::Booking(BookingTrouble::NotYours),
        Trouble::Booking(BookingTrouble::Unknown),
        Trouble::Booking(BookingTrouble::NotCertain),
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
    let mut dry = site();
    dry.is_dry_run = true;
    let administrators = all().into_iter().flat_map(|(name, standing)| {
        let status = support::status(language, &standing, &dry, true);
        [
            (format!("{name} to an administrator"), status),
            (
                format!("{name} to be taken down"),
                take_down(language, &standing, &dry),
            ),
        ]
    });
    let booked = support::bookings::all()
        .into_iter()
        .map(|(name, standing, own)| {
            (
                name.to_owned(),
                support::bookings::html(language, &standing, &own),
            )
        });
    let errors = troubles().map(|trouble| (format!("{trouble:?}"), error(language, trouble)));
    standings
        .chain(administrators)
        .chain(booked)
        .chain(errors)
        .chain([
            ("help".to_owned(), help(language)),
            ("list".to_owned(), list(language, &glances())),
        ])
        .collect()
}

#[test]
fn a_japanese_page_has_no_english_left_in_it() {
    // Names, addresses and AWS's own words stay as they are.
    let kept = "hana@example.com|ken@example.com|Hana@Example.com|admin@example.com|Maintenance|onn|tokyo.ovpn|tokyo|vpn|AWS VPN Client|AWS|VPN|JST|Asia/Tokyo|English|\
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
        assert!(!page.contains("/vpn/tokyo/mode"), "{name}");
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
        let (title, _) = title.split_once(" – tokyo – ").unwrap();
        let (headline, _) = title.split_once(", ").unwrap_or((title, ""));
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
        "When an administrator gives an order",
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
        "管理者の指示があるとき",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn every_employee_sees_an_order_its_reason_and_who_gave_it() {
    for (mode, words) in [
        ("on", "Kept on until 12:01 JST"),
        ("hold", "Not started until 12:01 JST"),
        ("off", "Taken down and kept off until 12:01 JST"),
        ("onn", "Cannot be read"),
    ] {
        let page = html(
            Language::En,
            &under(mode, standing(Phase::Off, Reason::NotWanted)),
        );
        for text in [words, "Maintenance", "admin@example.com"] {
            assert!(page.contains(text), "{mode}: {text}: {page}");
        }
        assert_eq!(page.contains("<code>onn</code>"), mode == "onn", "{page}");
    }
    let mut endless = under("hold", standing(Phase::Off, Reason::NotWanted));
    if let Some(order) = &mut endless.mode {
        (order.until, order.by, order.reason) = (None, None, None);
    }
    let page = html(Language::En, &endless);
    assert!(page.contains("Not started until an administrator ends it"));
    assert!(!page.contains("<dt>Reason</dt>") && !page.contains("Given by"));
    let none = html(Language::En, &standing(Phase::Off, Reason::NotWanted));
    assert!(!none.contains("id=\"order\""));
}

#[test]
fn under_hold_and_off_no_button_promises_the_vpn() {
    for (name, standing) in all() {
        let page = html(Language::En, &standing);
        let kept = page.contains(">Leave a request</button>");
        let again = page.contains(">Ask again</button>");
        let promises = ["Use the VPN", "Bring it back", "Try again"]
            .iter()
            .any(|label| page.contains(&format!(">{label}</button>")));
        let mode = standing.mode.as_ref().map(|order| order.mode.as_str());
        if matches!(mode, Some("hold" | "off")) {
            assert!(!promises, "{name}");
            assert_eq!(kept, page.contains("It is kept for two hours"), "{name}");
            assert_eq!(
                again,
                page.contains("request is kept for two hours"),
                "{name}"
            );
            let asks = page.contains("action=\"/vpn/tokyo\"");
            assert_eq!(kept || again, asks, "{name}");
        }
    }
}

#[test]
fn only_administrators_are_shown_how_to_give_orders() {
    for (name, standing) in all() {
        let orders = "action=\"/vpn/tokyo/mode\"";
        assert!(!html(Language::En, &standing).contains(orders), "{name}");
        let page = html_for_administrator(Language::En, &standing);
        assert!(page.contains(orders), "{name}");
        assert!(page.contains("href=\"/vpn/tokyo/mode?mode=off\""), "{name}");
        let shown = standing.mode.as_ref().map_or("none", |order| &order.text);
        let field = format!("name=\"shown\" value=\"{shown}\"");
        let forms = 1 + usize::from(standing.mode.is_some());
        assert_eq!(page.matches(&field).count(), forms, "{name}");
        let back = page.contains("value=\"none\">Back to normal");
        assert_eq!(back, standing.mode.is_some(), "{name}");
        for end in ["60", "240", "1440"] {
            assert!(page.contains(&format!("name=\"minutes\" value=\"{end}\"")));
        }
        let bounds = "min=\"2026-11-23T10:31\" max=\"2026-11-30T10:31\"";
        assert!(page.contains(bounds), "{name}: {page}");
    }
}

#[test]
fn the_page_before_taking_down_names_who_is_connected_and_who_holds_it() {
    let mut used = held_by(
        standing(Phase::Ready, Reason::InUse { connections: 3 }),
        &["hana@example.com", "ken@example.com"],
    );
    used.active_connections = Some(3);
    used.particulars.connected = ["mei@example.com".to_owned(), "<b>cn</b>".to_owned()].into();
    for language in Language::ALL {
        let page = take_down(language, &used, &site());
        for text in [
            "3",
            "mei@example.com",
            "&#60;b&#62;cn",
            "ken@example.com",
            "11:31 JST",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(page.contains("name=\"mode\" value=\"off\""));
        assert!(page.contains("name=\"shown\" value=\"none\""));
        assert!(page.contains("name=\"reason\" maxlength=\"200\" required"));
        assert!(!page.contains("<script"));
        assert!(!page.contains("not named") && !page.contains("ほかにも"));
    }
    used.particulars.connected = (0..100).map(|n| format!("user-{n}")).collect();
    let page = take_down(Language::En, &used, &site());
    assert!(page.contains("and more, who are not named here"));
    let mut unread = standing(
        Phase::Stopping,
        Reason::Stopping(shared::policy::Outlook::OnRequest),
    );
    unread.active_connections = None;
    let page = take_down(Language::En, &unread, &site());
    assert!(page.contains("not known right now"));
}

#[test]
fn a_dry_run_says_that_an_order_takes_nothing_down() {
    let mut dry = site();
    dry.is_dry_run = true;
    let on = standing(Phase::Off, Reason::NotWanted);
    for (language, told) in [
        (Language::En, "This is a dry run"),
        (Language::Ja, "試行運転中です"),
    ] {
        for is_administrator in [false, true] {
            let page = support::status(language, &on, &dry, is_administrator);
            assert!(page.contains(told));
        }
        assert!(take_down(language, &on, &dry).contains(told));
        assert!(!take_down(language, &on, &site()).contains(told));
        assert!(!html_for_administrator(language, &on).contains(told));
    }
}

#[test]
fn a_hostile_order_is_shown_as_text_and_kept_apart() {
    let script = "<script>alert(1)</script>\"'";
    let backwards = "\u{202e}txet\u{2066} \u{1f468}\u{200d}\u{1f469}";
    let long = "x".repeat(200);
    for reason in [script, backwards, &long] {
        let mut standing = under("off", standing(Phase::Off, Reason::NotWanted));
        if let Some(order) = &mut standing.mode {
            order.reason = Some(reason.to_owned());
            order.by = Some(reason.to_owned());
            order.text = reason.to_owned();
        }
        for page in [
            html_for_administrator(Language::En, &standing),
            take_down(Language::Ja, &standing, &site()),
        ] {
            assert!(!page.contains("<script>"), "{page}");
            let shown = reason
                .replace('<', "&#60;")
                .replace('>', "&#62;")
                .replace('"', "&#34;")
                .replace('\'', "&#39;");
            assert!(
                page.contains(&format!("<dd><bdi>{shown}</bdi></dd>")),
                "{page}"
            );
            assert!(page.contains(&format!("value=\"{shown}\"")), "{page}");
        }
        let changed = OrderTrouble::Changed {
            now: reason.to_owned(),
        };
        let page = error(Language::En, Trouble::Order(changed));
        assert!(!page.contains("<script>"), "{page}");
    }
}

#[test]
fn an_order_that_changed_meanwhile_is_told_in_the_readers_words() {
    for (now, told) in [
        (
            "off until 2026-11-23T03:00:00Z",
            "Taken down and kept off until 12:00 JST",
        ),
        ("hold", "Not started until an administrator ends it"),
        ("none", "No order"),
        ("onn until soon", "Cannot be read"),
    ] {
        let changed = OrderTrouble::Changed {
            now: now.to_owned(),
        };
        let page = error(Language::En, Trouble::Order(changed));
        assert!(page.contains(told), "{page}");
        assert!(page.contains("href=\"/vpn/tokyo/status\""));
    }
}
