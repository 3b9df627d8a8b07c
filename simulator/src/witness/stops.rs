//! When the VPN is taken away.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::AuditRecord;
use shared::model::{AssociationId, EndpointState};
use testkit::ec2::{AssociationStatus, Ec2World};
use testkit::rulebook::Invariant;

use super::Witness;
use crate::caller::{Caller, Function};
use crate::tables::Tables;

/// A stop's commit is acted on within this.
const ACT_WITHIN: TimeDelta = TimeDelta::seconds(30);
/// Then the call is made; as long as this the network may take to deliver it.
const DELIVERED_WITHIN: TimeDelta = TimeDelta::seconds(21);
/// What an administrator set so lately may not have been seen yet.
const SEEN_WITHIN: TimeDelta = TimeDelta::seconds(40);

/// Whether a call of this name is one of those that evidence is made of. The configuration on record, which a process reads
/// beside its first sweep, says nothing of an endpoint.
fn is_read(name: &str) -> bool {
    let mut reads = ["Describe", "GetItem", "Query"].iter();
    reads.any(|read| name.starts_with(read)) && name != "GetItem config"
}

impl Witness {
    /// A stop was committed, or taken up again.
    pub(super) fn stop_committed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        before: &EndpointState,
        vpn: &Ec2World,
        tables: &Tables,
        records: &[AuditRecord],
    ) {
        self.evidence(caller).stop_committed_at = Some(now);
        if self.is_stop_ordered(now, before, records) {
            return;
        }
        let evidence = self.evidence(caller);
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
        let endpoint = vpn.endpoint(&self.book.terms.endpoint).into_iter();
        let connections = endpoint.flat_map(|endpoint| endpoint.connections.values());
        let seen = connections.filter(|connection| present.contains(&connection.id));
        if let Some(as_of) = listings.last() {
            self.book.no_client_is_cut_off(now, *as_of, seen.clone());
        }
        self.no_ask_waits(now, before);
        self.book.no_lease_runs(now);
        self.no_booking_is_near(now, tables);
        let as_of = listings.last().copied().unwrap_or(now);
        if let Some(ready) = self.truth.ready_since {
            self.book.time_has_passed(now, ready, as_of, seen);
        }
        let tolerance = self.tolerance();
        let pinned = self.truth.mode.as_ref().is_some_and(|mode| {
            mode.word == "on" && mode.set_at + SEEN_WITHIN < now && mode.until > now + tolerance
        });
        self.holds(Invariant::ModeIgnored, now, !pinned, || {
            "a stop while the mode is `on`".to_owned()
        });
    }

    fn no_ask_waits(&mut self, now: DateTime<Utc>, state: &EndpointState) {
        // Two hours by a clock that may be ahead.
        let waits = self.truth.is_wanted(state, now + self.tolerance());
        self.holds(Invariant::AskOverridden, now, !waits, || {
            "a stop, and an ask waits".to_owned()
        });
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
            .endpoint(&self.book.terms.endpoint)
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
