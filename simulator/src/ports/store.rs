//! The tables, for a process.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::model::audit::{AuditRecord, Event, EventId};
use shared::model::item::Malformed;
use shared::model::update::Update;
use shared::model::{
    Email, EndpointId, EndpointState, Lease, NotedConfig, Personal, PersonalItem, Traffic,
};
use shared::ports::{Store, StoreError, Transition};

use super::Line;
use crate::bugs;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::universe::Universe;
use crate::weather::{Failing, To};

/// [`Store`] over the simulated tables.
#[derive(Debug)]
pub struct SimulatedStore {
    line: Line,
}

const READ: To = To::Dynamo { writes: false };
const WRITE: To = To::Dynamo { writes: true };

impl SimulatedStore {
    pub(crate) fn new(line: Line) -> Self {
        Self { line }
    }
}

#[async_trait]
impl Store for SimulatedStore {
    async fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let endpoint = endpoint.clone();
        let read = move |universe: &mut Universe, _: &_, _| {
            bugs::loaded(universe.bug, universe.tables.state(&endpoint))
        };
        let answer = self.line.call(READ, "GetItem state", read).await;
        Ok(answer.map_err(failed("GetItem"))??)
    }

    async fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let endpoint = endpoint.clone();
        let answer = self
            .line
            .call(READ, "Query", move |universe, _, _| {
                bugs::loaded(universe.bug, universe.tables.load(&endpoint))
            })
            .await;
        Ok(answer.map_err(failed("Query"))??)
    }

    async fn load_for_sweep(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError> {
        let endpoint = endpoint.clone();
        let answer = self
            .line
            .call(READ, "Query", move |universe, engine, _| {
                let rules = &universe.witness.terms().rules;
                let loaded = universe.tables.load_for_sweep(&endpoint);
                bugs::loaded_for_sweep(universe.bug, loaded, rules, engine.now())
            })
            .await;
        Ok(answer.map_err(failed("Query"))??)
    }

    async fn load_personal(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<Personal, StoreError> {
        let (endpoint, email) = (endpoint.clone(), email.clone());
        let read = move |universe: &mut Universe, _: &_, _| {
            let mut personal = universe.tables.load_personal(&endpoint, &email)?;
            bugs::personal(universe.bug, &mut personal.bookings);
            Ok::<Personal, Malformed>(personal)
        };
        let answer = self.line.call(READ, "Query bookings", read).await;
        Ok(answer.map_err(failed("Query"))??)
    }

    async fn glance(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<EndpointState, StoreError> {
        let (endpoint, email) = (endpoint.clone(), email.clone());
        let read =
            move |universe: &mut Universe, _: &_, _| universe.tables.glance(&endpoint, &email);
        let answer = self.line.call(READ, "Query", read).await;
        Ok(answer.map_err(failed("Query"))??)
    }

    async fn update_personal(
        &self,
        endpoint: &EndpointId,
        item: &PersonalItem,
        update: &Update,
    ) -> Result<bool, StoreError> {
        let (endpoint, item, update) = (endpoint.clone(), item.clone(), update.clone());
        let write = move |universe: &mut Universe, engine: &Engine, caller: Caller| {
            if bugs::personal_is_lost(universe.bug, &item) {
                return true;
            }
            let before = universe.tables.booking(&endpoint, &item);
            let is_written = universe.tables.update_personal(&endpoint, &item, &update);
            if is_written {
                let now = engine.now();
                universe.booking_changed(now, caller, &endpoint, &item, before, &[]);
            }
            is_written
        };
        let answer = self.line.call(WRITE, "UpdateItem", write).await;
        answer.map_err(failed("UpdateItem"))
    }

    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let record = record.clone();
        let answer = self
            .line
            .call(WRITE, "PutItem record", move |universe, engine, caller| {
                let now = engine.now();
                if bugs::record_is_lost(universe.bug, &record) {
                    return;
                }
                let record = bugs::record(universe.bug, record, &mut universe.chance);
                if universe.tables.put_record(&record) {
                    universe.story.tell(now, || {
                        let (event, reason) = (record.event.as_str(), &record.reason);
                        format!("{caller}: {event}: {reason}")
                    });
                    universe.witness.records_put(now, &[record]);
                }
            })
            .await;
        answer.map_err(failed("PutItem"))
    }

    async fn grant_lease(
        &self,
        endpoint: &EndpointId,
        lease: &Lease,
        may_shorten: bool,
    ) -> Result<(), StoreError> {
        let (endpoint, lease) = (endpoint.clone(), lease.clone());
        let answer = self
            .line
            .call(
                WRITE,
                "UpdateItem lease",
                move |universe, engine, caller| {
                    let shortens = may_shorten || bugs::shortens_leases(universe.bug);
                    universe.tables.grant_lease(&endpoint, &lease, shortens);
                    universe.story.tell(engine.now(), || {
                        format!("{caller}: lease of {} until {}", lease.email, lease.until)
                    });
                    universe.witness.lease_granted(caller, &lease, may_shorten);
                },
            )
            .await;
        answer.map_err(failed("UpdateItem"))
    }

    async fn add_request(
        &self,
        endpoint: &EndpointId,
        at: DateTime<Utc>,
        ask: &EventId,
    ) -> Result<EndpointState, StoreError> {
        let (endpoint, ask) = (endpoint.clone(), ask.clone());
        let answer = self
            .line
            .call(
                WRITE,
                "UpdateItem requests",
                move |universe, engine, caller| {
                    let lost = bugs::request_is_lost(universe.bug);
                    if !lost && universe.tables.add_request(&endpoint, at, &ask) {
                        let state = universe.tables.state(&endpoint)?;
                        universe.reached.asked(&state);
                        universe.story.tell(engine.now(), || {
                            format!("{caller}: request {} is durable", state.demand.requests)
                        });
                        let now = engine.now();
                        universe.witness.asked(
                            now,
                            caller,
                            &ask,
                            state.demand.requests,
                            &universe.tables,
                        );
                    }
                    universe.tables.state(&endpoint)
                },
            )
            .await;
        Ok(answer.map_err(failed("UpdateItem"))??)
    }

    async fn update(
        &self,
        endpoint: &EndpointId,
        update: &Update,
    ) -> Result<Option<EndpointState>, StoreError> {
        let (endpoint, mut update) = (endpoint.clone(), update.clone());
        let answer = self
            .line
            .call(
                WRITE,
                "UpdateItem state",
                move |universe, engine, caller| {
                    let before = universe.tables.state(&endpoint)?;
                    bugs::update(universe.bug, &mut update, &before);
                    if !universe.tables.update(&endpoint, &update) {
                        return Ok(None);
                    }
                    let after = universe.tables.state(&endpoint)?;
                    universe.state_changed(engine.now(), caller, &before, &after, &[]);
                    Ok(Some(after))
                },
            )
            .await;
        answer.map_err(failed("UpdateItem"))?
    }

    async fn commit(
        &self,
        endpoint: &EndpointId,
        transition: &Transition,
    ) -> Result<bool, StoreError> {
        let (endpoint, mut transition) = (endpoint.clone(), transition.clone());
        let answer = self
            .line
            .call(
                WRITE,
                "TransactWriteItems",
                move |universe, engine, caller| {
                    let before = universe.tables.load(&endpoint)?;
                    let bug = universe.bug;
                    let tables = &mut universe.tables;
                    if bugs::booked(bug, &mut transition)
                        || bugs::transition(bug, &mut transition, &before, tables)
                    {
                        return Ok(true);
                    }
                    let (now, records) = (engine.now(), &transition.records);
                    let items = transition.personal.iter().map(|(item, _)| item);
                    let tables = &universe.tables;
                    let bookings = items.map(|item| (item, tables.booking(&endpoint, item)));
                    let bookings: Vec<_> = bookings.collect();
                    if !universe.tables.commit(&endpoint, &transition) {
                        universe.reached.lost(&before, records);
                        for booking in bookings.iter().filter_map(|(_, it)| it.as_ref()) {
                            universe.reached.booking_lost(now, booking, records);
                        }
                        return Ok(false);
                    }
                    for record in records {
                        universe.story.tell(now, || {
                            let (event, reason) = (record.event.as_str(), &record.reason);
                            let stay = record.details.stay.unwrap_or(0);
                            format!("{caller}: {event} (stay {stay}): {reason}")
                        });
                    }
                    let after = universe.tables.load(&endpoint)?;
                    let requests = after.demand.requests;
                    let mut asks = records.iter();
                    let ask = asks.find(|it| it.event == Event::AssociationRequested);
                    if let Some(ask) = ask.filter(|_| requests > before.demand.requests) {
                        let (id, tables) = (&ask.event_id, &universe.tables);
                        universe.reached.asked(&after);
                        universe.witness.asked(now, caller, id, requests, tables);
                    }
                    for (item, booking) in bookings {
                        universe.booking_changed(now, caller, &endpoint, item, booking, records);
                    }
                    universe.state_changed(now, caller, &before, &after, records);
                    Ok(true)
                },
            )
            .await;
        answer.map_err(failed("TransactWriteItems"))?
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        let read = |universe: &mut Universe, _: &_, _| universe.tables.config();
        let answer = self.line.call(READ, "GetItem config", read).await;
        Ok(answer.map_err(failed("GetItem"))??)
    }

    async fn note_config(
        &self,
        config: &NotedConfig,
        before: Option<&NotedConfig>,
        record: Option<&AuditRecord>,
    ) -> Result<bool, StoreError> {
        let (config, before, record) = (config.clone(), before.cloned(), record.cloned());
        let note = move |universe: &mut Universe, _: &_, _| {
            let tables = &mut universe.tables;
            tables.note_config(&config, before.as_ref(), record.as_ref())
        };
        let answer = self
            .line
            .call(WRITE, "TransactWriteItems config", note)
            .await;
        answer.map_err(failed("TransactWriteItems"))
    }

    async fn put_traffic(
        &self,
        endpoint: &EndpointId,
        traffic: &Traffic,
    ) -> Result<(), StoreError> {
        let (endpoint, traffic) = (endpoint.clone(), traffic.clone());
        let put = move |universe: &mut Universe, _: &_, _| {
            universe.tables.put_traffic(&endpoint, &traffic);
        };
        let answer = self.line.call(WRITE, "PutItem traffic", put).await;
        answer.map_err(failed("PutItem"))
    }
}

fn failed(operation: &'static str) -> impl Fn(Failing) -> StoreError {
    move |error| {
        let code = match error {
            Failing::Conflict => Some("TransactionConflictException".to_owned()),
            Failing::NoAnswer | Failing::Throttled | Failing::Internal | Failing::Refused => None,
        };
        StoreError::Unavailable {
            operation,
            code,
            source: format!("simulated: {error:?}").into(),
        }
    }
}
