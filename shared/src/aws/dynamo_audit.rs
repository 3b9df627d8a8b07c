//! The tables by the SDK for who reviews them: eventually consistent reads, and the one kind of record that `audit` puts.

use async_trait::async_trait;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;

use super::DynamoStore;
use super::dynamo_errors::unavailable;
use super::dynamo_values::{Attributes, from_attributes};
use super::dynamo_writes::config_key;
use crate::model::audit::{AuditRecord, EventId};
use crate::model::item::Item;
use crate::model::{EndpointId, EndpointState, NotedConfig};
use crate::ports::{
    AuditReader, Direction, IdRange, Partition, RecordChunk, RecordKey, Store as _, StoreError,
};

/// [`AuditReader`] by DynamoDB. A type of its own, so that who holds it cannot change a lease or a state.
#[derive(Debug, Clone)]
pub struct DynamoAuditReader {
    pub(super) store: DynamoStore,
}

impl DynamoAuditReader {
    pub fn new(store: DynamoStore) -> Self {
        Self { store }
    }
}

#[async_trait]
impl AuditReader for DynamoAuditReader {
    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.store.look_at(endpoint).await
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        let item = self.store.get(config_key(), false).await?;
        Ok(NotedConfig::parse(&item)?)
    }

    async fn records(
        &self,
        partition: &Partition,
        range: &IdRange,
        direction: Direction,
        limit: u32,
    ) -> Result<RecordChunk, StoreError> {
        let Place { index, key, value } = Place::of(partition);
        let start = range
            .after
            .as_ref()
            .map(|after| start_key(key, &value, after));
        let mut query = self
            .store
            .client
            .query()
            .table_name(&self.store.audit_table)
            .set_index_name(index.map(str::to_owned))
            .expression_attribute_names("#partition", key)
            .expression_attribute_values(":partition", AttributeValue::S(value))
            .scan_index_forward(direction == Direction::OldestFirst)
            .limit(i32::try_from(limit.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let bounds = match (&range.first, &range.last) {
            (Some(_), Some(_)) => " AND event_id BETWEEN :first AND :last",
            (Some(_), None) => " AND event_id >= :first",
            (None, Some(_)) => " AND event_id <= :last",
            (None, None) => "",
        };
        for (name, bound) in [(":first", &range.first), (":last", &range.last)] {
            if let Some(bound) = bound {
                let bound = AttributeValue::S(bound.to_string());
                query = query.expression_attribute_values(name, bound);
            }
        }
        let answer = query
            .key_condition_expression(format!("#partition = :partition{bounds}"))
            .send()
            .await
            .map_err(|error| match index.filter(|_| is_not_ready(&error)) {
                Some(index) => StoreError::IndexNotReady { index },
                None => unavailable("Query", error),
            })?;
        Ok(RecordChunk {
            has_more: answer.last_evaluated_key.is_some_and(|key| !key.is_empty()),
            items: answer
                .items
                .unwrap_or_default()
                .into_iter()
                .map(from_attributes)
                .collect(),
        })
    }

    async fn record(
        &self,
        endpoint_id: &str,
        event_id: &EventId,
    ) -> Result<Option<Item>, StoreError> {
        let answer = self
            .store
            .client
            .get_item()
            .table_name(&self.store.audit_table)
            .key("endpoint_id", AttributeValue::S(endpoint_id.to_owned()))
            .key(AuditRecord::KEY, AttributeValue::S(event_id.to_string()))
            .send()
            .await
            .map_err(|error| unavailable("GetItem", error))?;
        Ok(answer.item.map(from_attributes))
    }

    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.store.put_record(record).await
    }
}

/// Where a partition is: the index, `None` for the table itself, and its partition key.
struct Place {
    index: Option<&'static str>,
    key: &'static str,
    value: String,
}

impl Place {
    fn of(partition: &Partition) -> Self {
        let (index, key, value) = match partition {
            Partition::Endpoint(id) => (None, "endpoint_id", id.clone()),
            Partition::Actor(actor) => (Some("by-actor"), "actor", actor.clone()),
            Partition::Day(day) => (Some("by-day"), "day", day.format("%Y-%m-%d").to_string()),
            Partition::Month(first) => {
                (Some("by-month"), "month", first.format("%Y-%m").to_string())
            }
        };
        Self { index, key, value }
    }
}

/// A record's whole key, of the table and of the index.
fn start_key(key: &str, value: &str, after: &RecordKey) -> Attributes {
    [
        ("endpoint_id", after.endpoint_id.as_str()),
        (AuditRecord::KEY, after.event_id.as_str()),
        (key, value),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
    .collect()
}

/// What DynamoDB answers to a query of an index that an update of the stack has yet to make, or whose records are still
/// being filled in. CloudFormation calls the update done before that
/// (<https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1075>), and neither has a code of its own.
fn is_not_ready(error: &impl ProvideErrorMetadata) -> bool {
    let message = error.message().unwrap_or_default().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    match error.code() {
        Some("ValidationException") => says(&["backfilling", "does not have the specified index"]),
        // A table that is not there has this code too, and is the operator's to mend.
        Some("ResourceNotFoundException") => says(&["index"]),
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;

    use super::*;

    #[test]
    fn an_index_that_is_being_built_is_told_from_other_refusals() {
        for (code, message, is_building) in [
            (
                "ValidationException",
                "Cannot read from backfilling global secondary index: by-month",
                true,
            ),
            (
                "ValidationException",
                "The table does not have the specified index: by-month",
                true,
            ),
            (
                "ResourceNotFoundException",
                "Requested resource not found: Index: by-month not found",
                true,
            ),
            (
                "ValidationException",
                "The provided starting key is invalid",
                false,
            ),
            (
                "ResourceNotFoundException",
                "Requested resource not found",
                false,
            ),
            ("AccessDeniedException", "no index for you", false),
        ] {
            let error = ErrorMetadata::builder().code(code).message(message).build();
            assert_eq!(is_not_ready(&error), is_building, "{code}: {message}");
        }
    }
}
