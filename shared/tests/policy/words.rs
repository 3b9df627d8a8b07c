//! The sentences people read: true, and with the times and rules that decided.

use shared::model::Mode;

use crate::world::{World, minutes, time};

#[test]
fn each_sentence_names_what_decided() {
    let leased = {
        let world = World::ready();
        let until = world.now + minutes(20);
        world.lease("yuki@example.com", until)
    };
    let held = World::off().asked().with(|w| {
        w.state.order.mode = Some(Mode::Hold);
        w.state.order.until = Some(time("2026-11-23T09:00:00Z"));
        w.state.order.noted = w.state.order.text();
    });
    let idle = World::ready().with(|w| w.state.stay.last_active_at = Some(w.now - minutes(70)));
    let night = idle.clone().at(time("2026-11-23T22:30:00+09:00"));
    let cases: [(&str, World, &[&str]); 9] = [
        (
            "no employee waits",
            World::off(),
            &["no employee is waiting"],
        ),
        ("a lease", leased, &["lease", "2026-11-23T03:20:00Z"]),
        (
            "two connections",
            World::in_use(),
            &["in use by 2 connections."],
        ),
        (
            "one connection",
            World::ready().connected(1, 1),
            &["in use by 1 connection."],
        ),
        ("never used", World::ready(), &["no client has connected"]),
        (
            "idle by day",
            idle,
            &["idle since 2026-11-23T01:50:00Z", "60 minutes by day"],
        ),
        ("idle by night", night, &["10 minutes overnight"]),
        (
            "held",
            held,
            &[
                "keeps the VPN off until 2026-11-23T09:00:00Z",
                "request is kept",
            ],
        ),
        ("associating", World::associating(), &["4 to 10 minutes"]),
    ];
    for (name, world, words) in cases {
        let said = world.decide().reason.to_string();
        for word in words {
            assert!(said.contains(word), "{name}: {said}");
        }
    }
}

#[test]
fn no_employee_is_told_that_no_client_connected_when_one_did() {
    // Used since it was ready, and the grace is what keeps it longest.
    let world = World::ready()
        .at(time("2026-11-23T23:10:00+09:00"))
        .with(|w| {
            w.state.stay.ready_since = Some(w.now - minutes(12));
            w.state.stay.last_active_at = Some(w.now - minutes(9));
        });
    let decision = world.decide();
    assert_eq!(decision.keep_until, Some(world.now + minutes(18)));
    let said = decision.reason.to_string();
    assert!(!said.contains("no client has connected"), "{said}");
}
