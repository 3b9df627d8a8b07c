//! AWS as the handlers' targets have it: it does whatever it is asked, and remembers that it was asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::model::audit::{AuditRecord, EventId};
use shared::model::update::Update;
use shared::model::{
    AssociationId, Connection, Email, EndpointFacts, EndpointId, EndpointState, Lease, NotedConfig,
    Personal, PersonalItem, Route, RouteKey, SecurityGroupId, SubnetId, TargetNetwork, Traffic,
    VpcId,
};
use shared::ports::{Association, ClientVpn, Store, StoreError, Transition, VpnError};

/// What AWS was asked.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Calls of any kind.
    pub(crate) calls: usize,
    /// Leases that were written.
    pub(crate) leases: Vec<Lease>,
    /// What was written of bookings.
    pub(crate) bookings: Vec<Update>,
}

/// AWS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aws(Arc<Mutex<Asked>>);

impl Aws {
    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Asked {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn called(&self, change: impl FnOnce(&mut Asked)) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.calls += 1;
        change(&mut asked);
    }

    fn call<T>(&self, answer: T) -> T {
        self.called(|_| ());
        answer
    }
}

#[async_trait]
impl ClientVpn for Aws {
    async fn target_networks(&self, _: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError> {
        Ok(self.call(Vec::new()))
    }

    async fn connections(&self, _: &EndpointId) -> Result<Vec<Connection>, VpnError> {
        Ok(self.call(Vec::new()))
    }

    async fn routes(&self, _: &EndpointId) -> Result<Vec<Route>, VpnError> {
        Ok(self.call(Vec::new()))
    }

    async fn endpoint(&self, _: &EndpointId) -> Result<EndpointFacts, VpnError> {
        Ok(self.call(EndpointFacts {
            vpc_id: None,
            security_group_ids: BTreeSet::new(),
            transit_gateway: false,
        }))
    }

    async fn associate(
        &self,
        _: &EndpointId,
        subnet: &SubnetId,
        _: &str,
    ) -> Result<Association, VpnError> {
        let id = AssociationId::observed(format!("cvpn-assoc-{subnet}"));
        Ok(self.call(Association::Accepted(id)))
    }

    async fn disassociate(&self, _: &EndpointId, _: &AssociationId) -> Result<(), VpnError> {
        self.call(());
        Ok(())
    }

    async fn create_route(
        &self,
        _: &EndpointId,
        _: &RouteKey,
        _: Option<&str>,
        _: &str,
    ) -> Result<(), VpnError> {
        self.call(());
        Ok(())
    }

    async fn apply_security_groups(
        &self,
        _: &EndpointId,
        _: &VpcId,
        _: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), VpnError> {
        self.call(());
        Ok(())
    }

    async fn export_profile(&self, _: &EndpointId) -> Result<String, VpnError> {
        Ok(self.call("client\n".to_owned()))
    }
}

#[async_trait]
impl Store for Aws {
    async fn state(&self, _: &EndpointId) -> Result<EndpointState, StoreError> {
        Ok(self.call(EndpointState::default()))
    }

    async fn load(&self, _: &EndpointId) -> Result<EndpointState, StoreError> {
        Ok(self.call(EndpointState::default()))
    }

    async fn load_for_sweep(&self, _: &EndpointId) -> Result<EndpointState, StoreError> {
        Ok(self.call(EndpointState::default()))
    }

    async fn load_personal(&self, _: &EndpointId, _: &Email) -> Result<Personal, StoreError> {
        Ok(self.call(Personal::default()))
    }

    async fn glance(&self, _: &EndpointId, _: &Email) -> Result<EndpointState, StoreError> {
        Ok(self.call(EndpointState::default()))
    }

    async fn update_personal(
        &self,
        _: &EndpointId,
        _: &PersonalItem,
        _: &Update,
    ) -> Result<bool, StoreError> {
        Ok(self.call(true))
    }

    async fn put_record(&self, _: &AuditRecord) -> Result<(), StoreError> {
        self.call(());
        Ok(())
    }

    async fn grant_lease(&self, _: &EndpointId, lease: &Lease, _: bool) -> Result<(), StoreError> {
        self.called(|asked| asked.leases.push(lease.clone()));
        Ok(())
    }

    async fn add_request(
        &self,
        _: &EndpointId,
        at: DateTime<Utc>,
        _: &EventId,
    ) -> Result<EndpointState, StoreError> {
        let mut state = EndpointState::default();
        state.demand.requests = 1;
        state.demand.requested_at = Some(at);
        Ok(self.call(state))
    }

    async fn update(
        &self,
        _: &EndpointId,
        _: &Update,
    ) -> Result<Option<EndpointState>, StoreError> {
        Ok(self.call(Some(EndpointState::default())))
    }

    async fn commit(&self, _: &EndpointId, transition: &Transition) -> Result<bool, StoreError> {
        let of_bookings = transition
            .personal
            .iter()
            .filter(|(item, _)| matches!(item, PersonalItem::Booking(..)))
            .map(|(_, update)| update.clone());
        self.called(|asked| asked.bookings.extend(of_bookings));
        Ok(true)
    }

    async fn noted_config(&self) -> Result<Option<NotedConfig>, StoreError> {
        Ok(self.call(None))
    }

    async fn note_config(
        &self,
        _: &NotedConfig,
        _: Option<&NotedConfig>,
        _: Option<&AuditRecord>,
    ) -> Result<bool, StoreError> {
        Ok(self.call(true))
    }

    async fn put_traffic(&self, _: &EndpointId, _: &Traffic) -> Result<(), StoreError> {
        self.call(());
        Ok(())
    }
}
