//! The reconciler on its real adapters: the SDK's clients against the sandbox's EC2 and an embedded DynamoDB, on a clock
//! that stands still until a test moves it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use sandbox::embedded::{Embedded, Options};
use shared::clock::Clock;
use shared::model::audit::{EventIds, Origin, Retention};
use shared::model::{AssociationId, ConnectionId, EndpointState, Holidays, ManagedEndpoint, Rules};
use shared::policy::Phase;
use shared::ports::{ClientVpn, Store};
use shared::reconcile::{
    Ask, AskOutcome, EndpointStatus, Reconciler, Settings, StatusError, SweepError, SweepOutcome,
};
use testkit::ec2::{Action, Behaviour, Client, Fault, FaultKind, Request};
use testkit::example;

use crate::wire::Wire;

pub struct World {
    aws: Embedded,
    pub endpoint: ManagedEndpoint,
    pub rules: Rules,
}

impl Deref for World {
    type Target = Embedded;

    fn deref(&self) -> &Embedded {
        &self.aws
    }
}

/// A Monday morning in Tokyo.
pub const MORNING: &str = "2026-11-23T00:30:00Z";

impl World {
    /// Nothing associated, no employee has ever asked.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// One whose clients wait only a moment for an answer.
    pub async fn impatient() -> Self {
        Self::with(|options| options.patience = Duration::from_millis(300)).await
    }

    /// Its endpoint is attached to a transit gateway, in these zones.
    pub async fn on_a_transit_gateway(zones: &[&str]) -> Self {
        let gateway = "tgw-0123456789abcdef0".to_owned();
        let zones = zones.iter().map(ToString::to_string).collect();
        Self::with(|options| {
            let endpoint = &mut options.ec2.endpoints[0];
            endpoint.transit_gateway_id = Some(gateway);
            endpoint.availability_zones = zones;
        })
        .await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::at(MORNING.parse().unwrap());
        change(&mut options);
        let endpoint = ManagedEndpoint {
            name: "tokyo".parse().unwrap(),
            id: example::TOKYO.parse().unwrap(),
            subnets: ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
                .map(|id| id.parse().unwrap())
                .to_vec(),
        };
        let aws = Embedded::start(options).await.unwrap();
        aws.ec2.change(|ec2, _| ec2.keep_history());
        Self {
            aws,
            endpoint,
            rules: rules(),
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

    /// The same over these.
    pub fn reconciler_over(&self, vpn: Arc<dyn ClientVpn>, store: Arc<dyn Store>) -> Reconciler {
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
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub async fn ask(&self, who: &str) -> AskOutcome {
        self.reconciler()
            .ask(&self.endpoint, person(who))
            .await
            .unwrap()
    }

    pub async fn status(&self) -> EndpointStatus {
        self.reconciler().status(&self.endpoint).await.unwrap()
    }

    pub async fn reconciler_status(&self) -> Result<EndpointStatus, StatusError> {
        self.reconciler().status(&self.endpoint).await
    }

    pub async fn sweep(&self) -> Result<SweepOutcome, SweepError> {
        self.reconciler().sweep(&self.endpoint, false).await
    }

    /// One sweep over this wire.
    pub async fn sweep_through(&self, wire: &Arc<Wire>) -> Result<SweepOutcome, SweepError> {
        self.wired(wire).sweep(&self.endpoint, false).await
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

    /// EC2 behaves otherwise from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        self.ec2.change(|world, _| {
            let mut behaviour = world.behaviour().clone();
            change(&mut behaviour);
            world.set_behaviour(behaviour);
        });
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

    /// How many of them traffic can go through.
    pub fn associated(&self) -> usize {
        self.ec2.read(|world| {
            let endpoint = world.endpoint(&self.endpoint.id).unwrap();
            endpoint.associated().count()
        })
    }

    /// The association of the first subnet, which is up.
    pub fn first_association(&self) -> AssociationId {
        self.association_of(0)
    }

    /// The association of the second subnet, which is up.
    pub fn second_association(&self) -> AssociationId {
        self.association_of(1)
    }

    pub fn association_of(&self, subnet: usize) -> AssociationId {
        self.ec2.read(|world| {
            let endpoint = world.endpoint(&self.endpoint.id).unwrap();
            let mut up = endpoint.associated();
            let found = up.find(|n| n.subnet_id == self.endpoint.subnets[subnet]);
            found.unwrap().association_id.clone()
        })
    }

    /// An administrator does it.
    pub fn by_hand(&self, request: Request) {
        self.ec2.by_hand(request).unwrap();
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

    pub async fn records(&self) -> Vec<Record> {
        self.dynamo.records().await.unwrap()
    }

    /// The events on record, oldest first, without who did it.
    pub async fn events(&self) -> Vec<String> {
        self.aws.events().await.unwrap()
    }

    pub async fn count(&self, event: &str) -> usize {
        self.events()
            .await
            .iter()
            .filter(|found| *found == event)
            .count()
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
        silent_below_kib_per_hour: 256,
        max_extension: TimeDelta::hours(12),
        routes: Vec::new(),
        holidays: Holidays::default(),
        booking_lifetime: TimeDelta::days(60),
    }
}
