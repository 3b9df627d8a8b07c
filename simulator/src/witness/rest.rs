//! What has to happen in the end, once nothing goes wrong any more.

use chrono::{DateTime, TimeDelta, Utc};
use testkit::ec2::{AssociationStatus, Ec2World};
use testkit::rulebook::Invariant;
use testkit::rulebook::usage::{has_changed, idle_time, may_count, stale_after};

use super::Witness;
use crate::tables::Tables;

/// Reads, a commit and a call, in calm weather.
const A_SWEEP_TAKES: TimeDelta = TimeDelta::seconds(20);
/// After a storm: a stop that EC2 refused is tried again after ten minutes, an attempt after a few.
const SETTLES_IN: TimeDelta = TimeDelta::minutes(16);

impl Witness {
    /// A look at everything, about once a sweep.
    pub fn look_around(&mut self, now: DateTime<Utc>, vpn: &Ec2World, tables: &Tables) {
        self.left_on(now, vpn, tables);
        self.order_is_obeyed(now, vpn, tables);
        self.unserved(now, tables);
        self.routes_at_rest(now, vpn);
        self.bookings_are_served(now, vpn, tables);
    }

    fn left_on(&mut self, now: DateTime<Utc>, vpn: &Ec2World, tables: &Tables) {
        if !self.nothing_keeps(now, vpn, tables) {
            self.rest.free_since = None;
            return;
        }
        let since = *self.rest.free_since.get_or_insert(now);
        let patience = self.book.terms.sweep_every * 2 + A_SWEEP_TAKES + self.tolerance() * 2;
        // Counters that a storm kept sweeps from reading are late by as long as a stale rule looks back.
        let rules = &self.book.terms.rules;
        let stale = rules.stale_connection.max(rules.overnight_stale_connection);
        let settles = SETTLES_IN + stale.unwrap_or_default();
        let calm = self.calm_since(since - settles);
        // After a storm it may take its time, and then it has to be off too.
        let patience = if calm { patience } else { patience + settles };
        let calm_for_long = self.calm_since(now - patience);
        let fair = !calm_for_long || now - since <= patience;
        let decision = tables
            .state(&self.book.terms.endpoint)
            .map(|state| state.sightings.last_decision);
        self.holds(Invariant::LeftOn, now, fair, || {
            format!("nothing has kept it since {since}, and it is still up: {decision:?}")
        });
    }

    /// Whether it is up, at rest, and nothing is left that would keep it.
    fn nothing_keeps(&mut self, now: DateTime<Utc>, vpn: &Ec2World, tables: &Tables) -> bool {
        let (Some(endpoint), Ok(state)) = (
            vpn.endpoint(&self.book.terms.endpoint),
            tables.load(&self.book.terms.endpoint),
        ) else {
            return false;
        };
        let up = endpoint.associated().next().is_some();
        let moving = endpoint.networks.values().any(|network| {
            matches!(
                network.status,
                AssociationStatus::Associating | AssociationStatus::Disassociating
            )
        });
        if !up || moving {
            return false;
        }
        let rules = &self.book.terms.rules;
        let tolerance = self.tolerance() * 2;
        // Also one whose ask died before it counted: it keeps, and promises nothing.
        let leased = state
            .leases
            .iter()
            .any(|lease| lease.until + tolerance > now);
        let wanted = state.demand.requests > state.demand.served
            && state
                .demand
                .requested_at
                .is_some_and(|at| now - at < shared::model::WANTED_FOR + tolerance);
        let pinned = self
            .truth
            .mode
            .as_ref()
            .is_some_and(|mode| mode.word == "on" && mode.until + tolerance > now);
        // Not ready yet: routes may hold it up, and the grace begins with "ready".
        let associated_at = endpoint.associated().map(|n| n.associated_at).max();
        let ready = self.truth.ready_since.or_else(|| {
            let up = associated_at? + self.book.terms.ec2_takes;
            Some(up + TimeDelta::minutes(5) + self.book.terms.sweep_every * 2)
        });
        let grace =
            ready.is_none_or(|ready| ready + rules.first_connection_grace + tolerance > now);
        let night_changed = [TimeDelta::zero(), tolerance]
            .iter()
            .any(|d| stale_after(rules, now - *d) != stale_after(rules, now));
        let idle = idle_time(rules, now).max(idle_time(rules, now - tolerance));
        let slack = self.book.terms.sweep_every * 2 + tolerance;
        let steady = stale_after(rules, now).is_none_or(|time| {
            let from = now - time - slack - TimeDelta::minutes(3);
            // Counters that cannot be read begin a window, too.
            self.calm_since(from) && !has_changed(rules, from, now)
        });
        let connections = endpoint.connections.values();
        if connections
            .clone()
            .any(|c| may_count(c, rules, now, slack, steady))
        {
            self.rest.counted_at = Some(now);
        }
        let ends = endpoint.connections.values().filter_map(|c| c.ended_at);
        let used_at = ends.max().max(self.rest.counted_at);
        let used = used_at.is_some_and(|at| at + idle + tolerance > now);
        let booked = self.may_be_booked(now, tables);
        !(leased || booked || wanted || pinned || grace || used || night_changed)
    }

    /// Each employee who asked has an answer, in the time that EC2 and the attempts take.
    fn unserved(&mut self, now: DateTime<Utc>, tables: &Tables) {
        let Ok(state) = tables.state(&self.book.terms.endpoint) else {
            return;
        };
        let ahead = now + self.tolerance();
        let Some(since) = self.truth.waiting_since(&state, ahead) else {
            return;
        };
        // Going down first, then up, then routes; an employee polls or a sweep looks.
        let patience = self.book.terms.ec2_takes * 2
            + TimeDelta::minutes(6)
            + self.book.terms.sweep_every * 3
            + self.tolerance() * 2;
        let from = since - SETTLES_IN;
        let held = self.truth.held_lately(from);
        let disturbed = held || self.truth.last_deed_at.is_some_and(|at| at > from);
        let fair = disturbed || !self.calm_since(from) || now - since <= patience;
        self.holds(Invariant::Unserved, now, fair, || {
            format!("an ask of {since} has no answer yet")
        });
    }

    /// Long after all employees have left: nothing is up, no ask waits.
    pub fn at_the_end(&mut self, now: DateTime<Utc>, vpn: &Ec2World, tables: &Tables) {
        let up = vpn
            .endpoint(&self.book.terms.endpoint)
            .is_some_and(|endpoint| {
                endpoint
                    .networks
                    .values()
                    .any(|network| network.status != AssociationStatus::Disassociated)
            });
        self.holds(Invariant::LeftOn, now, !up, || {
            "hours after all employees have left, something is associated".to_owned()
        });
        let waits = tables
            .state(&self.book.terms.endpoint)
            .is_ok_and(|state| self.truth.is_wanted(&state, now));
        self.holds(Invariant::Unserved, now, !waits, || {
            "hours after all employees have left, an ask waits".to_owned()
        });
        self.book.all_is_on_record(now, false);
        self.records_stand(now, tables);
    }
}
