//! Units consumed, at the boundaries that AWS documents
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>), with the AWS SDK as the
//! client: what a client did not ask for it is not told, and it is counted all the same.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnConsumedCapacity, TransactWriteItem};
use sandbox::dynamo::{Dynamo, Storage, Units};
use testkit::example::{AUDIT_TABLE, LEASE_TABLE};

/// The names and values of a lease's keys, and the name of what fills it.
const OTHERS: usize = "endpoint_id".len() + "e".len() + "item".len() + "i".len() + "f".len();

struct Table {
    dynamo: Dynamo,
    client: Client,
}

impl Table {
    async fn start() -> Self {
        let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(Credentials::new("AKIASANDBOX", "secret", None, None, "t"))
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(dynamo.url());
        let client = Client::from_conf(config.build());
        Self { dynamo, client }
    }

    /// What was consumed since the last look.
    fn consumed(&self) -> (f64, f64) {
        let Units { read, write } = self.dynamo.traffic().all_units();
        self.dynamo.reset_calls();
        (read, write)
    }

    /// Writes a lease of so many bytes.
    async fn put(&self, bytes: usize) {
        let put = self.client.put_item().table_name(LEASE_TABLE);
        let put = put.item("endpoint_id", text("e")).item("item", text("i"));
        let put = put.item("f", text(&"x".repeat(bytes - OTHERS)));
        put.send().await.unwrap();
    }

    async fn get(&self, consistent: bool) {
        let get = self.client.get_item().table_name(LEASE_TABLE);
        let get = get.key("endpoint_id", text("e")).key("item", text("i"));
        let answer = get.consistent_read(consistent).send().await.unwrap();
        assert_eq!(answer.consumed_capacity, None, "no one asked");
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn a_read_counts_by_four_kilobytes_and_half_where_it_may_lag() {
    let table = Table::start().await;
    for (bytes, consistent, eventual) in [(100, 1.0, 0.5), (4096, 1.0, 0.5), (4097, 2.0, 1.0)] {
        table.put(bytes).await;
        table.consumed();
        table.get(true).await;
        assert_eq!(table.consumed(), (consistent, 0.0), "{bytes}");
        table.get(false).await;
        assert_eq!(table.consumed(), (eventual, 0.0), "{bytes}");
    }
}

#[tokio::test]
async fn a_write_counts_by_the_larger_of_before_and_after() {
    let table = Table::start().await;
    for (bytes, units) in [
        (1024, 1.0),
        (1025, 2.0),
        (3000, 3.0),
        (100, 3.0),
        (100, 1.0),
    ] {
        table.put(bytes).await;
        assert_eq!(table.consumed(), (0.0, units), "{bytes}");
    }
}

#[tokio::test]
async fn a_query_rounds_the_sum_of_its_items_and_one_that_finds_none_is_not_free() {
    let table = Table::start().await;
    let query = || {
        let query = table.client.query().table_name(LEASE_TABLE);
        let query = query.key_condition_expression("endpoint_id = :e");
        query.expression_attribute_values(":e", text("e"))
    };
    query().send().await.unwrap();
    assert_eq!(table.consumed(), (0.5, 0.0));
    for name in ["1", "2", "3"] {
        let put = table.client.put_item().table_name(LEASE_TABLE);
        let put = put.item("endpoint_id", text("e")).item("item", text(name));
        let put = put.item("f", text(&"x".repeat(2000)));
        put.send().await.unwrap();
    }
    table.consumed();
    query().send().await.unwrap();
    assert_eq!(table.consumed(), (1.0, 0.0), "6 KB in all");
    query().consistent_read(true).send().await.unwrap();
    assert_eq!(table.consumed(), (2.0, 0.0));
}

#[tokio::test]
async fn each_index_of_a_record_costs_a_write_and_a_transaction_doubles_the_table() {
    let table = Table::start().await;
    let put = |id: &str| {
        let put = Put::builder().table_name(AUDIT_TABLE);
        let put = put
            .item("endpoint_id", text("e"))
            .item("event_id", text(id));
        let put = put.item("day", text("2026-11-27")).item("actor", text("a"));
        put.build().unwrap()
    };
    let plain = table.client.put_item().table_name(AUDIT_TABLE);
    plain.set_item(Some(put("1").item)).send().await.unwrap();
    assert_eq!(table.consumed(), (0.0, 3.0), "the table, by-day, by-actor");
    let whole = TransactWriteItem::builder().put(put("2")).build();
    let transaction = table.client.transact_write_items().transact_items(whole);
    transaction.send().await.unwrap();
    assert_eq!(table.consumed(), (0.0, 4.0), "the indexes are written once");
}

#[tokio::test]
async fn a_write_that_is_refused_counts_what_was_there() {
    let table = Table::start().await;
    let condition = "attribute_not_exists(endpoint_id) AND attribute_exists(endpoint_id)";
    let update = || {
        let update = table.client.update_item().table_name(LEASE_TABLE);
        let update = update.key("endpoint_id", text("e")).key("item", text("i"));
        update.condition_expression(condition)
    };
    assert!(update().send().await.is_err());
    assert_eq!(table.consumed(), (0.0, 1.0), "nothing was there");
    table.put(2500).await;
    table.consumed();
    assert!(update().send().await.is_err());
    assert_eq!(table.consumed(), (0.0, 3.0));
    let put = Put::builder().table_name(LEASE_TABLE);
    let put = put.item("endpoint_id", text("e")).item("item", text("i"));
    let put = put.condition_expression(condition).build().unwrap();
    let whole = TransactWriteItem::builder().put(put).build();
    let transaction = table.client.transact_write_items().transact_items(whole);
    assert!(transaction.send().await.is_err());
    assert_eq!(table.consumed(), (0.0, 6.0), "a transaction twice that");
}

#[tokio::test]
async fn a_client_that_asks_is_told() {
    let table = Table::start().await;
    let put = table.client.put_item().table_name(LEASE_TABLE);
    let put = put.item("endpoint_id", text("e")).item("item", text("i"));
    let put = put.return_consumed_capacity(ReturnConsumedCapacity::Total);
    let answer = put.send().await.unwrap();
    let told = answer
        .consumed_capacity
        .and_then(|told| told.capacity_units);
    assert_eq!(told, Some(1.0));
    assert_eq!(table.consumed(), (0.0, 1.0));
}
