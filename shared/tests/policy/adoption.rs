//! What EC2 shows and no start of ours explains, and what is gone.

use shared::model::NetworkStatus::{Associated, Associating, AssociationFailed, Disassociating};
use shared::policy::Action;

use crate::world::{A, B, STRANGE, World, associations, seconds};

#[test]
fn an_association_that_no_start_explains_is_adopted_before_anything_else() {
    let cases: [(&str, World, &[&str]); 5] = [
        (
            "associating",
            World::off().networks(&[(A, Associating)]),
            &[A],
        ),
        (
            "associated",
            World::off().networks(&[(A, Associated)]),
            &[A],
        ),
        (
            "both, while an employee waits",
            World::off()
                .asked()
                .networks(&[(A, Associated), (B, Associating)]),
            &[A, B],
        ),
        (
            "another beside ours",
            World::in_use().networks(&[(A, Associated), (B, Associated), (STRANGE, Associated)]),
            &[STRANGE],
        ),
        (
            "on a subnet that is not configured, while a start is under way",
            World::off()
                .asked()
                .networks(&[(STRANGE, Associated)])
                .with(|w| w.state.attempts.began_at = Some(w.now)),
            &[STRANGE],
        ),
    ];
    for (name, world, strangers) in cases {
        let expected = Action::Adopt {
            ids: associations(strangers),
        };
        assert_eq!(world.decide().actions, [expected], "{name}");
    }
}

#[test]
fn what_goes_is_not_adopted() {
    let cases = [
        (
            "on its way down",
            World::off().networks(&[(A, Disassociating)]),
        ),
        (
            "failed",
            World::off()
                .networks(&[(A, AssociationFailed)])
                .failures_on_record(&[A]),
        ),
        (
            "while a stop is in force",
            World::ready().stopping_for(60).networks(&[
                (A, Associated),
                (B, Associated),
                (STRANGE, Associated),
            ]),
        ),
    ];
    for (name, world) in cases {
        assert!(!world.actions().contains(&"Adopt"), "{name}");
    }
}

#[test]
fn what_is_gone_is_put_on_record_before_anything_else() {
    let cases: [(&str, World, &[&str], bool); 4] = [
        (
            "all, by our stop",
            World::ready().stopping_for(600).networks(&[]),
            &[A, B],
            true,
        ),
        (
            "all, by another's hand",
            World::ready().networks(&[]),
            &[A, B],
            true,
        ),
        (
            "all, and wanted back",
            World::ready().networks(&[]).asked(),
            &[A, B],
            true,
        ),
        (
            "one of two",
            World::in_use().networks(&[(A, Associated)]),
            &[B],
            false,
        ),
    ];
    for (name, world, gone, all) in cases {
        let expected = Action::RecordGone {
            ids: associations(gone),
            all,
        };
        assert_eq!(world.decide().actions, [expected], "{name}");
    }
}

#[test]
fn gone_comes_before_failed_and_failed_before_adopted() {
    let mut world = World::associating().networks(&[(B, AssociationFailed), (STRANGE, Associated)]);
    assert_eq!(world.actions(), ["RecordGone"]);
    world = world.known(&[B]);
    assert_eq!(world.actions(), ["RecordFailed"]);
    world = world.known(&[]).failures_on_record(&[B]);
    assert_eq!(world.actions(), ["Adopt"]);
}

#[test]
fn gone_is_recorded_while_a_stop_is_in_force_too() {
    for second in [1, 179, 180, 181] {
        let world = World::ready().stopping_for(second).networks(&[]);
        assert_eq!(world.actions(), ["RecordGone"], "{second}");
    }
    let at = World::ready().now + seconds(1);
    assert_eq!(
        World::ready().at(at).networks(&[]).actions(),
        ["RecordGone"]
    );
}
