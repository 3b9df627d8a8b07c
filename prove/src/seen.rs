//! What AWS answered, in its own words, those included that the adapters do not know.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use shared::model::Counters;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// AWS's error code; `None`: no answer came.
    pub code: Option<String>,
    pub message: String,
}

pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    /// From the SDK's error.
    #[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
    pub fn of<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let code = error.code().map(str::to_owned);
        let said = error.message().map(str::to_owned);
        let message = said.unwrap_or_else(|| chain(&error));
        Self { code, message }
    }

    /// The code, or that no answer came.
    pub fn code(&self) -> &str {
        self.code.as_deref().unwrap_or("no answer")
    }
}

/// An error with all its sources.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.code(), self.message)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    pub association_id: String,
    /// `None` on an endpoint that is attached to a transit gateway.
    pub subnet_id: Option<String>,
    pub status: String,
    pub message: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub cidr: String,
    pub target_subnet: Option<String>,
    pub origin: String,
    pub status: String,
}

impl Route {
    /// Whether it leads through a subnet, rather than from client to client.
    pub fn is_through_subnet(&self) -> bool {
        let target = self.target_subnet.as_deref();
        target.is_some_and(|target| target.starts_with("subnet-"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub connection_id: String,
    pub user: String,
    pub status: String,
    pub end_time: String,
    pub bytes: [String; 2],
    pub packets: [String; 2],
}

impl Connection {
    /// Bytes and packets of both directions, where all four counters can be read.
    pub fn counters(&self) -> Option<Counters> {
        let sum = |both: &[String; 2]| {
            let [one, other] = both.each_ref().map(|text| text.trim().parse::<u64>().ok());
            Some(one?.saturating_add(other?))
        };
        Some(Counters {
            bytes: sum(&self.bytes)?,
            packets: sum(&self.packets)?,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub status: String,
    pub vpc_id: Option<String>,
    pub security_group_ids: BTreeSet<String>,
    pub client_cidr: String,
    pub is_on_transit_gateway: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    pub id: String,
    pub vpc_id: String,
    pub availability_zone: String,
    pub free_addresses: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// `endpoint_id HASH`, `item RANGE`.
    pub keys: Vec<String>,
    /// `by-day: day HASH, event_id RANGE, ALL`.
    pub indexes: BTreeSet<String>,
    pub stream: Option<String>,
    pub is_protected: bool,
    pub time_to_live: Option<String>,
    pub is_recoverable: bool,
}
