//! Each state of an endpoint × each order: the phase, and what the next pass does (the table in `docs/operate.md`).

use shared::model::NetworkStatus::{Associated, Associating, AssociationFailed, Disassociating};
use shared::model::{Mode, ModeOrder};
use shared::policy::{Action, Executor, Hold, Outlook, Phase, Reason, is_permitted};

use crate::world::{A, AROUND, B, STRANGE, World, key, minutes, route, seconds};

/// An order of the page, in force for an hour.
fn ordered(world: World, mode: Mode) -> World {
    world.with(|w| {
        let by = "kato@example.com".parse().expect("an email address");
        let until = w.now + minutes(60);
        w.state.order = ModeOrder::of_page(mode, until, &by, Some("maintenance".to_owned()));
    })
}

fn hold(world: &World, asked: bool) -> Hold {
    Hold {
        until: world.state.order.until,
        asked,
    }
}

/// The phase and the actions under no order, `on`, `hold` and `off`.
type UnderEachOrder = [(Phase, &'static [&'static str]); 4];

/// The states of an endpoint, each with what is done.
#[rustfmt::skip]
fn table() -> Vec<(&'static str, World, UnderEachOrder)> {
    use Phase::{Failed, Off, Ready, Starting, Stopping};
    let routes = |w: &mut World| w.seen.routes = None;
    vec![
        ("off", World::off(),
            [(Off, &[]), (Off, &[]), (Off, &[]), (Off, &[])]),
        ("off, asked for", World::off().asked(),
            [(Starting, &["Start"]), (Starting, &["Start"]), (Off, &[]), (Off, &[])]),
        ("a start committed", World::off().asked().with(|w| w.state.attempts.began_at = Some(w.now)),
            [(Starting, &["FinishStart"]), (Starting, &["FinishStart"]), (Off, &[]), (Off, &[])]),
        ("associating", World::associating(),
            [(Starting, &[]), (Starting, &[]), (Starting, &[]), (Stopping, &[])]),
        ("one associated, one associating", World::associating().networks(&[(A, Associated), (B, Associating)]),
            [(Starting, &[]), (Starting, &[]), (Starting, &[]), (Stopping, &[])]),
        ("associated, not ready yet", World::associated(),
            [(Starting, &["MarkReady"]), (Starting, &["MarkReady"]), (Starting, &["MarkReady"]), (Stopping, &["StopByOrder"])]),
        ("associated, routes unread", World::associated().with(routes),
            [(Starting, &[]), (Starting, &[]), (Starting, &[]), (Stopping, &["StopByOrder"])]),
        ("ready, idle", World::ready(),
            [(Ready, &["Stop"]), (Ready, &[]), (Ready, &["Stop"]), (Stopping, &["StopByOrder"])]),
        ("ready, a lease runs", World::ready().with(|w| *w = w.clone().lease("a@example.com", w.now + minutes(9))),
            [(Ready, &[]), (Ready, &[]), (Ready, &[]), (Stopping, &["StopByOrder"])]),
        ("ready, in use", World::in_use(),
            [(Ready, &[]), (Ready, &[]), (Ready, &[]), (Stopping, &["StopByOrder"])]),
        ("ready, in use, routes unread", World::in_use().with(routes),
            [(Ready, &[]), (Ready, &[]), (Ready, &[]), (Stopping, &[])]),
        ("ready, connections unread", World::ready().with(|w| w.seen.usage = None),
            [(Ready, &[]), (Ready, &[]), (Ready, &[]), (Stopping, &["StopByOrder"])]),
        ("ready, one subnet missing", World::in_use().networks(&[(A, Associated)]).known(&[A]),
            [(Ready, &["Start"]), (Ready, &["Start"]), (Ready, &[]), (Stopping, &["StopByOrder"])]),
        ("ready, a stop in force", World::ready().stopping_for(10),
            [(Stopping, &[]), (Stopping, &[]), (Stopping, &[]), (Stopping, &[])]),
        ("ready, a stop half made", World::ready().stopping_for(181),
            [(Ready, &["Stop"]), (Ready, &["AbandonStop"]), (Ready, &["Stop"]), (Stopping, &["StopByOrder"])]),
        ("ready, in use, a stop half made", World::in_use().stopping_for(181),
            [(Ready, &["AbandonStop"]), (Ready, &["AbandonStop"]), (Ready, &["AbandonStop"]), (Stopping, &["StopByOrder"])]),
        ("not ready yet, a stop half made", World::associated().stopping_for(181),
            [(Starting, &["AbandonStop"]), (Starting, &["AbandonStop"]), (Starting, &["AbandonStop"]), (Stopping, &["StopByOrder"])]),
        ("disassociating", World::ready().networks(&[(A, Disassociating), (B, Disassociating)]).stopping_for(300),
            [(Stopping, &[]), (Stopping, &[]), (Stopping, &[]), (Stopping, &[])]),
        ("failed, asked for", World::associating().networks(&[(A, AssociationFailed), (B, AssociationFailed)]).failures_on_record(&[A, B]),
            [(Starting, &["RemoveFailed"]), (Starting, &["RemoveFailed"]), (Failed, &["RemoveFailed"]), (Stopping, &["RemoveFailed"])]),
        ("failed, no employee waits", World::associating().networks(&[(A, AssociationFailed)]).failures_on_record(&[A]).served(),
            [(Failed, &["RemoveFailed"]), (Failed, &["RemoveFailed"]), (Failed, &["RemoveFailed"]), (Stopping, &["RemoveFailed"])]),
    ]
}

