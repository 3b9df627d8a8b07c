//! Administrators' orders: obeyed in time, on record once, with who gave them.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::model::{EndpointState, ModeOrder};
use testkit::ec2::{AssociationStatus, Ec2World};
use testkit::rulebook::Invariant;

use super::Witness;
use super::truth::Mode;
use crate::tables::Tables;

/// A decision, the call that follows from it, and the network's time for it.
const DECIDED_WITHIN: TimeDelta = TimeDelta::seconds(75);
/// A stop that is in force, and one that EC2 refused.
const LEFT_ALONE_FOR: TimeDelta = TimeDelta::minutes(16);

impl Witness {
    /// Another mode stands in the table, by the CLI or by the page.
    pub(super) fn mode_is(
        &mut self,
        now: DateTime<Utc>,
        mode: Option<(&'static str, DateTime<Utc>)>,
        by: Option<String>,
    ) {
        if let Some(over) = self.truth.mode.take()
            && matches!(over.word, "hold" | "off")
        {
            self.truth.held_until = self.truth.held_until.max(Some(over.until.min(now)));
        }
        self.truth.mode = mode.map(|(word, until)| Mode {
            word,
            set_at: now,
            until,
            by,
        });
    }

    /// Each change of the order is on record: the page's with it, by who gave it; the CLI's once; and each end.
    pub(super) fn order_changed(
        &mut self,
        now: DateTime<Utc>,
        before: &EndpointState,
        after: &EndpointState,
        records: &[AuditRecord],
    ) {
        let changes = records.iter().filter(|it| it.event == Event::ModeChanged);
        let actors: Vec<String> = changes.map(|it| it.actor.to_string()).collect();
        let is_new = before.order.text() != after.order.text();
        let noted = actors.iter().filter(|actor| *actor == "external").count();
        let named = actors.iter().filter(|actor| actor.contains('@')).count();
        let unnoted = usize::from(!before.order.is_noted());
        let once = noted <= unnoted && named <= 1;
        self.holds(Invariant::RecordedTwice, now, once, || {
            format!("{:?} is on record again: {actors:?}", before.order.text())
        });
        if !is_new {
            return;
        }
        let ran_out = before.order.has_run_out(now + self.tolerance());
        let explained = named == 1 || (ran_out && !actors.is_empty());
        self.holds(
            Invariant::NoOutcome,
            now,
            explained && noted == unnoted,
            || {
                let (from, to) = (before.order.text(), after.order.text());
                format!("the mode went from {from:?} to {to:?}, and on record is {actors:?}")
            },
        );
        let will_be_noted = named == 1 && !after.order.is_noted();
        self.holds(Invariant::RecordedTwice, now, !will_be_noted, || {
            format!("an order of the page is not noted: {actors:?}")
        });
        let by = after.order.by.clone();
        let giver = actors.iter().find(|actor| actor.contains('@')).cloned();
        let credited = by.is_none() || by == giver;
        self.holds(Invariant::ModeIgnored, now, credited, || {
            format!("the order of {giver:?} is credited to {by:?}")
        });
        let mode = word_of(&after.order).zip(after.order.until);
        self.mode_is(now, mode, giver);
    }

    /// Whether an administrator's order explains a stop: then its record says who gave it.
    pub(super) fn is_stop_ordered(
        &mut self,
        now: DateTime<Utc>,
        before: &EndpointState,
        records: &[AuditRecord],
    ) -> bool {
        let skew = self.book.terms.skew;
        let off = self
            .truth
            .mode
            .clone()
            .filter(|mode| mode.word == "off" && mode.until + skew + DECIDED_WITHIN > now);
        let mut stops = records
            .iter()
            .filter(|it| it.event == Event::DisassociationStarted);
        let reason = stops.next().map(|stop| stop.reason.clone());
        let by_order = reason
            .as_deref()
            .map_or(!before.stay.stop.order.is_empty(), |reason| {
                reason.starts_with("An administrator ordered it")
            });
        let Some(off) = off.filter(|_| by_order) else {
            return false;
        };
        let named = reason.as_deref().zip(off.by.as_deref());
        let named = named.is_none_or(|(reason, by)| reason.contains(by));
        self.holds(Invariant::ModeIgnored, now, named, || {
            format!(
                "{:?} ordered the stop, and its record says {reason:?}",
                off.by
            )
        });
        true
    }

    /// Nothing becomes ready under `off`.
    pub(super) fn ready_is_allowed(&mut self, now: DateTime<Utc>) {
        let lately = now - DECIDED_WITHIN - self.tolerance();
        let off = self.truth.mode.as_ref().is_some_and(|mode| {
            let until = mode.until - self.book.terms.skew;
            mode.word == "off" && mode.set_at < lately && until > now
        });
        self.holds(Invariant::ModeIgnored, now, !off, || {
            "it is called ready under `off`".to_owned()
        });
    }

    /// What is ordered off goes within two sweeps of coming to rest; and an order of the CLI is noted.
    pub(super) fn order_is_obeyed(&mut self, now: DateTime<Utc>, vpn: &Ec2World, tables: &Tables) {
        let Some(mode) = self.truth.mode.clone() else {
            return;
        };
        let patience = self.book.terms.sweep_every * 2
            + TimeDelta::seconds(20)
            + self.tolerance() * 2
            + TimeDelta::minutes(3);
        if let Ok(state) = tables.state(&self.book.terms.endpoint) {
            let late =
                now - mode.set_at > patience && self.calm_since(mode.set_at - LEFT_ALONE_FOR);
            let noted = state.order.is_noted();
            self.holds(Invariant::NoOutcome, now, noted || !late, || {
                format!("{:?} of {} is not on record", mode.word, mode.set_at)
            });
        }
        if mode.word != "off" || mode.until < now + self.tolerance() {
            return;
        }
        let Some(endpoint) = vpn.endpoint(&self.book.terms.endpoint) else {
            return;
        };
        let is_moving = endpoint.networks.values().any(|network| {
            matches!(
                network.status,
                AssociationStatus::Associating | AssociationStatus::Disassociating
            )
        });
        let up = endpoint
            .associated()
            .map(|network| network.associated_at)
            .max();
        let Some(up) = up.filter(|_| !is_moving) else {
            return;
        };
        let since = up.max(mode.set_at);
        // A deed of an administrator's may move something meanwhile.
        let since = since.max(self.truth.last_deed_at.unwrap_or(since));
        let calm = self.calm_since(since - LEFT_ALONE_FOR);
        self.holds(
            Invariant::ModeIgnored,
            now,
            !calm || now - since <= patience,
            || {
                format!(
                    "ordered off at {}, at rest since {since}, and still up",
                    mode.set_at
                )
            },
        );
    }
}

fn word_of(order: &ModeOrder) -> Option<&'static str> {
    let word = order.mode.as_ref()?.as_str();
    ["on", "hold", "off"]
        .into_iter()
        .find(|known| *known == word)
}
