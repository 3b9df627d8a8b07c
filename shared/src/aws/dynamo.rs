//! The lease table and the audit table by the SDK.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use chrono::{DateTime, Utc};
use tracing::warn;
use uuid::Uuid;

use super::dynamo_errors::{Cancelled, cancelled_by, is_conflict, unavailable, with_patience};
use super::dynamo_values::{Attributes, Expression, from_attributes, to_attributes};
use super::dynamo_writes::{Tables, config_key, item_key, not_there};
use crate::model::audit::{AuditRecord, EventId};
use crate::model::item::{Item, Malformed, Value};
use crate::model::update::Update;
use crate::model::{
    Booking, Clicks, Email, EndpointId, EndpointState, Lease, NotedConfig, Personal, PersonalItem,
    Snapshot, Traffic,
};
use crate::ports::{Store, StoreError, Transition};

const CONDITION_FAILED: &str = "ConditionalCheckFailedException";
/// [`Store`] by DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    pub(super) client: Client,
    pub(super) lease_table: String,
    pub(super) audit_table: String,
}

impl DynamoStore {
    /// Over a client; [`super::Clients`] makes one with the time-outs and retries that suit a Lambda.
    pub fn new(client: Client, lease_table: String, audit_table: String) -> Self {
        Self {
            client,
            lease_table,
            audit_table,
        }
    }

    fn tables(&self) -> Tables<'_> {
        Tables {
            leases: &self.lease_table,
            records: &self.audit_table,
        }
    }

    /// An item of the lease table; empty: it is not there.
    pub(super) async fn get(
        &self,
        key: Attributes,
        is_consistent: bool,
    ) -> Result<Item, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.lease_table)
            .set_key(Some(key))
            .consistent_read(is_consistent)
            .send()
            .await
            .map_err(|error| unavailable("GetItem", error))?;
        Ok(from_attributes(answer.item.unwrap_or_default()))
    }

    /// Writes all of it or nothing; `false`: a condition failed.
    async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        // One token for all tries: a transaction whose answer was lost is not done twice.
        let token = Uuid::new_v4().to_string();
        let write = || {
            let call = self
                .client
                .transact_write_items()
                .client_request_token(&token);
            call.set_transact_items(Some(writes.clone())).send()
        };
        match with_patience(write, |error| {
            cancelled_by(error) == Some(Cancelled::Passing)
        })
        .await
        {
            Ok(_) => Ok(true),
            Err(error) if cancelled_by(&error) == Some(Cancelled::Condition) => Ok(false),
            Err(error) => Err(unavailable("TransactWriteItems", error)),
        }
    }

    async fn update_item(
        &self,
        endpoint: &EndpointId,
        key: &str,
        update: &Update,
    ) -> Result<Written, StoreError> {
        let write = || {
            let expression = Expression::of(update);
            self.client
                .update_item()
                .table_name(&self.lease_table)
                .set_key(Some(item_key(endpoint, key)))
                .set_condition_expression(expression.condition)
                .set_update_expression(Some(expression.update))
                .set_expression_attribute_names(Some(expression.names))
                .set_expression_attribute_values(expression.values)
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .send()
        };
        match with_patience(write, is_conflict).await {
            Ok(answer) => Ok(Written::New(from_attributes(
                answer.attributes.unwrap_or_default(),
            ))),
            Err(error) if error.code() == Some(CONDITION_FAILED) => {
                let failed = error.into_service_error();
                let old = if let UpdateItemError::ConditionalCheckFailedException(failed) = failed {
                    failed.item
                } else {
                    None
                };
                Ok(Written::ConditionFailed(from_attributes(
                    old.unwrap_or_default(),
                )))
            }
            Err(error) => Err(unavailable("UpdateItem", error)),
        }
    }

    /// All that a sweep reads of an endpoint, for who needs it less fresh and at half the price.
    pub(super) async fn look_at(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let items = self.query(endpoint, ItemRange::OfSweeps, false).await?;
        Ok(state_of(items)?)
    }

    /// The items of an endpoint in a range, in the order of their keys.
    async fn query(
        &self,
        endpoint: &EndpointId,
        range: ItemRange<'_>,
        is_consistent: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let (keys, bounds) = range.in_words();
        let mut query = self
            .client
            .query()
            .table_name(&self.lease_table)
            .key_condition_expression(format!("endpoint_id = :endpoint AND {keys}"))
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":endpoint", AttributeValue::S(endpoint.to_string()));
        for (name, key) in bounds {
            query = query.expression_attribute_values(name, AttributeValue::S(key));
        }
        let query = query.consistent_read(is_consistent);
        let items = query.into_paginator().items().send();
        let items: Vec<Attributes> = items
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| unavailable("Query", error))?;
        Ok(items.into_iter().map(from_attributes).collect())
    }
}

