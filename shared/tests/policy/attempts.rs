//! Attempts: how many, how long between them, what they associate, and when they are over.

use chrono::TimeDelta;
use shared::model::Failure;
use shared::model::NetworkStatus::{Associated, Associating, AssociationFailed, Disassociating};
use shared::policy::{Action, MAX_ATTEMPTS, Outlook, Phase, Reason, retry_after};

use crate::world::{A, AROUND, B, STRANGE, World, associations, minutes, seconds, subnets};

/// Attempts failed, the last one at `now`; nothing is there any more.
fn failed_attempts(n: u64) -> World {
    World::off().asked().with(|w| {
        w.state.stay.number = 1;
        w.state.attempts.made = n;
        w.state.attempts.failed_at = Some(w.now);
        w.state.attempts.failure = Some(Failure {
            code: "association-failed".to_owned(),
            message: "no free addresses".to_owned(),
        });
    })
}

#[test]
fn a_start_associates_all_configured_subnets_at_once_and_begins_a_stay() {
    let decision = World::off().asked().decide();
    let expected = Action::Start {
        subnet_ids: subnets(&[A, B]),
        new_stay: true,
    };
    assert_eq!(decision.actions, [expected]);
    assert_eq!(decision.reason, Reason::Asked);
}

#[test]
fn each_wait_is_longer_than_the_one_before() {
    assert_eq!(MAX_ATTEMPTS, 3);
    assert_eq!(retry_after(0), TimeDelta::zero());
    assert!(retry_after(0) < retry_after(1));
    assert!(retry_after(1) < retry_after(2));
}

#[test]
fn the_next_attempt_follows_when_its_wait_is_over() {
    for used in [1, 2] {
        let failed = failed_attempts(used);
        let due = failed.now + retry_after(used);
        for second in AROUND {
            let world = failed.clone().at(due + seconds(second));
            let decision = world.decide();
            assert_eq!(decision.phase, Phase::Starting, "{used} {second}");
            if second < 0 {
                assert!(decision.actions.is_empty(), "{used} {second}");
                let waits = matches!(decision.reason, Reason::Retrying { at, .. } if at == due);
                assert!(waits, "{used} {second}: {:?}", decision.reason);
            } else {
                // The same stay goes on, with another attempt.
                let expected = Action::Start {
                    subnet_ids: subnets(&[A, B]),
                    new_stay: false,
                };
                assert_eq!(decision.actions, [expected], "{used} {second}");
            }
        }
    }
}

#[test]
fn a_series_of_attempts_is_forgotten_with_the_ask_it_was_for() {
    let failed = failed_attempts(2);
    let over = failed.now + minutes(120);
    for second in AROUND {
        let world = failed.clone().at(over + seconds(second)).asked();
        let new_stay = second >= 0;
        let expected = Action::Start {
            subnet_ids: subnets(&[A, B]),
            new_stay,
        };
        assert_eq!(world.decide().actions, [expected], "{second}");
    }
}

#[test]
fn only_a_new_ask_tries_again_after_it_was_given_up() {
    let given_up = failed_attempts(3).with(|w| {
        w.state.attempts.failed_at = None;
        w.state.demand.gave_up = Some(w.state.demand.requests);
        w.state.attempts.spent = w.state.attempts.made;
    });
    let decision = given_up.decide();
    assert_eq!(decision.phase, Phase::Off);
    assert!(decision.actions.is_empty());
    assert!(matches!(decision.reason, Reason::GaveUp(Some(_))));
    // The new ask begins anew, without a wait.
    let expected = Action::Start {
        subnet_ids: subnets(&[A, B]),
        new_stay: true,
    };
    assert_eq!(given_up.asked().decide().actions, [expected]);
}

#[test]
fn nobody_is_told_of_a_start_that_was_given_up_once_it_was_served_after_all() {
    // An administrator associated by hand, that served every ask, and it is off again.
    let world = World::off().asked().served().with(|w| {
        w.state.demand.gave_up = Some(w.state.demand.requests);
    });
    assert_eq!(world.decide().reason, Reason::NotWanted);
}

#[test]
fn a_failure_is_on_record_once_before_anything_is_done_about_it() {
    let failed = World::associating().networks(&[(A, AssociationFailed), (B, AssociationFailed)]);
    let told = failed.clone().with(|w| {
        w.seen.networks[1].message = Some("no free addresses".to_owned());
    });
    for (name, world, message) in [
        ("EC2 says why", told, "no free addresses"),
        (
            "EC2 does not say why",
            failed.clone(),
            "EC2 gives no reason",
        ),
    ] {
        let expected = Action::RecordFailed {
            ids: associations(&[A, B]),
            failure: Failure {
                code: "association-failed".to_owned(),
                message: message.to_owned(),
            },
        };
        assert_eq!(world.decide().actions, [expected], "{name}");
    }
    let on_record = failed.failures_on_record(&[A, B]);
    assert_eq!(on_record.actions(), ["RemoveFailed"]);
}

