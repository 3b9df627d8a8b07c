//! What meets a booking in the moment in which it is placed.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::join_all;
use shared::model::update::Update;
use shared::policy::{MAX_BOOKINGS, Phase};
use shared::ports::Store as _;
use shared::reconcile::BookError;

use crate::bookings::{assert_served_once, book, bookings, due, monday, workdays};
use crate::wire::{When, Wire};
use crate::world::{World, person};

async fn cancel(world: &World) {
    let process = world.reconciler();
    let yuki = person("yuki");
    let (owner, id) = (yuki.email.clone(), workdays(11, 0).id());
    let left = process.cancel_booking(&world.endpoint, yuki, &owner, &id);
    assert_eq!(left.await.unwrap(), []);
}

#[tokio::test]
async fn cancelled_before_the_transaction_it_is_not_placed() {
    let world = Arc::new(due().await);
    let wire = Wire::new();
    let owner = world.clone();
    wire.hook(When::Before, "commit", 1, move || async move {
        cancel(&owner).await;
    });
    world.sweep_through(&wire).await.unwrap();
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    assert_eq!(world.count("association.requested").await, 0);
    assert_eq!(world.count("booking.cancelled").await, 1);
    assert_eq!(world.associations(), 0);
    world.pass_seconds(3600);
    world.sweep().await.unwrap();
    assert_eq!(world.count("booking.missed").await, 0);
}

#[tokio::test]
async fn cancelled_after_the_transaction_it_was_placed() {
    let world = Arc::new(due().await);
    let wire = Wire::new();
    let owner = world.clone();
    wire.hook(When::After, "commit", 1, move || async move {
        cancel(&owner).await;
    });
    world.sweep_through(&wire).await.unwrap();
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.count("booking.cancelled").await, 1);
    assert_served_once(&world, "cancelled after").await;
}

#[tokio::test]
async fn an_order_in_the_same_moment_keeps_it_from_being_placed() {
    for mode in ["hold", "off"] {
        let world = Arc::new(due().await);
        let wire = Wire::new();
        let administrator = world.clone();
        wire.hook(When::Before, "commit", 1, move || async move {
            let order = Update::new().set("mode", mode);
            let id = &administrator.endpoint.id;
            administrator.store.update(id, &order).await.unwrap();
        });
        world.sweep_through(&wire).await.unwrap();
        assert_eq!(world.state().await.demand.requests, 0, "{mode}");
        assert_eq!(world.associations(), 0, "{mode}");
        let over = Update::new().remove(&["mode"]);
        world.store.update(&world.endpoint.id, &over).await.unwrap();
        world.sweep_until(Phase::Ready).await;
        assert_served_once(&world, mode).await;
    }
}

#[tokio::test]
async fn a_click_in_the_same_moment_and_the_booking_are_two_asks_and_one_start() {
    for when in [When::Before, When::After] {
        let world = Arc::new(due().await);
        let wire = Wire::new();
        let owner = world.clone();
        wire.hook(when, "commit", 1, move || async move {
            owner.ask("yuki").await;
        });
        world.sweep_through(&wire).await.unwrap();
        world.sweep_until(Phase::Ready).await;
        assert_eq!(world.count("association.requested").await, 2, "{when:?}");
        assert_eq!(world.count("association.started").await, 1, "{when:?}");
        let state = world.state().await;
        assert_eq!(
            (state.demand.requests, state.leases.len()),
            (2, 1),
            "{when:?}"
        );
        assert_eq!(state.leases[0].until, monday("11:30"), "{when:?}");
    }
}

#[tokio::test]
async fn of_an_extension_in_the_same_moment_and_the_booking_the_longer_lease_stays() {
    for when in [When::Before, When::After] {
        let world = Arc::new(due().await);
        let wire = Wire::new();
        let owner = world.clone();
        wire.hook(when, "commit", 1, move || async move {
            let process = owner.reconciler();
            let until = monday("14:00");
            let extended = process.extend(&owner.endpoint, person("yuki"), until);
            Box::pin(extended).await.unwrap();
        });
        world.sweep_through(&wire).await.unwrap();
        world.pass_seconds(60);
        world.sweep().await.unwrap();
        let state = world.state().await;
        assert_eq!(
            (state.demand.requests, state.leases.len()),
            (2, 1),
            "{when:?}"
        );
        assert_eq!(state.leases[0].until, monday("14:00"), "{when:?}");
        let placed_for = bookings(&world).await[0].placed_for;
        assert!(placed_for.is_some(), "{when:?}");
        world.sweep_until(Phase::Ready).await;
        assert_eq!(world.count("association.started").await, 1, "{when:?}");
    }
}

#[tokio::test]
async fn made_again_after_it_was_cancelled_it_is_not_placed_twice_for_one_date() {
    let world = due().await;
    world.sweep().await.unwrap();
    cancel(&world).await;
    world.pass_seconds(60);
    book(&world, "yuki", workdays(11, 0)).await;
    for _ in 0..60 {
        world.sweep().await.unwrap();
        world.pass_seconds(60);
    }
    assert_eq!(world.count("association.requested").await, 1);
    assert_eq!(world.count("booking.made").await, 2);
    assert_eq!(world.count("booking.missed").await, 0);
    let tomorrow = monday("10:45") + TimeDelta::days(1);
    world.clock.advance(tomorrow - world.now());
    world.sweep().await.unwrap();
    assert_eq!(world.count("association.requested").await, 2);
}

#[tokio::test]
async fn ten_bookings_at_once_come_to_five_at_most() {
    let world = World::new().await;
    let tries = (0..10).map(|n| {
        let world = &world;
        async move {
            let process = world.reconciler();
            let times = workdays(12, n * 5);
            process.book(&world.endpoint, person("yuki"), times).await
        }
    });
    let answers = join_all(tries).await;
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = |answer: &&Result<_, BookError>| {
        matches!(answer, Err(BookError::TooMany | BookError::Busy))
    };
    assert_eq!(made + answers.iter().filter(refused).count(), 10);
    assert!((1..=MAX_BOOKINGS).contains(&made), "{made}");
    assert_eq!(bookings(&world).await.len(), made);
    assert_eq!(world.count("booking.made").await, made);
    // Another person's do not count.
    book(&world, "ren", workdays(12, 0)).await;
}
