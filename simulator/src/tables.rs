//! DynamoDB in memory: the two tables, their conditions and their transactions. `tests/same_as_aws.rs` holds it to the
//! real adapter's answers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::model::audit::{AuditRecord, EventId};
use shared::model::item::{Item, Malformed, Value};
use shared::model::update::{Condition, Update};
use shared::model::{
    Booking, Clicks, Email, EndpointId, EndpointState, Lease, NotedConfig, Personal, PersonalItem,
    Snapshot, Traffic,
};
use shared::ports::Transition;
use testkit::rulebook::record_key;

/// The lease table and the audit table.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    items: BTreeMap<(EndpointId, String), Item>,
    records: BTreeMap<(String, EventId), AuditRecord>,
    /// The records in the order of their writing.
    written: Vec<(String, EventId)>,
    config: Item,
}

impl Tables {
    /// `GetItem` of the `state` item.
    pub fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, Malformed> {
        EndpointState::parse(&self.item(endpoint, EndpointState::KEY))
    }

    /// `Query` of an endpoint's state, leases and snapshot.
    pub fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, Malformed> {
        let mut state = self.state(endpoint)?;
        let from = (endpoint.clone(), String::new());
        for ((_, key), item) in self
            .items
            .range(from..)
            .take_while(|((of, _), _)| of == endpoint)
        {
            match key.as_str() {
                Snapshot::KEY => state.snapshot = Some(Snapshot::parse(item)?),
                key if Lease::is_key(key) => state.leases.push(Lease::parse(item)?),
                _ => {}
            }
        }
        Ok(state)
    }

    /// `Query` with what is only for sweeps.
    pub fn load_for_sweep(&self, endpoint: &EndpointId) -> Result<EndpointState, Malformed> {
        let mut state = self.load(endpoint)?;
        state.traffic = Traffic::parse(&self.item(endpoint, Traffic::KEY));
        state.bookings = self.bookings(endpoint, Booking::KEY)?;
        Ok(state)
    }

    /// `Query` with an employee's bookings.
    pub fn glance(&self, endpoint: &EndpointId, email: &Email) -> Result<EndpointState, Malformed> {
        let mut state = self.load(endpoint)?;
        state.bookings = self.bookings(endpoint, &Booking::keys_of(email))?;
        Ok(state)
    }