#[test]
fn each_state_under_each_order() {
    for (name, world, expected) in table() {
        let orders = [None, Some(Mode::On), Some(Mode::Hold), Some(Mode::Off)];
        for (mode, (phase, actions)) in orders.into_iter().zip(expected) {
            let world = match mode.clone() {
                Some(mode) => ordered(world.clone(), mode),
                None => world.clone(),
            };
            // What is known of a half-made world beside its networks is no matter here.
            let world = world.with(|w| {
                let listed = w.seen.networks.iter().map(|n| n.association_id.clone());
                if !w.seen.networks.is_empty() {
                    w.state.stay.association_ids = listed.collect();
                }
            });
            let decision = world.decide();
            assert_eq!(decision.phase, phase, "{name} under {mode:?}");
            assert_eq!(world.actions(), actions, "{name} under {mode:?}");
            if mode == Some(Mode::Off) {
                assert_eq!(decision.keep_until, None, "{name}");
            }
        }
    }
}

#[test]
fn under_off_the_reason_names_the_order_and_nothing_promises_to_come_back() {
    for (name, world, _) in table() {
        for mode in [Mode::Hold, Mode::Off] {
            let world = ordered(world.clone(), mode.clone());
            let said = world.decide().reason.to_string();
            for promise in ["ask for it", "ask again", "comes back by itself"] {
                assert!(!said.contains(promise), "{name} under {mode:?}: {said}");
            }
            let is_up = !world.seen.networks.is_empty();
            if mode == Mode::Off && is_up {
                let Reason::TakenDown { by, why, .. } = world.decide().reason else {
                    panic!("{name}: {said}");
                };
                assert_eq!(by.as_deref(), Some("kato@example.com"));
                assert_eq!(why.as_deref(), Some("maintenance"));
                assert!(said.contains("kato@example.com") && said.contains("maintenance"));
            }
        }
    }
}

#[test]
fn an_order_that_was_changed_since_is_nobodys_until_it_is_on_record() {
    let world = ordered(World::in_use(), Mode::Hold).with(|w| w.state.order.mode = Some(Mode::Off));
    let Reason::TakenDown { by, why, .. } = world.decide().reason else {
        panic!("it is ordered off");
    };
    assert_eq!((by, why), (None, None));
    assert_eq!(world.actions(), ["NoteMode"]);
}

#[test]
fn a_kept_ask_is_told_and_served_when_the_order_ends() {
    for mode in [Mode::Hold, Mode::Off] {
        let world = ordered(World::off().asked(), mode);
        let expected = Reason::Held(hold(&world, true));
        assert_eq!(world.decide().reason, expected);
        let end = world.state.order.until.expect("an end");
        for second in AROUND {
            let world = world.clone().at(end + seconds(second));
            let expected: &[&str] = if second < 0 {
                &[]
            } else {
                &["EndMode", "Start"]
            };
            assert_eq!(world.actions(), expected, "{second}");
        }
    }
}

