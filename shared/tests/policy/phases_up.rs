//! The phase table of DESIGN 6 from "associated" on: getting ready, ready, failed.

use shared::model::NetworkStatus::{
    Associated, Associating, AssociationFailed, Disassociating, Unknown,
};
use shared::policy::Phase::{Failed, Ready, Starting, Stopping};

use crate::phases::check;
use crate::world::{A, B, STRANGE, World, key, minutes, snapshot};

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

/// Ready with one of the two subnets.
fn one(world: World) -> World {
    world.networks(&[(A, Associated)]).known(&[A])
}

fn leased(world: World) -> World {
    let until = world.now + minutes(20);
    world.lease("yuki@example.com", until)
}

#[test]
fn ready_stays_ready_until_nothing_keeps_it() {
    check(vec![
        ("in use", World::in_use(), Ready, &[]),
        ("leased", leased(World::ready()), Ready, &[]),
        ("nothing keeps it", World::ready(), Ready, &["Stop"]),
    ]);
}

#[test]
fn ready_makes_what_is_missing_while_wanted_or_in_use() {
    let failed = |world: World| {
        world
            .networks(&[(A, Associated), (B, AssociationFailed)])
            .known(&[A])
            .failures_on_record(&[B])
    };
    check(vec![
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
            "one subnet missing, no client connected",
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
            "one on its way, no client connected: no two transitions at once",
            World::ready().networks(&[(A, Associated), (B, Associating)]),
            Ready,
            &[],
        ),
    ]);
}

#[test]
fn ready_makes_nothing_that_is_under_way_or_not_configured() {
    check(vec![
        (
            "an attempt at the other is committed, in use",
            one(World::in_use().with(|w| {
                w.state.attempts.made = 2;
                w.state.attempts.began_at = Some(w.now);
            })),
            Ready,
            &["FinishStart"],
        ),
        (
            "an attempt at the other is committed, no client connected",
            one(World::ready().with(|w| {
                w.state.attempts.made = 2;
                w.state.attempts.began_at = Some(w.now);
            })),
            Ready,
            &["Stop"],
        ),
        (
            "one subnet missing while another that is not configured is on its way, in use",
            World::in_use()
                .networks(&[(A, Associated), (STRANGE, Associating)])
                .known(&[A, STRANGE]),
            Ready,
            &[],
        ),
        (
            "all that is configured is up, and another has failed",
            World::in_use()
                .networks(&[
                    (A, Associated),
                    (B, Associated),
                    (STRANGE, AssociationFailed),
                ])
                .failures_on_record(&[STRANGE]),
            Ready,
            &[],
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
    let gave_up = |w: &mut World| w.state.demand.gave_up = Some(w.state.demand.requests);
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
