//! The list of endpoints.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

mod support;

use associate_pages::Language;
use chrono::TimeDelta;
use shared::policy::{KeepRule, Phase, Reason};
use shared::reconcile::{EndpointStatus, Glance};
use support::{all, glance, held_by, list, minutes, now, standing};

/// The cards of a list, one for each glance.
fn cards(glances: &[Option<Glance>]) -> Vec<String> {
    let page = list(Language::En, glances);
    let cards = page.split("<li class=\"hero").skip(1);
    let card = |card: &str| card.split("</li>").next().unwrap().to_owned();
    cards.map(card).collect()
}

fn kept() -> EndpointStatus {
    let until = now() + minutes(54);
    let rule = KeepRule::Lease;
    let mut ready = standing(Phase::Ready, Reason::Kept { rule, until });
    ready.keep_until = Some(until);
    ready
}

#[test]
fn the_list_says_of_each_vpn_where_it_stands_and_what_of_it_is_mine() {
    let ready = held_by(kept(), &["hana@example.com"]);
    let mut used = standing(Phase::Ready, Reason::InUse { connections: 1 });
    used.leases.clear();
    let starting = standing(Phase::Starting, Reason::Associating);
    let mut booked = glance(standing(Phase::Off, Reason::NotWanted));
    booked.booked_for = Some(now() + TimeDelta::hours(22));
    let cards = cards(&[
        Some(glance(ready)),
        Some(glance(used)),
        Some(glance(starting)),
        Some(booked),
    ]);
    let told: [&[&str]; 4] = [
        &[
            "Ready to connect",
            ">stays up until 11:25 JST<",
            "You asked for it until 11:01 JST.",
        ],
        &[
            "Ready to connect",
            "stays up while it is in use",
            ">Use the VPN<",
        ],
        &["Getting ready", "about 4 min left", ">Use the VPN<"],
        &[
            "Off",
            "You booked it for 24 Nov 08:31 JST.",
            ">Use the VPN<",
        ],
    ];
    for (card, told) in cards.iter().zip(told) {
        for text in told {
            assert!(card.contains(text), "{text}: {card}");
        }
    }
    assert!(
        !cards[0].contains("Use the VPN"),
        "mine already: {}",
        cards[0]
    );
}

#[test]
fn a_vpn_whose_state_is_not_known_is_listed_all_the_same() {
    let old = Glance {
        status: None,
        held_until: Some(now() + minutes(30)),
        booked_for: None,
    };
    for (glance, holds) in [(None, false), (Some(old), true)] {
        let cards = cards(&[glance]);
        assert!(cards[0].contains("Cannot be shown right now"), "{cards:?}");
        for phase in ["Ready", "Off", "Getting"] {
            assert!(!cards[0].contains(phase), "{cards:?}");
        }
        assert!(cards[0].contains("href=\"/vpn/vpn-0/status\""));
        assert_eq!(
            cards[0].contains("You asked for it until 11:01 JST."),
            holds
        );
    }
}

#[test]
fn under_hold_and_off_the_list_promises_nothing() {
    for (name, standing) in all() {
        let mode = standing.mode.as_ref().map(|order| order.mode.clone());
        let cards = cards(&[Some(glance(standing))]);
        if matches!(mode.as_deref(), Some("hold" | "off")) {
            assert!(!cards[0].contains("<button"), "{name}: {}", cards[0]);
        }
    }
}
