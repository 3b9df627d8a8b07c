//! Sweeps with too little time.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that cannot go on has failed its test"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use reaper::{Limits, PolicyOnRecord, Reaper, Summary, SweepFailed, Watch};
use sandbox::embedded::{Embedded, Options, StillClock};
use shared::clock::Clock as _;
use shared::config::ReaperConfig;
use shared::model::audit::EventIds;
use shared::model::{BookedOn, BookedTimes, Booking, PersonalItem, WORKDAYS, time_of_day};
use shared::ports::{ClientVpn, Store};
use shared::reconcile::Reconciler;
use shared::telemetry::Metrics;
use testkit::ec2::{Action, Fault, FaultKind};
use testkit::ports::{Between, Wrapped};
use testkit::{example, fleet};

const ENDPOINTS: usize = 12;

/// EC2 with twelve endpoints, each of which takes time to read.
struct World {
    aws: Embedded,
    vpn: Arc<dyn ClientVpn>,
    store: Arc<dyn Store>,
}

impl World {
    async fn new(seconds_a_read: i64) -> Self {
        let mut options = Options::at("2026-11-23T01:31:01Z".parse().unwrap());
        let behaviour = options.ec2.behaviour.clone();
        options.ec2 = fleet::settings(ENDPOINTS);
        options.ec2.behaviour = behaviour;
        let aws = Embedded::start(options).await.unwrap();
        let slow = Arc::new(Slow {
            clock: aws.clock.clone(),
            call: "target_networks",
            seconds: seconds_a_read,
        });
        let vpn: Arc<dyn ClientVpn> = aws.vpn.clone();
        let vpn = Wrapped::new(slow, vpn);
        let store = aws.store.clone();
        Self { aws, vpn, store }
    }

    /// Each of its transactions takes time.
    fn with_slow_commits(mut self, seconds: i64) -> Self {
        let slow = Arc::new(Slow {
            clock: self.aws.clock.clone(),
            call: "commit",
            seconds,
        });
        self.store = Wrapped::new(slow, self.store);
        self
    }

    /// A function that has just started.
    fn reaper(&self) -> Reaper {
        let variables = |name: &str| match name {
            "MANAGED_ENDPOINTS" => Some(fleet::managed_endpoints(ENDPOINTS)),
            _ => example::variable(name).map(str::to_owned),
        };
        let ReaperConfig {
            common,
            dry_run,
            policy,
        } = ReaperConfig::from_vars(&variables).unwrap();
        Reaper {
            reconciler: Reconciler::new(
                self.vpn.clone(),
                self.store.clone(),
                self.aws.clock.clone(),
                EventIds::from_entropy(),
                common.settings,
            ),
            clock: self.aws.clock.clone(),
            endpoints: common.endpoints,
            dry_run,
            policy: PolicyOnRecord::new(policy),
            watch: Watch::new(Metrics::off(), self.aws.clock.clone()),
        }
    }

    /// One sweep by a function that has just started, and which endpoints it read.
    async fn sweep(&self, seconds: i64) -> (Result<Summary, SweepFailed>, BTreeSet<String>) {
        let deadline = self.aws.clock.now() + TimeDelta::seconds(seconds);
        let before = self.aws.ec2.calls().len();
        let swept = self.reaper().sweep_all(Limits::before(deadline)).await;
        let calls = self.aws.ec2.calls().into_iter().skip(before);
        let listings = calls.filter(|call| call.action == Action::DescribeClientVpnTargetNetworks);
        let read = listings.map(|call| call.parameters["ClientVpnEndpointId"].clone());
        (swept, read.collect())
    }
}

fn names(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(fleet::name).collect()
}

fn ids(numbers: std::ops::Range<usize>) -> BTreeSet<String> {
    numbers.map(|n| fleet::endpoint_id(n).to_string()).collect()
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
async fn the_next_sweep_begins_with_what_this_one_left_out_in_whatever_process() {
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
async fn a_sweep_under_way_answers_when_the_time_is_up() {
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
    let fault = sandbox::dynamo::TableFault::Error("ValidationException".to_owned());
    world.aws.dynamo.inject(Some("GetItem"), fault, u32::MAX);
    let (failed, read) = world.sweep(60).await;
    assert_eq!(failed.unwrap_err().endpoints, names(0..ENDPOINTS));
    assert_eq!(read, BTreeSet::new());
}

#[tokio::test]
async fn an_endpoint_with_more_bookings_than_there_is_time_for_is_named_and_served_by_the_next_sweep()
 {
    let world = World::new(0).await.with_slow_commits(2);
    let endpoint = fleet::endpoint_id(3);
    let now = world.aws.clock.now();
    // It is 10:31 in Tokyo, a quarter of an hour is the lead.
    let times = BookedTimes {
        on: BookedOn::Days(WORKDAYS),
        ready_by: time_of_day("10:45").unwrap(),
        stay_until: None,
    };
    for who in ["yuki", "ren", "hana", "aoi"] {
        let booking = Booking {
            email: format!("{who}@example.com").parse().unwrap(),
            id: times.id(),
            times: times.clone(),
            placed_for: None,
            created_at: now,
            renewed_at: now,
            ended_at: None,
        };
        let made = booking.made(None, TimeDelta::days(60));
        let item = PersonalItem::from(&booking);
        let made = world.store.update_personal(&endpoint, &item, &made);
        assert!(made.await.unwrap());
    }
    // A second is kept for the answer, and seventeen for a stop: three are left.
    let sweep = async |seconds| {
        let mut reaper = world.reaper();
        reaper.endpoints.retain(|managed| managed.id == endpoint);
        let deadline = world.aws.clock.now() + TimeDelta::seconds(seconds);
        reaper.sweep_all(Limits::before(deadline)).await
    };
    let failed = sweep(21).await.unwrap_err();
    assert_eq!(failed.endpoints, [""; 0]);
    assert_eq!(failed.left_out, names(3..4));
    let placed = async || {
        let state = world.store.load_for_sweep(&endpoint).await.unwrap();
        let placed = state.bookings.iter().filter(|it| it.placed_for.is_some());
        placed.count()
    };
    assert_eq!(placed().await, 2);
    assert_eq!(sweep(60).await.unwrap().endpoints.len(), 1);
    assert_eq!(placed().await, 4);
}

#[test]
fn the_limits_come_from_lambdas_deadline() {
    let mut context = lambda_runtime::Context::default();
    context.deadline = 1_000_000;
    let limits = Limits::of(&context);
    assert_eq!(limits.end_by.timestamp_millis(), 999_000);
    assert_eq!(limits.begin_by.timestamp_millis(), 979_000);
}

/// AWS that takes time for one of its calls: each moves the clock.
struct Slow {
    clock: Arc<StillClock>,
    call: &'static str,
    seconds: i64,
}

impl Between for Slow {
    async fn call<T: Send>(&self, name: &'static str, work: impl Future<Output = T> + Send) -> T {
        if name == self.call {
            self.clock.advance(TimeDelta::seconds(self.seconds));
        }
        work.await
    }
}
