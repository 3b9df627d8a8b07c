//! Stops: on complete evidence only, in force for three minutes, then resumed or given up.

use shared::model::NetworkStatus::{Associated, Associating, Disassociating};
use shared::model::{Mode, RouteStatus};
use shared::policy::{Action, KeepRule, Phase, Reason};

use crate::world::{A, AROUND, B, World, key, minutes, route, seconds, snapshot};

#[test]
fn a_stop_is_in_force_for_three_minutes() {
    let committed = World::ready().stopping_for(0);
    for second in AROUND {
        let now = committed.now + minutes(3) + seconds(second);
        let world = committed.clone().at(now);
        let decision = world.decide();
        if second < 0 {
            assert_eq!(decision.phase, Phase::Stopping, "{second}");
            assert!(decision.actions.is_empty(), "{second}");
        } else {
            assert_eq!(decision.phase, Phase::Ready, "{second}");
            let resumed = Action::Stop { resumed: true };
            assert_eq!(decision.actions, [resumed], "{second}");
        }
    }
}

#[test]
fn a_stop_that_did_not_happen_is_resumed_while_idle_and_unasked_and_else_given_up() {
    let late = World::ready().stopping_for(600);
    let leased = {
        let until = late.now + minutes(5);
        late.clone().lease("yuki@example.com", until)
    };
    let cases: [(&str, World, &[&str]); 9] = [
        ("idle and unasked", late.clone(), &["Stop"]),
        ("in use", late.clone().connected(1, 1), &["AbandonStop"]),
        (
            "connected, but stale",
            late.clone().connected(1, 0),
            &["Stop"],
        ),
        ("a lease runs", leased, &["AbandonStop"]),
        (
            "asked, and the lease is over already",
            late.clone().asked(),
            &["AbandonStop"],
        ),
        (
            "used since",
            late.clone()
                .with(|w| w.state.stay.last_active_at = Some(w.now - minutes(1))),
            &["AbandonStop"],
        ),
        (
            "pinned since",
            late.clone().with(|w| {
                w.state.order.mode = Some(Mode::On);
                w.state.order.noted = w.state.order.text();
            }),
            &["AbandonStop"],
        ),
        (
            "who is connected was not read",
            late.clone().with(|w| w.seen.usage = None),
            &[],
        ),
        (
            "EC2 shows it going",
            late.networks(&[(A, Disassociating), (B, Disassociating)]),
            &[],
        ),
    ];
    for (name, world, actions) in cases {
        assert_eq!(world.actions(), actions, "{name}");
    }
}

#[test]
fn a_half_made_stop_is_finished_once_nothing_moves() {
    let half = World::ready().stopping_for(600);
    let moving = half
        .clone()
        .networks(&[(A, Disassociating), (B, Associated)]);
    assert!(moving.actions().is_empty());
    let rest = half.networks(&[(B, Associated)]).known(&[B]);
    assert_eq!(rest.decide().actions, [Action::Stop { resumed: true }]);
    // Asked meanwhile: it stays, and what is gone comes back once the stop is off the record.
    let asked = rest.asked();
    assert_eq!(asked.actions(), ["AbandonStop"]);
    let given_up = asked.with(|w| w.state.stay.stop.since = None);
    assert_eq!(given_up.actions(), ["Start"]);
}

#[test]
fn while_wanted_nothing_is_stopped_even_if_no_lease_is_left() {
    // Asked, and given back at once: the ask is answered by this pass, and the next one may stop.
    let asked = World::ready().asked();
    assert!(!asked.actions().contains(&"Stop"));
    assert_eq!(asked.clone().served().actions(), ["Stop"]);
    // Beside a missing subnet there would be two transitions at once.
    let one = asked.networks(&[(A, Associated)]).known(&[A]);
    assert_eq!(one.actions(), ["Start"]);
}

#[test]
fn an_ask_that_nobody_served_keeps_it_for_two_hours() {
    let asked = World::ready().asked();
    let over = asked.state.demand.requested_at.unwrap() + minutes(120);
    for second in AROUND {
        let world = asked.clone().at(over + seconds(second));
        assert_eq!(world.actions() == ["Stop"], second >= 0, "{second}");
    }
}

type Change = fn(&mut World);

