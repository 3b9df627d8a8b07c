//! The sandbox's AWS, a clock that waiting moves, and a client that connects.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use prove::aws::Aws;
use prove::config::Tables;
use prove::run::{Found, Outcome, Progress, Setup, Step, Verdict, run};
use prove::time::{Sleeper, Time};
use sandbox::dynamo::ConflictCodes;
use sandbox::ec2::Ec2;
use sandbox::embedded::{Embedded, Options, StillClock};
use shared::clock::Clock as _;
use shared::model::{ManagedEndpoint, SubnetId};
use testkit::ec2::{Client, Delay, Fault, Traffic};
use testkit::example::{AUDIT_TABLE, LEASE_TABLE, TOKYO};
use tokio::sync::watch;

pub const SMALL: &str = "subnet-0aaaaaaaaaaaaaaa3";

/// What a test does when a step begins.
type Hook = Box<dyn Fn(&Ec2, Step) + Send + Sync>;

pub struct Stage {
    pub aws: Aws,
    pub embedded: Embedded,
    pub setup: Setup,
    pub interrupt: Arc<watch::Sender<bool>>,
    /// The time until the operator interrupts.
    pub interrupt_after: Option<Duration>,
    pub hook: Hook,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With these settings changed beforehand.
    pub async fn with(change: impl FnOnce(&mut testkit::ec2::Settings)) -> Self {
        let mut options = Options::at("2026-11-24T03:00:00Z".parse().unwrap());
        let behaviour = &mut options.ec2.behaviour;
        behaviour.associating = Delay::exactly(60);
        behaviour.disassociating = Delay::exactly(60);
        let mut small = options.ec2.subnets[0].clone();
        small.id = SubnetId::observed(SMALL);
        "ap-northeast-1d".clone_into(&mut small.availability_zone);
        small.cidr = "10.0.3.0/28".parse().unwrap();
        small.free_addresses = 11;
        options.ec2.subnets.push(small);
        change(&mut options.ec2);
        let embedded = Embedded::start(options).await.unwrap();
        embedded
            .dynamo
            .let_writes_conflict(ConflictCodes::DOCUMENTED);
        let tables = Tables {
            lease: LEASE_TABLE.to_owned(),
            audit: AUDIT_TABLE.to_owned(),
        };
        let aws = Aws::new(
            &embedded.ec2_config(),
            &embedded.dynamo_config(),
            Some(&tables),
        );
        Self {
            aws,
            setup: setup(),
            embedded,
            interrupt: Arc::new(watch::channel(false).0),
            interrupt_after: None,
            hook: Box::new(|_, _| {}),
        }
    }

    pub fn inject(&self, fault: Fault) {
        let injected = self.embedded.ec2.change(|world, _| world.inject(fault));
        injected.unwrap();
    }

    pub async fn found(&self) -> Found {
        Found::read(&self.aws, &self.setup).await
    }

    pub async fn run(&self) -> Outcome {
        let found = self.found().await;
        self.run_as_found(&found).await
    }

    pub async fn run_as_found(&self, found: &Found) -> Outcome {
        let refusals = found
            .objections(&self.setup, self.embedded.clock.now())
            .refusals;
        assert_eq!(refusals, Vec::<String>::new());
        let stepping = Stepping {
            clock: self.embedded.clock.clone(),
            interrupt: self.interrupt.clone(),
            left: Mutex::new(self.interrupt_after),
        };
        let time = Time {
            clock: self.embedded.clock.clone(),
            sleeper: Arc::new(stepping),
            interrupted: self.interrupt.subscribe(),
        };
        run(&self.aws, &self.setup, found, &time, self)
            .await
            .unwrap()
    }

    /// What there is on the endpoint: associations, routes, security groups.
    pub fn on_endpoint(&self) -> (Vec<String>, Vec<String>, Vec<String>) {
        self.embedded.ec2.read(|world| {
            let endpoint = world.endpoint(&self.setup.endpoint.id).unwrap();
            let networks = endpoint.networks.values();
            let up = networks.filter(|network| network.status.as_str() != "disassociated");
            let routes = endpoint
                .routes
                .values()
                .map(|route| format!("{} {}", route.cidr, route.target));
            let groups = endpoint.security_groups.iter().map(ToString::to_string);
            (
                up.map(|it| it.association_id.to_string()).collect(),
                routes.collect(),
                groups.collect(),
            )
        })
    }

    /// The rows that are of this verdict.
    pub fn rows(outcome: &Outcome, verdict: Verdict) -> Vec<&'static str> {
        let rows = outcome.rows.iter().filter(|row| row.verdict == verdict);
        rows.map(|row| row.row.id).collect()
    }
}

impl Progress for Stage {
    fn begins(&self, step: Step, says: &str) {
        println!("> {says}");
        (self.hook)(&self.embedded.ec2, step);
    }

    fn says(&self, text: &str) {
        println!("  {text}");
    }

    fn profile(&self, _: &str) {}
}

/// A client connects when it is time, and moves this much each second.
pub fn connects(endpoint: ManagedEndpoint, traffic: Traffic) -> Hook {
    Box::new(move |ec2, step| {
        if step == Step::AwaitConnection {
            ec2.change(|world, now| {
                let id = world
                    .connect(
                        now,
                        &endpoint.id,
                        Client::User("hana@example.com".to_owned()),
                    )
                    .unwrap();
                world.set_traffic(now, &id, traffic).unwrap();
            });
        }
    })
}

fn setup() -> Setup {
    Setup {
        endpoint: ManagedEndpoint {
            name: "tokyo".parse().unwrap(),
            id: TOKYO.parse().unwrap(),
            subnets: ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
                .map(SubnetId::observed)
                .to_vec(),
        },
        hour_price_usd: 0.15,
        lease_table: Some(LEASE_TABLE.to_owned()),
        connect: false,
        small_subnet: None,
        run_id: "test".to_owned(),
    }
}

/// Waiting moves the sandbox's clock, and after a while the operator interrupts.
struct Stepping {
    clock: Arc<StillClock>,
    interrupt: Arc<watch::Sender<bool>>,
    left: Mutex<Option<Duration>>,
}

impl fmt::Debug for Stepping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stepping")
    }
}

#[async_trait]
impl Sleeper for Stepping {
    async fn sleep(&self, duration: Duration) {
        self.clock.advance(TimeDelta::from_std(duration).unwrap());
        let mut left = self.left.lock().unwrap();
        if let Some(until) = *left {
            *left = until.checked_sub(duration);
            if left.is_none() {
                self.interrupt.send_replace(true);
            }
        }
    }
}
