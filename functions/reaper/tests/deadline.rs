//! Sweeps that have too little time.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that cannot go on has failed its test"
)]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use reaper::{Limits, Reaper, Summary, SweepFailed, Watch};
use sandbox::ec2::{Action, Fault, FaultKind};
use sandbox::embedded::{Embedded, Options, StillClock};
use sandbox::load::world;
use shared::clock::Clock as _;
use shared::config::ReaperConfig;
use shared::model::audit::EventIds;
use shared::model::{
    AssociationId, Connection, EndpointFacts, EndpointId, Route, RouteKey, SecurityGroupId,
    SubnetId, TargetNetwork, VpcId,
};
use shared::ports::{Association, ClientVpn, VpnError};
use shared::reconcile::Reconciler;
use shared::telemetry::Metrics;

const ENDPOINTS: usize = 12;

/// EC2 with twelve endpoints, each of which takes some time to read.
struct World {
    aws: Embedded,
    slow: Arc<Slow>,
}

impl World {
    async fn new(seconds_a_read: i64) -> Self {
        let mut options = Options::at("2026-11-23T01:31:01Z".parse().unwrap());
        let behaviour = options.ec2.behaviour.clone();
        options.ec2 = world::settings(ENDPOINTS);
        options.ec2.behaviour = behaviour;
        let aws = Embedded::start(options).await.unwrap();
        let slow = Arc::new(Slow {
            vpn: aws.vpn.clone(),
            clock: aws.clock.clone(),
            seconds: seconds_a_read,
            read: Mutex::default(),
        });
        Self { aws, slow }
    }

    /// A function that has just started.
    fn reaper(&self) -> Reaper {
        let variables = |name: &str| match name {
            "MANAGED_ENDPOINTS" => Some(world::managed_endpoints(ENDPOINTS)),
            "LEASE_TABLE" => Some(sandbox::example::LEASE_TABLE.to_owned()),
            "AUDIT_TABLE" => Some(sandbox::example::AUDIT_TABLE.to_owned()),
            _ => None,
        };
        let ReaperConfig { common, dry_run } = ReaperConfig::from_vars(&variables).unwrap();
        Reaper {
            reconciler: Reconciler::new(
                self.slow.clone(),
                self.aws.store.clone(),
                self.aws.clock.clone(),
                EventIds::from_entropy(),
                common.settings,
            ),
            clock: self.aws.clock.clone(),
            endpoints: common.endpoints,
            dry_run,
            watch: Watch::new(Metrics::off(), self.aws.clock.clone()),
        }
    }

    /// One sweep by a function that has just started, and which endpoints it read.
    async fn sweep(&self, seconds: i64) -> (Result<Summary, SweepFailed>, BTreeSet<String>) {
        let deadline = self.aws.clock.now() + TimeDelta::seconds(seconds);
        let swept = self.reaper().sweep_all(Limits::before(deadline)).await;
        let read = std::mem::take(&mut *self.slow.read.lock().unwrap());
        (swept, read)
    }
}

fn names(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(world::name).collect()
}

fn ids(numbers: std::ops::Range<usize>) -> BTreeSet<String> {
    numbers.map(|n| world::endpoint_id(n).to_string()).collect()
}

#[tokio::test]
async fn a_sweep_with_too_little_time_begins_no_endpoint_and_names_those_left_out() {
    // A second for the answer, twenty for an endpoint.
    for (seconds, begins) in [(20, 0), (21, ENDPOINTS)] {
        let world = World::new(0).await;
        let (swept, read) = world.sweep(seconds).await;
        assert_eq!(read, ids(0..begins), "{seconds} s");
        if begins == 0 {
            let failed = swept.unwrap_err();
            assert_eq!(failed.endpoints, [""; 0]);
            assert_eq!(failed.left_out, names(0..ENDPOINTS));
            assert_eq!(
                failed.to_string(),
                format!("no time was left for: {}", names(0..ENDPOINTS).join(", "))
            );
            assert_eq!(world.aws.ec2.calls(), []);
        } else {
            assert_eq!(swept.unwrap().endpoints.len(), ENDPOINTS);
        }
    }
}

