//! One instance of a function: its process, from the cold start to the end.

use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::process::{self, Pid};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use uuid::Uuid;

use super::error::InvokeError;
use super::log::Log;
use super::runtime_api::{Delivery, Job, Slot, Slots, Startup};
use super::settings::{Function, Settings};
use crate::function::CLOCK_VARIABLE;
use crate::rights;

/// How a process is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `SIGKILL`: it ends where it stands.
    Kill,
    /// `SIGTERM`: it may do as it likes with it; what does nothing about it ends.
    Terminate,
}

#[derive(Debug)]
pub(super) struct Instance {
    function: String,
    id: Option<u32>,
    deliveries: mpsc::Sender<Delivery>,
    startup: watch::Receiver<Startup>,
    exit: watch::Receiver<Option<String>>,
    signals: Arc<Signals>,
}

/// What the process is to be sent. Only whoever waits for its end sends it, so that no other process can be meant that
/// was given the same number after that end.
#[derive(Debug, Default)]
struct Signals {
    kill: Notify,
    terminate: Notify,
}

impl Instance {
    /// Starts the process.
    pub(super) fn start(
        settings: &Settings,
        runtime_api: &str,
        slots: &Slots,
        function: &Function,
        log: &Log,
    ) -> io::Result<Self> {
        let id = Uuid::new_v4();
        let mut command = command(settings, function, log, runtime_api, id)?;
        let (deliveries, receiver) = mpsc::channel(1);
        let (startup_sender, startup) = watch::channel(Startup::Starting);
        let name = &function.name;
        let arn = format!(
            "arn:aws:lambda:{}:{}:function:{name}",
            settings.region, settings.account
        );
        slots.insert(id, Arc::new(Slot::new(arn, receiver, startup_sender)));
        let child = command.spawn().inspect_err(|_| slots.remove(id))?;
        let process_id = child.id();

        let (exit_sender, exit) = watch::channel(None);
        let signals = Arc::new(Signals::default());
        tokio::spawn({
            let (slots, signals) = (slots.clone(), signals.clone());
            async move {
                let status = ended(child, &signals).await;
                slots.remove(id);
                exit_sender.send_replace(Some(status));
            }
        });
        Ok(Self {
            function: name.clone(),
            id: process_id,
            deliveries,
            startup,
            exit,
            signals,
        })
    }

    /// The system's number of the process.
    pub(super) fn id(&self) -> Option<u32> {
        self.id
    }

    pub(super) fn is_alive(&self) -> bool {
        self.exit.borrow().is_none()
    }

    /// Kills the process and waits until it is gone. Says whether it still lived.
    pub(super) async fn kill(&self) -> bool {
        let alive = self.is_alive();
        self.signals.kill.notify_one();
        self.exited().await;
        alive
    }

    /// Sends the process a signal, and does not wait for what becomes of it.
    pub(super) fn send(&self, signal: Signal) {
        match signal {
            Signal::Kill => self.signals.kill.notify_one(),
            Signal::Terminate => self.signals.terminate.notify_one(),
        }
    }

    /// How the process ended, once it has.
    async fn exited(&self) -> String {
        let mut exit = self.exit.clone();
        match exit.wait_for(Option::is_some).await {
            Ok(status) => status.clone().unwrap_or_default(),
            Err(_) => "unknown".to_owned(),
        }
    }

    /// Waits until the process has asked for its first event; else kills it.
    pub(super) async fn initialised(&self, limit: Duration, log: &Log) -> Result<(), InvokeError> {
        let mut startup = self.startup.clone();
        let started = async {
            let changed = startup
                .wait_for(|startup| *startup != Startup::Starting)
                .await;
            match changed.map(|startup| startup.clone()) {
                Ok(startup) => startup,
                // The slot goes with the process.
                Err(_) => std::future::pending().await,
            }
        };
        let detail = tokio::select! {
            biased;
            startup = started => match startup {
                Startup::Done | Startup::Starting => return Ok(()),
                Startup::Failed(error) => format!("{}: {}", error.error_type, error.error_message),
            },
            status = self.exited() => format!("Runtime exited: {status}"),
            () = tokio::time::sleep(limit) => format!("not ready after {} s", limit.as_secs()),
        };
        self.kill().await;
        Err(InvokeError::Init {
            function: self.function.clone(),
            detail,
            log: log.tail(),
        })
    }