#[test]
fn a_stop_needs_complete_evidence() {
    let due = World::ready();
    assert_eq!(due.actions(), ["Stop"]);
    let cases: [(&str, Change); 5] = [
        ("connections not read to the last page", |w| {
            w.seen.usage = None;
        }),
        ("routes not read", |w| {
            w.seen.routes = None;
        }),
        ("endpoint not read", |w| {
            w.seen.endpoint = None;
        }),
        ("a client connected", |w| {
            w.seen.usage.as_mut().expect("read").in_use = 1;
        }),
        ("pinned", |w| {
            w.state.order.mode = Some(Mode::On);
            w.state.order.noted = w.state.order.text();
        }),
    ];
    for (name, change) in cases {
        let world = due.clone().with(change);
        assert!(world.actions().is_empty(), "{name}");
        assert_eq!(world.decide().phase, Phase::Ready, "{name}");
    }
}

#[test]
fn who_is_connected_being_unknown_keeps_it_and_says_so() {
    let decision = World::ready().with(|w| w.seen.usage = None).decide();
    assert_eq!(decision.reason, Reason::NotKnown);
    assert_eq!(decision.keep_until, None);
}

#[test]
fn two_transitions_never_run_at_once() {
    let moving = World::ready().networks(&[(A, Associated), (B, Associating)]);
    assert!(moving.actions().is_empty());
}

#[test]
fn a_refused_stop_is_left_alone_for_ten_minutes() {
    let refused = World::ready().with(|w| w.state.stay.stop.refused_at = Some(w.now));
    for second in AROUND {
        let world = refused
            .clone()
            .at(refused.now + minutes(10) + seconds(second));
        assert_eq!(world.actions() == ["Stop"], second >= 0, "{second}");
    }
}

#[test]
fn the_decision_says_which_rule_kept_it_last() {
    let idle = World::ready().with(|w| w.state.stay.last_active_at = Some(w.now - minutes(90)));
    let rule = KeepRule::Idle {
        since: idle.now - minutes(90),
        timeout: minutes(60),
        overnight: false,
    };
    let decision = idle.decide();
    assert_eq!(decision.reason, Reason::Due { rule });
    assert_eq!(idle.confirm_stop(), Some(rule));
    assert_eq!(decision.actions, [Action::Stop { resumed: false }]);
    assert_eq!(
        World::ready().confirm_stop(),
        Some(KeepRule::FirstConnection)
    );
    assert_eq!(World::in_use().confirm_stop(), None);
}

#[test]
fn a_stop_is_confirmed_exactly_where_it_would_be_decided() {
    let route = route("10.0.0.0/8", A, RouteStatus::Active);
    let worlds = vec![
        World::off(),
        World::off().asked(),
        World::associating(),
        World::associated(),
        World::in_use(),
        World::ready(),
        World::ready().asked(),
        World::ready().stopping_for(179),
        World::ready().stopping_for(180),
        World::ready().networks(&[(A, Associated), (B, Associating)]),
        World::ready().networks(&[(A, Associated), (B, Disassociating)]),
        World::ready().networks(&[(A, Associated)]),
        World::ready().with(|w| w.seen.routes = None),
        World::ready().with(|w| w.seen.usage = None),
        World::ready().with(|w| w.state.stay.stop.refused_at = Some(w.now)),
        World::ready().with(|w| w.state.order.mode = Some(Mode::On)),
        World::ready().with(|w| w.seen.routes = Some(vec![route])),
    ];
    for world in worlds {
        let is_decided = world.actions().contains(&"Stop");
        assert_eq!(world.confirm_stop().is_some(), is_decided, "{world:?}");
    }
}

#[test]
fn what_a_stop_deletes_is_remembered_before_it_is_offered() {
    let route = route("10.0.0.0/8", A, RouteStatus::Active);
    let news = World::ready().with(|w| w.seen.routes = Some(vec![route]));
    assert_eq!(news.actions(), ["TakeSnapshot"]);
    let remembered = news.with(|w| {
        let keys = [key("10.0.0.0/8", A)];
        w.state.snapshot = Some(snapshot(&keys, "sg-1", w.now));
    });
    assert_eq!(remembered.actions(), ["Stop"]);
}
