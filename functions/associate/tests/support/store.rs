//! The two tables in memory. Conditions hold as DynamoDB holds them; failures on demand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::model::audit::{AuditRecord, EventId};
use shared::model::item::{Item, Value};
use shared::model::update::{Condition, Update};
use shared::model::{Email, EndpointId, EndpointState, Lease, Snapshot, Traffic};
use shared::ports::{Store, StoreError, Transition};

#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    states: BTreeMap<EndpointId, Item>,
    leases: BTreeMap<(EndpointId, Email), Lease>,
    snapshots: BTreeMap<EndpointId, Snapshot>,
    traffic: BTreeMap<EndpointId, Traffic>,
    records: Vec<AuditRecord>,
    calls: Vec<&'static str>,
    failing: Vec<&'static str>,
}

impl MemoryStore {
    /// From now on these calls fail, and no others.
    pub fn fail(&self, calls: &[&'static str]) {
        self.0.lock().unwrap().failing = calls.to_vec();
    }

    pub fn records(&self) -> Vec<AuditRecord> {
        self.0.lock().unwrap().records.clone()
    }

    pub fn lease(&self, endpoint: &EndpointId, email: &Email) -> Option<Lease> {
        let key = (endpoint.clone(), email.clone());
        self.0.lock().unwrap().leases.get(&key).cloned()
    }

    pub fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    fn called<T>(
        &self,
        call: &'static str,
        work: impl FnOnce(&mut Tables) -> T,
    ) -> Result<T, StoreError> {
        let mut tables = self.0.lock().unwrap();
        tables.calls.push(call);
        if tables.failing.contains(&call) {
            return Err(StoreError::Unavailable {
                operation: call,
                code: Some("ProvisionedThroughputExceededException".to_owned()),
                source: "arn:aws:dynamodb:secret-inside".into(),
            });
        }
        Ok(work(&mut tables))
    }
}

impl Tables {
    fn state(&mut self, endpoint: &EndpointId) -> &mut Item {
        self.states.entry(endpoint.clone()).or_default()
    }

    fn parsed(&mut self, endpoint: &EndpointId) -> EndpointState {
        EndpointState::parse(self.state(endpoint)).unwrap()
    }

    fn put(&mut self, record: &AuditRecord) {
        let is_new = |there: &AuditRecord| {
            there.event_id != record.event_id || there.endpoint != record.endpoint
        };
        if self.records.iter().all(is_new) {
            self.records.push(record.clone());
        }
    }

    fn write(&mut self, endpoint: &EndpointId, update: &Update) -> bool {
        let item = self.state(endpoint);
        let holds = update.conditions.iter().all(|c| holds(c, item));
        if holds {
            update.apply(item);
        }
        holds
    }
}

fn holds(condition: &Condition, item: &Item) -> bool {
    match condition {
        Condition::Is(attribute, value) => item.get(*attribute) == value.as_ref(),
        Condition::AtMost(attribute, limit) => match (item.get(*attribute), limit) {
            (None, _) => true,
            (Some(Value::S(there)), Value::S(limit)) => there <= limit,
            (Some(Value::N(there)), Value::N(limit)) => {
                there.parse::<i64>().unwrap() <= limit.parse().unwrap()
            }
            (Some(_), _) => false,
        },
        Condition::Contains(attribute, text) => contains(item, attribute, text),
        Condition::Lacks(attribute, text) => !contains(item, attribute, text),
    }
}

fn contains(item: &Item, attribute: &str, text: &str) -> bool {
    matches!(item.get(attribute), Some(Value::Ss(set)) if set.contains(text))
}

#[async_trait]
impl Store for MemoryStore {
    async fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.called("state", |tables| tables.parsed(endpoint))
    }

    async fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        self.called("load", |tables| {
            let mut state = tables.parsed(endpoint);
            let leases = tables.leases.iter().filter(|((of, _), _)| of == endpoint);
            state.leases = leases.map(|(_, lease)| lease.clone()).collect();
            state.snapshot = tables.snapshots.get(endpoint).cloned();
            state.traffic = tables.traffic.get(endpoint).cloned().unwrap_or_default();
            state
        })
    }

    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        self.called("put_record", |tables| tables.put(record))
    }

    async fn grant_lease(
        &self,
        endpoint: &EndpointId,
        lease: &Lease,
        may_shorten: bool,
    ) -> Result<(), StoreError> {
        self.called("grant_lease", |tables| {
            let key = (endpoint.clone(), lease.email.clone());
            let there = tables.leases.entry(key).or_insert_with(|| lease.clone());
            if may_shorten || there.until <= lease.until {
                *there = lease.clone();
            }
        })
    }

    async fn add_request(
        &self,
        endpoint: &EndpointId,
        at: DateTime<Utc>,
        ask: &EventId,
    ) -> Result<EndpointState, StoreError> {
        self.called("add_request", |tables| {
            let requests = tables.parsed(endpoint).requests + 1;
            let update = Update::new()
                .set("requests", requests)
                .set("requested_at", at)
                .set("last_ask", ask.to_string());
            tables.write(endpoint, &update);
            tables.parsed(endpoint)
        })
    }

    async fn update(
        &self,
        endpoint: &EndpointId,
        update: &Update,
    ) -> Result<Option<EndpointState>, StoreError> {
        self.called("update", |tables| {
            let written = tables.write(endpoint, update);
            written.then(|| tables.parsed(endpoint))
        })
    }

    async fn commit(
        &self,
        endpoint: &EndpointId,
        transition: &Transition,
    ) -> Result<bool, StoreError> {
        self.called("commit", |tables| {
            if !tables.write(endpoint, &transition.update) {
                return false;
            }
            for record in &transition.records {
                tables.put(record);
            }
            if let Some(snapshot) = &transition.snapshot {
                tables.snapshots.insert(endpoint.clone(), snapshot.clone());
            }
            if let Some((lease, at)) = &transition.released {
                let key = (endpoint.clone(), lease.email.clone());
                if let Some(lease) = tables.leases.get_mut(&key) {
                    (lease.until, lease.released_at) = (*at, Some(*at));
                }
            }
            true
        })
    }

    async fn put_traffic(
        &self,
        endpoint: &EndpointId,
        traffic: &Traffic,
    ) -> Result<(), StoreError> {
        self.called("put_traffic", |tables| {
            tables.traffic.insert(endpoint.clone(), traffic.clone());
        })
    }
}
