//! What the audit pages read, in memory: tables that are given, answered as DynamoDB answers, and every call counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use shared::model::audit::{AuditRecord, EventId};
use shared::model::item::{Item, Value};
use shared::model::{EndpointId, EndpointState, NotedConfig};
use shared::ports::{AuditReader, Direction, IdRange, Partition, RecordChunk, StoreError};

/// Both tables.
#[derive(Debug, Default)]
pub struct MemoryReader {
    /// The audit table: items by endpoint and sort key, in their order.
    items: BTreeMap<(String, String), Item>,
    /// What the lease table says.
    states: BTreeMap<EndpointId, EndpointState>,
    /// The most items that one answer holds, as 1 MB does.
    answer_holds: Option<usize>,
    /// An index that is still being built.
    pub not_ready: Option<&'static str>,
    calls: Mutex<Vec<(Partition, usize)>>,
}

impl MemoryReader {
    /// These records, in whatever order.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a AuditRecord>) -> Self {
        let mut reader = Self::default();
        for record in records {
            reader.put(record.to_item());
        }
        reader
    }

    /// Puts an item there, whatever it is; without a sort key it cannot be in a table.
    pub fn put(&mut self, item: Item) {
        let text = |name: &str| match item.get(name) {
            Some(Value::S(text)) => text.clone(),
            Some(_) | None => String::new(),
        };
        let key = (text("endpoint_id"), text(AuditRecord::KEY));
        self.items.insert(key, item);
    }

    /// Says what the lease table has of an endpoint.
    #[must_use]
    pub fn with_state(mut self, endpoint: EndpointId, state: EndpointState) -> Self {
        self.states.insert(endpoint, state);
        self
    }

    /// Answers hold no more than so many items.
    #[must_use]
    pub fn answers_hold(mut self, items: usize) -> Self {
        self.answer_holds = Some(items);
        self
    }

    /// The calls for records so far: which partition, and how many records came.
    pub fn calls(&self) -> Vec<(Partition, usize)> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.clone()
    }

    fn in_partition(&self, partition: &Partition) -> impl Iterator<Item = (&str, &Item)> {
        let (name, value) = match partition {
            Partition::Endpoint(id) => ("endpoint_id", id.clone()),
            Partition::Actor(actor) => ("actor", actor.clone()),
            Partition::Day(day) => ("day", day.to_string()),
            Partition::Month(month) => ("month", month.format("%Y-%m").to_string()),
        };
        let value = Value::S(value);
        let items = self.items.iter();
        let items = items.filter(move |(_, item)| item.get(name) == Some(&value));
        items.map(|((_, key), item)| (key.as_str(), item))
    }
}

#[async_trait]
impl AuditReader for MemoryReader {
    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        Ok(self.states.get(endpoint).cloned().unwrap_or_default())
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        Ok(None)
    }

    async fn records(
        &self,
        partition: &Partition,
        range: &IdRange,
        direction: Direction,
        limit: u32,
    ) -> Result<RecordChunk, StoreError> {
        let index = match partition {
            Partition::Endpoint(_) => None,
            Partition::Actor(_) => Some("by-actor"),
            Partition::Day(_) => Some("by-day"),
            Partition::Month(_) => Some("by-month"),
        };
        if let Some(index) = index.filter(|index| self.not_ready == Some(*index)) {
            return Err(StoreError::IndexNotReady { index });
        }
        let first = range.first.as_ref().map(ToString::to_string);
        let last = range.last.as_ref().map(ToString::to_string);
        let in_range = self.in_partition(partition).filter(|(key, _)| {
            first.as_deref().is_none_or(|first| first <= *key)
                && last.as_deref().is_none_or(|last| *key <= last)
        });
        // Across endpoints, an index is in the order of the sort key.
        let mut found: Vec<_> = in_range.collect();
        found.sort_by_key(|(key, _)| *key);
        if direction == Direction::NewestFirst {
            found.reverse();
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let most = limit.min(self.answer_holds.unwrap_or(usize::MAX));
        // DynamoDB stops at the limit without looking whether there is more.
        let has_more = found.len() >= most;
        let items: Vec<Item> = found
            .into_iter()
            .take(most)
            .map(|it| it.1.clone())
            .collect();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push((partition.clone(), items.len()));
        Ok(RecordChunk { items, has_more })
    }

    async fn record(
        &self,
        endpoint_id: &str,
        event_id: &EventId,
    ) -> Result<Option<Item>, StoreError> {
        let key = (endpoint_id.to_owned(), event_id.to_string());
        Ok(self.items.get(&key).cloned())
    }

    async fn put_record(&self, _record: &AuditRecord) -> Result<(), StoreError> {
        Ok(())
    }
}
