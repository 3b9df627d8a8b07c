//! The ports of the real code over the simulated world: each call a message there and a message back.

mod store;
mod vpn;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use shared::identity::{KeyError, KeyId, PublicKeys};

use crate::bugs::{Bug, FirstLooks};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::process::Process;
use crate::universe::Universe;
use crate::weather::{Failing, Fate, To};

pub use store::SimulatedStore;
pub use vpn::SimulatedVpn;

/// Makes calls on behalf of a process, through the weather.
#[derive(Clone)]
pub(crate) struct Line {
    engine: Engine,
    process: Arc<Process>,
    pub(crate) first_looks: Arc<FirstLooks>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line of {}", self.process)
    }
}

impl Line {
    pub(crate) fn new(engine: Engine, process: Arc<Process>) -> Self {
        Self {
            engine,
            process,
            first_looks: Arc::default(),
        }
    }

    /// One call: `effect` is what the other side does when it arrives.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        to: To,
        name: &'static str,
        effect: impl FnOnce(&mut Universe, &Engine, Caller) -> T + Send + 'static,
    ) -> Result<T, Failing> {
        let caller = self.process.caller();
        let fate = {
            let universe = &mut *self.engine.universe();
            universe.weather.fate(to, &mut universe.chance)
        };
        let done = move |engine: &Engine| effect(&mut engine.universe(), engine, caller);
        match fate {
            Fate::Answered { there, back } => {
                // An engine that ends takes all its tasks with it: the answer comes or no task waits for it.
                let answer = self.engine.call(there, back, (caller, name), done).await;
                answer.ok_or(Failing::NoAnswer)
            }
            Fate::Failed { error, after } => {
                self.tell(caller, name, error);
                self.engine.sleep(after).await;
                Err(error)
            }
            Fate::DoneAndFailed {
                error,
                there,
                after,
            } => {
                self.tell(caller, name, error);
                let too_late = there > after;
                self.engine.universe().reached.unheard(name, too_late);
                let at = self.engine.now() + there;
                self.engine.at(at, move |engine| drop(done(engine)));
                self.engine.sleep(after).await;
                Err(error)
            }
        }
    }

    pub(crate) fn bug(&self) -> Option<Bug> {
        self.engine.universe().bug
    }

    pub(crate) fn invocation(&self) -> u64 {
        self.process.caller().invocation
    }

    fn tell(&self, caller: Caller, name: &str, error: Failing) {
        let now = self.engine.now();
        let universe = &mut *self.engine.universe();
        universe.witness.call_failed(caller, name);
        universe.reached.failed(name, error);
        universe
            .story
            .tell(now, || format!("{caller}: {name} will fail: {error:?}"));
    }
}

/// The ALB's key server over the simulated network.
#[derive(Debug)]
pub struct SimulatedKeys {
    line: Line,
    pem: Arc<str>,
}

impl SimulatedKeys {
    pub(crate) fn new(line: Line, pem: Arc<str>) -> Self {
        Self { line, pem }
    }
}

#[async_trait]
impl PublicKeys for SimulatedKeys {
    async fn fetch(&self, _key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        let pem = Arc::clone(&self.pem);
        let fetched = self
            .line
            .call(To::Keys, "GET key", move |_, _, _| pem.as_bytes().to_vec())
            .await;
        fetched.map_err(|error| KeyError::unavailable(format!("{error:?}")))
    }
}
