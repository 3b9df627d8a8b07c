//! Lambda on this machine: each instance of a function is a process of its own, which speaks the Runtime API.
//!
//! As Lambda does: a process is started on demand (a cold start), serves one invocation at a time, and is used again
//! while it lives, the most recently used first. A function over its time limit is killed, one that crashed is started
//! anew by the next invocation. An invocation goes on when its caller goes away.
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>

mod error;
mod instance;
mod log;
mod process;
mod runtime_api;
mod settings;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::lock::lock;
use crate::server::{self, Server};
use instance::Instance;
use log::Log;
use runtime_api::{Job, Slots};

pub use error::{FunctionError, InvokeError};
pub use instance::Signal;
pub use process::Process;
pub use settings::{Function, PAYLOAD_LIMIT, Program, Settings};

/// How long a function may take to start; Lambda's own limit.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A handle to the functions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Lambda(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    runtime_api: String,
    server: Mutex<Option<Server>>,
    slots: Slots,
    pools: BTreeMap<String, Pool>,
}

/// The instances of one function.
#[derive(Debug)]
struct Pool {
    function: Function,
    log: Log,
    permits: Arc<Semaphore>,
    instances: Mutex<Instances>,
}

#[derive(Debug, Default)]
struct Instances {
    all: Vec<Arc<Instance>>,
    /// The most recently used last.
    idle: Vec<Arc<Instance>>,
    cold_starts: u32,
}

impl Lambda {
    /// Starts the Runtime API. No function's process is started before it is invoked.
    ///
    /// # Errors
    /// When there is no port, or the logs cannot be written.
    pub async fn start(settings: Settings, functions: Vec<Function>) -> io::Result<Self> {
        let slots = Slots::default();
        let listener = server::bind(None).await?;
        let server = Server::start(listener, runtime_api::router(slots.clone()))?;
        let mut pools = BTreeMap::new();
        for function in functions {
            let pool = Pool {
                log: Log::open(&settings.logs, &function.name)?,
                permits: Arc::new(Semaphore::new(function.max_instances as usize)),
                instances: Mutex::default(),
                function,
            };
            pools.insert(pool.function.name.clone(), pool);
        }
        Ok(Self(Arc::new(Inner {
            settings,
            runtime_api: server.url(),
            server: Mutex::new(Some(server)),
            slots,
            pools,
        })))
    }

    /// Invokes a function and waits for its answer. The invocation goes on even if its caller waits no more.
    ///
    /// # Errors
    /// See [`InvokeError`].
    pub async fn invoke(
        &self,
        function: &str,
        event: impl Into<Bytes>,
        trace_id: Option<&str>,
    ) -> Result<Bytes, InvokeError> {
        let event = event.into();
        if event.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::TooLarge);
        }
        let (this, name) = (self.0.clone(), function.to_owned());
        let trace_id = trace_id.map(str::to_owned);
        let invocation = tokio::spawn(async move { this.invoke(&name, event, trace_id).await });
        invocation.await.unwrap_or_else(|lost| {
            Err(InvokeError::Init {
                function: function.to_owned(),
                detail: format!("the sandbox lost the invocation: {lost}"),
                log: String::new(),
            })
        })
    }

    /// Starts a process that no other caller invokes.
    ///
    /// # Errors
    /// See [`InvokeError`].
    pub fn process(&self, function: &str) -> Result<Process, InvokeError> {
        Process::start(Arc::clone(&self.0), function)
    }

    /// Kills every process of a function now, as a crash would, and waits until they are gone. Says how many.
    pub async fn kill(&self, function: &str) -> usize {
        let Some(pool) = self.0.pools.get(function) else {
            return 0;
        };
        let instances = lock(&pool.instances).all.clone();
        let mut killed = 0;
        for instance in instances {
            if instance.kill().await {
                killed += 1;
            }
        }
        killed
    }

    /// Sends a signal to one of a function's processes, and says whether there was one: one that is at work (or starting)
    /// if `at_work`, else an idle one. Which of them, `which` chooses.
    pub fn signal(&self, function: &str, at_work: bool, which: u64, signal: Signal) -> bool {
        let Some(pool) = self.0.pools.get(function) else {
            return false;
        };
        let instances = lock(&pool.instances);
        let idle = |one: &Arc<Instance>| instances.idle.iter().any(|other| Arc::ptr_eq(one, other));
        let fitting: Vec<_> = instances
            .all
            .iter()
            .filter(|one| one.is_alive() && idle(one) != at_work)
            .collect();
        let count = u64::try_from(fitting.len()).unwrap_or(u64::MAX).max(1);
        let chosen = usize::try_from(which % count).ok();
        let chosen = chosen.and_then(|chosen| fitting.get(chosen));
        if let Some(instance) = chosen {
            instance.send(signal);
        }
        chosen.is_some()
    }

    /// How many processes of a function live.
    pub fn instances(&self, function: &str) -> usize {
        self.pool_value(function, |instances| {
            instances.all.iter().filter(|one| one.is_alive()).count()
        })
    }

    /// How many processes of a function have been started in all.
    pub fn cold_starts(&self, function: &str) -> u32 {
        self.pool_value(function, |instances| instances.cold_starts)
    }

    /// The end of a function's log.
    pub fn log_tail(&self, function: &str) -> String {
        let pool = self.0.pools.get(function);
        pool.map(|pool| pool.log.tail()).unwrap_or_default()
    }

    /// The names of all functions.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.0.pools.keys().map(String::as_str)
    }

    /// Where the functions' logs are.
    pub fn logs(&self) -> &Path {
        &self.0.settings.logs
    }

    /// Kills every process and stops the Runtime API. Invocations under way end as crashed, later ones are refused.
    pub async fn shutdown(&self) {
        for pool in self.0.pools.values() {
            pool.permits.close();
        }
        for name in self.0.pools.keys() {
            self.kill(name).await;
        }
        let server = lock(&self.0.server).take();
        if let Some(server) = server {
            server.stop().await;
        }
    }

    fn pool_value<T: Default>(&self, function: &str, value: impl Fn(&Instances) -> T) -> T {
        let pool = self.0.pools.get(function);
        pool.map(|pool| value(&lock(&pool.instances)))
            .unwrap_or_default()
    }
}

