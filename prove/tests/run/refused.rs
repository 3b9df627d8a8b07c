//! When a run is refused.

use chrono::TimeDelta;
use serde_json::json;
use shared::clock::Clock as _;
use shared::model::item::rfc3339;
use testkit::example::LEASE_TABLE;

use crate::stage::Stage;

async fn refusals(stage: &Stage) -> Vec<String> {
    let found = stage.found().await;
    found
        .objections(&stage.setup, stage.embedded.clock.now())
        .refusals
}

#[track_caller]
fn one(refusals: &[String], about: &str) {
    assert!(
        matches!(refusals, [only] if only.contains(about)),
        "{refusals:?}"
    );
}

#[tokio::test]
async fn an_endpoint_that_is_up_is_refused_in_every_status() {
    let stage = Stage::new().await;
    let (endpoint, subnet) = (
        stage.setup.endpoint.id.clone(),
        stage.setup.endpoint.subnets[0].clone(),
    );
    let ec2 = &stage.embedded.ec2;
    let association = ec2
        .change(|world, now| world.associate(now, &endpoint, &subnet, None))
        .unwrap();
    one(&refusals(&stage).await, "is associating");
    stage.embedded.clock.advance(TimeDelta::seconds(60));
    one(&refusals(&stage).await, "is associated");
    ec2.change(|world, now| world.disassociate(now, &endpoint, &association.association_id))
        .unwrap();
    one(&refusals(&stage).await, "is disassociating");
    stage.embedded.clock.advance(TimeDelta::seconds(60));
    assert_eq!(refusals(&stage).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_endpoint_on_a_transit_gateway_is_refused() {
    let stage = Stage::with(|it| {
        it.endpoints[0].transit_gateway_id = Some("tgw-0123456789abcdef0".to_owned());
    })
    .await;
    one(&refusals(&stage).await, "transit gateway");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_refused() {
    let mut stage = Stage::new().await;
    stage.setup.endpoint.id = "cvpn-endpoint-00000000000000000".parse().unwrap();
    let refusals = refusals(&stage).await;
    assert!(
        refusals[0].contains("InvalidClientVpnEndpointId.NotFound"),
        "{refusals:?}"
    );
}

async fn put(stage: &Stage, item: serde_json::Value) {
    let request = json!({ "TableName": LEASE_TABLE, "Item": item });
    stage
        .embedded
        .dynamo
        .by_hand("PutItem", &request)
        .await
        .unwrap();
}

#[tokio::test]
async fn while_the_reaper_sweeps_it_is_refused() {
    let stage = Stage::new().await;
    let now = stage.embedded.clock.now();
    let id = stage.setup.endpoint.id.as_str();
    for (minutes, refused) in [(0, true), (9, true), (10, false), (60, false)] {
        let swept_at = rfc3339(now - TimeDelta::minutes(minutes));
        let item = json!({ "endpoint_id": { "S": id }, "item": { "S": "state" }, "last_sweep_at": { "S": swept_at } });
        put(&stage, item).await;
        let refusals = refusals(&stage).await;
        assert_eq!(
            refusals.len(),
            usize::from(refused),
            "{minutes}: {refusals:?}"
        );
    }
}

#[tokio::test]
async fn while_an_employee_holds_a_lease_it_is_refused() {
    let stage = Stage::new().await;
    let now = stage.embedded.clock.now();
    let id = stage.setup.endpoint.id.as_str();
    put(
        &stage,
        json!({
            "endpoint_id": { "S": id }, "item": { "S": "lease#hana@example.com" }, "email": { "S": "hana@example.com" },
            "requested_at": { "S": rfc3339(now) }, "until": { "S": rfc3339(now + TimeDelta::minutes(30)) },
            "stay": { "N": "1" },
        }),
    )
    .await;
    one(&refusals(&stage).await, "hana@example.com");
}

#[tokio::test]
async fn a_lease_table_that_cannot_be_read_is_a_refusal() {
    let stage = Stage::new().await;
    let id = stage.setup.endpoint.id.as_str();
    let broken = json!({ "endpoint_id": { "S": id }, "item": { "S": "state" }, "requests": { "S": "many" } });
    put(&stage, broken).await;
    one(&refusals(&stage).await, "cannot be read");
}