#[test]
fn going_down_under_hold_says_that_it_does_not_come_back() {
    let world = ordered(World::ready().stopping_for(10).asked(), Mode::Hold);
    let expected = Reason::Stopping(Outlook::Held(hold(&world, true)));
    assert_eq!(world.decide().reason, expected);
}

#[test]
fn what_an_attempt_made_unheard_is_claimed_where_nothing_may_be_associated() {
    let unheard = World::off()
        .asked()
        .with(|w| w.state.attempts.began_at = Some(w.now))
        .networks(&[(A, Associating)]);
    assert_eq!(unheard.actions(), ["FinishStart"]);
    for mode in [Mode::Hold, Mode::Off] {
        let world = ordered(unheard.clone(), mode.clone());
        let actions = world.decide().actions;
        let [Action::ClaimUnheard { networks }] = &actions[..] else {
            panic!("{mode:?}: {actions:?}");
        };
        assert_eq!(networks.len(), 1);
        assert!(is_permitted(&actions[0], Executor::Follower));
        // One on another subnet is a stranger's.
        let strange = ordered(unheard.clone().networks(&[(STRANGE, Associated)]), mode);
        assert_eq!(strange.actions(), ["Adopt"]);
    }
    // Without an attempt under way, so is this one.
    let none = ordered(World::off().networks(&[(A, Associating)]), Mode::Off);
    assert_eq!(none.actions(), ["Adopt"]);
}

#[test]
fn what_an_attempt_made_unheard_is_claimed_once_no_employee_waits_for_it() {
    let given_up = World::off()
        .with(|w| w.state.attempts.began_at = Some(w.now))
        .networks(&[(A, Associating)]);
    assert_eq!(given_up.actions(), ["ClaimUnheard"]);
    assert_eq!(given_up.asked().actions(), ["FinishStart"]);
}

#[test]
fn a_stop_by_order_carries_what_it_deletes_and_is_left_alone_for_ten_minutes_after_a_refusal() {
    let routes = |w: &mut World| {
        let added = key("10.9.0.0/16", A);
        let status = shared::model::RouteStatus::Active;
        w.seen.routes = Some(vec![route(&added.cidr, A, status)]);
    };
    let snapshot = |world: &World| match &world.decide().actions[..] {
        [Action::StopByOrder { snapshot, resumed }] => (snapshot.clone(), *resumed),
        other => panic!("{other:?}"),
    };
    let changed = ordered(World::in_use().with(routes), Mode::Off);
    assert_eq!(snapshot(&changed).0.expect("news").routes.len(), 1);
    let unchanged = ordered(World::in_use(), Mode::Off);
    assert_eq!(snapshot(&unchanged), (None, false));
    // A stay that was never ready has not followed EC2.
    let early = ordered(World::associated().with(routes), Mode::Off);
    assert_eq!(snapshot(&early).0, None);
    let refused = |ago: i64| {
        ordered(World::in_use(), Mode::Off)
            .with(|w| w.state.stay.stop.refused_at = Some(w.now - minutes(10) + seconds(-ago)))
            .actions()
    };
    assert_eq!(refused(-1), [""; 0]);
    assert_eq!(refused(0), ["StopByOrder"]);
    // Its own stop, half made, is taken up; that of another order is not its own.
    let half = changed.stopping_for(181);
    assert!(!snapshot(&half).1);
    let own = half.with(|w| w.state.stay.stop.order = w.state.order.text());
    assert!(snapshot(&own).1);
}

#[test]
fn only_sweeps_stop_and_take_away_what_ran_out() {
    let stop = ordered(World::ready(), Mode::Off).decide().actions;
    let world = ordered(World::off(), Mode::Hold);
    let end = world
        .at(crate::world::noon() + minutes(61))
        .decide()
        .actions;
    for (executor, stops, ends) in [
        (Executor::Follower, false, false),
        (Executor::Reader, false, false),
        (Executor::Sweep, true, true),
        (Executor::DrySweep, false, true),
    ] {
        assert_eq!(is_permitted(&stop[0], executor), stops, "{executor:?}");
        assert_eq!(is_permitted(&end[0], executor), ends, "{executor:?}");
    }
}
