//! The steps, as data: what is done, in which order.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use shared::model::ManagedEndpoint;

/// The manual route's destination: TEST-NET-2, which is in no use (RFC 5737).
pub const CIDR: &str = "198.51.100.0/24";

/// How long to wait for a client to connect.
pub const TIME_TO_CONNECT: TimeDelta = TimeDelta::minutes(15);
/// How long the connected client is watched.
pub const IDLE_FOR: TimeDelta = TimeDelta::minutes(10);

/// What a run has to work with.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The endpoint, and the subnets that are associated: the first two of the configuration.
    pub endpoint: ManagedEndpoint,
    /// What one associated subnet costs for an hour, in USD.
    pub hour_price_usd: f64,
    /// The lease table, for the rows of DynamoDB; `None`: they are left out.
    pub lease_table: Option<String>,
    /// Whether a colleague connects.
    pub connect: bool,
    /// A subnet with fewer than 20 free addresses, to see an association fail.
    pub small_subnet: Option<String>,
    /// Makes this run's client tokens differ from those of every other.
    pub run_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    ReadEmptyListing,
    Collide,
    AssociateSmall,
    WatchSmall,
    DisassociateSmall,
    WatchSmallGone,
    Associate,
    AssociateAgain,
    AssociateTwice,
    AssociateSecond,
    WatchUp,
    CreateRoute,
    CreateLocalRoute,
    WatchRoutes,
    ExportProfile,
    AwaitConnection,
    WatchIdle,
    ReadByAdapters,
    ApplyGroups,
    Disassociate,
    DisassociateAgain,
    DisassociateSecond,
    WatchGone,
    DisassociateGone,
    AssociateWhenGone,
    WatchDropped,
    ReadGroups,
}

const SMALL: &[Step] = &[
    Step::AssociateSmall,
    Step::WatchSmall,
    Step::DisassociateSmall,
    Step::WatchSmallGone,
];
const SECOND: &[Step] = &[Step::AssociateSecond, Step::DisassociateSecond];

impl Setup {
    pub fn plan(&self) -> Vec<Step> {
        let all = [
            Step::ReadEmptyListing,
            Step::Collide,
            Step::AssociateSmall,
            Step::WatchSmall,
            Step::DisassociateSmall,
            Step::WatchSmallGone,
            Step::Associate,
            Step::AssociateAgain,
            Step::AssociateTwice,
            Step::AssociateSecond,
            Step::WatchUp,
            Step::CreateRoute,
            Step::CreateLocalRoute,
            Step::WatchRoutes,
            Step::ExportProfile,
            Step::AwaitConnection,
            Step::WatchIdle,
            Step::ReadByAdapters,
            Step::ApplyGroups,
            Step::Disassociate,
            Step::DisassociateAgain,
            Step::DisassociateSecond,
            Step::WatchGone,
            Step::DisassociateGone,
            Step::AssociateWhenGone,
            Step::WatchDropped,
            Step::ReadGroups,
        ];
        all.into_iter()
            .filter(|step| self.includes(*step))
            .collect()
    }

    fn includes(&self, step: Step) -> bool {
        let needs = [
            (self.lease_table.is_some(), &[Step::Collide][..]),
            (self.small_subnet.is_some(), SMALL),
            (self.connect, &[Step::AwaitConnection, Step::WatchIdle]),
            (self.second().is_some(), SECOND),
        ];
        needs
            .iter()
            .all(|(is_given, steps)| *is_given || !steps.contains(&step))
    }

    /// What a step does, for the operator.
    pub fn says(&self, step: Step) -> String {
        let first = self.first();
        match step {
            Step::ReadEmptyListing => {
                "read the listing of connections while there is none".to_owned()
            }
            Step::Collide => {
                "let writes collide on one item of the lease table, and delete the item".to_owned()
            }
            Step::AssociateSmall => format!("associate {}, which is too small", self.small()),
            Step::WatchSmall => "watch whether it fails".to_owned(),
            Step::DisassociateSmall => "disassociate it".to_owned(),
            Step::WatchSmallGone => "wait until it is gone".to_owned(),
            Step::Associate => format!("associate {first}"),
            Step::AssociateAgain => "the same again, with the same client token".to_owned(),
            Step::AssociateTwice => "the same again, with another client token".to_owned(),
            Step::AssociateSecond => format!("associate {}", self.second().unwrap_or_default()),
            Step::WatchUp => "wait until all is `associated` (4 to 20 minutes)".to_owned(),
            Step::CreateRoute => {
                format!(
                    "make the route {CIDR} through {first} (addresses reserved for documentation)"
                )
            }
            Step::CreateLocalRoute => {
                "make the route to the clients' range through `local`".to_owned()
            }
            Step::WatchRoutes => "wait until both are `active`".to_owned(),
            Step::ReadByAdapters => "read everything as the functions do".to_owned(),
            Step::ExportProfile => "export the client profile".to_owned(),
            Step::AwaitConnection => format!(
                "wait until a client connects with that profile (at most {} minutes)",
                TIME_TO_CONNECT.num_minutes()
            ),
            Step::WatchIdle => format!(
                "read its counters each minute for {} minutes, while it is idle",
                IDLE_FOR.num_minutes()
            ),
            Step::ApplyGroups => "apply other security groups (add or remove one)".to_owned(),
            Step::Disassociate => format!("disassociate {first}"),
            Step::DisassociateAgain => "the same again".to_owned(),
            Step::DisassociateSecond => {
                format!("disassociate {}", self.second().unwrap_or_default())
            }
            Step::WatchGone => {
                "watch target networks and routes until all is gone (4 to 20 minutes)".to_owned()
            }
            Step::DisassociateGone => format!("disassociate {first} once more"),
            Step::AssociateWhenGone => {
                format!("associate {first} with the client token of the first time")
            }
            Step::WatchDropped => {
                "watch the listing until it has dropped them (at most 10 minutes)".to_owned()
            }
            Step::ReadGroups => "read the security groups, which are then set back".to_owned(),
        }
    }

    pub fn first(&self) -> &str {
        self.endpoint
            .subnets
            .first()
            .map_or("", |subnet| subnet.as_str())
    }

    pub fn second(&self) -> Option<&str> {
        self.endpoint
            .subnets
            .get(1)
            .map(shared::model::SubnetId::as_str)
    }

    pub(super) fn small(&self) -> &str {
        self.small_subnet.as_deref().unwrap_or_default()
    }

    /// The subnets that this run may associate.
    pub fn subnets(&self) -> BTreeSet<&str> {
        [
            Some(self.first()),
            self.second(),
            self.small_subnet.as_deref(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How long subnets are associated and what that costs; connections are billed in addition.
    pub fn cost(&self) -> String {
        let subnets = if self.second().is_some() { 2 } else { 1 };
        let minutes = 30
            + if self.connect { 25 } else { 0 }
            + if self.small_subnet.is_some() { 15 } else { 0 };
        let usd = f64::from(subnets) * self.hour_price_usd * f64::from(minutes) / 60.0;
        format!(
            "about {minutes} minutes of {subnets} associated subnet(s) at USD {} an hour: about USD {usd:.2}",
            self.hour_price_usd
        )
    }
}