impl Inner {
    async fn invoke(
        &self,
        name: &str,
        event: Bytes,
        trace_id: Option<String>,
    ) -> Result<Bytes, InvokeError> {
        let pool = self
            .pools
            .get(name)
            .ok_or_else(|| InvokeError::Unknown(name.to_owned()))?;
        let permit = tokio::time::timeout(pool.function.queue_limit, pool.permits.acquire()).await;
        let _permit = match permit {
            Ok(Ok(permit)) => permit,
            Ok(Err(_closed)) => return Err(InvokeError::Unknown(name.to_owned())),
            Err(_elapsed) => {
                let function = name.to_owned();
                return Err(InvokeError::Throttled { function });
            }
        };
        let instance = self.instance(pool).await?;
        let result = self.run(pool, &instance, event, trace_id).await;
        if instance.is_alive() {
            lock(&pool.instances).idle.push(instance);
        }
        result
    }

    /// One invocation of this instance.
    async fn run(
        &self,
        pool: &Pool,
        instance: &Instance,
        event: Bytes,
        trace_id: Option<String>,
    ) -> Result<Bytes, InvokeError> {
        let limit = pool.function.time_limit;
        let job = Job {
            request_id: Uuid::new_v4(),
            deadline: self.settings.clock.after(limit),
            trace_id: trace_id.unwrap_or_else(|| crate::trace::fresh(self.settings.clock.as_ref())),
            event,
        };
        instance.run(job, limit, &pool.log).await
    }

    /// Starts a process of the function.
    fn start(&self, pool: &Pool) -> Result<Instance, InvokeError> {
        let instance = Instance::start(
            &self.settings,
            &self.runtime_api,
            &self.slots,
            &pool.function,
            &pool.log,
        );
        instance.map_err(|source| InvokeError::Spawn {
            function: pool.function.name.clone(),
            source,
        })
    }

    /// The idle instance that was used last, or a fresh one.
    async fn instance(&self, pool: &Pool) -> Result<Arc<Instance>, InvokeError> {
        let instance = {
            let mut instances = lock(&pool.instances);
            instances.all.retain(|one| one.is_alive());
            instances.idle.retain(|one| one.is_alive());
            if let Some(idle) = instances.idle.pop() {
                return Ok(idle);
            }
            let fresh = Arc::new(self.start(pool)?);
            instances.all.push(fresh.clone());
            instances.cold_starts += 1;
            fresh
        };
        // Shutting down closes the permits first and then kills what it finds: what was started in between ends here.
        if pool.permits.is_closed() {
            instance.kill().await;
        }
        instance.initialised(INIT_LIMIT, &pool.log).await?;
        Ok(instance)
    }
}
