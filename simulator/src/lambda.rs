//! Lambda, the ALB before it and the schedule: instances of the real functions, one invocation each at a time, killed
//! when the time is up or at any other moment.

mod bookings;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use associate::{App, Ports};
use chrono::{DateTime, TimeDelta, Utc};
use futures::channel::oneshot;
use reaper::{Limits, PolicyOnRecord, Reaper, Watch};
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::config::{AssociateConfig, ReaperConfig};
use shared::model::audit::EventIds;
use shared::reconcile::{Reconciler, Settings};
use shared::telemetry::Metrics;
use testkit::alb::{Event, TokenMint};

use crate::caller::Function;
use crate::engine::{Engine, TaskId};
use crate::ports::{Line, SimulatedKeys, SimulatedStore, SimulatedVpn};
use crate::process::Process;
use crate::request::{Request, Response};
use crate::weather::LAST_OF_IT;

/// How long `associate` may take, as the sandbox and the template have it.
const REQUEST_LIMIT: TimeDelta = TimeDelta::seconds(29);
/// How long `reaper` may take.
const SWEEP_LIMIT: TimeDelta = TimeDelta::seconds(60);

/// Tasks whose invocations are remembered.
const TASKS_KNOWN: usize = 50;

/// The functions, as they are deployed.
#[derive(Clone)]
pub struct Lambda {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    associate: AssociateConfig,
    reaper: ReaperConfig,
    mint: TokenMint,
    pem: Arc<str>,
    /// How far apart the clocks of two processes may be.
    skew: TimeDelta,
    seed: u64,
    fleet: Mutex<Fleet>,
}

/// The instances that wait for an invocation.
#[derive(Default)]
struct Fleet {
    processes: u64,
    invocations: u64,
    /// The tasks of the invocations, while they may still be killed.
    tasks: BTreeMap<u64, TaskId>,
    associates: Vec<Instance<App>>,
    /// Instances of `associate` as well, for what people want of bookings.
    bookers: Vec<Instance<Reconciler>>,
    reapers: Vec<Instance<Reaper>>,
}

struct Instance<T> {
    process: Arc<Process>,
    function: Arc<T>,
}

impl<T> Clone for Instance<T> {
    fn clone(&self) -> Self {
        Self {
            process: Arc::clone(&self.process),
            function: Arc::clone(&self.function),
        }
    }
}

