//! How long a start took: from the ask, or from when a start was possible at last, if that was later.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::item::rfc3339;
use shared::model::update::Update;
use shared::policy::Phase;
use shared::ports::Store as _;
use testkit::ec2::{Delay, Request};

use crate::wire::Wire;
use crate::world::World;

/// A world in which EC2 takes five minutes to associate and eight to disassociate, and one start is on record.
async fn ready() -> World {
    let world = World::new().await;
    world.behave(|ec2| {
        ec2.associating = Delay::exactly(5 * 60);
        ec2.disassociating = Delay::exactly(8 * 60);
    });
    world.made_ready().await
}

async fn off() -> World {
    let world = ready().await;
    world.pass_seconds(31 * 60);
    world.sweep_until(Phase::Off).await;
    world.pass_seconds(60);
    world
}

async fn set(world: &World, update: Update) {
    let done = world.store.update(&world.endpoint.id, &update).await;
    done.unwrap().unwrap();
}

async fn hold(world: &World, until: Option<DateTime<Utc>>) {
    let held = Update::new().set("mode", "hold");
    let held = match until {
        Some(until) => held.set("mode_until", rfc3339(until)),
        None => held,
    };
    set(world, held).await;
}

async fn no_mode(world: &World) {
    set(world, Update::new().remove(&["mode", "mode_until"])).await;
}

async fn sweep_for(world: &World, minutes: i64) {
    for _ in 0..minutes {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
}

/// The latest start counts from this time, and what is on record of it from the request.
async fn assert_counted(world: &World, from: DateTime<Utc>, asked_at: DateTime<Utc>, case: &str) {
    world.sweep_until(Phase::Ready).await;
    let state = world.state().await;
    let ready = state.stay.ready_since.unwrap();
    let counted = state.sightings.start_seconds.last().copied();
    assert_eq!(
        counted,
        (ready - from).num_seconds().try_into().ok(),
        "{case}"
    );
    let records = world.records().await;
    let completed = records
        .iter()
        .rfind(|r| r.text("event") == "association.completed");
    let told = completed.unwrap().number("duration_seconds");
    assert_eq!(
        told.to_string(),
        (ready - asked_at).num_seconds().to_string(),
        "{case}"
    );
}

#[tokio::test]
async fn a_start_counts_from_the_ask() {
    let world = off().await;
    let asked_at = world.now();
    world.ask("yuki").await;
    assert_counted(&world, asked_at, asked_at, "plain").await;
}

#[tokio::test]
async fn a_start_that_was_held_counts_from_the_end_of_the_hold() {
    for by_time in [true, false] {
        let case = format!("by time: {by_time}");
        let world = off().await;
        let over_at = world.now() + TimeDelta::minutes(50);
        hold(&world, by_time.then_some(over_at)).await;
        let asked_at = world.now();
        world.ask("yuki").await;
        sweep_for(&world, 49).await;
        assert_eq!(world.associations(), 0, "{case}");
        world.pass_seconds(60);
        if !by_time {
            no_mode(&world).await;
        }
        world.sweep().await.unwrap();
        assert_eq!(world.associations(), 2, "{case}");
        // The page is not spoiled either: the last start took some six minutes.
        let standing = world.status().await;
        assert_eq!(standing.started_at, Some(over_at), "{case}");
        let estimate = standing.ready_estimate.unwrap() - over_at;
        assert!(estimate < TimeDelta::minutes(8), "{case}: {estimate}");
        assert_counted(&world, over_at, asked_at, &case).await;
    }
}

#[tokio::test]
async fn a_start_asked_for_while_it_goes_down_counts_from_when_it_is_gone() {
    for dies in [false, true] {
        let case = format!("the process dies in between: {dies}");
        let world = ready().await;
        world.pass_seconds(31 * 60);
        world.sweep_until(Phase::Stopping).await;
        world.pass_seconds(60);
        let asked_at = world.now();
        world.ask("yuki").await;
        while world.count("disassociation.completed").await == 0 {
            world.pass_seconds(60);
            let wire = Wire::new();
            if dies {
                // Once "gone" is on record, and before the start is.
                wire.kill_after("commit", 1);
            }
            let process = world.wired(&wire);
            Box::pin(wire.run(process.sweep(&world.endpoint, false))).await;
        }
        let gone_at = world.now();
        assert!(gone_at - asked_at > TimeDelta::minutes(5), "{case}");
        world.pass_seconds(if dies { 60 } else { 0 });
        assert_counted(&world, gone_at, asked_at, &case).await;
    }
}

#[tokio::test]
async fn a_start_asked_for_while_what_failed_is_removed_counts_from_when_it_is_gone() {
    let world = off().await;
    world.behave(|ec2| ec2.disassociated_listed_seconds = 0);
    world.ec2.change(|ec2, _| ec2.fail_next_associations(100));
    world.ask("yuki").await;
    let mut removing = false;
    while !(removing && world.count("association.failed").await == 3) {
        world.pass_seconds(60);
        let _ = world.sweep().await;
        removing = world.status().await.phase == Phase::Stopping;
    }
    world.ec2.change(|ec2, _| ec2.fail_next_associations(0));
    let asked_at = world.now();
    world.ask("ren").await;
    while world.associations() == 0 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    let possible_at = world.now();
    assert!(possible_at - asked_at > TimeDelta::minutes(5));
    assert_counted(&world, possible_at, asked_at, "removed").await;
}

#[tokio::test]
async fn attempts_that_fail_and_what_an_administrator_does_to_other_things_count() {
    let world = off().await;
    world.ec2.change(|ec2, _| ec2.fail_next_associations(2));
    let asked_at = world.now();
    world.ask("yuki").await;
    while world.count("association.failed").await == 0 {
        sweep_for(&world, 1).await;
    }
    assert_counted(&world, asked_at, asked_at, "failed once").await;

    // A hold that comes and goes while EC2 associates keeps nothing waiting.
    let world = off().await;
    let asked_at = world.now();
    world.ask("yuki").await;
    hold(&world, None).await;
    sweep_for(&world, 1).await;
    no_mode(&world).await;
    sweep_for(&world, 1).await;
    assert_eq!(world.count("mode.changed").await, 2);
    assert_counted(&world, asked_at, asked_at, "held while associating").await;
}

#[tokio::test]
async fn a_time_up_that_an_administrator_ended_is_in_the_way_no_longer() {
    let world = ready().await;
    for association in [world.first_association(), world.second_association()] {
        world.by_hand(Request::Disassociate {
            endpoint: world.endpoint.id.clone(),
            association,
        });
    }
    sweep_for(&world, 30).await;
    let asked_at = world.now();
    world.ask("yuki").await;
    assert_counted(&world, asked_at, asked_at, "long gone").await;
}
