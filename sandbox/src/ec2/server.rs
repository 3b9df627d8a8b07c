//! [`Ec2`]: the world behind the EC2 Query API, with a clock and, if wanted, a file to keep it in.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use shared::clock::Clock;
use testkit::ec2::ApiError;
use testkit::ec2::Ec2World;
use testkit::ec2::FaultKind;
use testkit::ec2::Settings;
use testkit::ec2::{Action, Answer, Caller, Request};
use testkit::ec2::{Call, Outcome};

use super::query::Parsed;

/// A running EC2. Clones share one world.
#[derive(Debug, Clone)]
pub struct Ec2 {
    world: Arc<Mutex<Ec2World>>,
    clock: Arc<dyn Clock>,
    file: Option<Arc<PathBuf>>,
}

/// Why a saved world cannot be taken up again.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read or written.
    #[error("cannot keep the world in {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no world, or that of an older sandbox.
    #[error("{path} holds no world that this sandbox understands; start afresh")]
    Format {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl Ec2 {
    /// A new world, kept in memory only.
    pub fn new(clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let world = Ec2World::new(settings, clock.now());
        Self {
            world: Arc::new(Mutex::new(world)),
            clock,
            file: None,
        }
    }

    /// The world kept in this file; a new one of these settings where the file does not exist yet. Every change is
    /// written there before it is answered.
    pub fn open(clock: Arc<dyn Clock>, settings: Settings, file: &Path) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io {
            path: file.to_owned(),
            source,
        };
        let world = match std::fs::read(file) {
            Ok(saved) => serde_json::from_slice(&saved).map_err(|source| OpenError::Format {
                path: file.to_owned(),
                source,
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ec2World::new(settings, clock.now())
            }
            Err(error) => return Err(io(error)),
        };
        save(&world, file).map_err(io)?;
        Ok(Self {
            world: Arc::new(Mutex::new(world)),
            clock,
            file: Some(Arc::new(file.to_owned())),
        })
    }

    /// Reads the world as it is now.
    pub fn read<T>(&self, look: impl FnOnce(&Ec2World) -> T) -> T {
        let mut world = self.lock();
        world.advance(self.clock.now());
        look(&world)
    }

    /// Changes the world: connects clients, injects faults, acts as the administrator. What the closure gets is the
    /// present time, which every method of [`Ec2World`] wants.
    pub fn change<T>(&self, act: impl FnOnce(&mut Ec2World, DateTime<Utc>) -> T) -> T {
        let now = self.clock.now();
        let mut world = self.lock();
        world.advance(now);
        let result = act(&mut world, now);
        self.keep(&world);
        result
    }

    /// A copy of the world as it is now.
    pub fn snapshot(&self) -> Ec2World {
        self.read(Ec2World::clone)
    }

    /// How often this action was called since the calls were last reset.
    pub fn count(&self, action: Action) -> u64 {
        self.lock().call_counts().get(&action).copied().unwrap_or(0)
    }

    /// The calls since the last reset, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls().cloned().collect()
    }

    /// Forgets the calls so far.
    pub fn reset_calls(&self) {
        self.lock().reset_calls();
    }

    /// Does as the administrator by hand what the API could do too; the call log says so.
    pub fn by_hand(&self, request: Request) -> Result<Answer, ApiError> {
        let logged = Logged {
            action: request.action(),
            parameters: BTreeMap::from([("Request".to_owned(), format!("{request:?}"))]),
            fault: None,
        };
        self.perform(
            logged,
            &Caller::admin(),
            Parsed {
                request,
                dry_run: false,
            },
        )
    }

    fn lock(&self) -> MutexGuard<'_, Ec2World> {
        // A test that panicked while it held the world must not hide its message behind ours.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, world: &Ec2World) {
        if let Some(file) = &self.file
            && let Err(error) = save(world, file)
        {
            tracing::error!(%error, file = %file.display(), "the sandbox's EC2 could not be saved");
        }
    }

    /// Does the work of a call and writes it down.
    pub(super) fn perform(
        &self,
        logged: Logged,
        caller: &Caller,
        parsed: Parsed,
    ) -> Result<Answer, ApiError> {
        let now = self.clock.now();
        let mut world = self.lock();
        let result = world.perform(now, caller, parsed.request);
        let outcome = match &result {
            Ok(_) => Outcome::Done,
            Err(refusal) => Outcome::Refused(refusal.code().to_owned()),
        };
        let changed = result.is_ok() && !logged.action.only_reads();
        logged.write(&mut world, caller, outcome);
        if changed {
            self.keep(&world);
        }
        result
    }

    pub(super) fn take_fault(&self, action: Action) -> Option<FaultKind> {
        self.lock().take_fault(action)
    }

    /// Writes down a call that was not done.
    pub(super) fn record(&self, logged: Logged, caller: &Caller, outcome: Outcome) {
        let now = self.clock.now();
        let mut world = self.lock();
        world.advance(now);
        logged.write(&mut world, caller, outcome);
    }
}

/// What the log says of a call besides who made it and what came of it.
pub(super) struct Logged {
    pub(super) action: Action,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) fault: Option<FaultKind>,
}

impl Logged {
    fn write(self, world: &mut Ec2World, caller: &Caller, outcome: Outcome) {
        let Self {
            action,
            parameters,
            fault,
        } = self;
        let outcome = fault.map_or(outcome, Outcome::Fault);
        world.record(Call {
            at: world.now(),
            action,
            actor: caller.actor,
            access_key: caller.access_key.clone(),
            parameters,
            outcome,
        });
    }
}

/// Writes the whole file anew beside the old one and then puts it in its place: a reader finds either.
fn save(world: &Ec2World, file: &Path) -> io::Result<()> {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, serde_json::to_vec(world)?)?;
    std::fs::rename(fresh, file)
}
