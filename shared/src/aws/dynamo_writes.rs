//! The parts of a transaction.

use aws_sdk_dynamodb::types::builders::{PutBuilder, TransactWriteItemBuilder};
use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem, Update as UpdateWrite};

use super::dynamo_values::{Attributes, Expression, to_attribute, to_attributes};
use crate::model::audit::AuditRecord;
use crate::model::item::Value;
use crate::model::update::Update;
use crate::model::{EndpointId, EndpointState, NotedConfig, Snapshot};
use crate::ports::Transition;

/// The tables that are written to.
pub(super) struct Tables<'a> {
    pub(super) leases: &'a str,
    pub(super) records: &'a str,
}

impl Tables<'_> {
    /// All that a transition writes.
    pub(super) fn writes(
        &self,
        endpoint: &EndpointId,
        transition: &Transition,
    ) -> Vec<TransactWriteItem> {
        let of_state = Some(&transition.update).filter(|update| **update != Update::new());
        let mut writes: Vec<TransactWriteItem> = of_state
            .map(|update| self.state_write(endpoint, update))
            .into_iter()
            .collect();
        writes.extend(
            transition
                .records
                .iter()
                .map(|record| self.record_put(record)),
        );
        if let Some(snapshot) = &transition.snapshot {
            let mut item = item_key(endpoint, Snapshot::KEY);
            item.extend(to_attributes(&snapshot.to_item()));
            let put = Put::builder().table_name(self.leases);
            writes.push(put_write(put.set_item(Some(item))));
        }
        let personal = transition.personal.iter();
        writes
            .extend(personal.map(|(item, update)| self.item_write(endpoint, &item.key(), update)));
        writes
    }

    fn state_write(&self, endpoint: &EndpointId, update: &Update) -> TransactWriteItem {
        if !update.assignments.is_empty() {
            return self.item_write(endpoint, EndpointState::KEY, update);
        }
        let expression = Expression::of(update);
        let check = ConditionCheck::builder()
            .table_name(self.leases)
            .set_key(Some(item_key(endpoint, EndpointState::KEY)))
            .set_condition_expression(expression.condition)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(expression.values);
        built(check.build(), |check| {
            TransactWriteItem::builder().condition_check(check)
        })
    }

    /// All that is written of settings.
    pub(super) fn config_writes(
        &self,
        update: &Update,
        record: Option<&AuditRecord>,
    ) -> Vec<TransactWriteItem> {
        let record = record.map(|record| self.record_put(record));
        let note = self.update_write(config_key(), update);
        std::iter::once(note).chain(record).collect()
    }

    fn record_put(&self, record: &AuditRecord) -> TransactWriteItem {
        let put = Put::builder()
            .table_name(self.records)
            .set_item(Some(to_attributes(&record.to_item())))
            .condition_expression(not_there());
        put_write(put)
    }

    fn item_write(&self, endpoint: &EndpointId, key: &str, update: &Update) -> TransactWriteItem {
        self.update_write(item_key(endpoint, key), update)
    }

    fn update_write(&self, key: Attributes, update: &Update) -> TransactWriteItem {
        let expression = Expression::of(update);
        let write = UpdateWrite::builder()
            .table_name(self.leases)
            .set_key(Some(key))
            .set_condition_expression(expression.condition)
            .update_expression(expression.update)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(expression.values);
        built(write.build(), |write| {
            TransactWriteItem::builder().update(write)
        })
    }
}

pub(super) fn item_key(endpoint: &EndpointId, item: &str) -> Attributes {
    key(endpoint.as_str(), item)
}

pub(super) fn config_key() -> Attributes {
    key(AuditRecord::NO_ENDPOINT, NotedConfig::KEY)
}

fn key(endpoint_id: &str, item: &str) -> Attributes {
    Attributes::from([
        (
            "endpoint_id".to_owned(),
            to_attribute(&Value::from(endpoint_id)),
        ),
        ("item".to_owned(), to_attribute(&Value::from(item))),
    ])
}

/// A record is put once.
pub(super) fn not_there() -> String {
    format!("attribute_not_exists({})", AuditRecord::KEY)
}

fn put_write(put: PutBuilder) -> TransactWriteItem {
    built(put.build(), |put| TransactWriteItem::builder().put(put))
}

/// A part of a transaction. Its builder fails only where a required field was left out, which a write would tell
/// by being refused.
fn built<T>(
    part: Result<T, aws_sdk_dynamodb::error::BuildError>,
    wrap: impl FnOnce(T) -> TransactWriteItemBuilder,
) -> TransactWriteItem {
    part.map_or_else(|_| TransactWriteItem::builder(), wrap)
        .build()
}
