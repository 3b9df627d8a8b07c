//! The reconciler on its real adapters: the SDK's clients against the sandbox's EC2 and an embedded DynamoDB, on a clock
//! that stands still until a test moves it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::config::{Credentials, Region};
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::{Dynamo, Storage};
use sandbox::ec2::{Action, Client, Ec2, Fault, FaultKind, Settings as Ec2Settings};
use sandbox::example;
use serde_json::Value;
use shared::aws::{DynamoStore, Ec2ClientVpn, http_client};
use shared::clock::Clock;
use shared::model::audit::{EventIds, Origin, Retention};
use shared::model::{ConnectionId, EndpointState, ManagedEndpoint, Rules};
use shared::policy::Phase;
use shared::ports::{ClientVpn, Store};
use shared::reconcile::{
    Ask, Asked, Reconciler, Settings, Standing, StatusError, SweepError, Swept,
};

use crate::wire::Wire;

/// A clock that a test moves.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub struct World {
    pub clock: Arc<TestClock>,
    pub ec2: Ec2,
    pub dynamo: Dynamo,
    pub endpoint: ManagedEndpoint,
    pub rules: Rules,
    vpn: Arc<dyn ClientVpn>,
    pub store: Arc<dyn Store>,
}

/// A Monday morning in Tokyo.
pub const MORNING: &str = "2026-11-23T00:30:00Z";

impl World {
    /// Nothing associated, nobody has ever asked.
    pub async fn new() -> Self {
        Self::at(MORNING).await
    }

    /// One whose clients wait only a moment for an answer.
    pub async fn impatient() -> Self {
        Self::build(MORNING, Duration::from_millis(300)).await
    }

    pub async fn at(start: &str) -> Self {
        Self::build(start, Duration::from_secs(5)).await
    }

    /// Its endpoint is attached to a transit gateway.
    pub async fn on_a_transit_gateway() -> Self {
        let mut settings = Ec2Settings::example();
        settings.endpoints[0].transit_gateway_id = Some("tgw-0123456789abcdef0".to_owned());
        Self::of(settings, MORNING, Duration::from_secs(5)).await
    }

    async fn build(start: &str, patience: Duration) -> Self {
        Self::of(Ec2Settings::example(), start, patience).await
    }

