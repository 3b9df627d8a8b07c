//! One run of a plan, from the first midnight until long after all employees have left.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use shared::config::{ReaperConfig, VARIABLES};
use shared::model::{AssociationId, ConnectionId, ManagedEndpoint};
use testkit::ec2::{self, AssociationStatus, Behaviour, Connection, Ec2World};
use testkit::example;
use testkit::history::Network;
use testkit::rulebook::{Invariant, Terms, Violation};

use crate::bugs::Bug;
use crate::caller::Function;
use crate::engine::Engine;
use crate::lambda::Lambda;
use crate::people::People;
use crate::plan::{RunPlan, What};
use crate::ports::{Line, SimulatedStore, SimulatedVpn};
use crate::process::Process;
use crate::reached::{Counts, Reached};
use crate::request::ENDPOINT_NAME;
use crate::tables::Tables;
use crate::universe::{Story, Universe};
use crate::weather::{LAST_OF_IT, Weather};
use crate::witness::Witness;

/// How a run is watched.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// A bug to plant.
    pub bug: Option<Bug>,
    /// Whether to write down what happens.
    pub told: bool,
    /// Whether to go on to the end, whatever must not be and was.
    pub runs_on: bool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// What must not be and was.
    pub violation: Option<Violation>,
    /// How much time went by in it.
    pub simulated: TimeDelta,
    /// How often each invariant was looked at.
    pub looks: BTreeMap<Invariant, u64>,
    /// How often each rare situation was reached.
    pub reached: Counts,
    /// How many records were written.
    pub records: usize,
    /// What stays came to.
    pub accounts: Accounts,
    /// What happened last, in words, if it was told.
    pub story: Vec<String>,
    /// What is left at the end.
    pub remains: Remains,
}

/// What is left at the end of a run: what is on record, and what was so at EC2.
#[derive(Debug, Clone)]
pub struct Remains {
    /// The endpoint and its subnets.
    pub endpoint: ManagedEndpoint,
    /// Both tables.
    pub tables: Tables,
    /// The lives of its target networks.
    pub networks: BTreeMap<AssociationId, Network>,
    /// Its connections.
    pub connections: BTreeMap<ConnectionId, Connection>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

impl Remains {
    fn of(universe: &mut Universe, ended_at: DateTime<Utc>) -> anyhow::Result<Self> {
        let terms = universe.witness.terms().clone();
        let at_ec2 = universe.vpn.endpoint(&terms.endpoint);
        Ok(Self {
            endpoint: ManagedEndpoint {
                name: ENDPOINT_NAME.parse()?,
                id: terms.endpoint,
                subnets: terms.subnets,
            },
            connections: at_ec2.map(|it| it.connections.clone()).unwrap_or_default(),
            networks: std::mem::take(&mut universe.witness.book.history.networks),
            tables: std::mem::take(&mut universe.tables),
            ended_at,
        })
    }
}

/// What stays came to, on record and by EC2's own time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accounts {
    /// How many closing records there are.
    pub closing_records: usize,
    /// The time of associations that they add up to, in seconds.
    pub seconds_on_record: i64,
    /// How many associations EC2 had that came up.
    pub associations: usize,
    /// The time from EC2's accepting each until its accepting to take it away, in seconds.
    pub seconds_at_ec2: i64,
}

impl Accounts {
    fn of(universe: &Universe) -> Self {
        let mut accounts = Self::default();
        let records = universe.tables.records_since(0);
        for closing in records.filter_map(|record| record.details.closing.as_ref()) {
            accounts.closing_records += 1;
            accounts.seconds_on_record += i64::try_from(closing.association_seconds).unwrap_or(0);
        }
        for network in universe.witness.book.history.networks.values() {
            let life = network
                .held()
                .zip(network.first(AssociationStatus::Disassociating));
            if let Some(((from, _), to)) = life {
                accounts.associations += 1;
                accounts.seconds_at_ec2 += (to - from).num_seconds();
            }
        }
        accounts
    }
}

/// From when all have gone until an employee asks once more, and from then until all must be off: leases run for
/// twelve hours, and some people still work when the plan ends.
const AFTERWARDS: TimeDelta = TimeDelta::hours(16);
/// How often the witness looks around.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(60);
/// An endpoint at rest is swept so many times less often.
const ASLEEP: i32 = 15;
/// Lines of the story that are kept.
const LINES: usize = 80;

