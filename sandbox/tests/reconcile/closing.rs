//! Each stay that is over has one closing record, whatever way it ended, and it agrees with EC2's own time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use sandbox::dynamo::Record;
use shared::history::{Kind, Trail};
use shared::model::AssociationId;
use shared::model::audit::AuditRecord;
use shared::model::update::Update;
use shared::policy::Phase;
use shared::ports::Store as _;
use testkit::ec2::{AssociationStatus, Delay, Request};

use crate::by_hand::lose_the_second_subnet;
use crate::world::World;

/// The closing records, after all records were judged.
pub async fn closings(world: &World) -> Vec<Record> {
    let mut trail = Trail::new(0.15);
    let mut found = Vec::new();
    let records = world.records().await;
    for record in &records {
        found.extend(trail.take(&AuditRecord::parse(&record.item()).unwrap()));
    }
    found.extend(trail.open());
    found.retain(|finding| finding.kind.is_our_mistake() && finding.kind != Kind::NoOutcome);
    assert_eq!(found, []);
    let has_month = |record: &Record| !record.text("month").is_empty();
    records.into_iter().filter(has_month).collect()
}

async fn the_closing(world: &World) -> Record {
    let mut closings = closings(world).await;
    assert_eq!(closings.len(), 1, "{closings:?}");
    closings.remove(0)
}

/// The stay is over because nobody uses it.
async fn left_alone(world: &World) {
    world.pass_seconds(61 * 60);
    world.sweep_until(Phase::Off).await;
}

/// The seconds that EC2 bills: of each association that came up from its acceptance until it was told to go.
fn billed_seconds(world: &World) -> i64 {
    let moments = world.ec2.snapshot().take_history();
    let mut began: BTreeMap<AssociationId, DateTime<Utc>> = BTreeMap::new();
    let mut billed = 0;
    for moment in moments {
        let id = moment.association;
        match moment.status {
            AssociationStatus::Associating => {
                began.insert(id, moment.at);
            }
            AssociationStatus::AssociationFailed => {
                began.remove(&id);
            }
            AssociationStatus::Disassociating => {
                let from = began.get(&id);
                billed += from.map_or(0, |from| (moment.at - *from).num_seconds());
            }
            AssociationStatus::Associated | AssociationStatus::Disassociated => {}
        }
    }
    billed
}

fn assert_costs(closing: &Record, seconds: i64) {
    assert_eq!(closing.text("association_seconds"), seconds.to_string());
    let hours = closing.number("association_seconds") / 3600.0;
    assert!((closing.number("cost_usd") - hours * 0.15).abs() < 0.0001);
}

fn take_by_hand(world: &World, subnet: usize) {
    world.by_hand(Request::Disassociate {
        endpoint: world.endpoint.id.clone(),
        association: world.association_of(subnet),
    });
}

#[tokio::test]
async fn our_own_stop_closes_a_stay_with_ec2s_time_to_the_second() {
    let world = World::ready().await;
    let connection = world.connect("yuki");
    world.pass_seconds(60);
    world.ask("ren").await;
    world.sweep().await.unwrap();
    world.end(&connection);
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    left_alone(&world).await;
    let closing = the_closing(&world).await;
    let records = world.records().await;
    let of = |event: &str| records.iter().find(|it| it.text("event") == event).unwrap();
    let (started, ready) = (of("association.started"), of("association.completed"));
    assert_eq!(closing.text("event"), "disassociation.completed");
    assert_eq!(closing.text("month"), "2026-11");
    assert_eq!(closing.text("up_since"), started.text("occurred_at"));
    assert_eq!(closing.text("ready_since"), ready.text("occurred_at"));
    assert_eq!(
        closing.text("start_seconds"),
        ready.text("duration_seconds")
    );
    assert_eq!(closing.text("requests"), "2");
    assert_eq!(
        closing.set("people"),
        ["ren@example.com", "yuki@example.com"]
    );
    assert_eq!(closing.text("people_count"), "2");
    assert!(closing.text("last_active_at") > closing.text("ready_since"));
    assert_costs(&closing, billed_seconds(&world));
}

#[tokio::test]
async fn a_stay_that_another_took_down_is_closed_within_what_sweeps_saw() {
    let world = World::ready().await;
    take_by_hand(&world, 0);
    take_by_hand(&world, 1);
    world.pass_seconds(30);
    world.sweep_until(Phase::Off).await;
    let closing = the_closing(&world).await;
    assert_eq!(closing.text("event"), "disassociation.external");
    assert!(
        closing
            .text("reason")
            .contains("bounded by what the sweeps saw")
    );
    assert_eq!(closing.text("requests"), "1");
    assert_eq!(closing.set("people"), ["yuki@example.com"]);
    assert_eq!(closing.text("last_active_at"), "");
    // A sweep came half a minute later, for each of the two.
    assert_costs(&closing, billed_seconds(&world) + 2 * 30);
}