#[tokio::test]
async fn what_one_sweep_leaves_out_the_next_one_begins_with_in_whatever_process() {
    // Four begin at once, and none after that: reading them takes a minute.
    let world = World::new(15).await;
    let (first, read) = world.sweep(60).await;
    assert_eq!(read, ids(0..4));
    assert_eq!(first.unwrap_err().left_out, names(4..12));
    let (second, read) = world.sweep(60).await;
    assert_eq!(read, ids(4..8));
    assert_eq!(
        second.unwrap_err().left_out,
        [names(0..4), names(8..12)].concat()
    );
    let (third, read) = world.sweep(60).await;
    assert_eq!(read, ids(8..12));
    assert_eq!(third.unwrap_err().left_out, names(0..8));
    // With time for all, all are swept.
    let (all, read) = world.sweep(60 * 60).await;
    assert_eq!(all.unwrap().endpoints.len(), ENDPOINTS);
    assert_eq!(read, ids(0..12));
}

#[tokio::test]
async fn a_sweep_that_is_under_way_when_the_time_is_up_answers_nevertheless() {
    let world = World::new(0).await;
    let hang = Fault::always(Action::DescribeClientVpnTargetNetworks, FaultKind::Hang);
    world.aws.ec2.change(|ec2, _| ec2.inject(hang)).unwrap();
    let now = world.aws.clock.now();
    let limits = Limits {
        begin_by: now,
        end_by: now + TimeDelta::milliseconds(100),
    };
    let failed = world.reaper().sweep_all(limits).await.unwrap_err();
    assert_eq!(failed.left_out, names(0..ENDPOINTS));
}

#[tokio::test]
async fn an_endpoint_whose_state_cannot_be_read_comes_first_and_is_named_as_failed() {
    let world = World::new(0).await;
    let fault = sandbox::dynamo::Fault::Error("ValidationException".to_owned());
    world.aws.dynamo.inject(Some("GetItem"), fault, u32::MAX);
    let (failed, read) = world.sweep(60).await;
    assert_eq!(failed.unwrap_err().endpoints, names(0..ENDPOINTS));
    assert_eq!(read, BTreeSet::new());
}

#[test]
fn the_limits_come_from_lambdas_deadline() {
    let mut context = lambda_runtime::Context::default();
    context.deadline = 1_000_000;
    let limits = Limits::of(&context);
    assert_eq!(limits.end_by.timestamp_millis(), 999_000);
    assert_eq!(limits.begin_by.timestamp_millis(), 979_000);
}

/// EC2, whose answer about target networks takes its time: the clock moves on with each.
struct Slow {
    vpn: Arc<dyn ClientVpn>,
    clock: Arc<StillClock>,
    seconds: i64,
    read: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl ClientVpn for Slow {
    async fn target_networks(&self, endpoint: &EndpointId) -> Result<Vec<TargetNetwork>, VpnError> {
        self.read.lock().unwrap().insert(endpoint.to_string());
        self.clock.advance(TimeDelta::seconds(self.seconds));
        self.vpn.target_networks(endpoint).await
    }

    async fn connections(&self, endpoint: &EndpointId) -> Result<Vec<Connection>, VpnError> {
        self.vpn.connections(endpoint).await
    }

    async fn routes(&self, endpoint: &EndpointId) -> Result<Vec<Route>, VpnError> {
        self.vpn.routes(endpoint).await
    }

    async fn endpoint(&self, endpoint: &EndpointId) -> Result<EndpointFacts, VpnError> {
        self.vpn.endpoint(endpoint).await
    }

    async fn associate(
        &self,
        endpoint: &EndpointId,
        subnet: &SubnetId,
        client_token: &str,
    ) -> Result<Association, VpnError> {
        self.vpn.associate(endpoint, subnet, client_token).await
    }

    async fn disassociate(
        &self,
        endpoint: &EndpointId,
        association: &AssociationId,
    ) -> Result<(), VpnError> {
        self.vpn.disassociate(endpoint, association).await
    }

    async fn create_route(
        &self,
        endpoint: &EndpointId,
        route: &RouteKey,
        description: Option<&str>,
        client_token: &str,
    ) -> Result<(), VpnError> {
        self.vpn
            .create_route(endpoint, route, description, client_token)
            .await
    }

    async fn apply_security_groups(
        &self,
        endpoint: &EndpointId,
        vpc: &VpcId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), VpnError> {
        self.vpn.apply_security_groups(endpoint, vpc, groups).await
    }

    async fn export_profile(&self, endpoint: &EndpointId) -> Result<String, VpnError> {
        self.vpn.export_profile(endpoint).await
    }
}
