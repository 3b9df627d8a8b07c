//! [`Sandbox`]: all parts, started together and put in each other's hands.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use testkit::alb::TokenMint;
use testkit::example;
use tokio::task::JoinHandle;

use crate::alb::{self, Alb};
use crate::clock::{ClockKeeper, KEPT_FOR};
use crate::control;
use crate::dynamo::{Dynamo, Storage};
use crate::ec2::Ec2;
use crate::environment::{self, Urls};
use crate::lambda::{self, Function, InvokeError, Lambda};
use crate::network::Network;
use crate::options::{Options, StartError};
use crate::rights::Rights;
use crate::scheduler::Scheduler;
use crate::server::{self, Server};
use crate::tls::{Connections, Tls};

/// What a state directory holds; `fresh` removes this and nothing else.
const STATE: [&str; 7] = [
    "clock",
    "ec2.json",
    "dynamo.sqlite",
    "dynamo.sqlite-wal",
    "dynamo.sqlite-shm",
    "session.key",
    "logs",
];

/// Everything, running. Call [`Sandbox::shutdown`] at the end; dropped, it takes its processes along with the runtime.
#[derive(Debug)]
pub struct Sandbox {
    clock: Arc<ClockKeeper>,
    ec2: Ec2,
    dynamo: Dynamo,
    lambda: Lambda,
    scheduler: Arc<Scheduler>,
    alb: Alb,
    urls: Urls,
    keys: Server,
    ec2_server: Server,
    network: Option<Network>,
    heartbeat: JoinHandle<()>,
    _lock: StateLock,
}

impl Sandbox {
    /// Starts all parts.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let lock = prepare(&options.state, options.fresh)?;
        let state = options.state.as_path();
        let clock = ClockKeeper::start(
            state.join("clock"),
            options.real,
            options.speed,
            options.start_at,
        );
        let clock = Arc::new(clock.map_err(io_error("cannot keep the time; --fresh starts anew"))?);

        let listener = server::bind(options.port)
            .await
            .map_err(io_error("cannot listen"))?;
        let ec2 = Ec2::open(clock.clone(), options.ec2, &state.join("ec2.json"))?;
        let storage = if options.keep_tables {
            Storage::File(state.join("dynamo.sqlite"))
        } else {
            Storage::Memory
        };
        let tls = options.tls.as_ref();
        let dynamo = Dynamo::start_by(storage, tls).await?;
        let mint = TokenMint::development();
        let keys = serve(alb::key_server(mint.clone()), tls).await?;
        let ec2_server = serve(dynamo.rights().watch(ec2.router()), tls).await?;
        let urls = Urls {
            alb: alb::public_url(&listener).map_err(io_error("cannot listen"))?,
            keys: keys.url(),
            ec2: ec2_server.url(),
            dynamo: dynamo.url().to_owned(),
        };