    async fn of(mut settings: Ec2Settings, start: &str, patience: Duration) -> Self {
        let clock = Arc::new(TestClock(Mutex::new(start.parse().unwrap())));
        settings.behaviour.throttle = None;
        let ec2 = Ec2::new(clock.clone(), settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ec2_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, ec2.router()).into_future());
        let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
        let (vpn, store) = adapters(&ec2_url, dynamo.url(), patience);
        let endpoint = ManagedEndpoint {
            name: "tokyo".parse().unwrap(),
            id: example::TOKYO.parse().unwrap(),
            subnets: ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
                .map(|id| id.parse().unwrap())
                .to_vec(),
        };
        Self {
            clock,
            ec2,
            dynamo,
            endpoint,
            rules: rules(),
            vpn: Arc::new(vpn),
            store: Arc::new(store),
        }
    }

    /// A process that has just started.
    pub fn reconciler(&self) -> Reconciler {
        self.reconciler_over(self.vpn.clone(), self.store.clone())
    }

    /// The same, all its calls going through `wire`.
    pub fn wired(&self, wire: &Arc<Wire>) -> Reconciler {
        self.reconciler_over(wire.vpn(self.vpn.clone()), wire.store(self.store.clone()))
    }

    fn reconciler_over(&self, vpn: Arc<dyn ClientVpn>, store: Arc<dyn Store>) -> Reconciler {
        let settings = Settings {
            rules: self.rules.clone(),
            retention: Retention {
                audit: Some(TimeDelta::days(400)),
                connections: Some(TimeDelta::days(90)),
            },
            association_hour_price_usd: 0.15,
        };
        Reconciler::new(
            vpn,
            store,
            self.clock.clone(),
            EventIds::from_entropy(),
            settings,
        )
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn pass_seconds(&self, seconds: i64) {
        *self.clock.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }

    pub async fn ask(&self, who: &str) -> Asked {
        self.reconciler()
            .ask(&self.endpoint, person(who))
            .await
            .unwrap()
    }

    pub async fn status(&self) -> Standing {
        self.reconciler().status(&self.endpoint).await.unwrap()
    }

    pub async fn reconciler_status(&self) -> Result<Standing, StatusError> {
        self.reconciler().status(&self.endpoint).await
    }

    pub async fn sweep(&self) -> Result<Swept, SweepError> {
        self.reconciler().sweep(&self.endpoint, false).await
    }

    /// Sweeps each minute until the endpoint is in this phase.
    pub async fn sweep_until(&self, phase: Phase) -> u32 {
        for minute in 0..180 {
            if self.sweep().await.is_ok_and(|swept| swept.phase == phase) {
                return minute;
            }
            self.pass_seconds(60);
        }
        panic!(
            "not {phase:?} within three hours: {:?}",
            self.status().await
        );
    }

    /// Up and ready, asked for by Yuki, its snapshot taken.
    pub async fn ready() -> Self {
        Self::new().await.made_ready().await
    }

    pub async fn made_ready(self) -> Self {
        let world = self;
        world.ask("yuki").await;
        world.sweep_until(Phase::Ready).await;
        world.pass_seconds(60);
        world.sweep().await.unwrap();
        world
    }

    pub fn connect(&self, who: &str) -> ConnectionId {
        self.ec2.change(|world, now| {
            world
                .connect(now, &self.endpoint.id, Client::User(who.to_owned()))
                .unwrap()
        })
    }

    pub fn end(&self, connection: &ConnectionId) {
        self.ec2
            .change(|world, now| world.end(now, connection))
            .unwrap();
    }

    pub fn fault(&self, action: Action, kind: FaultKind) {
        self.ec2
            .change(|world, _| world.inject(Fault::once(action, kind)))
            .unwrap();
    }

    pub fn fault_always(&self, action: Action, kind: FaultKind) {
        self.ec2
            .change(|world, _| world.inject(Fault::always(action, kind)))
            .unwrap();
    }

    pub fn clear_faults(&self) {
        self.ec2.change(|world, _| world.clear_faults());
        self.dynamo.clear_faults();
    }

    /// How many target networks EC2 has that are billed or about to be.
    pub fn associations(&self) -> usize {
        self.ec2.read(|world| {
            let endpoint = world.endpoint(&self.endpoint.id).unwrap();
            endpoint
                .networks
                .values()
                .filter(|n| matches!(n.status.as_str(), "associating" | "associated"))
                .count()
        })
    }

    /// The manual routes in force: destination and target.
    pub fn manual_routes(&self) -> Vec<String> {
        self.ec2.read(|world| {
            let endpoint = world.endpoint(&self.endpoint.id).unwrap();
            let manual = endpoint
                .routes
                .values()
                .filter(|r| r.origin.as_str() == "add-route");
            let mut manual: Vec<String> = manual
                .map(|route| format!("{} {}", route.cidr, route.target))
                .collect();
            manual.sort();
            manual
        })
    }

    pub async fn state(&self) -> EndpointState {
        self.store.load(&self.endpoint.id).await.unwrap()
    }

    /// The audit records, oldest first.
    pub async fn records(&self) -> Vec<Record> {
        let items = self.dynamo.items(example::AUDIT_TABLE).await.unwrap();
        let mut records: Vec<Record> = items.into_iter().map(Record).collect();
        records.sort_by_key(|record| record.text("event_id"));
        records
    }

    /// The events on record, oldest first, without who did it.
    pub async fn events(&self) -> Vec<String> {
        self.records()
            .await
            .iter()
            .map(|record| record.text("event"))
            .collect()
    }

    pub async fn count(&self, event: &str) -> usize {
        self.events()
            .await
            .iter()
            .filter(|found| *found == event)
            .count()
    }
}

/// An audit record in DynamoDB's JSON.
#[derive(Debug)]
pub struct Record(Value);

impl Record {
    pub fn text(&self, attribute: &str) -> String {
        let value = &self.0[attribute];
        value["S"]
            .as_str()
            .or(value["N"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    pub fn number(&self, attribute: &str) -> f64 {
        self.text(attribute).parse().unwrap_or(f64::NAN)
    }
}

pub fn person(who: &str) -> Ask {
    Ask {
        email: format!("{who}@example.com").parse().unwrap(),
        origin: Origin::default(),
    }
}

fn rules() -> Rules {
    Rules {
        time_zone: chrono_tz::Asia::Tokyo,
        idle_timeout: TimeDelta::minutes(60),
        first_connection_grace: TimeDelta::minutes(30),
        overnight_window: Some("22:00-07:00".parse().unwrap()),
        overnight_idle_timeout: TimeDelta::minutes(10),
        stale_connection: None,
        overnight_stale_connection: Some(TimeDelta::minutes(120)),
        max_extension: TimeDelta::hours(12),
        routes: Vec::new(),
    }
}

/// As `Clients` makes them, with time-outs that a test can wait for.
fn adapters(ec2_url: &str, dynamo_url: &str, patience: Duration) -> (Ec2ClientVpn, DynamoStore) {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(patience)
        .build();
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client())
        .region(Region::new(example::REGION))
        .credentials_provider(aws_sdk_ec2::config::SharedCredentialsProvider::new(
            Credentials::new("sandbox", "sandbox", None, None, "test"),
        ))
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(5)),
        )
        .timeout_config(timeouts)
        .build();
    let ec2 = aws_sdk_ec2::config::Builder::from(&config).endpoint_url(ec2_url);
    let dynamo = aws_sdk_dynamodb::config::Builder::from(&config).endpoint_url(dynamo_url);
    let vpn = Ec2ClientVpn::new(aws_sdk_ec2::Client::from_conf(ec2.build()));
    let client = aws_sdk_dynamodb::Client::from_conf(dynamo.build());
    (
        vpn,
        DynamoStore::new(
            client,
            example::LEASE_TABLE.to_owned(),
            example::AUDIT_TABLE.to_owned(),
        ),
    )
}
