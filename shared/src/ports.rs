//! What the reconciler needs of the world: EC2's Client VPN, and the two tables. The adapters implement it.

use std::collections::BTreeSet;
use std::error::Error as StdError;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use crate::model::audit::{AuditRecord, EventId};
use crate::model::item::{Item, Malformed};
use crate::model::update::Update;
use crate::model::{
    AssociationId, Connection, Email, EndpointFacts, EndpointId, EndpointState, Failure, Lease,
    NotedConfig, Personal, PersonalItem, Route, RouteKey, SecurityGroupId, Snapshot, SubnetId,
    TargetNetwork, Traffic, VpcId,
};

/// An error of a library, kept as the source of ours.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// EC2's Client VPN. Each method is one call (its answer read to the last page), named as the IAM action. Only where a
/// listing looks like one of a transit gateway is the endpoint read too, before it is refused.
#[async_trait]
pub trait ClientVpn: Send + Sync {
    /// `ec2:DescribeClientVpnTargetNetworks`.
    async fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError>;

    /// `ec2:DescribeClientVpnConnections`: active ones, and those that ended within 60 minutes.
    async fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError>;

    /// `ec2:DescribeClientVpnRoutes`.
    async fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError>;

    /// `ec2:DescribeClientVpnEndpoints`.
    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError>;

    /// `ec2:AssociateClientVpnTargetNetwork`. A token used before is answered with the first result.
    async fn associate(
        &self,
        endpoint: &EndpointId,
        subnet: &SubnetId,
        client_token: &str,
    ) -> Result<Association, VpnError>;

    /// `ec2:DisassociateClientVpnTargetNetwork`. An association that is gone already is a success.
    async fn disassociate(
        &self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) -> Result<(), VpnError>;

    /// `ec2:CreateClientVpnRoute`. A route that is there already is a success.
    async fn create_route(
        &self,
        endpoint: &EndpointId,
        route: &RouteKey,
        description: Option<&str>,
        client_token: &str,
    ) -> Result<(), VpnError>;

    /// `ec2:ApplySecurityGroupsToClientVpnTargetNetwork`: endpoint-wide, whatever its name says.
    async fn apply_security_groups(
        &self,
        endpoint: &EndpointId,
        vpc: &VpcId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), VpnError>;

    /// `ec2:ExportClientVpnClientConfiguration`: the text of an `.ovpn` file.
    async fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError>;
}

/// What EC2 answered to an associate call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Association {
    /// It is on its way, or was when this token was first used.
    Accepted(AssociationId),
    /// The subnet has an association that this token did not make.
    AlreadyThere,
}

/// Why a call to EC2 did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum VpnError {
    /// Trying again later may help: throttled, out of reach, or something else has to finish first.
    #[error("EC2 could not do it now ({})", .code.as_deref().unwrap_or("no answer"))]
    TryLater {
        /// EC2's error code; `None`: no answer came.
        code: Option<String>,
        #[source]
        source: BoxError,
    },
    /// Trying again will not help: the operator has to mend something.
    #[error("EC2 refused ({code}): {message}")]
    Refused { code: String, message: String },
}

impl VpnError {
    /// The endpoint is attached to a transit gateway, so it is not ours to manage (DESIGN 3.10).
    pub fn transit_gateway() -> Self {
        Failure::transit_gateway().into()
    }

    /// Whether it is [`Self::transit_gateway`].
    pub fn is_transit_gateway(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == Failure::TRANSIT_GATEWAY)
    }
}

impl From<Failure> for VpnError {
    fn from(Failure { code, message }: Failure) -> Self {
        Self::Refused { code, message }
    }
}

/// The lease table and the audit table.
#[async_trait]
pub trait Store: Send + Sync {
    /// The `state` item alone, read consistently.
    async fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;

    /// What clicks and polls need of an endpoint: state, leases and snapshot, read consistently in one query.
    async fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;

