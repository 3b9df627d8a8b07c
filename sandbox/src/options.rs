//! How a sandbox is started, and why it may not be.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::clock::Clock;
use testkit::ec2 as model;

use crate::lambda::Program;
use crate::tls::Tls;
use crate::{alb, dynamo, ec2, scheduler};

/// How a sandbox is started. [`Options::new`] gives what `cargo sandbox` uses, [`Options::for_test`] what tests want;
/// every part can be chosen.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything is kept. One sandbox at a time can use it.
    pub state: PathBuf,
    /// Whether to start without what is there.
    pub fresh: bool,
    /// The port that people open; a free one if it is taken or not given.
    pub port: Option<u16>,
    /// How many seconds of shared time pass in a real one.
    pub speed: u32,
    /// When shared time starts; without, at the machine's time. It never goes back behind what the state says.
    pub start_at: Option<DateTime<Utc>>,
    /// How functions are started.
    pub program: Program,
    /// The machine's clock.
    pub real: Arc<dyn Clock>,
    /// Whether the tables are kept in a file.
    pub keep_tables: bool,
    /// The functions' variables that shall differ from the example's.
    pub environment: BTreeMap<String, String>,
    /// EC2's world, if the state holds none.
    pub ec2: model::Settings,
    /// The load balancer.
    pub alb: alb::Settings,
    /// The scheduler.
    pub scheduler: scheduler::Settings,
    /// The seed of the faults of the network between the functions and AWS; `None`: there is nothing between them.
    pub faulty_network: Option<u64>,
    /// How AWS speaks TLS; `None`: it is served without. The functions must be told whom to trust.
    pub tls: Option<Tls>,
    /// How long a function may take, in real time.
    pub time_limit: Duration,
    /// How many processes of a function there may be.
    pub max_instances: u32,
}

impl Options {
    /// As `cargo sandbox` starts it.
    pub fn new(state: impl Into<PathBuf>, program: Program, real: Arc<dyn Clock>) -> Self {
        Self {
            state: state.into(),
            fresh: false,
            port: None,
            speed: 1,
            start_at: None,
            program,
            real,
            keep_tables: true,
            environment: BTreeMap::new(),
            ec2: model::Settings::example(),
            alb: alb::Settings::default(),
            scheduler: scheduler::Settings::default(),
            faulty_network: None,
            tls: None,
            time_limit: Duration::from_secs(29),
            max_instances: 8,
        }
    }

    /// On free ports, with the tables in memory, and with sweeps only when [`Sandbox::sweep`](crate::Sandbox::sweep) is called.
    pub fn for_test(state: impl Into<PathBuf>, program: Program, real: Arc<dyn Clock>) -> Self {
        let mut options = Self::new(state, program, real);
        options.keep_tables = false;
        options.scheduler.running = false;
        options
    }
}

/// Why the sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another sandbox has the state directory.
    #[error("another sandbox is using {0}: stop it, or choose another directory with --state")]
    InUse(PathBuf),
    /// The state cannot be read or written, or no port can be had.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The state holds no EC2 world of this version.
    #[error(transparent)]
    Ec2(#[from] ec2::OpenError),
    /// The tables cannot be made.
    #[error(transparent)]
    Dynamo(#[from] dynamo::StartError),
}
