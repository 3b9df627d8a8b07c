//! Wanted: asked since it was last served or given up, within two hours, unless held.

use shared::model::{EndpointState, Mode};
use shared::policy::{Phase, is_held, is_unserved, is_wanted};

use crate::world::{AROUND, World, minutes, noon, seconds};

#[test]
fn wanted_is_asked_more_often_than_served_and_given_up() {
    // Requests, served, gave up, wanted.
    let cases = [
        (0, 0, None, false),
        (1, 0, None, true),
        (1, 1, None, false),
        (1, 2, None, false),
        (2, 1, None, true),
        (1, 0, Some(1), false),
        (2, 0, Some(1), true),
        (2, 1, Some(2), false),
        (3, 2, Some(1), true),
        (3, 3, Some(1), false),
        (3, 1, Some(3), false),
        (1, 0, Some(0), true),
    ];
    for (requests, served, gave_up, wanted) in cases {
        let mut state = EndpointState::default();
        state.demand.requested_at = Some(noon());
        state.demand.requests = requests;
        state.demand.served = served;
        state.demand.gave_up = gave_up;
        let name = format!("{requests} {served} {gave_up:?}");
        assert_eq!(is_wanted(&state, noon()), wanted, "{name}");
        assert_eq!(is_unserved(&state, noon()), wanted, "{name}");
    }
}

#[test]
fn an_ask_is_wanted_for_less_than_two_hours() {
    let world = World::off().asked();
    let over = world.state.demand.requested_at.unwrap() + minutes(120);
    for second in AROUND {
        let world = world.clone().at(over + seconds(second));
        let wanted = second < 0;
        assert_eq!(is_wanted(&world.state, world.now), wanted, "{second}");
        let phase = if wanted { Phase::Starting } else { Phase::Off };
        assert_eq!(world.decide().phase, phase, "{second}");
        assert_eq!(world.actions().contains(&"Start"), wanted, "{second}");
    }
}

#[test]
fn the_two_hours_count_from_the_last_ask() {
    let world = World::off().asked().with(|w| {
        w.state.demand.requests = 5;
        w.state.demand.requested_at = Some(w.now - minutes(119));
    });
    assert!(is_wanted(&world.state, world.now));
}

#[test]
fn an_ask_without_a_time_is_not_wanted() {
    let world = World::off()
        .asked()
        .with(|w| w.state.demand.requested_at = None);
    assert!(!is_wanted(&world.state, world.now));
    assert_eq!(world.decide().phase, Phase::Off);
}

#[test]
fn held_is_unserved_and_not_wanted() {
    let world = World::off()
        .asked()
        .with(|w| w.state.order.mode = Some(Mode::Hold));
    assert!(is_held(&world.state, world.now));
    assert!(is_unserved(&world.state, world.now));
    assert!(!is_wanted(&world.state, world.now));
}

#[test]
fn we_do_not_fight_an_administrator_who_disassociates_by_hand() {
    // Ready and leased, then gone: the ask was served by "ready".
    let until = noon() + minutes(20);
    let gone = World::ready()
        .lease("yuki@example.com", until)
        .networks(&[])
        .known(&[])
        .with(|w| w.state.stay.ready_since = None);
    assert_eq!(gone.decide().phase, Phase::Off);
    assert!(gone.actions().is_empty());
    assert_eq!(gone.asked().actions(), ["Start"]);
}
