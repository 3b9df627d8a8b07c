//! A connection under the eyes of sweeps: what they read of its counters, and what they then hold it for.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{Connection, ConnectionId, ConnectionTraffic, Rules, Traffic, Window};
use shared::policy::{traffic, usage};

use crate::world::{noon, rules};

pub(crate) fn id(n: usize) -> ConnectionId {
    ConnectionId::observed(format!("cvpn-connection-{n:017x}"))
}

pub(crate) fn connection(n: usize, bytes: Option<u64>, packets: Option<u64>) -> Connection {
    Connection {
        id: id(n),
        user: format!("user{n}@example.com"),
        active: true,
        established_at: Some(noon() - TimeDelta::hours(20)),
        ended_at: None,
        bytes,
        packets,
    }
}

/// One connection, and what sweeps remember of it.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) rules: Rules,
    pub(crate) traffic: Traffic,
    bytes: u64,
    packets: u64,
}

impl Counted {
    /// Under these rules, first read at that time.
    pub(crate) fn since(rules: Rules, at: DateTime<Utc>) -> Self {
        let mut counted = Self {
            rules,
            traffic: Traffic::default(),
            bytes: 1_000,
            packets: 10,
        };
        counted.reads(at);
        counted
    }

    /// Under a stale rule of an hour by day, in which 256 KiB are use; first read an hour before noon.
    pub(crate) fn by_day() -> Self {
        let rules = Rules {
            stale_connection: Some(TimeDelta::minutes(60)),
            ..rules()
        };
        Self::since(rules, noon() - TimeDelta::minutes(60))
    }

    /// The client moves so much. Half of it each way makes no difference: EC2's figures are added up.
    pub(crate) fn moves(&mut self, bytes: u64, packets: u64) -> &mut Self {
        self.bytes += bytes;
        self.packets += packets;
        self
    }

    /// The client moves payload alone, so to speak.
    pub(crate) fn moves_payload(&mut self, bytes: u64) -> &mut Self {
        self.moves(bytes, 0)
    }

    /// A sweep reads the counters; whether the connection is in use then.
    pub(crate) fn reads(&mut self, at: DateTime<Utc>) -> bool {
        self.reads_as(at, Some(self.bytes), Some(self.packets))
    }

    /// A sweep reads these counters, whatever the client did.
    pub(crate) fn reads_as(
        &mut self,
        at: DateTime<Utc>,
        bytes: Option<u64>,
        packets: Option<u64>,
    ) -> bool {
        let connections = [connection(1, bytes, packets)];
        // By way of the table, as from one sweep to the next.
        let before = Traffic::parse(&self.traffic.to_item());
        assert_eq!(before, self.traffic);
        self.traffic = traffic(&connections, &before, &self.rules, at);
        usage(&connections, &self.traffic.silent(), at).in_use == 1
    }

    pub(crate) fn remembered(&self) -> &ConnectionTraffic {
        self.traffic.get(&id(1)).expect("it is remembered")
    }

    pub(crate) fn window(&self) -> Window {
        self.remembered().window.expect("a rule is in force")
    }
}
