//! What stands at the top of a status page: how far a start is, and that the VPN goes.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use associate_pages::Language;
use chrono::TimeDelta;
use shared::policy::{KeepRule, Outlook, Phase, Reason};
use shared::reconcile::EndpointStatus;
use support::{all, hana, held_by, html, minutes, now, site, standing};

/// The notice before the VPN goes, if the page has one: whether it shows, and all that is in it.
fn going(page: &str) -> Option<(bool, &str)> {
    let (_, rest) = page.split_once("<div id=\"going\"")?;
    let (notice, _) = rest.split_once("</div>").unwrap();
    let (attributes, _) = notice.split_once('>').unwrap();
    Some((!attributes.contains(" hidden"), notice))
}

fn kept_for(rule: KeepRule, span: TimeDelta) -> EndpointStatus {
    let until = now() + span;
    let mut ready = standing(Phase::Ready, Reason::Kept { rule, until });
    ready.keep_until = Some(until);
    ready
}

#[test]
fn who_holds_the_vpn_is_told_ten_minutes_before_it_goes_and_keeps_it_with_one_click() {
    let second = TimeDelta::seconds(1);
    for (left, shows) in [
        (minutes(60), false),
        (minutes(10) + second, false),
        (minutes(10), true),
        (second, true),
    ] {
        let ready = held_by(kept_for(KeepRule::Lease, left), &["hana@example.com"]);
        let page = html(Language::En, &ready);
        let (is_shown, notice) = going(&page).unwrap();
        assert_eq!(is_shown, shows, "{left}: {notice}");
        assert!(notice.contains(">Keep it for 1 hour</button>"), "{notice}");
        assert!(notice.contains("name=\"minutes\" value=\"60\""), "{notice}");
        assert!(notice.contains("action=\"/vpn/tokyo/extend\""), "{notice}");
    }
    let ready = held_by(
        kept_for(KeepRule::Lease, minutes(30)),
        &["hana@example.com"],
    );
    let page = html(Language::En, &ready);
    let (_, notice) = going(&page).unwrap();
    assert!(
        notice.contains("data-from=\"2026-11-23T01:51:01Z\""),
        "{notice}"
    );
    assert!(notice.contains("Goes down at 11:01. Keep it?"), "{notice}");
}

#[test]
fn only_who_has_a_part_in_it_is_told_that_the_vpn_goes() {
    let told = |standing| going(&html(Language::En, &standing)).is_some();
    let soon = || kept_for(KeepRule::ReadyLately, minutes(5));
    assert!(!told(soon()));
    assert!(!told(held_by(soon(), &["ken@example.com"])));
    assert!(told(held_by(soon(), &["hana@example.com"])));
    // Connected, but so silent that it no longer counts as use.
    let mut silent = soon();
    silent.particulars.connected = ["Hana@example.com".to_owned()].into();
    assert!(told(silent));
    let due = Reason::Due {
        rule: KeepRule::Nothing,
    };
    assert!(told(held_by(
        standing(Phase::Ready, due),
        &["hana@example.com"]
    )));
    for reason in [
        Reason::InUse { connections: 1 },
        Reason::Pinned,
        Reason::NotKnown,
    ] {
        let mut kept = held_by(standing(Phase::Ready, reason), &["hana@example.com"]);
        kept.keep_until = Some(now() + minutes(5));
        assert!(!told(kept.clone()), "{:?}", kept.particulars.reason);
    }
}

#[test]
fn a_notice_offers_no_more_than_can_be_had() {
    let ready = held_by(
        kept_for(KeepRule::ReadyLately, minutes(5)),
        &["hana@example.com"],
    );
    let mut short = site();
    short.rules.max_extension = minutes(30);
    let page = support::status(Language::En, &ready, &short, false);
    let (_, notice) = going(&page).unwrap();
    assert!(
        notice.contains("value=\"30\">Keep it for 30 minutes<"),
        "{notice}"
    );
    short.rules.max_extension = minutes(0);
    let page = support::status(Language::En, &ready, &short, false);
    assert!(!going(&page).unwrap().1.contains("<button"), "{page}");
    // What a dry run would do is no news.
    let mut dry = site();
    dry.is_dry_run = true;
    let page = support::status(Language::En, &ready, &dry, false);
    assert!(going(&page).is_none());
}

/// The title before the endpoint's name, and the bar as `value/max`, if there is one.
fn progress(standing: &EndpointStatus) -> (String, Option<String>) {
    let page = html(Language::En, standing);
    let (_, title) = page.split_once("<title>").unwrap();
    let (title, _) = title.split_once(" – tokyo").unwrap();
    let attribute = |name: &str| {
        let (_, bar) = page.split_once("<progress")?;
        let (_, value) = bar.split_once(&format!(" {name}=\""))?;
        value.split('"').next().map(str::to_owned)
    };
    let bar = attribute("value").zip(attribute("max"));
    let bar = bar.map(|(value, max)| format!("{value}/{max}"));
    (title.to_owned(), bar)
}

#[test]
fn a_start_is_shown_as_far_as_this_endpoints_own_starts_can_tell() {
    let mut starting = standing(Phase::Starting, Reason::Associating);
    for (passed, title, bar) in [
        (0, "Getting ready, about 7 min", "0/600"),
        (3, "Getting ready, about 4 min", "180/600"),
        // The median has passed: nine in ten are ready after ten minutes.
        (8, "Getting ready, about 2 min", "480/600"),
        (12, "Getting ready, about 3 min", "570/600"),
        (16, "Getting ready, longer than usual", "570/600"),
    ] {
        starting.started_at = Some(now() - minutes(passed));
        let told = progress(&starting);
        assert_eq!(told, (title.to_owned(), Some(bar.to_owned())), "{passed}");
    }
    starting.particulars.start_seconds.clear();
    assert_eq!(progress(&starting), ("Getting ready".to_owned(), None));
}

#[test]
fn coming_back_takes_going_down_and_a_start() {
    let back = Outlook::ComesBack;
    let mut stopping = standing(Phase::Stopping, Reason::Stopping(back));
    stopping.particulars.requested_at = Some(now() - minutes(1));
    let (title, bar) = progress(&stopping);
    // It goes down since two minutes, in ten at most; the longest start took fifteen.
    assert_eq!(title, "Coming back, about 23 min");
    assert_eq!(bar.as_deref(), Some("60/1440"));
    stopping.particulars.reason = Reason::Stopping(Outlook::OnRequest);
    assert_eq!(progress(&stopping), ("Shutting down".to_owned(), None));
}

#[test]
fn notifications_are_offered_to_those_who_wait_or_use_it() {
    for (name, standing) in all() {
        let page = html(Language::En, &standing);
        let before_ready = page.contains("Notify me when it is ready");
        let before_down = page.contains("Notify me before it goes down");
        assert_eq!(before_ready, page.contains(" data-awaited"), "{name}");
        let holds = standing.particulars.holders.contains(&hana());
        assert_eq!(
            before_down,
            standing.phase == Phase::Ready && holds,
            "{name}"
        );
    }
}
