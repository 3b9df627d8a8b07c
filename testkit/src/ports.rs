//! Wrappers around the ports: what acts between a process and AWS, call by call.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::identity::{KeyError, KeyId, PublicKeys};
use shared::model::audit::{AuditRecord, EventId};
use shared::model::update::Update;
use shared::model::{
    AssociationId, Connection, Email, EndpointFacts, EndpointId, EndpointState, Lease, NotedConfig,
    Personal, PersonalItem, Route, RouteKey, SecurityGroupId, SubnetId, TargetNetwork, Traffic,
    VpcId,
};
use shared::ports::{Association, ClientVpn, Store, StoreError, Transition, VpnError};

/// What acts between a process and AWS: it delays calls, counts them, or never lets their answers through.
pub trait Between: Send + Sync + 'static {
    /// Makes a call, named as the port's method: `work` is the call, and its output the answer.
    fn call<T: Send>(
        &self,
        name: &'static str,
        work: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send;
}

/// A port with something before it.
#[derive(Debug)]
pub struct Wrapped<B, P: ?Sized> {
    between: Arc<B>,
    inner: Arc<P>,
}

impl<B, P: ?Sized> Wrapped<B, P> {
    /// `between` sees every call to `inner`.
    pub fn new(between: Arc<B>, inner: Arc<P>) -> Arc<Self> {
        Arc::new(Self { between, inner })
    }
}

macro_rules! forward {
    ($trait:ident { $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> Result<$ok:ty, $err:ty>;)* }) => {
        #[async_trait]
        impl<B: Between> $trait for Wrapped<B, dyn $trait> {
            $(async fn $name(&self $(, $arg: $type)*) -> Result<$ok, $err> {
                self.between.call(stringify!($name), self.inner.$name($($arg),*)).await
            })*
        }
    };
}

forward!(ClientVpn {
    fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError>;
    fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError>;
    fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError>;
    fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError>;
    fn associate(&self, endpoint: &EndpointId, subnet: &SubnetId, token: &str) -> Result<Association, VpnError>;
    fn disassociate(&self, endpoint: &EndpointId, association: &AssociationId) -> Result<(), VpnError>;
    fn create_route(&self, endpoint: &EndpointId, route: &RouteKey, description: Option<&str>, token: &str) -> Result<(), VpnError>;
    fn apply_security_groups(&self, endpoint: &EndpointId, vpc: &VpcId, groups: &BTreeSet<SecurityGroupId>) -> Result<(), VpnError>;
    fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError>;
});

forward!(Store {
    fn state(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;
    fn load(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;
    fn load_for_sweep(&self, endpoint: &EndpointId) -> Result<EndpointState, StoreError>;
    fn load_personal(&self, endpoint: &EndpointId, email: &Email) -> Result<Personal, StoreError>;
    fn glance(&self, endpoint: &EndpointId, email: &Email) -> Result<EndpointState, StoreError>;
    fn update_personal(&self, endpoint: &EndpointId, item: &PersonalItem, update: &Update) -> Result<bool, StoreError>;
    fn put_record(&self, record: &AuditRecord) -> Result<(), StoreError>;
    fn grant_lease(&self, endpoint: &EndpointId, lease: &Lease, may_shorten: bool) -> Result<(), StoreError>;
    fn add_request(&self, endpoint: &EndpointId, at: DateTime<Utc>, ask: &EventId) -> Result<EndpointState, StoreError>;
    fn update(&self, endpoint: &EndpointId, update: &Update) -> Result<Option<EndpointState>, StoreError>;
    fn commit(&self, endpoint: &EndpointId, transition: &Transition) -> Result<bool, StoreError>;
    fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError>;
    fn note_config(&self, config: &NotedConfig, before: Option<&NotedConfig>, record: Option<&AuditRecord>) -> Result<bool, StoreError>;
    fn put_traffic(&self, endpoint: &EndpointId, traffic: &Traffic) -> Result<(), StoreError>;
});

#[async_trait]
impl<B: Between + fmt::Debug> PublicKeys for Wrapped<B, dyn PublicKeys> {
    async fn fetch(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        self.between
            .call("fetch_key", self.inner.fetch(key_id))
            .await
    }
}
