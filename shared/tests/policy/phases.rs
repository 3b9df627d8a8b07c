//! The phase table of DESIGN 6, row by row, each with all that a pass does and nothing else.

use shared::model::NetworkStatus::{
    Associated, Associating, AssociationFailed, Disassociating, Unknown,
};
use shared::policy::Phase::{self, Failed, Off, Ready, Starting, Stopping};

use crate::world::{A, B, STRANGE, World, key, minutes, snapshot};

type Row = (&'static str, World, Phase, &'static [&'static str]);

fn check(rows: Vec<Row>) {
    for (name, world, phase, actions) in rows {
        let decision = world.decide();
        assert_eq!(decision.phase, phase, "{name}: {}", decision.reason);
        assert_eq!(world.actions(), actions, "{name}: {}", decision.reason);
    }
}

#[test]
fn with_no_target_network_and_nobody_waiting_it_is_off() {
    check(vec![
        ("nobody ever asked", World::off(), Off, &[]),
        ("all were served", World::off().asked().served(), Off, &[]),
        (
            "the start was given up",
            World::off()
                .asked()
                .with(|w| w.state.gave_up = Some(w.state.requests)),
            Off,
            &[],
        ),
        (
            "a lease alone does not start anything",
            World::off()
                .asked()
                .served()
                .with(|w| w.state.stay = 1)
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
                .with(|w| w.state.gave_up = Some(1))
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
                w.state.stay = 1;
                w.state.attempt = 1;
                w.state.start_began_at = Some(w.now);
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
            "a stop in force, and somebody asks",
            World::ready().stopping_for(10).asked(),
            Stopping,
            &[],
        ),
        (
            "a stop in force, and somebody connects",
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
            "going by somebody else's hand",
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
        ("nobody asked", going.clone(), false),
        ("asked", going.clone().asked(), true),
        (
            "asked, but held",
            going.clone().asked().with(|w| {
                w.state.mode = Some(shared::model::Mode::Hold);
                w.state.mode_noted = w.state.mode_text();
            }),
            false,
        ),
        (
            "asked over two hours ago",
            going
                .asked()
                .with(|w| w.state.requested_at = Some(w.now - minutes(121))),
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
            "nobody waits any more",
            World::associating().served(),
            Starting,
            &[],
        ),
        (
            "adopted, nobody asked",
            World::associating().with(|w| {
                w.state.requests = 0;
                w.state.start_began_at = None;
            }),
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

#[test]
fn once_associated_and_not_yet_ready_it_is_starting_until_all_is_in_place() {
    let missing = |w: &mut World| {
        let taken = w.now - minutes(600);
        w.state.snapshot = Some(snapshot(&[key("0.0.0.0/0", A)], "sg-1", taken));
    };
    check(vec![
        (
            "nothing missing",
            World::associated(),
            Starting,
            &["MarkReady"],
        ),
        (
            "a route missing",
            World::associated().with(missing),
            Starting,
            &["Restore"],
        ),
        (
            "one associated, one failed",
            World::associated()
                .networks(&[(A, Associated), (B, AssociationFailed)])
                .failures_on_record(&[B]),
            Starting,
            &["MarkReady"],
        ),
        (
            "a subnet that is not configured counts as up",
            World::associated()
                .networks(&[(STRANGE, Associated)])
                .known(&[STRANGE]),
            Starting,
            &["MarkReady"],
        ),
        (
            "the route table was not read",
            World::associated().with(|w| w.seen.routes = None),
            Starting,
            &[],
        ),
        (
            "the endpoint was not read",
            World::associated().with(|w| w.seen.endpoint = None),
            Starting,
            &[],
        ),
    ]);
}

#[test]
fn ready_stays_ready_and_makes_what_is_missing_while_wanted_or_in_use() {
    let one = |world: World| world.networks(&[(A, Associated)]).known(&[A]);
    let failed = |world: World| {
        world
            .networks(&[(A, Associated), (B, AssociationFailed)])
            .known(&[A])
            .failures_on_record(&[B])
    };
    let leased = |world: World| {
        let until = world.now + minutes(20);
        world.lease("yuki@example.com", until)
    };
    check(vec![
        ("in use", World::in_use(), Ready, &[]),
        ("leased", leased(World::ready()), Ready, &[]),
        ("nothing keeps it", World::ready(), Ready, &["Stop"]),
        (
            "one subnet missing, in use",
            one(World::in_use()),
            Ready,
            &["Start"],
        ),
        (
            "one subnet missing, wanted",
            one(leased(World::ready().asked())),
            Ready,
            &["Start"],
        ),
        (
            "one subnet missing, only leased",
            one(leased(World::ready())),
            Ready,
            &[],
        ),
        (
            "one subnet missing, nobody there",
            one(World::ready()),
            Ready,
            &["Stop"],
        ),
        (
            "one subnet missing, who is connected not read",
            one(World::ready().with(|w| w.seen.usage = None)),
            Ready,
            &[],
        ),
        (
            "one failed, in use",
            failed(World::in_use()),
            Ready,
            &["RemoveFailed"],
        ),
        (
            "one failed, only leased",
            failed(leased(World::ready())),
            Ready,
            &[],
        ),
        (
            "one on its way, in use",
            World::in_use().networks(&[(A, Associated), (B, Associating)]),
            Ready,
            &[],
        ),
        (
            "one on its way, nobody there: no two transitions at once",
            World::ready().networks(&[(A, Associated), (B, Associating)]),
            Ready,
            &[],
        ),
        (
            "an attempt at the other is committed, in use",
            one(World::in_use().with(|w| {
                w.state.attempt = 2;
                w.state.start_began_at = Some(w.now);
            })),
            Ready,
            &["FinishStart"],
        ),
        (
            "an attempt at the other is committed, nobody there",
            one(World::ready().with(|w| {
                w.state.attempt = 2;
                w.state.start_began_at = Some(w.now);
            })),
            Ready,
            &["Stop"],
        ),
        (
            "a subnet that is not configured, beside both that are",
            World::in_use()
                .networks(&[(A, Associated), (B, Associated), (STRANGE, Associated)])
                .known(&[A, B, STRANGE]),
            Ready,
            &["TakeSnapshot"],
        ),
    ]);
}

#[test]
fn ready_with_fewer_subnets_than_configured_warns() {
    let cases = [
        ("both", World::in_use(), None),
        (
            "one of two",
            World::in_use().networks(&[(A, Associated)]).known(&[A]),
            Some("1 of 2 subnets are associated"),
        ),
        (
            "one of two, and a strange one",
            World::in_use()
                .networks(&[(A, Associated), (STRANGE, Associated)])
                .known(&[A, STRANGE]),
            Some("1 of 2 subnets are associated"),
        ),
        (
            "not ready yet",
            World::associated().networks(&[(A, Associated)]).known(&[A]),
            None,
        ),
    ];
    for (name, world, expected) in cases {
        let warnings: Vec<String> = world
            .decide()
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect();
        let expected: Vec<String> = expected.map(str::to_owned).into_iter().collect();
        assert_eq!(warnings, expected, "{name}");
    }
}

#[test]
fn with_only_failed_ones_it_is_starting_while_wanted_and_failed_otherwise() {
    let failed = |world: World| {
        world
            .networks(&[(A, AssociationFailed), (B, AssociationFailed)])
            .known(&[])
            .failures_on_record(&[A, B])
    };
    let gave_up = |w: &mut World| w.state.gave_up = Some(w.state.requests);
    check(vec![
        (
            "wanted",
            failed(World::off().asked()),
            Starting,
            &["RemoveFailed"],
        ),
        (
            "not wanted",
            failed(World::off()),
            Failed,
            &["RemoveFailed"],
        ),
        (
            "wanted, and after three attempts",
            failed(World::off().asked()).with(gave_up),
            Failed,
            &["RemoveFailed"],
        ),
        (
            "given up, and asked again",
            failed(World::off().asked()).with(gave_up).asked(),
            Starting,
            &["RemoveFailed"],
        ),
        (
            "not on record yet",
            failed(World::off().asked()).failures_on_record(&[A]),
            Starting,
            &["RecordFailed"],
        ),
        (
            "being removed",
            failed(World::off().asked()).networks(&[(A, Disassociating), (B, Disassociating)]),
            Stopping,
            &[],
        ),
        (
            "one being removed, the other not yet: nothing else while something moves",
            failed(World::off().asked()).networks(&[(A, Disassociating), (B, AssociationFailed)]),
            Stopping,
            &[],
        ),
    ]);
}

#[test]
fn while_a_status_is_shown_that_nobody_knows_nothing_is_changed() {
    check(vec![
        (
            "alone",
            World::associating().networks(&[(A, Unknown)]).known(&[A]),
            Starting,
            &[],
        ),
        (
            "beside one that is ready and unused",
            World::ready().networks(&[(A, Associated), (B, Unknown)]),
            Ready,
            &[],
        ),
        (
            "beside one that is not ready",
            World::associated().networks(&[(A, Associated), (B, Unknown)]),
            Starting,
            &[],
        ),
    ]);
}