    /// The same with all that only sweeps need.
    async fn load_for_sweep(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;

    /// Puts a record, unless one with its id is there already.
    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError>;

    /// Writes an employee's lease. Unless `may_shorten`, a lease that runs longer keeps its end.
    async fn grant_lease(
        &self,
        endpoint: &EndpointId,
        lease: &Lease,
        may_shorten: bool,
    ) -> Result<(), StoreError>;

    /// Counts a request, once for each `ask`, and returns the state with it.
    async fn add_request(
        &self,
        endpoint: &EndpointId,
        at: DateTime<Utc>,
        ask: &EventId,
    ) -> Result<EndpointState, StoreError>;

    /// An employee's bookings at an endpoint and what is remembered of their clicks, read consistently.
    async fn load_personal(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<Personal, StoreError>;

    /// State, leases and snapshot with this employee's bookings, in one query that need not be consistent: for a list.
    async fn glance(
        &self,
        endpoint: &EndpointId,
        email: &Email,
    ) -> Result<EndpointState, StoreError>;

    /// Changes an item of an employee's; `false`: a condition failed.
    async fn update_personal(
        &self,
        endpoint: &EndpointId,
        item: &PersonalItem,
        update: &Update,
    ) -> Result<bool, StoreError>;

    /// Changes the `state` item and returns it (without leases, snapshot and traffic); `None`: a condition failed.
    async fn update(
        &self,
        endpoint: &EndpointId,
        update: &Update,
    ) -> Result<Option<EndpointState>, StoreError>;

    /// Writes a transition in one transaction; `false`: a condition failed and nothing was written.
    async fn commit(
        &self,
        endpoint: &EndpointId,
        transition: &Transition,
    ) -> Result<bool, StoreError>;

    /// The settings that are on record, read consistently; `None`: none yet.
    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError>;

    /// Notes settings with the record of their change in one transaction, if those on record are `before` still. `false`:
    /// they are not.
    async fn note_config(
        &self,
        config: &NotedConfig,
        before: Option<&NotedConfig>,
        record: Option<&AuditRecord>,
    ) -> Result<bool, StoreError>;

    /// Remembers what the connections have moved, for the next sweep.
    async fn put_traffic(&self, endpoint: &EndpointId, traffic: &Traffic)
    -> Result<(), StoreError>;
}

/// What administrators' pages read: both tables, never EC2. Each method is one call, named as the IAM action. Nothing here
/// need be read consistently.
#[async_trait]
pub trait AuditReader: Send + Sync {
    /// `dynamodb:Query` on the lease table: state, leases, snapshot, traffic and bookings of an endpoint.
    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;

    /// `dynamodb:GetItem` on the lease table: the settings on record; `None`: none yet.
    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError>;

    /// `dynamodb:Query` on the audit table or one of its indexes: so many records at most, and no more than DynamoDB puts
    /// into one answer (1 MB).
    async fn records(
        &self,
        partition: &Partition,
        range: &IdRange,
        direction: Direction,
        limit: u32,
    ) -> Result<RecordChunk, StoreError>;

    /// `dynamodb:GetItem` on the audit table; `None`: there is no such record. `endpoint_id` is `-` where it is about none.
    async fn record(
        &self,
        endpoint_id: &str,
        event_id: &EventId,
    ) -> Result<Option<Item>, StoreError>;

    /// `dynamodb:PutItem` on the audit table, for a record of no endpoint: an export, or a refusal.
    async fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError>;
}

/// Records that are read together, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partition {
    /// The table itself: an endpoint's id, or `-`.
    Endpoint(String),
    /// The index `by-actor`.
    Actor(String),
    /// The index `by-day`: a day of UTC.
    Day(NaiveDate),
    /// The index `by-month`: closing records that ended in this month of UTC, its first day given.
    Month(NaiveDate),
}

/// Ids from `first` to `last`, both included; `None`: no bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdRange {
    pub first: Option<EventId>,
    pub last: Option<EventId>,
    /// Only what comes behind this record in the direction of reading. It lies within the bounds, and need not be there
    /// any more.
    pub after: Option<RecordKey>,
}

/// Where a record stands in its partition. An id alone does not say it: what another hand put there may have any text for
/// an id, and in an index the same one twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey {
    /// `-` where the record is about no endpoint.
    pub endpoint_id: String,
    pub event_id: String,
}

/// In which order records are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    OldestFirst,
    NewestFirst,
}

/// What one call brought. Records are items, for a page shows them whatever they hold: what a later version wrote, and what
/// another hand put there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordChunk {
    pub items: Vec<Item>,
    /// Whether the range may hold more beyond the last of them.
    pub has_more: bool,
}

/// What is written together or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transition {
    /// Of the `state` item; one without conditions and assignments has nothing to do with it.
    pub update: Update,
    pub records: Vec<AuditRecord>,
    pub snapshot: Option<Snapshot>,
    /// The changes of employees' items, each under its conditions.
    pub personal: Vec<(PersonalItem, Update)>,
}

/// Why a table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB is out of reach, throttled, or refuses us.
    #[error("DynamoDB could not do {operation} ({})", .code.as_deref().unwrap_or("no answer"))]
    Unavailable {
        operation: &'static str,
        /// DynamoDB's error code; `None`: no answer came.
        code: Option<String>,
        #[source]
        source: BoxError,
    },
    /// An index that is still being built cannot be read.
    #[error("the index {index} is still being built")]
    IndexNotReady { index: &'static str },
    /// An item is not as this system writes it.
    #[error("the lease table holds something unreadable")]
    Malformed(#[from] Malformed),
}