#[test]
fn an_attempt_has_failed_once_all_that_it_associates_has_come_to_an_end() {
    let cases: [(&str, _, &[&str]); 3] = [
        ("the other is on its way", Associating, &[]),
        ("the other is up", Associated, &["RecordFailed"]),
        ("the other failed too", AssociationFailed, &["RecordFailed"]),
    ];
    for (name, other, actions) in cases {
        let world = World::associating().networks(&[(A, AssociationFailed), (B, other)]);
        assert_eq!(world.actions(), actions, "{name}");
    }
}

#[test]
fn failed_ones_are_removed_by_every_pass_within_a_start_and_else_by_sweeps() {
    let failed = |world: World| {
        world
            .networks(&[(A, AssociationFailed), (B, AssociationFailed)])
            .known(&[])
            .failures_on_record(&[A, B])
    };
    for (name, world, within_start) in [
        ("wanted", failed(World::off().asked()), true),
        ("not wanted", failed(World::off()), false),
    ] {
        let expected = Action::RemoveFailed {
            ids: associations(&[A, B]),
            within_start,
        };
        assert_eq!(world.decide().actions, [expected], "{name}");
    }
}

#[test]
fn a_failed_one_that_is_being_removed_comes_back_only_if_somebody_waits() {
    let going = World::off()
        .networks(&[(A, Disassociating)])
        .failures_on_record(&[A]);
    for (name, world, outlook) in [
        ("no employee waits", going.clone(), Outlook::OnRequest),
        ("an employee waits", going.asked(), Outlook::ComesBack),
    ] {
        let reason = world.decide().reason;
        assert_eq!(reason, Reason::RemovingFailed(outlook), "{name}");
    }
}

#[test]
fn a_start_that_is_committed_is_finished_with_what_it_has_not_got() {
    let committed = World::off().asked().with(|w| {
        w.state.stay.number = 1;
        w.state.attempts.made = 1;
        w.state.attempts.began_at = Some(w.now);
    });
    // A network on a configured subnet that is not known yet may be this start's, its answer lost.
    let cases: [(&str, World, &[&str]); 4] = [
        ("nothing yet", committed.clone(), &[A, B]),
        (
            "one accepted",
            committed.clone().networks(&[(A, Associating)]).known(&[A]),
            &[B],
        ),
        (
            "both there, both answers lost",
            committed
                .clone()
                .networks(&[(A, Associating), (B, Associating)]),
            &[A, B],
        ),
        (
            "both up already, both answers lost",
            committed
                .clone()
                .networks(&[(A, Associated), (B, Associated)]),
            &[A, B],
        ),
    ];
    for (name, world, missing) in cases {
        let expected = Action::FinishStart {
            subnet_ids: subnets(missing),
        };
        assert_eq!(world.decide().actions, [expected], "{name}");
    }
    // No employee waits any more: nothing more is associated.
    assert!(committed.served().actions().is_empty());
}

#[test]
fn a_missing_subnet_is_made_with_the_waits_and_the_limit_of_a_start() {
    let one = World::in_use().networks(&[(A, Associated)]).known(&[A]);
    let expected = Action::Start {
        subnet_ids: subnets(&[B]),
        new_stay: false,
    };
    assert_eq!(one.decide().actions, [expected]);
    for used in [1, 2] {
        let failed = one.clone().with(|w| {
            w.state.attempts.made += used;
            w.state.attempts.failed_at = Some(w.now);
        });
        let due = failed.now + retry_after(used);
        for second in AROUND {
            let world = failed.clone().at(due + seconds(second));
            let starts = world.actions() == ["Start"];
            assert_eq!(starts, second >= 0, "{used} {second}");
        }
    }
    let given_up = one.with(|w| {
        w.state.attempts.made = 4;
        w.state.attempts.spent = 4;
        w.state.demand.gave_up = Some(w.state.demand.requests);
    });
    assert!(given_up.actions().is_empty());
    assert_eq!(given_up.asked().actions(), ["Start"]);
}

#[test]
fn a_failed_one_beside_one_that_is_ready_is_removed_when_its_wait_is_over() {
    let failed = World::in_use()
        .networks(&[(A, Associated), (B, AssociationFailed)])
        .known(&[A])
        .failures_on_record(&[B])
        .with(|w| {
            w.state.attempts.made += 1;
            w.state.attempts.failed_at = Some(w.now);
        });
    let due = failed.now + retry_after(1);
    for second in AROUND {
        let world = failed.clone().at(due + seconds(second));
        let expected = Action::RemoveFailed {
            ids: associations(&[B]),
            within_start: true,
        };
        let actions = world.decide().actions;
        assert_eq!(actions == [expected], second >= 0, "{second}: {actions:?}");
    }
}

#[test]
fn a_subnet_that_is_not_configured_is_never_started() {
    let world = World::in_use()
        .networks(&[(A, Associated), (STRANGE, Associated)])
        .known(&[A, STRANGE]);
    let expected = Action::Start {
        subnet_ids: subnets(&[B]),
        new_stay: false,
    };
    assert_eq!(world.decide().actions, [expected]);
}
