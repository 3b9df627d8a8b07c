//! `DynamoDB` on this machine: `dynoxide`, embedded, with the two tables of the system, behind a proxy that counts calls
//! and makes them fail on demand.

mod conflict;
mod fault;
mod proxy;
mod record;
mod tables;
mod traffic;
mod units;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use dynoxide::Database;
use serde_json::Value;
use testkit::example;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::lock::lock;
use crate::rights::Rights;
use crate::server::{self, Server};
use crate::tls::{Connections, Tls};
use proxy::Proxy;

pub use conflict::ConflictCodes;
pub use fault::TableFault;
pub use record::Record;
pub use traffic::Traffic;
pub use units::{Units, eventual_read_units};

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In this file, so that the audit survives a restart.
    File(PathBuf),
    /// Nowhere: for tests.
    Memory,
}

/// Why the tables are not there.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened or the tables cannot be made.
    #[error("cannot set up the tables: {0}")]
    Database(String),
    /// No port, or no access to the file.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A handle to the running database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Dynamo(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    address: SocketAddr,
    connections: Option<Connections>,
    proxy: Proxy,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    front: Server,
    stop: watch::Sender<bool>,
    back: JoinHandle<()>,
}

impl Dynamo {
    /// Opens the data, makes the tables that are missing, and serves them on a free port.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(storage: Storage) -> Result<Self, StartError> {
        Self::start_by(storage, None).await
    }

    /// [`Self::start`], by TLS where that is given.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start_by(storage: Storage, tls: Option<&Tls>) -> Result<Self, StartError> {
        let database = open(&storage)?;
        let back = server::bind(None).await?;
        let proxy = Proxy {
            back: format!("http://{}", back.local_addr()?),
            client: reqwest::Client::new(),
            faults: Arc::default(),
            conflicts: Arc::default(),
            recoverable: Arc::new(Mutex::new(true)),
            calls: Arc::default(),
            traffic: Arc::default(),
            rights: Rights::default(),
        };
        let (stop, back) = serve(back, database);
        let front = Server::start_by(server::bind(None).await?, router(&proxy), tls)?;
        Ok(Self(Arc::new(Inner {
            url: front.url(),
            address: front.address(),
            connections: front.connections().cloned(),
            proxy,
            running: Mutex::new(Some(Running { front, stop, back })),
        })))
    }

    /// The endpoint for any `DynamoDB` client. Credentials and region may be anything.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Its connections, where it speaks TLS.
    pub fn connections(&self) -> Option<&Connections> {
        self.0.connections.as_ref()
    }

    /// What it answers with, for another listener than its own.
    pub fn router(&self) -> Router {
        router(&self.0.proxy)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The operations called since the start or [`Self::reset_calls`], in order; calls that failed on demand included.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.0.proxy.calls).clone()
    }

    /// What functions needed the right to.
    pub fn rights(&self) -> &Rights {
        &self.0.proxy.rights
    }

    /// How often each operation was called.
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for operation in lock(&self.0.proxy.calls).iter() {
            *counts.entry(operation.clone()).or_default() += 1;
        }
        counts
    }

    /// Forgets the calls so far.
    pub fn reset_calls(&self) {
        lock(&self.0.proxy.calls).clear();
        *lock(&self.0.proxy.traffic) = Traffic::default();
    }

    /// How much was called and answered since the start or [`Self::reset_calls`], without an end.
    pub fn traffic(&self) -> Traffic {
        lock(&self.0.proxy.traffic).clone()
    }

    /// Makes the next `times` calls of `operation` (any operation, if none is given) fail.
    pub fn inject(&self, operation: Option<&str>, fault: TableFault, times: u32) {
        lock(&self.0.proxy.faults).add(operation, fault, 0, times);
    }

    /// As [`Self::inject`], after `skip` calls of `operation` have passed unharmed.
    pub fn inject_after(&self, skip: u32, operation: Option<&str>, fault: TableFault, times: u32) {
        lock(&self.0.proxy.faults).add(operation, fault, skip, times);
    }

    /// The faults still to come, as sentences.
    pub fn faults(&self) -> Vec<String> {
        lock(&self.0.proxy.faults).describe()
    }

    /// Lets writes conflict that are under way on one item at the same time, a transaction among them, and answers so.
    /// `dynoxide` does one after the other.
    pub fn let_writes_conflict(&self, codes: ConflictCodes) {
        lock(&self.0.proxy.conflicts).answer_with(codes);
    }

    /// Whether `DescribeContinuousBackups` says that point-in-time recovery is on; as the template has it, it is.
    pub fn set_recoverable(&self, recoverable: bool) {
        *lock(&self.0.proxy.recoverable) = recoverable;
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        lock(&self.0.proxy.faults).clear();
    }

    /// Does as an administrator with the CLI: the answer to an operation's request, both as JSON.
    ///
    /// # Errors
    /// When the database does not answer or refuses.
    pub async fn by_hand(&self, operation: &str, request: &Value) -> Result<Value, reqwest::Error> {
        self.0.proxy.call(operation, request).await
    }

    /// All items of a table.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn items(&self, table: &str) -> Result<Vec<Record>, reqwest::Error> {
        let items = self.0.proxy.scan(table).await?;
        Ok(items.into_iter().map(Record::new).collect())
    }

    /// The audit records, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn records(&self) -> Result<Vec<Record>, reqwest::Error> {
        let mut records = self.items(example::AUDIT_TABLE).await?;
        records.sort_by(|one, other| one.text("event_id").cmp(other.text("event_id")));
        Ok(records)
    }

    /// Stops serving.
    pub async fn shutdown(&self) {
        let running = lock(&self.0.running).take();
        if let Some(Running {
            front,
            stop,
            mut back,
        }) = running
        {
            stop.send_replace(true);
            front.stop().await;
            if tokio::time::timeout(std::time::Duration::from_secs(2), &mut back)
                .await
                .is_err()
            {
                back.abort();
            }
        }
    }
}

fn router(proxy: &Proxy) -> Router {
    proxy.rights.watch(proxy::router(proxy.clone()))
}

fn open(storage: &Storage) -> Result<Database, StartError> {
    let database = match storage {
        Storage::Memory => Database::memory(),
        Storage::File(path) => Database::new(&path.to_string_lossy()),
    };
    let database = database.map_err(|error| StartError::Database(error.to_string()))?;
    tables::make(&database).map_err(StartError::Database)?;
    Ok(database)
}

fn serve(listener: TcpListener, database: Database) -> (watch::Sender<bool>, JoinHandle<()>) {
    let (stop, mut stopped) = watch::channel(false);
    let until_stopped = async move {
        // An error means that the handle is gone, which also ends it.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let task = tokio::spawn(async move {
        if let Err(error) =
            dynoxide::server::serve_with_shutdown(listener, database, until_stopped).await
        {
            tracing::error!(error, "the database's listener has failed");
        }
    });
    (stop, task)
}