/// Who reads which items (DESIGN 5, "Who reads what").
#[derive(Clone, Copy)]
enum ItemRange<'a> {
    /// Leases, snapshot and state: what is only for sweeps may have 300 KB.
    OfPeople,
    /// The same, and what comes before: bookings from this employee's on.
    OfPeopleAndBookings(&'a Email),
    /// All but what comes before bookings.
    OfSweeps,
    /// An employee's own bookings.
    Bookings(&'a Email),
}

impl ItemRange<'_> {
    /// Its condition, and the values in it.
    fn in_words(self) -> (&'static str, Vec<(&'static str, String)>) {
        const BETWEEN: &str = "#item BETWEEN :first AND :last";
        let to_state =
            |first: String| vec![(":first", first), (":last", EndpointState::KEY.to_owned())];
        match self {
            Self::OfPeople => (BETWEEN, to_state(Lease::KEY.to_owned())),
            Self::OfPeopleAndBookings(email) => (BETWEEN, to_state(Booking::keys_of(email))),
            Self::OfSweeps => ("#item >= :first", vec![(":first", Booking::KEY.to_owned())]),
            Self::Bookings(email) => (
                "begins_with(#item, :first)",
                vec![(":first", Booking::keys_of(email))],
            ),
        }
    }
}

/// What the items of an endpoint say.
fn state_of(items: Vec<Item>) -> Result<EndpointState, Malformed> {
    let (mut state, mut rest) = (EndpointState::default(), EndpointState::default());
    for item in items {
        match item.get("item") {
            Some(Value::S(key)) if key == EndpointState::KEY => {
                state = EndpointState::parse(&item)?;
            }
            Some(Value::S(key)) if key == Snapshot::KEY => {
                rest.snapshot = Some(Snapshot::parse(&item)?);
            }
            Some(Value::S(key)) if key == Traffic::KEY => rest.traffic = Traffic::parse(&item),
            Some(Value::S(key)) if Lease::is_key(key) => rest.leases.push(Lease::parse(&item)?),
            Some(Value::S(key)) if Booking::is_key(key) => {
                rest.bookings.extend(booking(key, &item));
            }
            // An item of a later version, or an administrator's note: not ours to judge.
            Some(_) | None => {}
        }
    }
    Ok(state.with_rest_of(&rest))
}

/// A booking that cannot be read is left out: others' VPN does not depend on it.
fn booking(key: &str, item: &Item) -> Option<Booking> {
    match Booking::parse(item) {
        Ok(booking) if Booking::key(&booking.email, &booking.id) == key => Some(booking),
        Ok(_) => {
            warn!("a booking stands under another's key, and counts for nothing");
            None
        }
        Err(error) => {
            warn!(error = %error, "a booking cannot be read, and counts for nothing");
            None
        }
    }
}

/// What became of an update: the item as it is now.
enum Written {
    New(Item),
    ConditionFailed(Item),
}