        let network = match options.faulty_network {
            None => None,
            Some(seed) => {
                let ports =
                    Network::start(seed, ec2_server.address(), dynamo.address(), keys.address());
                Some(ports.await.map_err(io_error("cannot listen"))?)
            }
        };
        let mut environment = environment::of(&seen_through(&urls, network.as_ref()));
        environment.extend(options.environment);
        let functions = crate::function::NAMES.map(|name| {
            let mut function = Function::new(name, environment.clone());
            function.time_limit = options.time_limit;
            function.max_instances = options.max_instances;
            function
        });
        let settings = lambda::Settings {
            program: options.program,
            logs: state.join("logs"),
            region: example::REGION.to_owned(),
            account: example::ACCOUNT.to_owned(),
            clock: clock.clone(),
        };
        let lambda = Lambda::start(settings, functions.into())
            .await
            .map_err(io_error("cannot start Lambda"))?;
        let scheduler = Arc::new(Scheduler::start(
            options.scheduler,
            lambda.clone(),
            clock.clone(),
        ));
        let control = control::router(control::Control {
            clock: clock.clone(),
            ec2: ec2.clone(),
            dynamo: dynamo.clone(),
            lambda: lambda.clone(),
            scheduler: scheduler.clone(),
            urls: urls.clone(),
        });
        let alb = Alb::start(
            listener,
            options.alb,
            lambda.clone(),
            clock.clone(),
            state,
            control,
        );
        Ok(Self {
            heartbeat: tokio::spawn(keep(clock.clone())),
            alb: alb.map_err(io_error("cannot start the load balancer"))?,
            clock,
            ec2,
            dynamo,
            lambda,
            scheduler,
            urls,
            keys,
            ec2_server,
            network,
            _lock: lock,
        })
    }

    /// The URL that people open, without a slash at its end.
    pub fn url(&self) -> &str {
        self.alb.url()
    }

    /// The endpoint of the EC2 Query API.
    pub fn ec2_url(&self) -> &str {
        &self.urls.ec2
    }

    /// The server of the load balancer's public keys: `GET /{kid}`.
    pub fn keys_url(&self) -> &str {
        &self.urls.keys
    }

    /// The connections to EC2, where it speaks TLS.
    pub fn ec2_connections(&self) -> Option<&Connections> {
        self.ec2_server.connections()
    }

    /// The connections to the key server, where it speaks TLS.
    pub fn keys_connections(&self) -> Option<&Connections> {
        self.keys.connections()
    }

    /// EC2's Client VPN.
    pub fn ec2(&self) -> &Ec2 {
        &self.ec2
    }

    /// The database.
    pub fn dynamo(&self) -> &Dynamo {
        &self.dynamo
    }

    /// What is between the functions and AWS, if it was asked for with [`Options::faulty_network`].
    pub fn network(&self) -> Option<&Network> {
        self.network.as_ref()
    }

    /// What functions needed the right to, in both.
    pub fn rights(&self) -> &Rights {
        self.dynamo.rights()
    }

    /// The shared clock.
    pub fn clock(&self) -> &Arc<ClockKeeper> {
        &self.clock
    }

    /// The functions.
    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    /// The load balancer.
    pub fn alb(&self) -> &Alb {
        &self.alb
    }

    /// Invokes the reaper now and returns its answer.
    ///
    /// # Errors
    /// The sweep's own error, or Lambda's.
    pub async fn sweep(&self) -> Result<Bytes, InvokeError> {
        self.scheduler.fire().await
    }

    /// The scheduler.
    pub fn scheduler(&self) -> &Arc<Scheduler> {
        &self.scheduler
    }

    /// Stops everything: no process is left, and time stands still until the next start.
    pub async fn shutdown(self) {
        self.heartbeat.abort();
        self.scheduler.stop();
        // First the functions, so that no request waits for one that is never answered.
        self.lambda.shutdown().await;
        self.alb.stop().await;
        if let Some(network) = &self.network {
            network.stop();
        }
        self.dynamo.shutdown().await;
        self.ec2_server.stop().await;
        self.keys.stop().await;
        if let Err(error) = self.clock.stop() {
            tracing::warn!(%error, "cannot keep the time");
        }
    }
}

/// The URLs as the functions have them.
fn seen_through(urls: &Urls, network: Option<&Network>) -> Urls {
    match network {
        None => urls.clone(),
        Some(network) => Urls {
            alb: urls.alb.clone(),
            keys: network.keys.url(),
            ec2: network.ec2.url(),
            dynamo: network.dynamo.url(),
        },
    }
}

fn io_error(what: &str) -> impl FnOnce(io::Error) -> StartError + use<> {
    let what = what.to_owned();
    move |source| StartError::Io { what, source }
}

async fn serve(router: axum::Router, tls: Option<&Tls>) -> Result<Server, StartError> {
    let listener = server::bind(None)
        .await
        .map_err(io_error("cannot listen"))?;
    Server::start_by(listener, router, tls).map_err(io_error("cannot listen"))
}

/// The lock of a state directory, given up when this goes.
///
/// Unlocked by name: closing our file is not enough while a process that is being started still has its copy.
#[derive(Debug)]
struct StateLock(File);

impl Drop for StateLock {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "cannot unlock the state directory");
        }
    }
}

/// Makes the state directory, takes its lock, and clears it if asked.
fn prepare(state: &Path, fresh: bool) -> Result<StateLock, StartError> {
    let error = || {
        io_error(&format!(
            "cannot use the state directory {}",
            state.display()
        ))
    };
    fs::create_dir_all(state).map_err(error())?;
    let lock = File::create(state.join("lock")).map_err(error())?;
    let lock = match lock.try_lock() {
        Ok(()) => StateLock(lock),
        Err(TryLockError::WouldBlock) => return Err(StartError::InUse(state.to_owned())),
        Err(TryLockError::Error(source)) => return Err(error()(source)),
    };
    if fresh {
        for name in STATE {
            let path = state.join(name);
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            match removed {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(error()(source));
                }
                Ok(()) | Err(_) => {}
            }
        }
    }
    Ok(lock)
}

/// Renews the clock's file while the sandbox lives.
async fn keep(clock: Arc<ClockKeeper>) {
    loop {
        tokio::time::sleep(KEPT_FOR / 8).await;
        if let Err(error) = clock.keep() {
            tracing::warn!(%error, "cannot keep the time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_free_again_while_a_child_still_has_the_file_open() {
        let directory = tempfile::tempdir().unwrap();
        let lock = prepare(directory.path(), false).unwrap();
        let inherited = lock.0.try_clone().unwrap();
        assert!(matches!(
            prepare(directory.path(), false),
            Err(StartError::InUse(_))
        ));
        drop(lock);
        drop(prepare(directory.path(), false).unwrap());
        drop(inherited);
    }
}