    /// One invocation. A process that does not answer in time is killed.
    pub(super) async fn run(
        &self,
        job: Job,
        limit: Duration,
        log: &Log,
    ) -> Result<Bytes, InvokeError> {
        let request_id = job.request_id;
        let function = self.function.clone();
        log.line(&format!("START RequestId: {request_id} Version: $LATEST"));
        let began = Instant::now();
        let (answer, mut reply) = oneshot::channel();
        // The channel has room: one invocation at a time. It is closed when the process has ended, which `exited` says.
        let _ = self.deliveries.send((job, answer)).await;
        let replied = async {
            match (&mut reply).await {
                Ok(reply) => reply,
                // The slot went with the process.
                Err(_) => std::future::pending().await,
            }
        };
        let result = tokio::select! {
            biased;
            reply = replied => reply.map_err(|error| InvokeError::Function { function, error, log: log.tail() }),
            status = self.exited() => {
                Err(InvokeError::Crashed { function, request_id, status, log: log.tail() })
            }
            () = tokio::time::sleep(limit) => {
                self.kill().await;
                Err(InvokeError::TimedOut { function, request_id, after: limit, log: log.tail() })
            }
        };
        let outcome = if result.is_ok() { "" } else { " Status: error" };
        let millis = began.elapsed().as_millis();
        log.line(&format!(
            "REPORT RequestId: {request_id} Duration: {millis} ms{outcome}"
        ));
        result
    }
}

/// Waits for the end of the process, or makes it.
async fn ended(mut child: Child, signals: &Signals) -> String {
    // Waiting would close the pipe, by which the process knows that the sandbox lives.
    let _pipe = child.stdin.take();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            () = signals.kill.notified() => break match child.kill().await {
                Ok(()) => child.wait().await,
                Err(error) => Err(error),
            },
            () = signals.terminate.notified() => terminate(&child),
        }
    };
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

/// A process that is just ending needs no signal any more.
fn terminate(child: &Child) {
    let pid = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = process::kill_process(pid, process::Signal::TERM)
    {
        tracing::debug!(%error, "a process could not be terminated");
    }
}

/// The process's command, with the environment that Lambda gives and nothing of the developer's own: no profile, no
/// credentials and no configuration of theirs may reach a function.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
fn command(
    settings: &Settings,
    function: &Function,
    log: &Log,
    runtime_api: &str,
    id: Uuid,
) -> io::Result<Command> {
    let name = &function.name;
    let mut command = Command::new(&settings.program.path);
    command.args(&settings.program.arguments).env_clear();
    if settings.program.name_as_argument {
        command.arg(name);
    }
    for variable in [
        "PATH",
        "LD_LIBRARY_PATH",
        "RUST_BACKTRACE",
        "LLVM_PROFILE_FILE",
    ] {
        if let Some(value) = std::env::var_os(variable) {
            command.env(variable, value);
        }
    }
    command
        .envs(&function.environment)
        .env("AWS_LAMBDA_RUNTIME_API", format!("{runtime_api}/{id}"))
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
        .env(
            "AWS_LAMBDA_LOG_STREAM_NAME",
            format!("sandbox/[$LATEST]{}", Uuid::new_v4().simple()),
        )
        .env("AWS_REGION", &settings.region)
        .env("AWS_DEFAULT_REGION", &settings.region)
        // Whose calls they are, rights and EC2's log tell by the key.
        .env("AWS_ACCESS_KEY_ID", rights::access_key(name, id))
        .env("AWS_SECRET_ACCESS_KEY", "the sandbox checks no signature")
        .env("AWS_SESSION_TOKEN", "sandbox")
        .env("TZ", ":UTC")
        .env(CLOCK_VARIABLE, settings.clock.path())
        // The process ends when this pipe breaks: see `function`.
        .stdin(Stdio::piped())
        .stdout(Stdio::from(log.append()?))
        .stderr(Stdio::from(log.append()?))
        // Ctrl-C is for the sandbox, which then ends its functions in order.
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}
