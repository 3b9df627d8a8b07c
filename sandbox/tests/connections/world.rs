//! The sandbox by TLS, whose functions are the real ones: this test binary runs itself as them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use sandbox::lambda::Program;
use sandbox::tls::{Authority, Connections};
use sandbox::{Options, Sandbox, function};
use serde_json::Value;
use shared::clock::{Clock, FnClock};
use testkit::alb::sample::{self, PROGRAM};

#[expect(
    clippy::disallowed_methods,
    reason = "this test binary is a main: its functions are real processes"
)]
fn machine() -> Arc<dyn Clock> {
    Arc::new(FnClock(Utc::now))
}

#[test]
fn function_process() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return;
    }
    let name = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if let Err(error) = runtime.block_on(function::run(&name, machine())) {
        // As `main` does, but for the backtrace.
        println!("Error: {error:#}");
        std::process::exit(1);
    }
}

/// How many connections each has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) ec2: u64,
    pub(crate) dynamodb: u64,
    pub(crate) keys: u64,
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            ec2: self.ec2 + more.ec2,
            dynamodb: self.dynamodb + more.dynamodb,
            keys: self.keys + more.keys,
        }
    }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

impl World {
    /// The functions trust the sandbox by `AWS_CA_BUNDLE`.
    pub(crate) async fn new() -> Self {
        Self::trusting(|roots| BTreeMap::from([variable("AWS_CA_BUNDLE", roots)])).await
    }

    /// The functions have these variables, given the file with the sandbox's root.
    pub(crate) async fn trusting(
        variables: impl FnOnce(&Path) -> BTreeMap<String, String>,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::new().unwrap();
        let roots = directory.path().join("roots.pem");
        std::fs::write(&roots, authority.pem()).unwrap();
        let program = Program::test("world::function_process").unwrap();
        let mut options = Options::for_test(directory.path().join("state"), program, machine());
        options.tls = Some(authority.local_server().unwrap());
        options.environment.extend(variables(&roots));
        Self {
            sandbox: Sandbox::start(options).await.unwrap(),
            _directory: directory,
        }
    }

    /// Starts a process of `associate`, which does what it does before its first call, and calls nothing.
    pub(crate) async fn start_associate(&self) {
        self.sandbox.alb().health_check().await.unwrap();
    }

    /// So much time passes.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.sandbox.clock().advance(time).unwrap();
    }

    /// Yuki's click; the answer's status, and the phase that it tells, or else its body.
    pub(crate) async fn click(&self) -> (u64, String) {
        phase(self.send("yuki", "associate", "GET", "/vpn/tokyo").await)
    }

    /// Her poll, likewise.
    pub(crate) async fn poll(&self) -> (u64, String) {
        phase(
            self.send("yuki", "associate", "GET", "/vpn/tokyo/status")
                .await,
        )
    }

    /// A person's request; the answer's status and body.
    pub(crate) async fn send(
        &self,
        person: &str,
        function: &str,
        method: &str,
        path: &str,
    ) -> (u64, Value) {
        let email = format!("{person}@example.com");
        let token = sample::token(self.sandbox.alb().mint(), &email);
        let event = sample::request(method, path, &token, &PROGRAM).event();
        let lambda = self.sandbox.lambda();
        let answer = lambda.invoke(function, event.to_string(), None).await;
        let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
        let body = answer["body"].as_str().unwrap();
        let body = serde_json::from_str(body).unwrap_or(Value::String(body.to_owned()));
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    pub(crate) fn ec2(&self) -> &Connections {
        self.sandbox.ec2_connections().unwrap()
    }

    pub(crate) fn dynamodb(&self) -> &Connections {
        self.sandbox.dynamo().connections().unwrap()
    }

    pub(crate) fn keys(&self) -> &Connections {
        self.sandbox.keys_connections().unwrap()
    }

    /// Connections so far.
    pub(crate) fn accepted(&self) -> Counts {
        Counts {
            ec2: self.ec2().accepted(),
            dynamodb: self.dynamodb().accepted(),
            keys: self.keys().accepted(),
        }
    }

    /// Closes all connections, as servers do while a process is frozen.
    pub(crate) async fn close_idle(&self) {
        self.ec2().close_idle().await;
        self.dynamodb().close_idle().await;
        self.keys().close_idle().await;
    }
}

fn phase((status, body): (u64, Value)) -> (u64, String) {
    let phase = body["phase"].as_str().map(str::to_owned);
    (status, phase.unwrap_or_else(|| body.to_string()))
}

pub(crate) fn variable(name: &str, path: &Path) -> (String, String) {
    (name.to_owned(), path.to_str().unwrap().to_owned())
}