/// Runs a plan.
///
/// # Errors
/// A plan whose configuration is none.
pub fn run(plan: &RunPlan, options: Options) -> anyhow::Result<Outcome> {
    let (engine, people) = set(plan, options)?;
    let end = plan.end();
    schedule(plan, &engine, &people);
    watch(&engine, end);
    if options.runs_on || engine.universe().witness.violation().is_none() {
        afterwards(&engine, &people, end);
    }
    let ended_at = engine.now();
    let simulated = ended_at - plan.start;
    engine.end();
    let universe = &mut *engine.universe();
    Ok(Outcome {
        violation: universe.witness.violation().cloned(),
        simulated,
        looks: universe.witness.book.looks.clone(),
        reached: universe.reached.counts().clone(),
        records: universe.tables.records_written(),
        accounts: Accounts::of(universe),
        story: universe.story.last(LINES).to_vec(),
        remains: Remains::of(universe, ended_at)?,
    })
}

/// The engine and what is in it at the beginning of a run.
pub(crate) fn set(plan: &RunPlan, options: Options) -> anyhow::Result<(Engine, People)> {
    let variables = variables(&plan.variables);
    let common = ReaperConfig::from_vars(&lookup(&variables))
        .context("the plan's configuration")?
        .common;
    let endpoint = common.endpoints.first().context("no endpoint")?.clone();
    let terms = Terms {
        endpoint: endpoint.id.clone(),
        subnets: endpoint.subnets.clone(),
        rules: common.settings.rules,
        hour_price_usd: common.settings.association_hour_price_usd,
        sweep_every: plan.sweep_every,
        skew: plan.skew,
        ec2_takes: plan.associating.longest(),
        judges_cost_amid_storms: false,
    };
    let mut vpn = Ec2World::new(ec2_settings(plan), plan.start);
    vpn.keep_history();
    let universe = Universe {
        vpn,
        tables: Tables::default(),
        weather: Weather::calm(),
        chance: fastrand::Rng::with_seed(plan.seed.wrapping_mul(0x9e37_79b9)),
        witness: Witness::new(terms),
        reached: Reached::new(plan.zone),
        story: if options.told {
            Story::told()
        } else {
            Story::default()
        },
        bug: options.bug,
        runs_on: options.runs_on,
        no_sweep_until: None,
    };
    set_in(plan, universe, plan.start)
}

/// EC2 as a plan has it.
pub fn ec2_settings(plan: &RunPlan) -> ec2::Settings {
    let mut settings = ec2::Settings::example();
    settings.seed = plan.seed;
    settings.behaviour = Behaviour {
        associating: plan.associating,
        disassociating: plan.associating,
        forget_security_groups: plan.forget_security_groups,
        terminations_fail: plan.terminations_fail,
        local_routes_without_target: plan.local_routes_without_target,
        page_cap: Some(3),
        ..Behaviour::default()
    };
    settings
}

/// EC2 and the tables as a process sees them, in a world where nothing happens by itself.
///
/// # Errors
/// A plan whose configuration is none.
pub fn bare(plan: &RunPlan) -> anyhow::Result<(Engine, SimulatedVpn, SimulatedStore)> {
    let (engine, _) = set(plan, Options::default())?;
    let process = Process::new(0, Function::Reaper, TimeDelta::zero(), engine.clone());
    let line = Line::new(engine.clone(), Arc::new(process));
    let (vpn, store) = (SimulatedVpn::new(line.clone()), SimulatedStore::new(line));
    Ok((engine, vpn, store))
}

/// The engine over a universe that is there already.
pub(crate) fn set_in(
    plan: &RunPlan,
    universe: Universe,
    now: DateTime<Utc>,
) -> anyhow::Result<(Engine, People)> {
    let mistaken = mistaken(variables(&plan.variables), universe.bug);
    let engine = Engine::new(universe, now, plan.seed);
    let lambda = Lambda::new(engine.clone(), &lookup(&mistaken), plan.skew, plan.seed)?;
    let (endpoint, subnets) = {
        let terms = engine.universe().witness.terms().clone();
        (terms.endpoint, terms.subnets)
    };
    let people = People {
        engine: engine.clone(),
        lambda,
        endpoint,
        subnets,
    };
    Ok((engine, people))
}

/// Puts everything that the plan has into the engine, and the schedule.
fn schedule(plan: &RunPlan, engine: &Engine, people: &People) {
    for event in &plan.events {
        let (people, what) = (people.clone(), event.what.clone());
        engine.at(event.at, move |engine| happens(engine, &people, what));
    }
    let (sim, people, every) = (engine.clone(), people.clone(), plan.sweep_every);
    let end = plan.end();
    let mut aim = plan.aim.map(fastrand::Rng::with_seed);
    engine.spawn(async move {
        let mut slept = 0;
        loop {
            let late = sim.universe().chance.i64(0..2_000);
            sim.sleep(every + TimeDelta::milliseconds(late)).await;
            if sim
                .universe()
                .no_sweep_until
                .is_some_and(|at| sim.now() < at)
            {
                continue;
            }
            slept += 1;
            if slept < ASLEEP && people.is_asleep() {
                continue;
            }
            slept = 0;
            sim.universe().tables.expire(sim.now());
            match &mut aim {
                Some(chance) if sim.now() < end => people.sweep_aimed(chance),
                Some(_) | None => {
                    people.lambda.sweep();
                }
            }
        }
    });
}

