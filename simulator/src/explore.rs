//! Small worlds, walked through in every order that there is: two employees, a sweep, one endpoint, and at most one
//! process that dies at any point.
//!
//! The code is a function of the answers that it gets. So a world is known by what EC2 and the tables hold and by what
//! each process has been answered so far; of two ways into the same world only the first is followed. A call is one
//! step: that it arrives, is done and is answered. Each world is reached by running its steps anew from the start.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{BookedOn, BookedTimes};
use testkit::ec2::Delay;
use testkit::people::Deed;
use testkit::rulebook::Violation;

use crate::bugs::Bug;
use crate::caller::Caller;
use crate::engine::{Engine, TaskId};
use crate::people::People;
use crate::plan::RunPlan;
use crate::request::Request;
use crate::run::{Options, set, set_in, watch};
use crate::universe::Universe;
use crate::weather::LAST_OF_IT;

/// Who acts at once in a small world, after what has gone before.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// What has gone before, at rest.
    before: &'static [Before],
    /// Who acts.
    actors: &'static [Actor],
}

/// What has gone before a small world.
#[derive(Debug, Clone, Copy)]
enum Before {
    /// An employee asked.
    Asked,
    /// So many minutes went by, swept each minute.
    Minutes(i64),
    /// So many minutes went by, and no sweep.
    Unswept(i64),
    /// An employee said "I'm done".
    Released,
    /// An administrator disassociated everything.
    DisassociatedByHand,
    /// An employee booked it for so many minutes from then.
    Booked(&'static str, i64),
}

/// Who acts in a small world.
#[derive(Debug, Clone, Copy)]
enum Actor {
    Asks(&'static str),
    Looks(&'static str),
    Extends(&'static str),
    Releases(&'static str),
    Connects(&'static str),
    /// Takes every booking of theirs back.
    Cancels(&'static str),
    /// An administrator orders a mode by the page, where none stands.
    Orders(&'static str),
    Sweep,
}

const DISASSOCIATE: &str = "DisassociateClientVpnTargetNetwork";
const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";
const ADMINISTRATOR: &str = "admin@example.com";

/// The small worlds that are walked through.
pub const SCENES: &[Scene] = &[
    Scene {
        name: "two ask for an endpoint that is off, while a sweep passes",
        before: &[],
        actors: &[Actor::Asks(ANN), Actor::Asks(BEN), Actor::Sweep],
    },
    Scene {
        name: "one asks while two sweeps are about to stop",
        before: &[Before::Asked, Before::Minutes(20), Before::Unswept(20)],
        actors: &[Actor::Asks(ANN), Actor::Sweep, Actor::Sweep],
    },
    Scene {
        name: "one extends and one releases while a sweep is about to stop",
        before: &[Before::Asked, Before::Minutes(20), Before::Unswept(20)],
        actors: &[Actor::Extends(ANN), Actor::Releases(BEN), Actor::Sweep],
    },
    Scene {
        name: "one connects and one asks while a sweep is about to stop",
        before: &[Before::Asked, Before::Minutes(20), Before::Unswept(20)],
        actors: &[Actor::Connects(ANN), Actor::Asks(BEN), Actor::Sweep],
    },
    Scene {
        name: "two look while a sweep makes it ready",
        before: &[Before::Asked, Before::Minutes(4), Before::Unswept(2)],
        actors: &[Actor::Looks(ANN), Actor::Looks(BEN), Actor::Sweep],
    },
    Scene {
        name: "two ask while it goes down, and a sweep finds it gone",
        before: &[
            Before::Asked,
            Before::Minutes(15),
            Before::Released,
            Before::Minutes(2),
            Before::Unswept(4),
        ],
        actors: &[Actor::Asks(ANN), Actor::Asks(BEN), Actor::Sweep],
    },
    Scene {
        name: "one asks and one looks after an administrator disassociated, while a sweep passes",
        before: &[
            Before::Asked,
            Before::Minutes(15),
            Before::DisassociatedByHand,
            Before::Unswept(6),
        ],
        actors: &[Actor::Asks(ANN), Actor::Looks(BEN), Actor::Sweep],
    },
    Scene {
        name: "one orders `off` and one asks while a sweep is about to stop",
        before: &[Before::Asked, Before::Minutes(20), Before::Unswept(20)],
        actors: &[Actor::Orders("off"), Actor::Asks(ANN), Actor::Sweep],
    },
    Scene {
        name: "one orders `off` and one asks for an endpoint that is off, while a sweep passes",
        before: &[],
        actors: &[Actor::Orders("off"), Actor::Asks(ANN), Actor::Sweep],
    },
    Scene {
        name: "one takes back what two sweeps are about to place",
        before: &[Before::Booked(BEN, 20), Before::Unswept(5)],
        actors: &[Actor::Cancels(BEN), Actor::Sweep, Actor::Sweep],
    },
    Scene {
        name: "one orders `hold` and one asks while a sweep is about to place what both booked",
        before: &[
            Before::Booked(ANN, 20),
            Before::Booked(BEN, 20),
            Before::Unswept(5),
        ],
        actors: &[Actor::Orders("hold"), Actor::Asks(ANN), Actor::Sweep],
    },
    Scene {
        name: "one releases and one takes a booking back while a sweep is about to stop",
        before: &[
            Before::Asked,
            Before::Minutes(20),
            Before::Booked(ANN, 50),
            Before::Unswept(20),
        ],
        actors: &[Actor::Releases(BEN), Actor::Cancels(ANN), Actor::Sweep],
    },
];

/// How far a walk goes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Worlds at most; beyond it the walk ends, and says so.
    pub worlds: usize,
    /// Whether one process may die.
    pub crash: bool,
    /// A bug to plant.
    pub bug: Option<Bug>,
}

/// Strolls through a scene: so many times from the start to the end, each time in an order that chance gives.
///
/// # Errors
/// A configuration that is none.
pub fn stroll(scene: &Scene, times: usize, bounds: Bounds) -> anyhow::Result<Walked> {
    let setting = Setting::of(scene, bounds.bug)?;
    let mut chance = fastrand::Rng::with_seed(1);
    let mut ended = HashSet::new();
    let mut walked = Walked {
        worlds: 0,
        ends: 0,
        complete: false,
        violation: None,
    };
    for _ in 0..times {
        let mut small = Small::begin(scene, &setting)?;
        let mut may_die = bounds.crash;
        loop {
            let waiting = small.waiting().len();
            if waiting == 0 || small.violation().is_some() {
                break;
            }
            let dies = may_die && chance.u8(..30) == 0;
            may_die &= !dies;
            let nth = chance.usize(..waiting);
            small.take(if dies {
                Step::Dies(nth)
            } else {
                Step::Call(nth)
            });
            walked.worlds += 1;
        }
        if small.violation().is_none() && ended.insert(small.holdings()) {
            walked.ends += 1;
            small.goes_on();
        }
        if let Some(violation) = small.violation() {
            walked.violation = Some((violation, small.told.clone()));
            break;
        }
    }
    Ok(walked)
}

/// What a walk came to.
#[derive(Debug)]
pub struct Walked {
    /// Different worlds.
    pub worlds: usize,
    /// Worlds in which each caller had been answered; each went on for a day by itself.
    pub ends: usize,
    /// Whether every order was followed.
    pub complete: bool,
    /// What must not be and was, and the steps that lead there.
    pub violation: Option<(Violation, Vec<String>)>,
}

/// One step: whose call is next, or who dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Call(usize),
    Dies(usize),
}

/// Walks through a scene, each order to its end before the next.
///
/// # Errors
/// A configuration that is none.
pub fn walk(scene: &Scene, bounds: Bounds) -> anyhow::Result<Walked> {
    let mut known = HashSet::new();
    let mut ended = HashSet::new();
    let mut open: Vec<Vec<Step>> = vec![Vec::new()];
    let setting = Setting::of(scene, bounds.bug)?;
    let mut walked = Walked {
        worlds: 0,
        ends: 0,
        complete: true,
        violation: None,
    };
    while let Some(steps) = open.pop() {
        let mut small = Small::begin(scene, &setting)?;
        for step in &steps {
            small.take(*step);
        }
        if !known.insert(small.fingerprint()) {
            continue;
        }
        walked.worlds += 1;
        let at_rest = small.violation().is_none() && small.waiting().is_empty();
        if at_rest && ended.insert(small.holdings()) {
            walked.ends += 1;
            small.goes_on();
        }
        if let Some(violation) = small.violation() {
            walked.violation = Some((violation, small.told.clone()));
            return Ok(walked);
        }
        if walked.worlds >= bounds.worlds {
            walked.complete = false;
            return Ok(walked);
        }
        let died = steps.iter().any(|step| matches!(step, Step::Dies(_)));
        for place in 0..small.waiting().len() {
            let next = |step| steps.iter().copied().chain([step]).collect();
            if bounds.crash && !died {
                open.push(next(Step::Dies(place)));
            }
            open.push(next(Step::Call(place)));
        }
    }
    Ok(walked)
}

/// A small world under way.
struct Small {
    engine: Engine,
    people: People,
    /// The tasks of the actors' processes.
    tasks: BTreeMap<u64, TaskId>,
    /// What each process has been answered: its calls in their order, and the state of the world after each.
    heard: BTreeMap<u64, u64>,
    told: Vec<String>,
}

/// What a small world begins with: what has gone before, done once.
struct Setting {
    plan: RunPlan,
    universe: Universe,
    now: DateTime<Utc>,
}

impl Setting {
    fn of(scene: &Scene, bug: Option<Bug>) -> anyhow::Result<Self> {
        let mut plan = RunPlan::draw(7, 0);
        plan.sweep_every = TimeDelta::minutes(1);
        plan.skew = TimeDelta::zero();
        plan.associating = Delay::exactly(5 * 60);
        let zone = ("TIME_ZONE", "Asia/Tokyo".to_owned());
        plan.variables = vec![zone, ("OVERNIGHT_WINDOW", String::new())];
        let (engine, people) = set(
            &plan,
            Options {
                bug,
                ..Options::default()
            },
        )?;
        for before in scene.before {
            happened(&engine, &people, *before);
        }
        // Long enough that no pass relies on what was seen before.
        watch(&engine, engine.now() + TimeDelta::seconds(10));
        let universe = engine.universe().copy();
        let now = engine.now();
        engine.end();
        // What is begun from here has other seeds, and so other record ids.
        plan.seed += 1;
        Ok(Self {
            plan,
            universe,
            now,
        })
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        self.engine.end();
    }
}

impl Small {
    fn begin(scene: &Scene, setting: &Setting) -> anyhow::Result<Self> {
        let (engine, people) = set_in(&setting.plan, setting.universe.copy(), setting.now)?;
        engine.choose_calls(true);
        for actor in scene.actors {
            act(&engine, &people, *actor);
        }
        engine.poll_ready();
        Ok(Self {
            tasks: people.lambda.tasks(),
            engine,
            people,
            heard: BTreeMap::new(),
            told: Vec::new(),
        })
    }

    /// The calls that wait, in an order that does not depend on how it came to this.
    fn waiting(&self) -> Vec<(usize, Caller, &'static str)> {
        let mut waiting: Vec<_> = self
            .engine
            .waiting()
            .into_iter()
            .enumerate()
            .map(|(place, (caller, name))| (place, caller, name))
            .collect();
        waiting.sort_by_key(|(place, caller, _)| (caller.invocation, *place));
        waiting
    }

    fn take(&mut self, step: Step) {
        let (Step::Call(nth) | Step::Dies(nth)) = step;
        let Some((place, caller, name)) = self.waiting().get(nth).copied() else {
            return;
        };
        match step {
            Step::Call(_) => {
                let before = self.holdings();
                self.engine.choose(place);
                let heard = self.heard.entry(caller.invocation).or_default();
                *heard = hash(&(*heard, name, before));
                self.told.push(format!("{caller}: {name}"));
            }
            Step::Dies(_) => {
                if let Some(task) = self.tasks.get(&caller.invocation) {
                    self.engine.kill(*task);
                }
                self.engine.forget_calls_of(caller.invocation);
                if name == DISASSOCIATE {
                    // What a stop that is half made costs is on record only as far as later sweeps see it.
                    let until = self.engine.now() + LAST_OF_IT;
                    self.engine.universe().witness.storm(until);
                }
                self.heard.insert(caller.invocation, u64::MAX);
                self.told.push(format!("{caller} dies before {name}"));
            }
        }
        self.engine.poll_ready();
    }

    /// What EC2 and the tables hold.
    fn holdings(&self) -> u64 {
        let universe = self.engine.universe();
        let vpn = serde_json::to_string(&universe.vpn).unwrap_or_default();
        hash(&(vpn, universe.tables.fingerprint()))
    }

    fn fingerprint(&self) -> u64 {
        let waiting: Vec<_> = self
            .waiting()
            .into_iter()
            .map(|(_, caller, name)| (caller.invocation, name))
            .collect();
        hash(&(self.holdings(), &self.heard, waiting))
    }

    fn violation(&self) -> Option<Violation> {
        self.engine.universe().witness.violation().cloned()
    }

    /// Each caller has been answered, or is dead: the world goes on by itself, and has to come to rest.
    fn goes_on(&mut self) {
        self.engine.choose_calls(false);
        // An ask is wanted for two hours, and then all takes its time to go.
        for minute in 0..160 {
            watch(&self.engine, self.engine.now() + TimeDelta::minutes(1));
            if minute == 3 {
                self.people.all_leave();
            }
            self.people.lambda.sweep();
        }
        watch(&self.engine, self.engine.now() + TimeDelta::minutes(1));
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        universe.advance(now);
        if universe.witness.violation().is_none() {
            universe
                .witness
                .at_the_end(now, &universe.vpn, &universe.tables);
        }
    }
}

fn happened(engine: &Engine, people: &People, before: Before) {
    match before {
        Before::Asked => act(engine, people, Actor::Asks(BEN)),
        Before::Released => act(engine, people, Actor::Releases(BEN)),
        Before::DisassociatedByHand => people.deed(&Deed::Disassociate),
        Before::Booked(email, minutes) => {
            let ready_at = engine.now() + TimeDelta::minutes(minutes);
            let ready_at = ready_at.with_timezone(&chrono_tz::Asia::Tokyo);
            let minute = ready_at.format("%H:%M:00").to_string();
            let times = BookedTimes {
                on: BookedOn::Date(ready_at.date_naive()),
                ready_by: minute.parse().unwrap_or_default(),
                stay_until: None,
            };
            let people = people.clone();
            engine.spawn(async move { people.book_as(email, times).await });
        }
        Before::Unswept(minutes) => watch(engine, engine.now() + TimeDelta::minutes(minutes)),
        Before::Minutes(minutes) => {
            for _ in 0..minutes {
                people.lambda.sweep();
                watch(engine, engine.now() + TimeDelta::minutes(1));
            }
        }
    }
    watch(engine, engine.now() + TimeDelta::seconds(10));
}

fn act(engine: &Engine, people: &People, actor: Actor) {
    let (email, request) = match actor {
        Actor::Asks(email) => (email, Request::Ask),
        Actor::Looks(email) => (email, Request::Status),
        Actor::Extends(email) => (email, Request::Extend(60)),
        Actor::Releases(email) => (email, Request::Release),
        Actor::Orders(mode) => {
            let order = Request::Order {
                mode,
                minutes: 60,
                shown: "none".to_owned(),
            };
            (ADMINISTRATOR, order)
        }
        Actor::Sweep => {
            people.lambda.sweep();
            return;
        }
        Actor::Cancels(email) => {
            let people = people.clone();
            engine.spawn(async move { people.cancel_all(email).await });
            return;
        }
        Actor::Connects(email) => {
            let people = people.clone();
            engine.spawn(async move { people.connects(email).await });
            return;
        }
    };
    let people = people.clone();
    engine.spawn(async move {
        people.send(email, request).await;
    });
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
