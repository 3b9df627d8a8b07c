//! What is really so, whoever knows of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{AssociationId, Email, EndpointId, EndpointState, Lease, Rules, WANTED_FOR};
use testkit::ec2::{Ec2World, Endpoint};

/// What is really so.
#[derive(Debug, Clone, Default)]
pub(super) struct Truth {
    pub(super) associations: BTreeMap<AssociationId, Association>,
    /// When each request became durable.
    pub(super) asks: BTreeMap<u64, DateTime<Utc>>,
    /// The leases whose asks are durable, and whether they were given back.
    pub(super) leases: BTreeMap<Email, Holding>,
    /// Since when nothing has been associated.
    pub(super) unusable_since: Option<DateTime<Utc>>,
    /// When last the last association was taken away.
    pub(super) went_down_at: Option<DateTime<Utc>>,
    /// The mode that an administrator set, and when.
    pub(super) mode: Option<Mode>,
    /// When an administrator last did something.
    pub(super) last_deed_at: Option<DateTime<Utc>>,
    /// When the present time up became ready.
    pub(super) ready_since: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
pub(super) struct Association {
    pub(super) accepted_at: DateTime<Utc>,
    pub(super) ours: bool,
    /// When it was disassociated, and whether by us.
    pub(super) disassociated: Option<(DateTime<Utc>, bool)>,
}

#[derive(Debug, Clone)]
pub(super) struct Holding {
    pub(super) asked_at: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    pub(super) released: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    pub(super) word: &'static str,
    pub(super) set_at: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
}

impl Truth {
    pub(super) fn asked(&mut self, now: DateTime<Utc>, request: u64, lease: Option<(Lease, bool)>) {
        self.asks.insert(request, now);
        if let Some((lease, may_shorten)) = lease {
            let before = self.leases.get(&lease.email).map(|holding| holding.until);
            let longer = before.filter(|_| !may_shorten).max(Some(lease.until));
            let until = longer.unwrap_or(lease.until);
            self.leases.insert(
                lease.email,
                Holding {
                    asked_at: now,
                    until,
                    released: false,
                },
            );
        }
    }

    /// Its owner gives a lease back.
    pub(super) fn given_back(&mut self, email: &Email, until: DateTime<Utc>) {
        if let Some(holding) = self.leases.get_mut(email) {
            holding.until = until;
            holding.released = true;
        }
    }

    /// Whether somebody holds, or held, a lease in this time up and has not given it back.
    pub(super) fn is_held(&self) -> bool {
        let up = self.associations.values();
        let began = up
            .filter(|association| association.disassociated.is_none())
            .map(|association| association.accepted_at)
            .min();
        self.leases.values().any(|lease| {
            let in_this_stay = self.went_down_at.is_none_or(|down| lease.asked_at >= down)
                || began.is_some_and(|began| lease.until > began);
            in_this_stay && !lease.released
        })
    }

    pub(super) fn disassociated(
        &mut self,
        now: DateTime<Utc>,
        id: &AssociationId,
        ours: bool,
        vpn: &Ec2World,
        endpoint: &EndpointId,
    ) {
        if let Some(association) = self.associations.get_mut(id) {
            association.disassociated.get_or_insert((now, ours));
        }
        let usable = vpn.endpoint(endpoint).is_some_and(Endpoint::is_available);
        if !usable {
            self.went_down_at = Some(now);
            self.unusable_since.get_or_insert(now);
        }
    }

    /// The oldest ask that waits for its answer, by what the table says of the answers.
    pub(super) fn waiting_since(
        &self,
        state: &EndpointState,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let answered = state.demand.served.max(state.demand.gave_up.unwrap_or(0));
        let waiting = |(request, at): &(&u64, &DateTime<Utc>)| {
            **request > answered && now - **at < WANTED_FOR
        };
        self.asks.iter().find(waiting).map(|(_, at)| *at)
    }

    /// Whether somebody waits whom nothing keeps waiting but us.
    pub(super) fn is_wanted(&self, state: &EndpointState, now: DateTime<Utc>) -> bool {
        self.waiting_since(state, now).is_some() && !self.has_mode("hold", now)
    }

    pub(super) fn has_mode(&self, word: &str, now: DateTime<Utc>) -> bool {
        self.mode
            .is_some_and(|mode| mode.word == word && mode.until > now)
    }
}

/// Night, by the wall clock.
pub(super) fn is_night(rules: &Rules, at: DateTime<Utc>) -> bool {
    let Some(window) = rules.overnight_window else {
        return false;
    };
    let (from, to) = (window.from(), window.to());
    let wall = at.with_timezone(&rules.time_zone).time();
    if from < to {
        (from..to).contains(&wall)
    } else {
        wall >= from || wall < to
    }
}

pub(super) fn stale_after(rules: &Rules, at: DateTime<Utc>) -> Option<TimeDelta> {
    if is_night(rules, at) {
        rules.overnight_stale_connection
    } else {
        rules.stale_connection
    }
}

pub(super) fn idle_time(rules: &Rules, at: DateTime<Utc>) -> TimeDelta {
    if is_night(rules, at) {
        rules.overnight_idle_timeout
    } else {
        rules.idle_timeout
    }
}