pub(crate) fn happens(engine: &Engine, people: &People, what: What) {
    let now = engine.now();
    match what {
        What::Visit(visit) => {
            engine.spawn(people.clone().visit(visit));
        }
        What::Books(deed) => {
            engine.spawn(people.clone().books(deed));
        }
        What::Deed(deed) => people.deed(&deed),
        What::NoSweeps(lasts) => {
            let universe = &mut *engine.universe();
            universe.no_sweep_until = universe.no_sweep_until.max(Some(now + lasts));
            universe.witness.storm(now + lasts + LAST_OF_IT);
        }
        What::ExtraSweep => {
            people.lambda.sweep();
        }
        What::Recycle => people.lambda.recycle(),
        What::Storm(weather, lasts) => {
            set_weather(engine, weather.clone());
            let universe = &mut *engine.universe();
            universe.witness.storm(now + lasts + LAST_OF_IT);
            universe
                .story
                .tell(now, || format!("a storm begins: {weather:?}"));
            engine.at(now + lasts, move |engine| {
                // Unless the next one has begun.
                if engine.universe().weather == weather {
                    set_weather(engine, Weather::calm());
                }
            });
        }
    }
}

fn set_weather(engine: &Engine, weather: Weather) {
    let universe = &mut *engine.universe();
    let behaviour = Behaviour {
        listing_lag_seconds: weather.listing_lag_seconds,
        ..universe.vpn.behaviour().clone()
    };
    universe.vpn.set_behaviour(behaviour);
    universe.weather = weather;
}

/// Runs until a time, the witness looking around about once a minute, or until something must not be.
pub(crate) fn watch(engine: &Engine, end: DateTime<Utc>) {
    let mut next = engine.now();
    engine.run_until(end, |engine| {
        let now = engine.now();
        let universe = &mut *engine.universe();
        if now >= next {
            next = now + LOOK_EVERY;
            universe.advance(now);
            universe
                .witness
                .look_around(now, &universe.vpn, &universe.tables);
            universe.reached.met(universe.witness.take_reached());
        }
        universe.runs_on || universe.witness.violation().is_none()
    });
}

/// The storms are over and all employees go. Once more one asks, and all must be as it was; then all must be off.
fn afterwards(engine: &Engine, people: &People, end: DateTime<Utc>) {
    set_weather(engine, Weather::calm());
    engine.universe().no_sweep_until = None;
    people.all_leave();
    let asked = end + AFTERWARDS;
    watch(engine, asked);
    let employee = people.clone();
    engine.spawn(async move {
        let email = "last@example.com";
        if employee.ask(email).await {
            employee.becomes_ready(email, true).await;
        }
    });
    let off = asked + AFTERWARDS;
    watch(engine, off);
    let universe = &mut *engine.universe();
    universe.advance(off);
    universe
        .witness
        .at_the_end(off, &universe.vpn, &universe.tables);
}

type Variables = BTreeMap<String, String>;

fn variables(chosen: &[(&'static str, String)]) -> Variables {
    let subnets = "subnet-0aaaaaaaaaaaaaaa1,subnet-0aaaaaaaaaaaaaaa2";
    let endpoints = format!("{ENDPOINT_NAME}={}:{subnets}", example::TOKYO);
    let names = VARIABLES.iter().map(|variable| variable.name);
    let fixed = names.filter_map(|name| Some((name, example::variable(name)?)));
    let fixed = fixed.chain([("MANAGED_ENDPOINTS", endpoints.as_str())]);
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let chosen = chosen
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    fixed.chain(chosen).collect()
}

/// Bugs that are mistakes in what the functions are told.
fn mistaken(mut variables: Variables, bug: Option<Bug>) -> Variables {
    let mistake = match bug {
        Some(Bug::NaiveLocalTime) => Some(("TIME_ZONE", "UTC")),
        Some(Bug::HolidayPlaced) => Some(("HOLIDAYS", "")),
        Some(Bug::GraceNotGiven) => Some(("FIRST_CONNECTION_GRACE_MINUTES", "1")),
        _ => None,
    };
    variables.extend(mistake.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}

fn lookup(variables: &Variables) -> impl Fn(&str) -> Option<String> {
    |name| variables.get(name).cloned()
}
