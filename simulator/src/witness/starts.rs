//! When the VPN is brought up, and when an ask is answered.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::model::{EndpointState, SubnetId};
use testkit::ec2::{AssociationStatus, Ec2World, Request};
use testkit::rulebook::Invariant;

use super::Witness;
use crate::caller::Caller;
use crate::tables::Tables;

/// From the decision to the call: reads, a commit, and the slowest network there is.
const DECIDED_WITHIN: TimeDelta = TimeDelta::seconds(50);

impl Witness {
    /// EC2 is about to associate something for us.
    pub(super) fn about_to_associate(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        subnet: &SubnetId,
        vpn: &Ec2World,
        tables: &Tables,
    ) {
        let Ok(state) = tables.state(&self.book.terms.endpoint) else {
            return;
        };
        // What is up already is completed while it is used, too.
        let up = vpn
            .endpoint(&self.book.terms.endpoint)
            .is_some_and(|endpoint| {
                endpoint.networks.values().any(|network| {
                    matches!(
                        network.status,
                        AssociationStatus::Associated | AssociationStatus::Associating
                    )
                })
            });
        let lately = now - DECIDED_WITHIN - self.tolerance();
        let wanted = self.truth.waiting_since(&state, lately).is_some();
        // Answered, or given up, by another pass only a moment ago.
        let answered_lately = self.truth.ready_since.is_some_and(|ready| ready > lately)
            || self.rest.given_up_at.is_some_and(|at| at > lately);
        self.holds(
            Invariant::Unasked,
            now,
            up || wanted || answered_lately,
            || format!("{caller} associates {subnet}, and no employee waits for it"),
        );
        let held = self.truth.mode.as_ref().filter(|mode| {
            let until = mode.until - self.book.terms.skew;
            matches!(mode.word, "hold" | "off") && mode.set_at < lately && until > now
        });
        let word = held.map(|mode| mode.word);
        self.holds(Invariant::ModeIgnored, now, word.is_none(), || {
            format!("{caller} associates {subnet} under {word:?}")
        });
    }

    /// Only the managed endpoint is touched.
    pub(super) fn meddled(&mut self, now: DateTime<Utc>, caller: Caller, request: &Request) {
        let endpoint = match request {
            Request::DescribeEndpoints { ids, .. } => ids.first(),
            Request::DescribeTargetNetworks { endpoint, .. }
            | Request::DescribeConnections { endpoint, .. }
            | Request::DescribeRoutes { endpoint, .. }
            | Request::Associate { endpoint, .. }
            | Request::Disassociate { endpoint, .. }
            | Request::CreateRoute { endpoint, .. }
            | Request::DeleteRoute { endpoint, .. }
            | Request::ApplySecurityGroups { endpoint, .. }
            | Request::ExportConfiguration { endpoint }
            | Request::TerminateConnection { endpoint, .. }
            | Request::TerminateUser { endpoint, .. }
            | Request::DescribeAuthorizationRules { endpoint, .. }
            | Request::ModifyEndpoint { endpoint, .. } => Some(endpoint),
            Request::DescribeSubnets { .. } | Request::DescribeSecurityGroups { .. } => None,
        };
        let ours = endpoint == Some(&self.book.terms.endpoint);
        let subnet_is_ours = if let Request::Associate { subnet, .. } = request {
            self.book.terms.subnets.contains(subnet)
        } else {
            true
        };
        self.holds(Invariant::Meddled, now, ours && subnet_is_ours, || {
            format!("{caller}: {request:?}")
        });
    }

    /// `served` may rise only to asks after which the VPN was usable; a disassociation by hand answers all.
    pub(super) fn served(
        &mut self,
        now: DateTime<Utc>,
        before: &EndpointState,
        after: &EndpointState,
        records: &[AuditRecord],
    ) {
        if after.demand.gave_up.is_some() && after.demand.gave_up != before.demand.gave_up {
            self.rest.given_up_at = Some(now);
            let recorded = records.iter().any(|r| r.event == Event::AssociationFailed);
            self.holds(Invariant::NoOutcome, now, recorded, || {
                "given up without a record".to_owned()
            });
        }
        if after.demand.served <= before.demand.served {
            return;
        }
        let external = records
            .iter()
            .any(|record| record.event == Event::DisassociationExternal);
        if external {
            return;
        }
        let last_usable = self.book.history.last_usable(now);
        let asked = self.truth.asks.get(&after.demand.served).copied();
        let fair = match (asked, last_usable) {
            (Some(asked), Some(usable)) => asked <= usable,
            (None, _) => true,
            (Some(_), None) => false,
        };
        self.holds(Invariant::ServedUnready, now, fair, || {
            format!(
                "request {} of {asked:?} counts as served; last usable: {last_usable:?}",
                after.demand.served
            )
        });
    }
}
