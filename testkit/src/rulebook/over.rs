//! Judges a history that is over: all that happened was kept for this.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};

use super::{Invariant, Rulebook};
use crate::ec2::{AssociationStatus, Connection};
use crate::history::{Did, Done, Network, lease};

/// A stop that a storm cut short is taken up after so long.
const STOP_IN_FORCE: TimeDelta = TimeDelta::minutes(3);

impl Rulebook {
    /// Judges everything that was kept.
    pub fn judge(&mut self, now: DateTime<Utc>) {
        let grace = self.terms.rules.first_connection_grace;
        self.history.promises = self.history.promises_told(grace);
        let booked = self.history.promises_booked();
        self.history.promises.extend(booked);
        for record in self.history.records.clone() {
            self.recorded(now, &record);
            self.placed_was_booked(&record);
            let code = record.details.error_code.as_deref();
            let honest = code.is_none_or(|code| code == "association-failed");
            let at = record.occurred_at;
            self.holds(Invariant::FalseRefusal, at, honest, || {
                format!("{record:?}")
            });
            if is_by_order(&record) {
                self.order_is_named(&record);
            } else if record.event == Event::DisassociationStarted {
                self.no_lease_runs(at);
            }
        }
        for answer in self.history.answers.clone() {
            self.told(&answer);
            self.off_stays_off(&answer);
            self.is_known(&answer);
            self.is_on_record(&answer);
        }
        self.stops();
        self.bookings_are_served(now);
        self.connections_are_on_record(now);
        self.changes_are_recorded_once(now);
        self.routes_are_restored_once(now);
        self.all_is_on_record(now, true);
        self.is_gone_in_time(now);
    }

    /// The record of a stop by order names the administrator who may have ordered it.
    fn order_is_named(&mut self, stop: &AuditRecord) {
        let at = stop.occurred_at;
        // Records tell the second in which it was, and an order may have come within it.
        let named = self
            .history
            .ordered(&["off"], at, at + TimeDelta::seconds(1))
            .any(|order| stop.reason.contains(&order.email));
        self.holds(Invariant::ModeIgnored, at, named, || format!("{stop:?}"));
    }

    /// Every process that takes something away has looked at the connections itself.
    fn stops(&mut self) {
        let connections: Vec<Connection> = self.history.connections.values().cloned().collect();
        for (call, look) in self.taken() {
            let at = call.at;
            if self.stop_before(at).is_some_and(is_by_order) {
                continue;
            }
            self.holds(Invariant::IncompleteEvidence, at, look.is_some(), || {
                format!("{call:?}, and its process did not look at the connections")
            });
            let Some(look) = look else { continue };
            let seen = |it: &&Connection| it.established_at < look;
            self.no_client_is_cut_off(at, look, connections.iter().filter(seen));
            let ready = self.history.of(Event::AssociationCompleted);
            let ready = ready.map(|record| record.occurred_at);
            if let Some(ready) = ready.filter(|ready| *ready <= at).max() {
                // The time up is over with the call itself.
                let before = at - TimeDelta::milliseconds(1);
                self.time_has_passed(before, ready, look, connections.iter().filter(seen));
            }
        }
    }

    /// The stop on record that a call at this time carries out.
    fn stop_before(&self, at: DateTime<Utc>) -> Option<&AuditRecord> {
        let mut stops = self.history.of(Event::DisassociationStarted);
        stops.rfind(|stop| stop.occurred_at <= at)
    }

    /// The calls that took an associated network away, each with the last look at the connections by the same process.
    fn taken(&self) -> Vec<(Done, Option<DateTime<Utc>>)> {
        let history = &self.history;
        let calls = history.calls.iter().enumerate();
        let taken = calls.filter(|(_, call)| {
            let Did::Disassociated(id) = &call.what else {
                return false;
            };
            // What failed serves no employee.
            let network = history.networks.get(id);
            network.is_some_and(|it| it.first(AssociationStatus::Associated).is_some())
        });
        taken
            .map(|(place, call)| {
                let look = history.calls[..place].iter().rev().find(|before| {
                    before.what == Did::Looked && before.access_key == call.access_key
                });
                (call.clone(), look.map(|look| look.at))
            })
            .collect()
    }

    /// Connections that were cut because they began after the last look: what EC2 leaves open.
    pub fn cut_behind_the_look(&self) -> usize {
        let cut = |(call, look): &(Done, Option<DateTime<Utc>>)| {
            let connections = self.history.connections.values();
            let cut = connections.filter(|it| {
                look.is_some_and(|look| it.established_at >= look) && it.ended_at == Some(call.at)
            });
            cut.count()
        };
        self.taken().iter().map(cut).sum()
    }

    /// Once nothing is wrong any more, what no client uses is taken down in time.
    fn is_gone_in_time(&mut self, now: DateTime<Utc>) {
        let latest = self.kept_until() + self.terms.sweep_every * 2;
        let ec2_takes = self.terms.ec2_takes;
        let goes = |network: &Network| {
            let called = network.first(AssociationStatus::Disassociating);
            let gone = network.first(AssociationStatus::Disassociated);
            called.is_some_and(|called| called <= latest)
                && gone.is_some_and(|gone| gone <= latest + ec2_takes)
        };
        let late = self.history.networks.iter().find(|(_, it)| !goes(it));
        let late = late.map(|(id, network)| format!("{id}: {:?}", network.steps));
        self.holds(Invariant::LeftOn, now, late.is_none(), || {
            format!("{late:?} was to go by {latest}")
        });
    }

    /// The last instant at which anything kept the endpoint.
    fn kept_until(&self) -> DateTime<Utc> {
        let (history, rules) = (&self.history, &self.terms.rules);
        let grace = rules.first_connection_grace;
        let answers = history.answers.iter();
        let leases = answers.filter_map(|it| Some(it.received_at + lease(it.wish, grace)?));
        let booked = history.placed().map(|(_, until)| until);
        let ready = history.of(Event::AssociationCompleted);
        let ready = ready.map(|record| record.occurred_at + grace);
        let connections = history.connections.values();
        let used = connections.filter_map(|it| Some(it.ended_at? + rules.idle_timeout));
        // Nothing is taken away while a subnet is still on its way.
        let networks = history.networks.values();
        let moved = networks.filter_map(|it| it.first(AssociationStatus::Associated));
        let calm = history.calm_from().map(|calm| calm + STOP_IN_FORCE);
        let kept = leases
            .chain(booked)
            .chain(ready)
            .chain(used)
            .chain(moved)
            .chain(calm);
        kept.max().unwrap_or_default()
    }
}

/// Whether a record is of a stop that an administrator ordered.
fn is_by_order(record: &AuditRecord) -> bool {
    record.event == Event::DisassociationStarted
        && record.reason.starts_with("An administrator ordered it")
}
