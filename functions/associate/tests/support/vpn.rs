//! EC2 in memory: it associates when the test says so, and fails as told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use shared::model::{
    AssociationId, Connection, EndpointFacts, EndpointId, NetworkStatus, Route, RouteKey,
    SecurityGroupId, SubnetId, TargetNetwork, VpcId,
};
use shared::ports::{Association, ClientVpn, VpnError};

/// Text of EC2 that must reach no client.
pub const INSIDE: &str = "arn:aws:sts::123456789012:assumed-role/secret-inside";

#[derive(Debug, Default)]
pub struct ScriptedVpn(Mutex<World>);

#[derive(Debug, Default)]
struct World {
    networks: BTreeMap<EndpointId, Vec<TargetNetwork>>,
    calls: Vec<&'static str>,
    refusing: BTreeMap<&'static str, &'static str>,
    throttled: Vec<&'static str>,
    /// An endpoint of which nothing can be read.
    broken: Option<EndpointId>,
}

impl ScriptedVpn {
    /// From now on EC2 refuses this call with a code.
    pub fn refuse(&self, call: &'static str, code: &'static str) {
        self.0.lock().unwrap().refusing.insert(call, code);
    }

    /// From now on EC2 throttles this call.
    pub fn throttle(&self, call: &'static str) {
        self.0.lock().unwrap().throttled.push(call);
    }

    /// From now on EC2 throttles everything about one endpoint.
    pub fn break_endpoint(&self, endpoint: EndpointId) {
        self.0.lock().unwrap().broken = Some(endpoint);
    }

    /// What is associating is associated.
    pub fn all_associated(&self) {
        let mut world = self.0.lock().unwrap();
        for network in world.networks.values_mut().flatten() {
            network.status = NetworkStatus::Associated;
        }
    }

    pub fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    fn called<T>(
        &self,
        call: &'static str,
        endpoint: &EndpointId,
        work: impl FnOnce(&mut World) -> T,
    ) -> Result<T, VpnError> {
        let mut world = self.0.lock().unwrap();
        world.calls.push(call);
        if let Some(code) = world.refusing.get(call) {
            return Err(VpnError::Refused {
                code: (*code).to_owned(),
                message: INSIDE.to_owned(),
            });
        }
        if world.throttled.contains(&call) || world.broken.as_ref() == Some(endpoint) {
            return Err(VpnError::TryLater {
                code: Some("RequestLimitExceeded".to_owned()),
                source: INSIDE.into(),
            });
        }
        Ok(work(&mut world))
    }
}

#[async_trait]
impl ClientVpn for ScriptedVpn {
    async fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError> {
        self.called("target_networks", endpoint, |world| {
            world.networks.get(endpoint).cloned().unwrap_or_default()
        })
    }

    async fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError> {
        self.called("connections", endpoint, |_| Vec::new())
    }

    async fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError> {
        self.called("routes", endpoint, |_| Vec::new())
    }

    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError> {
        self.called("endpoint", endpoint, |_| EndpointFacts {
            vpc_id: Some(VpcId::observed("vpc-1")),
            security_group_ids: BTreeSet::new(),
            transit_gateway: false,
        })
    }

    async fn associate(
        &self,
        endpoint: &EndpointId,
        subnet: &SubnetId,
        _client_token: &str,
    ) -> Result<Association, VpnError> {
        self.called("associate", endpoint, |world| {
            let id = AssociationId::observed(format!("cvpn-assoc-of-{subnet}"));
            let network = TargetNetwork {
                association_id: id.clone(),
                subnet_id: subnet.clone(),
                status: NetworkStatus::Associating,
                message: None,
            };
            let networks = world.networks.entry(endpoint.clone()).or_default();
            networks.push(network);
            Association::Accepted(id)
        })
    }

    async fn disassociate(
        &self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) -> Result<(), VpnError> {
        self.called("disassociate", endpoint, |world| {
            for network in world.networks.values_mut().flatten() {
                if network.association_id == *association {
                    network.status = NetworkStatus::Disassociating;
                }
            }
        })
    }

    async fn create_route(
        &self,
        endpoint: &EndpointId,
        _route: &RouteKey,
        _description: Option<&str>,
        _client_token: &str,
    ) -> Result<(), VpnError> {
        self.called("create_route", endpoint, |_| ())
    }

    async fn apply_security_groups(
        &self,
        endpoint: &EndpointId,
        _vpc: &VpcId,
        _groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), VpnError> {
        self.called("apply_security_groups", endpoint, |_| ())
    }

    async fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError> {
        self.called("export_profile", endpoint, |_| {
            format!("client\nremote {endpoint}.prod.clientvpn.ap-northeast-1.amazonaws.com 443\n")
        })
    }
}