#[tokio::test]
async fn subnets_that_came_and_went_are_in_the_closing_record() {
    let world = World::ready().await;
    let connection = world.connect("yuki");
    lose_the_second_subnet(&world).await;
    for _ in 0..30 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    assert_eq!(world.associations(), 2);
    assert_eq!(closings(&world).await, []);
    world.end(&connection);
    left_alone(&world).await;
    let closing = the_closing(&world).await;
    assert_eq!(closing.set("association_ids").len(), 2, "the last ones");
    // A sweep saw the lost one going a minute after it was told to.
    assert_costs(&closing, billed_seconds(&world) + 60);
}

#[tokio::test]
async fn a_stay_whose_last_subnet_fails_is_closed() {
    let world = World::ready().await;
    world.connect("yuki");
    world.sweep().await.unwrap();
    world.behave(|ec2| ec2.associating = Delay::exactly(25 * 60));
    world.ec2.change(|ec2, _| ec2.fail_next_associations(1));
    lose_the_second_subnet(&world).await;
    for _ in 0..3 {
        world.pass_seconds(60);
        world.sweep().await.unwrap();
    }
    take_by_hand(&world, 0);
    world.behave(|ec2| ec2.associating = Delay::exactly(5 * 60));
    for _ in 0..30 {
        world.pass_seconds(60);
        let _ = world.sweep().await;
    }
    let closing = the_closing(&world).await;
    assert_eq!(closing.text("event"), "disassociation.external");
    assert_eq!(
        closing.set("association_ids"),
        [""; 0],
        "none of them was up"
    );
    assert_eq!(closing.text("requests"), "1");
    // Two were lost by hand, and seen going a minute later.
    assert_costs(&closing, billed_seconds(&world) + 2 * 60);
    let events = world.events().await;
    let failed = events
        .iter()
        .position(|event| event == "association.failed");
    let failed = failed.unwrap();
    assert_eq!(events[failed + 1], "disassociation.external");

    // Who asks again gets another stay, with a record of its own.
    world.ask("ren").await;
    world.sweep_until(Phase::Ready).await;
    left_alone(&world).await;
    let closings = closings(&world).await;
    let of_each: Vec<_> = closings
        .iter()
        .map(|it| (it.text("stay"), it.text("requests")))
        .collect();
    assert_eq!(of_each, [("1", "1"), ("2", "1")]);
}

#[tokio::test]
async fn what_only_failed_was_no_stay_and_its_start_goes_on() {
    let world = World::new().await;
    world.ec2.change(|ec2, _| ec2.fail_next_associations(2));
    world.ask("yuki").await;
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.count("association.failed").await, 1);
    left_alone(&world).await;
    let closing = the_closing(&world).await;
    assert_eq!((closing.text("stay"), closing.text("requests")), ("1", "1"));
    assert_costs(&closing, billed_seconds(&world));

    world.ec2.change(|ec2, _| ec2.fail_next_associations(100));
    world.ask("ren").await;
    world.sweep_until(Phase::Off).await;
    assert_eq!(world.count("association.failed").await, 4);
    assert_eq!(closings(&world).await.len(), 1);

    // What was given up counts for no stay.
    world.ec2.change(|ec2, _| ec2.fail_next_associations(0));
    world.ask("hana").await;
    world.sweep_until(Phase::Ready).await;
    left_alone(&world).await;
    let closings = closings(&world).await;
    assert_eq!(closings.len(), 2);
    assert_eq!(closings[1].text("requests"), "1");
    assert_eq!(closings[1].set("people"), ["hana@example.com"]);
}