    /// `Query` of an employee's bookings, and `GetItem` of their clicks.
    pub fn load_personal(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<Personal, Malformed> {
        Ok(Personal {
            bookings: self.bookings(endpoint, &Booking::keys_of(email))?,
            clicks: Clicks::parse(&self.item(endpoint, &Clicks::key(email)))?,
        })
    }

    /// Every booking there is, those that ended among them; what cannot be read is left out.
    pub fn bookings_of_all(&self, endpoint: &EndpointId) -> Vec<Booking> {
        self.items_from(endpoint, Booking::KEY)
            .filter_map(|item| Booking::parse(item).ok())
            .collect()
    }

    /// A booking as it stands there.
    pub fn booking(&self, endpoint: &EndpointId, item: &PersonalItem) -> Option<Booking> {
        match item {
            PersonalItem::Booking(..) => Booking::parse(&self.item(endpoint, &item.key())).ok(),
            PersonalItem::Lease(_) | PersonalItem::Clicks(_) => None,
        }
    }

    fn bookings(&self, endpoint: &EndpointId, keys: &str) -> Result<Vec<Booking>, Malformed> {
        self.items_from(endpoint, keys)
            .map(Booking::parse)
            .collect()
    }

    fn items_from<'a>(
        &'a self,
        endpoint: &'a EndpointId,
        keys: &'a str,
    ) -> impl Iterator<Item = &'a Item> {
        let from = (endpoint.clone(), keys.to_owned());
        let items = self.items.range(from..);
        let items = items.take_while(move |((of, key), _)| of == endpoint && key.starts_with(keys));
        items.map(|(_, item)| item)
    }

    /// `UpdateItem` of an employee's; whether its conditions held.
    pub fn update_personal(
        &mut self,
        endpoint: &EndpointId,
        item: &PersonalItem,
        update: &Update,
    ) -> bool {
        self.update_item(endpoint, &item.key(), update)
    }

    /// `PutItem` of a record that is not there yet; whether it was written.
    pub fn put_record(&mut self, record: &AuditRecord) -> bool {
        let key = record_key(record);
        if self.records.contains_key(&key) {
            return false;
        }
        self.written.push(key.clone());
        self.records.insert(key, record.clone());
        true
    }

    /// `PutItem` without its condition: a bug's way.
    pub(crate) fn overwrite_record(&mut self, record: &AuditRecord) {
        let key = record_key(record);
        if self.records.insert(key.clone(), record.clone()).is_none() {
            self.written.push(key);
        }
    }

    /// `UpdateItem` of a lease.
    pub fn grant_lease(&mut self, endpoint: &EndpointId, lease: &Lease, may_shorten: bool) {
        let key = Lease::key(&lease.email);
        if !self.update_item(endpoint, &key, &lease.granted(may_shorten)) {
            self.update_item(endpoint, &key, &lease.asked_again());
        }
    }

    /// `UpdateItem` with `ADD requests 1`, once for each ask; whether it counted.
    pub fn add_request(&mut self, endpoint: &EndpointId, at: DateTime<Utc>, ask: &EventId) -> bool {
        let update = EndpointState::request(at, ask);
        self.update_item(endpoint, EndpointState::KEY, &update)
    }

    /// `UpdateItem` of the `state` item; whether its conditions held.
    pub fn update(&mut self, endpoint: &EndpointId, update: &Update) -> bool {
        self.update_item(endpoint, EndpointState::KEY, update)
    }

    /// `TransactWriteItems`; whether all conditions held.
    pub fn commit(&mut self, endpoint: &EndpointId, transition: &Transition) -> bool {
        let Transition {
            update,
            records,
            snapshot,
            personal,
        } = transition;
        let all_hold = holds(&self.item(endpoint, EndpointState::KEY), update)
            && records
                .iter()
                .all(|record| !self.records.contains_key(&record_key(record)))
            && personal
                .iter()
                .all(|(item, update)| holds(&self.item(endpoint, &item.key()), update));
        if !all_hold {
            return false;
        }
        if !update.assignments.is_empty() {
            self.update_item(endpoint, EndpointState::KEY, update);
        }
        for record in records {
            self.put_record(record);
        }
        if let Some(snapshot) = snapshot {
            self.put(endpoint, Snapshot::KEY, snapshot.to_item());
        }
        for (item, update) in personal {
            self.update_item(endpoint, &item.key(), update);
        }
        true
    }

    /// `GetItem` of the settings on record.
    pub fn config(&self) -> Result<Option<NotedConfig>, Malformed> {
        NotedConfig::parse(&self.config)
    }

    /// `TransactWriteItems` of settings and the record of their change; whether the condition held.
    pub fn note_config(
        &mut self,
        config: &NotedConfig,
        before: Option<&NotedConfig>,
        record: Option<&AuditRecord>,
    ) -> bool {
        let update = config.noted_after(before);
        if !holds(&self.config, &update) {
            return false;
        }
        update.apply(&mut self.config);
        if let Some(record) = record {
            self.put_record(record);
        }
        true
    }

    /// `PutItem` of what connections moved.
    pub fn put_traffic(&mut self, endpoint: &EndpointId, traffic: &Traffic) {
        self.put(endpoint, Traffic::KEY, traffic.to_item());
    }

    /// What TTL does some time after `expires_at`.
    pub fn expire(&mut self, now: DateTime<Utc>) {
        self.items.retain(|_, item| match item.get("expires_at") {
            Some(Value::N(seconds)) => seconds.parse::<i64>().unwrap_or(i64::MAX) > now.timestamp(),
            Some(_) | None => true,
        });
    }

    /// An administrator's hand on the `state` item.
    pub fn set_by_hand(&mut self, endpoint: &EndpointId, update: &Update) {
        self.update_item(endpoint, EndpointState::KEY, update);
    }

    /// The record with this key, as it stands now.
    pub fn record(&self, key: &(String, EventId)) -> Option<&AuditRecord> {
        self.records.get(key)
    }

    /// The records from the `from`th on, in the order of their writing.
    pub fn records_since(&self, from: usize) -> impl Iterator<Item = &AuditRecord> {
        self.written[from.min(self.written.len())..]
            .iter()
            .filter_map(|key| self.records.get(key))
    }

    /// How many records there are.
    pub fn records_written(&self) -> usize {
        self.written.len()
    }

    /// All items in a canonical form, for telling whether two worlds are the same.
    pub fn fingerprint(&self) -> String {
        format!("{:?} {:?}", self.items, self.records.keys())
    }

    fn item(&self, endpoint: &EndpointId, key: &str) -> Item {
        self.items
            .get(&(endpoint.clone(), key.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    fn put(&mut self, endpoint: &EndpointId, key: &str, item: Item) {
        self.items.insert((endpoint.clone(), key.to_owned()), item);
    }

    fn update_item(&mut self, endpoint: &EndpointId, key: &str, update: &Update) -> bool {
        let mut item = self.item(endpoint, key);
        if !holds(&item, update) {
            return false;
        }
        update.apply(&mut item);
        self.put(endpoint, key, item);
        true
    }
}

fn holds(item: &Item, update: &Update) -> bool {
    update.conditions.iter().all(|condition| match condition {
        Condition::Is(attribute, expected) => item.get(*attribute) == expected.as_ref(),
        Condition::IsNot(attribute, value) => item.get(*attribute) != Some(value),
        Condition::AtMost(attribute, limit) => item
            .get(*attribute)
            .is_none_or(|value| is_at_most(value, limit)),
        Condition::Contains(attribute, text) => contains(item, attribute, text),
        Condition::Lacks(attribute, text) => !contains(item, attribute, text),
    })
}

fn is_at_most(value: &Value, limit: &Value) -> bool {
    match (value, limit) {
        (Value::S(value), Value::S(limit)) => value <= limit,
        (Value::N(value), Value::N(limit)) => {
            let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
            number(value) <= number(limit)
        }
        // DynamoDB compares only what is of one type.
        (
            Value::S(_)
            | Value::N(_)
            | Value::Ss(_)
            | Value::L(_)
            | Value::M(_)
            | Value::Bool(_)
            | Value::Null
            | Value::Foreign,
            _,
        ) => false,
    }
}

fn contains(item: &Item, attribute: &str, text: &str) -> bool {
    matches!(item.get(attribute), Some(Value::Ss(texts)) if texts.contains(text))
}
