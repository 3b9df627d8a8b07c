//! The phase table of DESIGN 6, row by row, each with all that a pass does and nothing else.

use shared::model::NetworkStatus::{Associated, Associating, AssociationFailed, Disassociating};
use shared::policy::Phase::{self, Off, Starting, Stopping};

use crate::world::{A, B, World, key, minutes, snapshot};

pub(crate) type Row = (&'static str, World, Phase, &'static [&'static str]);

pub(crate) fn check(rows: Vec<Row>) {
    for (name, world, phase, actions) in rows {
        let decision = world.decide();
        assert_eq!(decision.phase, phase, "{name}: {}", decision.reason);
        assert_eq!(world.actions(), actions, "{name}: {}", decision.reason);
    }
}

#[test]
fn with_no_target_network_and_nobody_waiting_it_is_off() {
    check(vec![
        ("no employee ever asked", World::off(), Off, &[]),
        ("all were served", World::off().asked().served(), Off, &[]),
        (
            "the start was given up",
            World::off()
                .asked()
                .with(|w| w.state.demand.gave_up = Some(w.state.demand.requests)),
            Off,
            &[],
        ),
        (
            "a lease alone does not start anything",
            World::off()
                .asked()
                .served()
                .with(|w| w.state.stay.number = 1)
                .lease("yuki@example.com", World::off().now + minutes(20)),
            Off,
            &[],
        ),
    ]);
}

#[test]
fn with_no_target_network_and_somebody_waiting_it_starts() {
    check(vec![
        ("asked", World::off().asked(), Starting, &["Start"]),
        (
            "asked again after it was given up",
            World::off()
                .asked()
                .with(|w| w.state.demand.gave_up = Some(1))
                .asked(),
            Starting,
            &["Start"],
        ),
        (
            "asked again after it was served",
            World::off().asked().served().asked(),
            Starting,
            &["Start"],
        ),
        (
            "an attempt is committed, and nothing came of it yet",
            World::off().asked().with(|w| {
                w.state.stay.number = 1;
                w.state.attempts.made = 1;
                w.state.attempts.began_at = Some(w.now);
            }),
            Starting,
            &["FinishStart"],
        ),
        (
            "what EC2 read of routes or connections does not matter",
            World::off().asked().with(|w| {
                w.seen.routes = None;
                w.seen.usage = None;
                w.seen.endpoint = None;
            }),
            Starting,
            &["Start"],
        ),
    ]);
}

#[test]
fn with_a_stop_in_force_or_anything_disassociating_it_is_stopping_and_a_pass_waits() {
    let going = |world: World| world.networks(&[(A, Disassociating), (B, Disassociating)]);
    check(vec![
        (
            "a stop in force, EC2 shows nothing of it yet",
            World::ready().stopping_for(10),
            Stopping,
            &[],
        ),
        (
            "a stop in force, and an employee asks",
            World::ready().stopping_for(10).asked(),
            Stopping,
            &[],
        ),
        (
            "a stop in force, and a client connects",
            World::in_use().stopping_for(10),
            Stopping,
            &[],
        ),
        (
            "going, long after the stop was in force",
            going(World::ready().stopping_for(600)),
            Stopping,
            &[],
        ),
        (
            "going by an administrator's hand",
            going(World::ready()),
            Stopping,
            &[],
        ),
        (
            "going, and wanted back",
            going(World::ready().stopping_for(600)).asked(),
            Stopping,
            &[],
        ),
        (
            "half gone, half still associated",
            World::ready()
                .stopping_for(600)
                .networks(&[(A, Disassociating), (B, Associated)]),
            Stopping,
            &[],
        ),
        (
            "half going before it was ever ready",
            World::associated().networks(&[(A, Disassociating), (B, Associated)]),
            Stopping,
            &[],
        ),
    ]);
}

#[test]
fn stopping_says_whether_it_comes_back() {
    let going = World::ready().stopping_for(10);
    let cases = [
        ("no employee asked", going.clone(), false),
        ("asked", going.clone().asked(), true),
        (
            "asked, but held",
            going.clone().asked().with(|w| {
                w.state.order.mode = Some(shared::model::Mode::Hold);
                w.state.order.noted = w.state.order.text();
            }),
            false,
        ),
        (
            "asked over two hours ago",
            going
                .asked()
                .with(|w| w.state.demand.requested_at = Some(w.now - minutes(121))),
            false,
        ),
    ];
    for (name, world, back) in cases {
        let said = world.decide().reason.to_string();
        assert_eq!(
            said.contains("comes back by itself"),
            back,
            "{name}: {said}"
        );
    }
}

#[test]
fn while_anything_associates_and_nothing_was_ready_yet_it_is_starting_and_a_pass_waits() {
    let routes = |w: &mut World| {
        let taken = w.now - minutes(600);
        w.state.snapshot = Some(snapshot(&[key("0.0.0.0/0", A)], "sg-1", taken));
    };
    check(vec![
        ("both associating", World::associating(), Starting, &[]),
        (
            "one associated, one associating: its routes wait too",
            World::associating()
                .networks(&[(A, Associated), (B, Associating)])
                .with(routes),
            Starting,
            &[],
        ),
        (
            "one failed, one associating: the failed one is left until nothing moves",
            World::associating()
                .networks(&[(A, AssociationFailed), (B, Associating)])
                .failures_on_record(&[A]),
            Starting,
            &[],
        ),
        (
            "no employee waits any more",
            World::associating().served(),
            Starting,
            &[],
        ),
        (
            "adopted, no employee asked",
            World::associating().with(|w| {
                w.state.demand.requests = 0;
                w.state.attempts.began_at = None;
            }),
            Starting,
            &[],
        ),
        (
            "one accepted, the other's answer lost, and no employee waits any more",
            World::associating()
                .networks(&[(A, Associating)])
                .known(&[A])
                .served(),
            Starting,
            &[],
        ),
        (
            "one accepted, the other's answer lost",
            World::associating()
                .networks(&[(A, Associating)])
                .known(&[A]),
            Starting,
            &["FinishStart"],
        ),
    ]);
}
