//! Hundreds of bookings at one endpoint: what a sweep reads of them, and how long the first of them waits for the others.

use std::sync::Arc;

use chrono::TimeDelta;
use sandbox::embedded::StillClock;
use shared::model::{BookedTimes, Booking, PersonalItem};
use shared::policy::Phase;
use shared::ports::Store;
use shared::reconcile::{LeftOut, Reconciler, SweepError};
use testkit::ports::{Between, Wrapped};

use crate::bookings::{bookings, workdays};
use crate::wire::Wire;
use crate::world::{World, person};

const MANY: usize = 500;

/// So many people have booked this.
async fn booked(world: &World, times: &BookedTimes, people: usize) {
    for n in 0..people {
        let email = person(&format!("person-of-a-long-name-{n}")).email;
        let booking = Booking {
            email,
            id: times.id(),
            times: times.clone(),
            placed_for: None,
            created_at: world.now(),
            renewed_at: world.now(),
            ended_at: None,
        };
        let made = booking.made(None, TimeDelta::days(60));
        let item = PersonalItem::from(&booking);
        let id = &world.endpoint.id;
        assert!(world.store.update_personal(id, &item, &made).await.unwrap());
    }
}

#[tokio::test]
async fn a_sweep_with_five_hundred_bookings_that_are_not_due_makes_no_call_more() {
    let world = World::new().await;
    let sweep = async || {
        world.pass_seconds(60);
        world.dynamo.reset_calls();
        let wire = Wire::new();
        world.sweep_through(&wire).await.unwrap();
        (
            wire.calls(),
            world.dynamo.call_counts(),
            world.dynamo.traffic(),
        )
    };
    sweep().await;
    let (calls, requests, _) = sweep().await;
    booked(&world, &workdays(17, 0), MANY).await;
    let (calls_with, requests_with, traffic) = sweep().await;
    assert_eq!(calls_with, calls);
    assert_eq!(requests_with, requests);
    assert_eq!(traffic.calls("Query"), 1, "{traffic}");
    // Four in 1 KB: 32 read units of 4 KB, where 1 MB is the most that one answer holds.
    let bytes = traffic.bytes("Query");
    assert!((100_000..400_000).contains(&bytes), "{bytes}");
}

/// Each transaction takes time.
struct Slow {
    clock: Arc<StillClock>,
    takes: TimeDelta,
}

impl Between for Slow {
    async fn call<T: Send>(&self, name: &'static str, work: impl Future<Output = T> + Send) -> T {
        if name == "commit" {
            self.clock.advance(self.takes);
        }
        work.await
    }
}

fn slow(world: &World, milliseconds: i64) -> Reconciler {
    let slow = Arc::new(Slow {
        clock: world.clock.clone(),
        takes: TimeDelta::milliseconds(milliseconds),
    });
    let store: Arc<dyn Store> = world.store.clone();
    world.reconciler_over(world.vpn.clone(), Wrapped::new(slow, store))
}

async fn placed(world: &World) -> usize {
    let bookings = bookings(world).await;
    let placed = bookings.iter().filter(|it| it.placed_for.is_some());
    placed.count()
}

#[tokio::test]
async fn of_five_hundred_that_are_due_at_once_the_first_has_its_start_and_none_is_lost() {
    let world = World::new().await;
    booked(&world, &workdays(11, 0), MANY).await;
    world.pass_seconds(75 * 60);
    let began = world.now();
    let process = slow(&world, 50);
    let swept = process.sweep(&world.endpoint, false).await.unwrap();
    assert_eq!(swept.phase, Phase::Starting);
    assert_eq!(world.associations(), 2);
    assert!(
        world.now() - began < TimeDelta::seconds(16),
        "{}",
        world.now()
    );
    assert_eq!(placed(&world).await, 300);
    world.pass_seconds(45);
    process.sweep(&world.endpoint, false).await.unwrap();
    assert_eq!(placed(&world).await, MANY);
    let state = world.state().await;
    assert_eq!((state.demand.requests, state.leases.len()), (500, MANY));
    assert_eq!(world.count("association.requested").await, MANY);
    assert_eq!(world.count("association.started").await, 1);
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.state().await.demand.served, 500);
    assert_eq!(world.count("booking.missed").await, 0);
}

#[tokio::test]
async fn what_a_sweep_has_no_time_for_is_told_and_left_to_the_next() {
    let world = World::new().await;
    booked(&world, &workdays(11, 0), 5).await;
    world.pass_seconds(75 * 60);
    // Seventeen seconds are kept for a stop, and each transaction takes two.
    let end = world.now() + TimeDelta::seconds(17 + 3);
    let process = slow(&world, 2000);
    let swept = process.sweep_by(&world.endpoint, false, Some(end)).await;
    let Err(SweepError::OutOfTime(left_out)) = swept else {
        panic!("{swept:?}")
    };
    assert_eq!(left_out, LeftOut::Bookings(3));
    assert_eq!(left_out.to_string(), "3 bookings that are due");
    assert_eq!((placed(&world).await, world.associations()), (2, 2));
    assert_eq!(world.state().await.sightings.last_sweep_at, None);
    world.sweep().await.unwrap();
    assert_eq!(placed(&world).await, 5);
    assert_eq!(world.count("association.started").await, 1);
}
