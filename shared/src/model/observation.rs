//! What a pass saw of an endpoint: kept in the lease table, so that others need not ask EC2 again.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    AssociationId, Connection, ConnectionId, EndpointFacts, NetworkStatus, Route, SubnetId,
    TargetNetwork,
};

/// How long an association that EC2 accepted or showed may be missing from its listing before it is believed gone:
/// EC2's answers lag behind its changes
/// (<https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>).
pub const LISTING_LAG: TimeDelta = TimeDelta::minutes(2);

/// How many names of connected people are kept: one item of the lease table has to hold them.
pub const MAX_CONNECTED: usize = 100;
/// The longest name that is kept: an email address is no longer.
const MAX_NAME_BYTES: usize = 254;
/// How many silent connections are kept for clicks and polls, which read the item that they are in at each look. To
/// them, more than that count as in use; sweeps know better, and only sweeps stop.
const MAX_SILENT: usize = 200;

/// What we believe of an endpoint after a reading of EC2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The target networks believed to exist: listed, or not listed for less than [`LISTING_LAG`].
    pub networks: Vec<SeenNetwork>,
    /// Associations of this stay that are believed gone and not on record as such yet.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gone: BTreeSet<AssociationId>,
    /// The connections; `None` where they were not read, or not to the last page.
    pub usage: Option<Usage>,
    /// Who is connected, as EC2 names them: as many as [`MAX_CONNECTED`], for the page that tells people so. No rule
    /// depends on it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub connected: BTreeSet<String>,
    /// Which connections the last sweep found silent, for clicks and polls: as many as `MAX_SILENT`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub silent: BTreeSet<ConnectionId>,
    /// When bookings keep it, as the last sweep worked it out, for clicks and polls, which read no bookings: in the order
    /// of time, and none touches the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booked: Vec<BookedSpan>,
    /// The route table; `None` where it was not read. Too long to keep in the table, and only a pass that read it
    /// has a use for it.
    #[serde(skip)]
    pub routes: Option<Vec<Route>>,
    /// The endpoint itself; `None` where it was not read.
    #[serde(skip)]
    pub endpoint: Option<EndpointFacts>,
    pub observed_at: DateTime<Utc>,
}

/// A time in which bookings keep an endpoint that is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedSpan {
    /// From here on, a stop could not be undone in time.
    pub from: DateTime<Utc>,
    /// When the lease ends that it is placed with.
    pub until: DateTime<Utc>,
}

/// A target network that is believed to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenNetwork {
    pub association_id: AssociationId,
    pub subnet_id: SubnetId,
    /// Where it stood when EC2 last listed it.
    pub status: NetworkStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Since when it has been seen in this status.
    pub since: DateTime<Utc>,
    /// When EC2 last listed it, or accepted it.
    pub seen_at: DateTime<Utc>,
}

/// What the connections say about use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub active: usize,
    /// Those of them that count as use: not silent.
    pub in_use: usize,
    /// The latest end among the connections that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ended_at: Option<DateTime<Utc>>,
}

impl Observation {
    /// Nothing there: what is believed of an endpoint before the first reading.
    pub fn nothing(observed_at: DateTime<Utc>) -> Self {
        Self {
            observed_at,
            ..Self::default()
        }
    }

    /// What a listing means, given what was believed before it and what EC2 accepted from us.
    ///
    /// A network that is listed is believed as listed, unless it is `disassociated`. One that was seen or accepted and
    /// is not listed is still believed in, as it last stood, until [`LISTING_LAG`] has passed.
    pub fn from_listing<'a>(
        before: Option<&Observation>,
        accepted: impl IntoIterator<Item = &'a AssociationId>,
        listed: Vec<TargetNetwork>,
        read_at: DateTime<Utc>,
    ) -> Self {
        let earlier = |id: &AssociationId| before.and_then(|seen| seen.network(id));
        let mut networks: Vec<SeenNetwork> = Vec::new();
        let listed_ids: Vec<AssociationId> =
            listed.iter().map(|n| n.association_id.clone()).collect();
        let is_there = |network: &TargetNetwork| network.status != NetworkStatus::Disassociated;
        for network in listed.into_iter().filter(is_there) {
            let since = earlier(&network.association_id)
                .filter(|seen| seen.status == network.status)
                .map_or(read_at, |seen| seen.since);
            networks.push(SeenNetwork {
                association_id: network.association_id,
                subnet_id: network.subnet_id,
                status: network.status,
                message: network.message,
                since,
                seen_at: read_at,
            });
        }
        let mut gone = BTreeSet::new();
        for id in accepted {
            let believed = networks.iter().any(|network| network.association_id == *id);
            let known_to_be_gone = before.is_some_and(|seen| seen.gone.contains(id));
            if believed {
                continue;
            }
            // No pass has seen it yet: its time without a listing starts now.
            let unlisted = earlier(id).cloned().unwrap_or_else(|| {
                SeenNetwork::accepted(id.clone(), SubnetId::observed("unknown"), read_at)
            });
            let lags = read_at - unlisted.seen_at < LISTING_LAG;
            if lags && !known_to_be_gone && !listed_ids.contains(id) {
                networks.push(unlisted);
            } else {
                gone.insert(id.clone());
            }
        }
        Self {
            networks,
            gone,
            ..Self::nothing(read_at)
        }
    }

    pub fn accept(
        &mut self,
        association_id: AssociationId,
        subnet_id: SubnetId,
        at: DateTime<Utc>,
    ) {
        self.networks
            .retain(|network| network.association_id != association_id);
        self.networks
            .push(SeenNetwork::accepted(association_id, subnet_id, at));
    }

    pub fn connected_among(connections: &[Connection]) -> BTreeSet<String> {
        connections
            .iter()
            .filter(|connection| connection.active && connection.user.len() <= MAX_NAME_BYTES)
            .map(|connection| connection.user.clone())
            .take(MAX_CONNECTED)
            .collect()
    }

    pub fn silent_among(silent: BTreeSet<ConnectionId>) -> BTreeSet<ConnectionId> {
        silent.into_iter().take(MAX_SILENT).collect()
    }

    #[must_use]
    pub fn as_kept(&self) -> Self {
        Self {
            routes: None,
            endpoint: None,
            ..self.clone()
        }
    }

    pub fn network(&self, id: &AssociationId) -> Option<&SeenNetwork> {
        self.networks
            .iter()
            .find(|network| network.association_id == *id)
    }

    pub fn in_status(&self, status: NetworkStatus) -> impl Iterator<Item = &SeenNetwork> {
        self.networks
            .iter()
            .filter(move |network| network.status == status)
    }

    pub fn any(&self, status: NetworkStatus) -> bool {
        self.in_status(status).next().is_some()
    }
}

impl SeenNetwork {
    /// A network as it stands right after EC2 accepted it.
    pub fn accepted(association_id: AssociationId, subnet_id: SubnetId, at: DateTime<Utc>) -> Self {
        let status = NetworkStatus::Associating;
        Self {
            association_id,
            subnet_id,
            status,
            message: None,
            since: at,
            seen_at: at,
        }
    }
}
