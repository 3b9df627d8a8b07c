//! DynamoDB by the SDK: what the tables are like, and what happens to writes that meet.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeySchemaElement, PointInTimeRecoveryStatus, TableDescription,
    TransactWriteItem, Update,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use uuid::Uuid;

use super::Aws;
use crate::seen::{Answer, Refusal, Table};

/// How many writes are sent at once, of each kind.
const AT_ONCE: usize = 12;
/// How many rounds at most, until some have met.
const ROUNDS: usize = 12;

/// How often each outcome came of writes to one item at the same time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collisions {
    /// Reasons why transactions were cancelled, or their error codes; `done`: not cancelled.
    pub transactions: BTreeMap<String, usize>,
    /// Error codes of plain writes; `done`: not refused.
    pub writes: BTreeMap<String, usize>,
}

/// The outcome of a write that met no other.
pub const DONE: &str = "done";

impl Collisions {
    fn both_met(&self) -> bool {
        let met = |counts: &BTreeMap<String, usize>| counts.keys().any(|outcome| outcome != DONE);
        met(&self.transactions) && met(&self.writes)
    }
}

impl Aws {
    pub async fn table(&self, name: &str) -> Answer<Table> {
        let described = self.dynamo.describe_table().table_name(name).send();
        let lifetime = self.dynamo.describe_time_to_live().table_name(name).send();
        let backups = self
            .dynamo
            .describe_continuous_backups()
            .table_name(name)
            .send();
        let (described, lifetime, backups) = futures::join!(described, lifetime, backups);
        let table = described
            .map_err(Refusal::of)?
            .table
            .ok_or_else(|| Refusal {
                code: None,
                message: "an answer without a table".to_owned(),
            })?;
        let lifetime = lifetime.map_err(Refusal::of)?.time_to_live_description;
        let lifetime = lifetime.filter(|it| {
            let status = it.time_to_live_status.as_ref();
            status.is_some_and(|status| matches!(status.as_str(), "ENABLED" | "ENABLING"))
        });
        let backups = backups.map_err(Refusal::of)?.continuous_backups_description;
        let recovery = backups.and_then(|it| it.point_in_time_recovery_description);
        Ok(Table {
            time_to_live: lifetime.and_then(|it| it.attribute_name),
            is_recoverable: recovery.and_then(|it| it.point_in_time_recovery_status)
                == Some(PointInTimeRecoveryStatus::Enabled),
            ..described_table(&table)
        })
    }

    /// Lets transactions and plain writes meet on an item of the lease table that no endpoint has, until both have been
    /// refused, and deletes the item.
    pub async fn collide(&self, table: &str, now: DateTime<Utc>) -> Answer<Collisions> {
        let item = format!("collision#{}", Uuid::new_v4());
        let key = || {
            ["endpoint_id", "item"]
                .into_iter()
                .zip(["prove", item.as_str()].map(|text| AttributeValue::S(text.to_owned())))
        };
        // If the item cannot be deleted, it expires.
        let expires_at = AttributeValue::N((now + TimeDelta::hours(1)).timestamp().to_string());
        let mut seen = Collisions::default();
        for _ in 0..ROUNDS {
            let transaction = |_| {
                let update = key().fold(Update::builder(), |update, (name, value)| {
                    update.key(name, value)
                });
                let update = update
                    .table_name(table)
                    .update_expression("SET expires_at = :at ADD met :one")
                    .expression_attribute_values(":at", expires_at.clone())
                    .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
                let update = update.build().ok();
                let part = TransactWriteItem::builder().set_update(update).build();
                self.dynamo
                    .transact_write_items()
                    .transact_items(part)
                    .send()
            };
            let write = |_| {
                let call = key().fold(self.dynamo.update_item(), |call, (name, value)| {
                    call.key(name, value)
                });
                call.table_name(table)
                    .update_expression("SET expires_at = :at")
                    .expression_attribute_values(":at", expires_at.clone())
                    .send()
            };
            let transactions = join_all((0..AT_ONCE).map(transaction));
            let writes = join_all((0..AT_ONCE).map(write));
            let (transactions, writes) = futures::join!(transactions, writes);
            for outcome in transactions {
                for reason in reasons(outcome.map(|_| ())) {
                    *seen.transactions.entry(reason).or_default() += 1;
                }
            }
            for outcome in writes {
                let outcome = outcome.map_err(Refusal::of);
                let code =
                    outcome.map_or_else(|refusal| refusal.code().to_owned(), |_| DONE.to_owned());
                *seen.writes.entry(code).or_default() += 1;
            }
            if seen.both_met() {
                break;
            }
        }
        let delete = key().fold(self.dynamo.delete_item(), |call, (name, value)| {
            call.key(name, value)
        });
        delete.table_name(table).send().await.map_err(Refusal::of)?;
        Ok(seen)
    }
}

type Transacted = Result<(), aws_sdk_dynamodb::error::SdkError<TransactWriteItemsError>>;

/// Why a transaction was cancelled: the reasons of its items, those without one left out.
fn reasons(outcome: Transacted) -> Vec<String> {
    let error = match outcome {
        Ok(()) => return vec![DONE.to_owned()],
        Err(error) => error,
    };
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    {
        let reasons = cancelled.cancellation_reasons().iter();
        let codes = reasons.filter_map(|reason| reason.code());
        return codes
            .filter(|code| *code != "None")
            .map(str::to_owned)
            .collect();
    }
    vec![Refusal::of(error).code().to_owned()]
}

fn described_table(table: &TableDescription) -> Table {
    let keys = |schema: &[KeySchemaElement]| -> Vec<String> {
        let named =
            |key: &KeySchemaElement| format!("{} {}", key.attribute_name, key.key_type.as_str());
        schema.iter().map(named).collect()
    };
    let index = |index: &aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription| {
        let projection = index.projection().and_then(|it| it.projection_type());
        format!(
            "{}: {}, {}",
            index.index_name().unwrap_or_default(),
            keys(index.key_schema()).join(", "),
            projection.map_or("", |it| it.as_str())
        )
    };
    let stream = table
        .stream_specification()
        .filter(|stream| stream.stream_enabled);
    Table {
        keys: keys(table.key_schema()),
        indexes: table.global_secondary_indexes().iter().map(index).collect(),
        stream: stream
            .and_then(|it| it.stream_view_type())
            .map(|it| it.as_str().to_owned()),
        is_protected: table.deletion_protection_enabled().unwrap_or_default(),
        time_to_live: None,
        is_recoverable: false,
    }
}
