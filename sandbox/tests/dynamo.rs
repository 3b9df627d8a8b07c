//! The database: its tables, its persistence, and calls that fail on demand, with the AWS SDK as the client.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use sandbox::dynamo::{Dynamo, Storage, TableFault};
use testkit::example::{AUDIT_TABLE, LEASE_TABLE};

fn client(dynamo: &Dynamo) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_timeout(Duration::from_secs(5))
        .build();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(Credentials::new(
            "AKIASANDBOX000000000",
            "secret",
            None,
            None,
            "test",
        ))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(dynamo.url())
        .build();
    Client::from_conf(config)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(
    client: &Client,
    item: &str,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    let put = client.put_item().table_name(LEASE_TABLE);
    put.item("endpoint_id", text("cvpn-endpoint-0a1b2c3d4e5f60718"))
        .item("item", text(item))
}

#[tokio::test]
async fn the_tables_are_there_with_indexes_and_time_to_live() {
    let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
    let client = client(&dynamo);
    for (day, event) in [
        ("2026-11-23", "1"),
        ("2026-11-23", "2"),
        ("2026-11-24", "3"),
    ] {
        let put = client
            .put_item()
            .table_name(AUDIT_TABLE)
            .item("endpoint_id", text("-"))
            .item("event_id", text(event));
        put.item("day", text(day))
            .item("actor", text("reaper"))
            .item("reason", text("idle"))
            .send()
            .await
            .unwrap();
    }
    for (index, key, value, count) in [
        ("by-day", "day", "2026-11-23", 2),
        ("by-actor", "actor", "reaper", 3),
        // Sparse: none of these ends a stay.
        ("by-month", "month", "2026-11", 0),
    ] {
        let query = client
            .query()
            .table_name(AUDIT_TABLE)
            .index_name(index)
            .key_condition_expression("#k = :v");
        let query = query
            .expression_attribute_names("#k", key)
            .expression_attribute_values(":v", text(value));
        let found = query.send().await.unwrap();
        assert_eq!(found.count(), count, "{index}");
        assert!(
            found.items().iter().all(|item| item.contains_key("reason")),
            "{index} projects all"
        );
    }
    for table in [LEASE_TABLE, AUDIT_TABLE] {
        let described = client
            .describe_time_to_live()
            .table_name(table)
            .send()
            .await
            .unwrap();
        let ttl = described.time_to_live_description().unwrap();
        assert_eq!(ttl.attribute_name(), Some("expires_at"), "{table}");
    }
    dynamo.shutdown().await;
}

#[tokio::test]
async fn what_was_written_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = Storage::File(directory.path().join("dynamo.sqlite"));
    let first = Dynamo::start(file.clone()).await.unwrap();
    put(&client(&first), "state").send().await.unwrap();
    first.shutdown().await;
    let second = Dynamo::start(file).await.unwrap();
    let items = second.items(LEASE_TABLE).await.unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].text("item"), "state");
    second.shutdown().await;
}

#[tokio::test]
async fn calls_are_counted_and_fail_on_demand_only() {
    let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
    let client = client(&dynamo);
    dynamo.inject(
        Some("PutItem"),
        TableFault::Error("TransactionConflictException".to_owned()),
        1,
    );
    let error = put(&client, "state").send().await.unwrap_err();
    assert_eq!(error.code(), Some("TransactionConflictException"));
    assert!(
        error
            .as_service_error()
            .unwrap()
            .is_transaction_conflict_exception()
    );
    put(&client, "state").send().await.unwrap();
    client.list_tables().send().await.unwrap();
    assert_eq!(dynamo.calls(), ["PutItem", "PutItem", "ListTables"]);
    assert_eq!(dynamo.call_counts()["PutItem"], 2);
    dynamo.reset_calls();
    assert!(dynamo.calls().is_empty());
    dynamo.shutdown().await;
}

#[tokio::test]
async fn a_cancelled_transaction_gives_a_reason_for_each_item() {
    let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
    let client = client(&dynamo);
    dynamo.inject(None, TableFault::TransactionConflict, 1);
    let item = |name: &str| {
        let put = Put::builder()
            .table_name(LEASE_TABLE)
            .item("endpoint_id", text("e"))
            .item("item", text(name));
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    let transaction = client
        .transact_write_items()
        .transact_items(item("a"))
        .transact_items(item("b"));
    let error = transaction
        .clone()
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("{error:?}");
    };
    let reasons = cancelled.cancellation_reasons.unwrap();
    let codes = reasons
        .iter()
        .map(|reason| reason.code().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    assert!(dynamo.items(LEASE_TABLE).await.unwrap().is_empty());
    transaction.send().await.unwrap();
    dynamo.shutdown().await;
}

#[tokio::test]
async fn a_lost_answer_has_done_its_work() {
    let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
    let client = client(&dynamo);
    dynamo.inject(Some("PutItem"), TableFault::AnswerLost, 1);
    let error = put(&client, "state").send().await.unwrap_err();
    assert!(
        error.as_service_error().is_none(),
        "no answer at all: {error:?}"
    );
    assert_eq!(dynamo.items(LEASE_TABLE).await.unwrap().len(), 1);
    dynamo.shutdown().await;
}

#[tokio::test]
async fn a_call_that_hangs_does_nothing_and_ends_with_the_clients_patience() {
    let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
    let client = client(&dynamo);
    dynamo.inject(Some("PutItem"), TableFault::Hang, 1);
    let patience = Duration::from_millis(200);
    assert!(
        tokio::time::timeout(patience, put(&client, "state").send())
            .await
            .is_err()
    );
    assert!(dynamo.items(LEASE_TABLE).await.unwrap().is_empty());
    put(&client, "state").send().await.unwrap();
    dynamo.shutdown().await;
}
