//! An audit table, and its reader.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures::StreamExt as _;
use sandbox::embedded::{Embedded, Options};
use shared::aws::{DynamoAuditReader, DynamoStore};
use shared::model::audit::{Actor, AuditRecord, Details, Event, EventId};
use shared::model::item::{Item, Value};
use shared::model::{Email, ManagedEndpoint};
use shared::review::log::{self, Cursor, LogFilter, LogPage};
use shared::review::record::key;
use testkit::example;

pub struct Table {
    pub aws: Embedded,
    pub client: Client,
    pub reader: DynamoAuditReader,
}

impl Table {
    pub async fn new() -> Self {
        let aws = Embedded::start(Options::at(at("2026-11-23T00:30:00Z")))
            .await
            .unwrap();
        let client = Client::new(&aws.dynamo_config());
        let store = DynamoStore::new(
            client.clone(),
            example::LEASE_TABLE.to_owned(),
            example::AUDIT_TABLE.to_owned(),
        );
        Self {
            aws,
            client,
            reader: DynamoAuditReader::new(store),
        }
    }

    pub async fn of(items: &[Item]) -> Self {
        let table = Self::new().await;
        table.put(items).await;
        table
    }

    pub async fn put(&self, items: &[Item]) {
        let batches = items.chunks(25).map(|batch| {
            let puts = batch.iter().map(|item| {
                let put = PutRequest::builder().set_item(Some(attributes(item)));
                WriteRequest::builder()
                    .put_request(put.build().unwrap())
                    .build()
            });
            let write = self.client.batch_write_item();
            write
                .request_items(example::AUDIT_TABLE, puts.collect())
                .send()
        });
        let mut written = futures::stream::iter(batches).buffer_unordered(4);
        while let Some(answer) = written.next().await {
            let left = answer.unwrap().unprocessed_items.unwrap_or_default();
            assert!(left.is_empty(), "{left:?}");
        }
    }

    /// All pages, each as it came.
    pub async fn pages(
        &self,
        filter: &LogFilter,
        limit: usize,
        zone: Tz,
        now: &str,
    ) -> Vec<LogPage> {
        let mut pages: Vec<LogPage> = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = log::page(&self.reader, filter, cursor.as_ref(), limit, zone, at(now));
            let page = page.await.unwrap();
            assert!(page.records.len() <= limit);
            // A link is a text.
            cursor = page
                .next
                .as_ref()
                .map(|next| next.to_string().parse().unwrap());
            let is_last = cursor.is_none();
            pages.push(page);
            if is_last {
                return pages;
            }
            assert!(pages.len() < 2_000, "it does not end");
        }
    }

    pub async fn log(&self, filter: &LogFilter, limit: usize, zone: Tz, now: &str) -> Vec<Item> {
        let pages = self.pages(filter, limit, zone, now).await;
        pages.into_iter().flat_map(|page| page.records).collect()
    }
}

fn attributes(item: &Item) -> std::collections::HashMap<String, AttributeValue> {
    item.iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text.clone()),
        Value::N(number) => AttributeValue::N(number.clone()),
        Value::Ss(texts) => AttributeValue::Ss(texts.iter().cloned().collect()),
        Value::L(values) => AttributeValue::L(values.iter().map(attribute).collect()),
        Value::M(map) => AttributeValue::M(attributes(map)),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::Null => AttributeValue::Null(true),
        Value::Foreign => AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(*b"?")),
    }
}

pub fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

pub fn tokyo() -> ManagedEndpoint {
    endpoint("tokyo", example::TOKYO)
}

pub fn osaka() -> ManagedEndpoint {
    endpoint("osaka", example::OSAKA)
}

fn endpoint(name: &str, id: &str) -> ManagedEndpoint {
    ManagedEndpoint {
        name: name.parse().unwrap(),
        id: id.parse().unwrap(),
        subnets: Vec::new(),
    }
}

pub fn employee(name: &str) -> Actor {
    let email: Email = format!("{name}@example.com").parse().unwrap();
    Actor::Employee(email)
}

/// A record whose id follows from what it says.
pub fn record(time: DateTime<Utc>, event: Event, actor: Actor, reason: &str) -> AuditRecord {
    AuditRecord {
        event_id: EventId::of_fact(time, &[event.as_str(), &actor.to_string(), reason]),
        endpoint: Some(tokyo()),
        occurred_at: time,
        event,
        actor,
        reason: reason.to_owned(),
        expires_at: None,
        details: Details::default(),
    }
}

/// Endpoint and id of each: what tells one record from all others.
pub fn keys(items: &[Item]) -> Vec<(String, String)> {
    let keys = items.iter().map(key);
    keys.map(|key| (key.endpoint_id, key.event_id)).collect()
}

pub fn key_set(items: &[Item]) -> BTreeSet<(String, String)> {
    let all = keys(items);
    let set: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(all.len(), set.len(), "some are there twice");
    set
}
