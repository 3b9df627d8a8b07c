//! The whole story of a time up, and what is on record at its end.

use shared::policy::Phase;

use crate::world::{World, person};

#[tokio::test]
async fn a_time_up_from_the_click_to_the_end_is_on_record() {
    let world = World::new().await;
    let asked = world.ask("yuki").await;
    assert_eq!(asked.status.phase, Phase::Starting);
    assert!(asked.refused.is_none());
    assert_eq!(world.associations(), 2);

    world.sweep_until(Phase::Ready).await;
    let state = world.state().await;
    assert_eq!((state.demand.requests, state.demand.served), (1, 1));
    assert_eq!(world.status().await.phase, Phase::Ready);

    let connection = world.connect("yuki");
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    world.pass_seconds(3600);
    world.sweep().await.unwrap();
    assert_eq!(world.status().await.active_connections, Some(1));
    assert_eq!(world.status().await.keep_until, None);
    world.end(&connection);
    world.pass_seconds(60);
    world.sweep().await.unwrap();
    let routes = world.manual_routes();
    assert!(!routes.is_empty());

    world.sweep_until(Phase::Off).await;
    assert_eq!(world.associations(), 0);
    assert_eq!(
        world.events().await,
        [
            "association.requested",
            "association.started",
            "association.completed",
            "connection.ended",
            "disassociation.started",
            "disassociation.completed",
        ]
    );
    let records = world.records().await;
    assert_eq!(records[0].text("actor"), "yuki@example.com");
    assert_eq!(records[3].text("actor"), "yuki");
    assert_eq!(records[4].text("actor"), "reaper");
    let hours = records[5].number("duration_seconds") / 3600.0;
    assert!((records[5].number("cost_usd") - hours * 2.0 * 0.15).abs() < 0.001);

    // The next time up gets back what the disassociation deleted.
    assert!(world.manual_routes().is_empty());
    world
        .reconciler()
        .ask(&world.endpoint, person("ren"))
        .await
        .unwrap();
    world.sweep_until(Phase::Ready).await;
    assert_eq!(world.manual_routes(), routes);
    assert_eq!(world.count("routes.restored").await, 1);
}
