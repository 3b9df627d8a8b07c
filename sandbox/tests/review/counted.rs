//! A reader that counts what it reads, as DynamoDB bills it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use sandbox::dynamo::eventual_read_units;
use shared::model::audit::{AuditRecord, EventId};
use shared::model::item::{Item, Value};
use shared::model::{EndpointId, EndpointState, NotedConfig};
use shared::ports::{AuditReader, Direction, IdRange, Partition, RecordChunk, StoreError};

/// Any reader, and what was read through it.
pub struct Counted<'a> {
    reader: &'a dyn AuditReader,
    reads: Mutex<Reads>,
}

/// What was read since the last look.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    pub calls: usize,
    pub partitions: BTreeSet<Partition>,
    pub records: usize,
    /// Eventually consistent: half a unit for each 4 KB of an answer.
    pub read_units: f64,
}

impl<'a> Counted<'a> {
    pub fn new(reader: &'a dyn AuditReader) -> Self {
        Self {
            reader,
            reads: Mutex::default(),
        }
    }

    /// What was read since the last look.
    pub fn take(&self) -> Reads {
        std::mem::take(&mut *self.reads.lock().unwrap())
    }

    fn count(&self, partition: Option<&Partition>, items: &[Item]) {
        let bytes: usize = items.iter().map(size).sum();
        let mut reads = self.reads.lock().unwrap();
        reads.calls += 1;
        reads.partitions.extend(partition.cloned());
        reads.records += items.len();
        reads.read_units += eventual_read_units(bytes);
    }
}

#[async_trait]
impl AuditReader for Counted<'_> {
    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.reader.endpoint(endpoint).await
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        self.reader.noted_config().await
    }

    async fn records(
        &self,
        partition: &Partition,
        range: &IdRange,
        direction: Direction,
        limit: u32,
    ) -> Result<RecordChunk, StoreError> {
        let answer = self.reader.records(partition, range, direction, limit);
        let answer = answer.await?;
        self.count(Some(partition), &answer.items);
        Ok(answer)
    }

    async fn record(
        &self,
        endpoint_id: &str,
        event_id: &EventId,
    ) -> Result<Option<Item>, StoreError> {
        let item = self.reader.record(endpoint_id, event_id).await?;
        self.count(None, item.as_slice());
        Ok(item)
    }

    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.reader.put_record(record).await
    }
}

/// An item's size as DynamoDB counts it, a little more rather than less
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
pub fn size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(number) => number.len() / 2 + 2,
        Value::Ss(texts) => texts.iter().map(String::len).sum(),
        Value::L(values) => {
            3 + values
                .iter()
                .map(|value| 1 + value_size(value))
                .sum::<usize>()
        }
        Value::M(map) => 3 + size(map) + map.len(),
        Value::Bool(_) | Value::Null | Value::Foreign => 1,
    }
}