#[async_trait]
impl Store for DynamoStore {
    async fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let item = self
            .get(item_key(endpoint, EndpointState::KEY), true)
            .await?;
        Ok(EndpointState::parse(&item)?)
    }

    async fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let items = self.query(endpoint, ItemRange::OfPeople, true).await?;
        Ok(state_of(items)?)
    }

    async fn load_for_sweep(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let items = self.query(endpoint, ItemRange::OfSweeps, true).await?;
        Ok(state_of(items)?)
    }

    async fn load_personal(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<Personal, StoreError> {
        let clicks = item_key(endpoint, &Clicks::key(email));
        let (bookings, clicks) = futures::try_join!(
            self.query(endpoint, ItemRange::Bookings(email), true),
            self.get(clicks, true)
        )?;
        Ok(Personal {
            bookings: state_of(bookings)?.bookings,
            clicks: Clicks::parse(&clicks).unwrap_or_else(|error| {
                warn!(error = %error, "an employee's clicks cannot be read; they are for suggestions alone");
                Clicks::default()
            }),
        })
    }

    async fn glance(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<EndpointState, StoreError> {
        let range = ItemRange::OfPeopleAndBookings(email);
        let mut state = state_of(self.query(endpoint, range, false).await?)?;
        state.bookings.retain(|booking| booking.email == *email);
        Ok(state)
    }

    async fn update_personal(
        &self,
        endpoint: &EndpointId,
        item: &PersonalItem,
        update: &Update,
    ) -> Result<bool, StoreError> {
        let written = self.update_item(endpoint, &item.key(), update).await?;
        Ok(matches!(written, Written::New(_)))
    }

    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let item = to_attributes(&record.to_item());
        let write = || {
            self.client
                .put_item()
                .table_name(&self.audit_table)
                .set_item(Some(item.clone()))
                .condition_expression(not_there())
                .send()
        };
        match with_patience(write, is_conflict).await {
            Ok(_) => Ok(()),
            // There already: an earlier try whose answer was lost, or another sweep that saw the same fact.
            Err(error) if error.code() == Some(CONDITION_FAILED) => Ok(()),
            Err(error) => Err(unavailable("PutItem", error)),
        }
    }

    async fn grant_lease(
        &self,
        endpoint: &EndpointId,
        lease: &Lease,
        may_shorten: bool,
    ) -> Result<(), StoreError> {
        let key = Lease::key(&lease.email);
        let granted = lease.granted(may_shorten);
        let written = self.update_item(endpoint, &key, &granted).await?;
        if let Written::ConditionFailed(_) = written {
            // It runs longer already; only that it was asked for again is new.
            self.update_item(endpoint, &key, &lease.asked_again())
                .await?;
        }
        Ok(())
    }

    async fn add_request(
        &self,
        endpoint: &EndpointId,
        at: DateTime<Utc>,
        ask: &EventId,
    ) -> Result<EndpointState, StoreError> {
        let request = EndpointState::request(at, ask);
        // Counted already by a try whose answer was lost: the item says so, and is the answer.
        let (Written::New(item) | Written::ConditionFailed(item)) = self
            .update_item(endpoint, EndpointState::KEY, &request)
            .await?;
        Ok(EndpointState::parse(&item)?)
    }

    async fn update(
        &self,
        endpoint: &EndpointId,
        update: &Update,
    ) -> Result<Option<EndpointState>, StoreError> {
        match self
            .update_item(endpoint, EndpointState::KEY, update)
            .await?
        {
            Written::New(item) => Ok(Some(EndpointState::parse(&item)?)),
            Written::ConditionFailed(_) => Ok(None),
        }
    }

    async fn commit(
        &self,
        endpoint: &EndpointId,
        transition: &Transition,
    ) -> Result<bool, StoreError> {
        self.transact(self.tables().writes(endpoint, transition))
            .await
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        Ok(NotedConfig::parse(&self.get(config_key(), true).await?)?)
    }

    async fn note_config(
        &self,
        config: &NotedConfig,
        before: Option<&NotedConfig>,
        record: Option<&AuditRecord>,
    ) -> Result<bool, StoreError> {
        let update = config.noted_after(before);
        self.transact(self.tables().config_writes(&update, record))
            .await
    }

    async fn put_traffic(
        &self,
        endpoint: &EndpointId,
        traffic: &Traffic,
    ) -> Result<(), StoreError> {
        let mut item = item_key(endpoint, Traffic::KEY);
        item.extend(to_attributes(&traffic.to_item()));
        let write = || {
            let call = self.client.put_item().table_name(&self.lease_table);
            call.set_item(Some(item.clone())).send()
        };
        let put = with_patience(write, is_conflict).await;
        put.map(|_| ())
            .map_err(|error| unavailable("PutItem", error))
    }
}
