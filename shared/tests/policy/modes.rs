//! An administrator's mode until its time, and that it is put on record. `orders` has each mode in each state.

use shared::model::Mode;
use shared::model::NetworkStatus::Associated;
use shared::policy::{Action, Hold, Phase, Reason, is_held, is_pinned};

use crate::world::{A, AROUND, World, minutes, seconds};

/// A mode that is on record.
fn set(world: World, mode: Mode) -> World {
    world.with(|w| {
        w.state.order.mode = Some(mode);
        w.state.order.noted = w.state.order.text();
    })
}

fn until(world: World, mode: Mode, until: chrono::DateTime<chrono::Utc>) -> World {
    world.with(|w| {
        w.state.order.mode = Some(mode);
        w.state.order.until = Some(until);
        w.state.order.noted = w.state.order.text();
    })
}

fn unreadable() -> Mode {
    Mode::Unreadable("onn".to_owned())
}

#[test]
fn on_pins_and_hold_holds_and_a_slip_pins() {
    // Mode, pinned, held.
    let cases = [
        (None, false, false),
        (Some(Mode::On), true, false),
        (Some(Mode::Hold), false, true),
        (Some(Mode::Off), false, true),
        (Some(unreadable()), true, false),
    ];
    for (mode, pinned, held) in cases {
        let world = World::off().with(|w| w.state.order.mode.clone_from(&mode));
        assert_eq!(is_pinned(&world.state, world.now), pinned, "{mode:?}");
        assert_eq!(is_held(&world.state, world.now), held, "{mode:?}");
    }
}

#[test]
fn a_mode_ends_at_its_time() {
    let boundary = World::off().now + minutes(10);
    for second in AROUND {
        let now = boundary + seconds(second);
        let in_force = second < 0;
        let pinned = until(World::ready(), Mode::On, boundary).at(now);
        let then = |action| {
            if in_force {
                vec![]
            } else {
                vec!["EndMode", action]
            }
        };
        assert_eq!(pinned.actions(), then("Stop"), "on {second}");
        let held = until(World::off().asked(), Mode::Hold, boundary).at(now);
        assert_eq!(held.actions(), then("Start"), "hold {second}");
        let slip = until(World::ready(), unreadable(), boundary).at(now);
        assert_eq!(slip.actions(), then("Stop"), "slip {second}");
    }
}

#[test]
fn on_keeps_what_nothing_else_keeps_and_starts_nothing() {
    let pinned = set(World::ready(), Mode::On);
    let decision = pinned.decide();
    assert_eq!(
        (decision.phase, decision.reason),
        (Phase::Ready, Reason::Pinned)
    );
    assert!(decision.actions.is_empty());
    assert_eq!(set(World::off(), Mode::On).decide().phase, Phase::Off);
    assert_eq!(set(World::off().asked(), Mode::On).actions(), ["Start"]);
    // It does not undo a stop that is in force.
    let stopping = set(World::ready().stopping_for(10), Mode::On);
    assert_eq!(stopping.decide().phase, Phase::Stopping);
}

#[test]
fn hold_starts_nothing_and_says_so_and_stops_nothing_that_is_used() {
    let held = set(World::off().asked(), Mode::Hold);
    let decision = held.decide();
    assert_eq!(decision.phase, Phase::Off);
    assert!(decision.actions.is_empty());
    let expected = Reason::Held(Hold {
        until: None,
        asked: true,
    });
    assert_eq!(decision.reason, expected);
    let nobody = set(World::off(), Mode::Hold).decide().reason;
    let expected = Reason::Held(Hold {
        until: None,
        asked: false,
    });
    assert_eq!(nobody, expected);
    assert!(set(World::in_use(), Mode::Hold).actions().is_empty());
    // Not a stop, but no obstacle to one either.
    assert_eq!(set(World::ready(), Mode::Hold).actions(), ["Stop"]);
    // A missing subnet would be a start.
    let one = World::in_use().networks(&[(A, Associated)]).known(&[A]);
    assert!(set(one, Mode::Hold).actions().is_empty());
    // Nor does a start go on that was committed before.
    let committed = World::off()
        .asked()
        .with(|w| w.state.attempts.began_at = Some(w.now));
    assert!(set(committed, Mode::Hold).actions().is_empty());
}

#[test]
fn a_mode_is_put_on_record_once_and_before_anything_else() {
    let noticed = |world: World| world.decide().actions == [Action::NoteMode];
    let on = |w: &mut World| w.state.order.mode = Some(Mode::On);
    let later = World::off().now + minutes(5);
    assert!(noticed(World::off().with(on)), "set");
    assert!(
        noticed(World::off().asked().with(on)),
        "set, while an employee waits"
    );
    assert!(!noticed(set(World::off(), Mode::On)), "known");
    let longer = set(World::off(), Mode::On).with(|w| w.state.order.until = Some(later));
    assert!(noticed(longer), "another time");
    let other = set(World::off(), Mode::On).with(|w| w.state.order.mode = Some(Mode::Hold));
    assert!(noticed(other), "another mode");
    let away = set(World::off(), Mode::On).with(|w| w.state.order.mode = None);
    assert!(noticed(away), "taken away");
    let over = until(World::off(), Mode::On, later).at(later + minutes(1));
    assert!(!noticed(over), "its end alone is no change by anybody");
    let first = World::ready().networks(&[]).with(on);
    assert!(noticed(first), "before what is gone");
}

#[test]
fn a_mode_that_nobody_can_read_is_a_warning_while_it_counts() {
    let boundary = World::ready().now + minutes(10);
    for second in AROUND {
        let world = until(World::in_use(), unreadable(), boundary).at(boundary + seconds(second));
        let warned = !world.decide().warnings.is_empty();
        assert_eq!(warned, second < 0, "{second}");
    }
}
