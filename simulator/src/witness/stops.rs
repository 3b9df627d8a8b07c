//! When the VPN is taken away.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{AssociationId, ConnectionId, EndpointState};
use testkit::ec2::{AssociationStatus, Ec2World};

use super::truth::idle_time;
use super::use_of::{is_certainly_in_use, last_use};
use super::{Invariant, Witness};
use crate::process::{Caller, Function};

/// A stop's commit is acted on within this.
const ACT_WITHIN: TimeDelta = TimeDelta::seconds(30);
/// Then the call is made; as long as this the network may take to deliver it.
const DELIVERED_WITHIN: TimeDelta = TimeDelta::seconds(21);
/// A listing may be this old when it is judged, in a storm, and the judging takes a moment.
const READ_WITHIN: TimeDelta = TimeDelta::seconds(75);
/// What an administrator set so lately may not have been seen yet.
const SEEN_WITHIN: TimeDelta = TimeDelta::seconds(40);

/// Whether a call of this name is one of those that evidence is made of.
fn is_read(name: &str) -> bool {
    ["Describe", "GetItem", "Query"]
        .iter()
        .any(|read| name.starts_with(read))
}

impl Witness {
    /// A stop was committed, or taken up again.
    pub(super) fn stop_committed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        before: &EndpointState,
        vpn: &Ec2World,
    ) {
        let evidence = self.evidence(caller);
        evidence.stop_committed_at = Some(now);
        let reads = |name: &&String| is_read(name);
        let failed: Vec<String> = evidence.failed.iter().filter(reads).cloned().collect();
        let listings = evidence.listings.clone();
        let present = evidence.present.clone();
        let complete =
            failed.is_empty() && listings.len() >= 2 && caller.function == Function::Reaper;
        self.holds(Invariant::IncompleteEvidence, now, complete, || {
            format!(
                "{caller} stops after {} looks at the connections; failed: {failed:?}",
                listings.len()
            )
        });
        if let Some(as_of) = listings.last() {
            self.nobody_is_cut_off(now, *as_of, &present, vpn);
        }
        self.nobody_waits(now, before);
        self.no_lease_runs(now);
        let as_of = listings.last().copied().unwrap_or(now);
        self.time_has_passed(now, as_of, &present, vpn);
        let tolerance = self.tolerance();
        let pinned = self.truth.mode.is_some_and(|mode| {
            mode.word == "on" && mode.set_at + SEEN_WITHIN < now && mode.until > now + tolerance
        });
        self.holds(Invariant::ModeIgnored, now, !pinned, || {
            "a stop while the mode is `on`".to_owned()
        });
    }

    /// Who connects after the last look is cut off, and nobody can help it (DESIGN 5).
    fn nobody_is_cut_off(
        &mut self,
        now: DateTime<Utc>,
        as_of: DateTime<Utc>,
        present: &BTreeSet<ConnectionId>,
        vpn: &Ec2World,
    ) {
        let slack = self.tolerance() + READ_WITHIN;
        let rules = &self.terms.rules;
        let used = vpn
            .endpoint(&self.terms.endpoint)
            .into_iter()
            .flat_map(|endpoint| endpoint.connections.values())
            .find(|c| present.contains(&c.id) && is_certainly_in_use(c, rules, as_of, slack))
            .map(|connection| connection.id.to_string());
        self.holds(Invariant::CutOff, now, used.is_none(), || {
            format!("a stop, and {used:?} was in use at {as_of}")
        });
    }

    fn no_lease_runs(&mut self, now: DateTime<Utc>) {
        let tolerance = self.tolerance();
        let running = self
            .truth
            .leases
            .iter()
            .find(|(_, lease)| !lease.released && lease.until > now + tolerance)
            .map(|(email, lease)| format!("{email}'s lease runs until {}", lease.until));
        self.holds(Invariant::LeaseBroken, now, running.is_none(), || {
            format!("a stop, and {}", running.unwrap_or_default())
        });
    }

    fn nobody_waits(&mut self, now: DateTime<Utc>, state: &EndpointState) {
        // Two hours by a clock that may be ahead.
        let waits = self.truth.is_wanted(state, now + self.tolerance());
        self.holds(Invariant::AskOverridden, now, !waits, || {
            "a stop, and an ask waits".to_owned()
        });
    }

    /// The grace after "ready" and the idle time, unless everybody who held a lease gave it back.
    fn time_has_passed(
        &mut self,
        now: DateTime<Utc>,
        as_of: DateTime<Utc>,
        present: &BTreeSet<ConnectionId>,
        vpn: &Ec2World,
    ) {
        let Some(ready) = self.truth.ready_since else {
            return;
        };
        let connections: Vec<_> = vpn
            .endpoint(&self.terms.endpoint)
            .into_iter()
            .flat_map(|endpoint| endpoint.connections.values())
            .filter(|c| c.established_at <= as_of && present.contains(&c.id))
            .collect();
        let connected = connections
            .iter()
            .any(|c| c.ended_at.is_none_or(|end| end > as_of));
        if !self.truth.is_held() && !connected {
            return;
        }
        let tolerance = self.tolerance() + self.terms.skew;
        let rules = &self.terms.rules;
        let grace_over = ready + rules.first_connection_grace;
        let used = connections
            .iter()
            .map(|connection| last_use(connection, rules, as_of))
            .filter(|used| *used >= ready)
            .max();
        // By a clock that may be ahead, the night may have begun.
        let idle = idle_time(rules, now)
            .min(idle_time(rules, now + tolerance))
            .min(idle_time(rules, now - tolerance - TimeDelta::seconds(30)));
        let idle_over = used.map(|used| used + idle);
        let over = idle_over.max(Some(grace_over)).unwrap_or(grace_over);
        self.holds(
            Invariant::StoppedEarly,
            now,
            over <= now + tolerance,
            || format!("a stop, ready since {ready}, last used {used:?}: due at {over}"),
        );
    }

    /// EC2 is about to disassociate something for us.
    pub(super) fn about_to_disassociate(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        association: &AssociationId,
        vpn: &Ec2World,
    ) {
        let network = vpn
            .endpoint(&self.terms.endpoint)
            .and_then(|endpoint| endpoint.networks.get(association));
        let takes_away = network.is_some_and(|n| n.status == AssociationStatus::Associated);
        if !takes_away {
            return;
        }
        let committed = self.evidence(caller).stop_committed_at;
        let timely = committed.is_some_and(|at| now - at <= ACT_WITHIN + DELIVERED_WITHIN);
        self.holds(Invariant::Uncommitted, now, timely, || {
            format!("{caller} disassociates {association}; its stop was committed at {committed:?}")
        });
    }
}