#[tokio::test]
async fn a_stay_that_was_up_in_part_and_never_ready_is_closed_when_the_rest_fails() {
    let world = World::new().await;
    world.sweep().await.unwrap();
    let associated_by_hand = |subnet: usize, minutes: u32| {
        world.behave(|ec2| ec2.associating = Delay::exactly(minutes * 60));
        world.by_hand(Request::Associate {
            endpoint: world.endpoint.id.clone(),
            subnet: world.endpoint.subnets[subnet].clone(),
            client_token: None,
        });
    };
    associated_by_hand(0, 5);
    world.ec2.change(|ec2, _| ec2.fail_next_associations(1));
    associated_by_hand(1, 20);
    for _ in 0..7 {
        world.sweep().await.unwrap();
        world.pass_seconds(60);
    }
    take_by_hand(&world, 0);
    for _ in 0..20 {
        world.pass_seconds(60);
        let _ = world.sweep().await;
    }
    let closing = the_closing(&world).await;
    assert_eq!(
        (closing.text("ready_since"), closing.text("start_seconds")),
        ("", "")
    );
    // Seen when it was there, and seen going a minute later.
    assert_costs(&closing, billed_seconds(&world) + 60);
}

#[tokio::test]
async fn an_adopted_stay_is_closed_without_a_start() {
    let world = World::new().await;
    world.sweep().await.unwrap();
    for subnet in &world.endpoint.subnets {
        world.by_hand(Request::Associate {
            endpoint: world.endpoint.id.clone(),
            subnet: subnet.clone(),
            client_token: None,
        });
    }
    world.pass_seconds(60);
    world.sweep_until(Phase::Ready).await;
    left_alone(&world).await;
    let closing = the_closing(&world).await;
    assert_eq!(closing.text("start_seconds"), "");
    assert_eq!(
        (closing.text("requests"), closing.text("people_count")),
        ("0", "0")
    );
    // Our clocks start when a sweep sees them.
    assert_costs(&closing, billed_seconds(&world) - 2 * 60);
}

#[tokio::test]
async fn an_ask_made_while_it_goes_down_is_the_next_stays() {
    let world = World::ready().await;
    world.pass_seconds(61 * 60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("disassociation.started").await, 1);
    world.pass_seconds(10);
    world.ask("ren").await;
    world.ask("yuki").await;
    world.sweep_until(Phase::Ready).await;
    left_alone(&world).await;
    let closings = closings(&world).await;
    let of_each: Vec<_> = closings
        .iter()
        .map(|it| (it.text("stay"), it.text("requests"), it.set("people")))
        .collect();
    // Yuki held the first, and asked for the second.
    assert_eq!(
        of_each,
        [
            ("1", "1", vec!["yuki@example.com"]),
            ("2", "2", vec!["ren@example.com", "yuki@example.com"]),
        ]
    );
}

#[tokio::test]
async fn sweeps_that_see_it_gone_at_the_same_time_close_it_once() {
    let world = World::ready().await;
    world.pass_seconds(61 * 60);
    world.sweep().await.unwrap();
    world.pass_seconds(30 * 60);
    let sweeps = join_all((0..4).map(|_| world.sweep())).await;
    assert!(sweeps.iter().all(Result::is_ok));
    the_closing(&world).await;
    world.sweep().await.unwrap();
    the_closing(&world).await;
}

#[tokio::test]
async fn two_subnets_lost_one_after_the_other_are_each_counted_once() {
    let world = World::ready().await;
    world.connect("yuki");
    world.sweep().await.unwrap();
    // Nothing is made again meanwhile.
    let held = Update::new().set("mode", "hold");
    world.store.update(&world.endpoint.id, &held).await.unwrap();
    take_by_hand(&world, 0);
    world.pass_seconds(120);
    take_by_hand(&world, 1);
    for _ in 0..40 {
        world.pass_seconds(60);
        let sweeps = join_all((0..2).map(|_| world.sweep())).await;
        assert!(sweeps.iter().all(Result::is_ok));
    }
    let closing = the_closing(&world).await;
    assert_eq!(world.count("disassociation.external").await, 2);
    assert!(closing.number("association_seconds") >= 1.0);
}

#[tokio::test]
async fn a_stay_that_a_version_without_closing_records_began_is_closed_with_what_is_known() {
    let world = World::ready().await;
    let of_old = Update::new().remove(&["requests_before_stay", "people_at_stop", "ended_seconds"]);
    let updated = world.store.update(&world.endpoint.id, &of_old).await;
    assert!(updated.unwrap().is_some());
    left_alone(&world).await;
    let closing = the_closing(&world).await;
    assert_eq!(closing.text("requests"), "", "not known");
    assert_eq!(closing.set("people"), ["yuki@example.com"]);
    assert_costs(&closing, billed_seconds(&world));
    // The next one knows all.
    world.ask("ren").await;
    world.sweep_until(Phase::Ready).await;
    left_alone(&world).await;
    let closings = closings(&world).await;
    assert_eq!(closings[1].text("requests"), "1");
}