impl Lambda {
    /// Functions without an instance yet. `skew` is how far apart two clocks may be.
    pub fn new(
        engine: Engine,
        variables: &impl Fn(&str) -> Option<String>,
        skew: TimeDelta,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let mint = TokenMint::development();
        let inner = Inner {
            engine,
            associate: AssociateConfig::from_vars(variables).context("associate")?,
            reaper: ReaperConfig::from_vars(variables).context("reaper")?,
            pem: mint.public_key_pem().into(),
            mint,
            skew,
            seed,
            fleet: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A person's request, through the ALB.
    pub async fn request(&self, email: &str, endpoint: &str, request: Request) -> Response {
        let asked_at = self.inner.engine.now();
        let event = self.event(email, endpoint, request);
        let instance = self.instance_of_associate();
        let invocation = self.begin(&instance.process);
        let (answer, answered) = oneshot::channel();
        let (lambda, running) = (self.clone(), instance.clone());
        let task = self.inner.engine.spawn(async move {
            let id = format!("simulated-{invocation}");
            let response = running.function.handle(event, &id).await;
            lambda.fleet(|fleet| fleet.associates.push(running));
            drop(answer.send(response));
        });
        self.limit(invocation, task, REQUEST_LIMIT);
        let (status, body) = match answered.await {
            Ok(Ok(response)) => {
                let json = serde_json::to_value(response).unwrap_or_default();
                let body = json["body"].as_str().map(serde_json::from_str);
                let body = body.and_then(Result::ok).unwrap_or_default();
                (json["statusCode"].as_u64().unwrap_or(0), body)
            }
            // Killed, or an event that no ALB makes.
            Ok(Err(_)) | Err(_) => (502, Value::Null),
        };
        Response {
            asked_at,
            invocation,
            status,
            body,
        }
    }

    /// One sweep; it goes on by itself. Returns its invocation.
    pub fn sweep(&self) -> u64 {
        let instance = self.instance_of_reaper();
        let invocation = self.begin(&instance.process);
        let lambda = self.clone();
        self.inner
            .engine
            .universe()
            .reached
            .sweep_begins(invocation);
        let task = self.inner.engine.spawn(async move {
            // What became of it stands in the log; the next sweep is the retry.
            let now = instance.process.now();
            let limits = Limits::before(now + SWEEP_LIMIT);
            let time_is_up = lambda.inner.engine.sleep(limits.end_by - now);
            let _ = instance.function.sweep_until(limits, time_is_up).await;
            lambda
                .inner
                .engine
                .universe()
                .reached
                .sweep_ends(invocation);
            lambda.fleet(|fleet| fleet.reapers.push(instance));
        });
        self.limit(invocation, task, SWEEP_LIMIT);
        invocation
    }

    fn begin(&self, process: &Process) -> u64 {
        let invocation = self.fleet(|fleet| {
            fleet.invocations += 1;
            fleet.invocations
        });
        process.begin(invocation);
        invocation
    }

    /// Kills an invocation when its time is up, or sooner.
    fn limit(&self, invocation: u64, task: TaskId, limit: TimeDelta) {
        self.fleet(|fleet| {
            fleet.tasks.insert(invocation, task);
            while fleet.tasks.len() > TASKS_KNOWN {
                fleet.tasks.pop_first();
            }
        });
        let engine = &self.inner.engine;
        let early = {
            let universe = &mut *engine.universe();
            let struck = universe.chance.u32(..1000) < universe.weather.killed;
            let most = if universe.chance.bool() { 300 } else { 10_000 };
            struck.then(|| TimeDelta::milliseconds(universe.chance.i64(0..most)))
        };
        let at = engine.now() + early.unwrap_or(limit);
        engine.at(at, move |engine| kill(engine, invocation, task));
    }

    /// The process of this invocation dies then, if it is still at work.
    pub(crate) fn kill_at(&self, at: DateTime<Utc>, invocation: u64) {
        let task = self.fleet(|fleet| fleet.tasks.get(&invocation).copied());
        let Some(task) = task else { return };
        self.inner.engine.at(at, move |engine| {
            let until = engine.now() + LAST_OF_IT;
            engine.universe().witness.storm(until);
            kill(engine, invocation, task);
        });
    }

    fn instance_of_associate(&self) -> Instance<App> {
        let idle = self.fleet(|fleet| fleet.associates.pop());
        idle.unwrap_or_else(|| {
            let (process, line, ids) = self.start(Function::Associate);
            let ports = Ports {
                vpn: Arc::new(SimulatedVpn::new(line.clone())),
                store: Arc::new(SimulatedStore::new(line.clone())),
                keys: Arc::new(SimulatedKeys::new(line, Arc::clone(&self.inner.pem))),
                clock: Arc::clone(&process) as _,
                ids,
            };
            let app = App::new(self.inner.associate.clone(), ports);
            let function = Arc::new(app.expect("the simulator's own sign-out URL fits a header"));
            Instance { process, function }
        })
    }

    fn instance_of_reaper(&self) -> Instance<Reaper> {
        let idle = self.fleet(|fleet| fleet.reapers.pop());
        idle.unwrap_or_else(|| {
            let (process, line, ids) = self.start(Function::Reaper);
            let ReaperConfig {
                common,
                dry_run,
                policy,
            } = self.inner.reaper.clone();
            let function = Arc::new(Reaper {
                reconciler: reconciler(&process, line, ids, common.settings),
                clock: Arc::clone(&process) as _,
                endpoints: common.endpoints,
                dry_run,
                policy: PolicyOnRecord::new(policy),
                watch: Watch::new(Metrics::off(), Arc::clone(&process) as _),
            });
            Instance { process, function }
        })
    }

    /// A cold start.
    fn start(&self, function: Function) -> (Arc<Process>, Line, EventIds) {
        let engine = &self.inner.engine;
        let id = self.fleet(|fleet| {
            fleet.processes += 1;
            fleet.processes
        });
        let half = self.inner.skew.num_milliseconds() / 2;
        let ahead = TimeDelta::milliseconds(engine.universe().chance.i64(-half..=half));
        let process = Arc::new(Process::new(id, function, ahead, engine.clone()));
        let line = Line::new(engine.clone(), Arc::clone(&process));
        let ids = EventIds::seeded(u128::from(self.inner.seed) << 64 | u128::from(id));
        (process, line, ids)
    }

    /// The tasks of the latest invocations, whether they still run or not.
    pub(crate) fn tasks(&self) -> BTreeMap<u64, TaskId> {
        self.fleet(|fleet| fleet.tasks.clone())
    }

    /// Every idle instance ends, as Lambda ends them when it likes.
    pub fn recycle(&self) {
        self.fleet(|fleet| {
            fleet.associates.clear();
            fleet.bookers.clear();
            fleet.reapers.clear();
        });
    }

    fn fleet<T>(&self, with: impl FnOnce(&mut Fleet) -> T) -> T {
        with(
            &mut self
                .inner
                .fleet
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The ALB's event for the request of an employee.
    fn event(&self, email: &str, endpoint: &str, request: Request) -> Value {
        let get = |rest: &str| Event::get(&format!("/vpn/{endpoint}{rest}"));
        let post = |rest: &str| Event::post(&format!("/vpn/{endpoint}{rest}"));
        let request = match request {
            Request::Ask => post(""),
            Request::Status => get("/status"),
            Request::Extend(minutes) => post("/extend").json(&json!({ "minutes": minutes })),
            Request::Release => post("/release"),
            Request::Profile => get("/profile"),
            Request::Order {
                mode: mode @ "none",
                shown,
                ..
            } => post("/mode").json(&json!({ "mode": mode, "shown": shown })),
            Request::Order {
                mode,
                minutes,
                shown,
            } => post("/mode").json(&json!({
                "mode": mode, "minutes": minutes, "shown": shown, "reason": "a drill",
            })),
        };
        let token = self.inner.mint.mint(email, email, self.inner.engine.now());
        let request = request.header("accept", "application/json");
        request.identity(&token, email).event()
    }
}

fn reconciler(process: &Arc<Process>, line: Line, ids: EventIds, settings: Settings) -> Reconciler {
    Reconciler::new(
        Arc::new(SimulatedVpn::new(line.clone())),
        Arc::new(SimulatedStore::new(line)),
        Arc::clone(process) as _,
        ids,
        settings,
    )
}

fn kill(engine: &Engine, invocation: u64, task: TaskId) {
    if engine.kill(task) {
        let now = engine.now();
        let universe = &mut *engine.universe();
        universe.reached.died(invocation);
        universe
            .story
            .tell(now, || format!("task {task} is killed"));
    }
}
