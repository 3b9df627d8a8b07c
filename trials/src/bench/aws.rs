//! The AWS that a measured process talks to: the sandbox's EC2, tables and key server behind TLS, as late with their answers
//! as was asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::Response;
use chrono::TimeDelta;
use sandbox::alb::key_server;
use sandbox::embedded::{Embedded, Options, StillClock};
use sandbox::server::{self, Server};
use sandbox::tls::{Authority, Connections};
use shared::clock::Clock;
use shared::config::AssociateConfig;
use shared::model::ManagedEndpoint;
use shared::model::audit::{EventIds, Origin};
use shared::reconcile::{Ask, Reconciler};
use testkit::alb::TokenMint;
use testkit::ec2::{Client, Delay, Throttle};
use testkit::{example, fleet};
use tokio::task::JoinHandle;

use super::calls::{Call, CallLog};

/// How late AWS answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Latency {
    /// EC2, from a request's arrival to its answer, the way there and back included.
    pub(super) ec2: Duration,
    /// `DynamoDB`, likewise.
    pub(super) dynamodb: Duration,
    /// The key server, likewise.
    pub(super) keys: Duration,
    /// The way there and back: what each step of a handshake costs.
    pub(super) round_trip: Duration,
}

impl Latency {
    /// As fast as this machine is.
    pub(super) const NONE: Self = Self::milliseconds(0, 0, 0);

    /// What published measurements within a region say: EC2 60 ms, `DynamoDB` 4 ms, a round trip of 2 ms.
    pub(super) const OF_A_REGION: Self = Self::milliseconds(60, 4, 2);

    const fn milliseconds(ec2: u64, dynamodb: u64, round_trip: u64) -> Self {
        Self {
            ec2: Duration::from_millis(ec2),
            dynamodb: Duration::from_millis(dynamodb),
            keys: Duration::from_millis(dynamodb),
            round_trip: Duration::from_millis(round_trip),
        }
    }
}

/// What tokio's timers add to the two waits of a call: up to a millisecond each, half of it on average.
const TIMERS: Duration = Duration::from_millis(1);

/// What there is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct World {
    /// Managed endpoints, each with one subnet.
    pub(super) endpoints: usize,
    /// How many of them are ready: the first ones.
    pub(super) ready: usize,
    /// Connections, spread over those that are ready.
    pub(super) connections: usize,
    /// EC2's documented request limit: calls at once, and more of them in each second. `None`: as many as one likes.
    /// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
    pub(super) throttle: Option<Throttle>,
}

/// AWS, serving.
pub(super) struct Aws {
    /// EC2 and the tables.
    pub(super) embedded: Embedded,
    /// The calls so far.
    pub(super) calls: CallLog,
    servers: [Server; 3],
    time: JoinHandle<()>,
    bundle: tempfile::NamedTempFile,
    world: World,
}

impl Aws {
    /// A world of this kind, at the machine's time.
    ///
    /// # Errors
    /// When no port can be had, or the world cannot be made.
    pub(super) async fn start(
        world: World,
        latency: Latency,
        authority: &Authority,
        machine: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let now = machine.now();
        let before = TimeDelta::minutes(if world.ready > 0 { 20 } else { 0 });
        let mut options = Options::at(now - before);
        options.ec2 = fleet::settings(world.endpoints);
        options.ec2.behaviour.throttle = None;
        options.ec2.behaviour.associating = Delay::exactly(240);
        let embedded = Embedded::start(options).await?;
        bring_up(&embedded, world).await?;
        let time = tokio::spawn(keep_time(Arc::clone(&embedded.clock), machine));
        embedded.ec2.change(|ec2, _| {
            let mut behaviour = ec2.behaviour().clone();
            behaviour.throttle = world.throttle;
            ec2.set_behaviour(behaviour);
        });
        let calls = CallLog::default();
        let tls = authority
            .local_server()?
            .with_round_trip(latency.round_trip);
        let serve = async |api: Router, service: &'static str, late: Duration| {
            let watch = Watch {
                service,
                late: late.saturating_sub(latency.round_trip + TIMERS),
                calls: calls.clone(),
            };
            let api = api.layer(middleware::from_fn_with_state(watch, answer));
            Server::start_tls(server::bind(None).await?, api, &tls)
        };
        let servers = [
            serve(embedded.ec2.router(), "EC2", latency.ec2).await?,
            serve(embedded.dynamo.router(), "DynamoDB", latency.dynamodb).await?,
            serve(key_server(TokenMint::development()), "keys", latency.keys).await?,
        ];
        let bundle = tempfile::NamedTempFile::new()?;
        std::fs::write(bundle.path(), authority.pem())?;
        Ok(Self {
            embedded,
            calls,
            servers,
            time,
            bundle,
            world,
        })
    }

    /// EC2 takes as many calls at once again as it ever does.
    pub(super) fn refill(&self) {
        self.embedded.ec2.change(|ec2, _| ec2.refill());
    }

    /// The variables of a function that is to use it.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let [ec2, dynamodb, keys] = self.servers.each_ref().map(Server::url);
        let bundle = self.bundle.path().display().to_string();
        let mut variables = configuration(self.world.endpoints);
        variables.extend(
            [
                ("AWS_ENDPOINT_URL_EC2", ec2),
                ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
                ("ALB_PUBLIC_KEYS_URL", keys),
                ("AWS_CA_BUNDLE", bundle.clone()),
                // What was built before `AWS_CA_BUNDLE` was read trusts this.
                ("SSL_CERT_FILE", bundle),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        variables
    }

    /// Connections accepted since the start, by all services.
    pub(super) fn connections(&self) -> u64 {
        let connections = self.servers.iter().filter_map(Server::connections);
        connections.map(Connections::accepted).sum()
    }

    /// Stops serving.
    pub(super) async fn stop(self) {
        self.time.abort();
        for server in self.servers {
            server.stop().await;
        }
        self.embedded.dynamo.shutdown().await;
    }
}

/// Every variable that has to be set, for so many endpoints.
fn configuration(endpoints: usize) -> BTreeMap<String, String> {
    let names = shared::config::VARIABLES
        .iter()
        .map(|variable| variable.name);
    let example =
        names.filter_map(|name| Some((name.to_owned(), example::variable(name)?.to_owned())));
    let managed = fleet::managed_endpoints(endpoints);
    example
        .chain([("MANAGED_ENDPOINTS".to_owned(), managed)])
        .collect()
}

/// Employees ask for the first endpoints, which get ready, and one connects to each.
async fn bring_up(aws: &Embedded, world: World) -> anyhow::Result<()> {
    if world.ready == 0 {
        return Ok(());
    }
    let variables = configuration(world.endpoints);
    let config = AssociateConfig::from_vars(&|name: &str| variables.get(name).cloned())?;
    let reconciler = Reconciler::new(
        aws.vpn.clone(),
        aws.store.clone(),
        aws.clock.clone(),
        EventIds::from_entropy(),
        config.common.settings,
    );
    let endpoints = config.common.endpoints;
    let ready: &[ManagedEndpoint] = endpoints
        .get(..world.ready)
        .context("more than there are")?;
    let ask = Ask {
        email: format!("hana@{}", example::EMAIL_DOMAIN).parse()?,
        origin: Origin::default(),
    };
    for endpoint in ready {
        reconciler.ask(endpoint, ask.clone()).await?;
    }
    aws.clock.advance(TimeDelta::minutes(5));
    for endpoint in ready {
        reconciler.status(endpoint).await?;
    }
    aws.clock.advance(TimeDelta::minutes(1));
    for endpoint in ready {
        let status = reconciler.sweep(endpoint, false).await?;
        let phase = shared::policy::Phase::Ready;
        anyhow::ensure!(
            status.phase == phase,
            "{} is not ready: {status:?}",
            endpoint.name
        );
    }
    aws.ec2.change(|ec2, now| {
        for n in 0..world.connections {
            let client = Client::User(format!("person{n}@{}", example::EMAIL_DOMAIN));
            ec2.connect(now, &fleet::endpoint_id(n % world.ready), client)?;
        }
        anyhow::Ok(())
    })
}

/// The world's clock goes with the machine's.
async fn keep_time(world: Arc<StillClock>, machine: Arc<dyn Clock>) {
    loop {
        let behind = machine.now() - world.now();
        world.advance(behind.max(TimeDelta::zero()));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What each answer passes.
#[derive(Clone)]
struct Watch {
    service: &'static str,
    late: Duration,
    calls: CallLog,
}

/// Answers no sooner than it should, and writes the call down.
async fn answer(State(watch): State<Watch>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::default();
    };
    let action = action(&parts, &body);
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    // Whole, so that no part of it is late.
    let (parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await;
    // What only opens a connection is answered by a front end, before any of the service's work. And a timer takes a
    // millisecond even for no time at all.
    if action.is_some() && !watch.late.is_zero() {
        tokio::time::sleep_until((began + watch.late).into()).await;
    }
    if let Some(action) = action {
        let service = watch.service;
        watch.calls.note(Call {
            name: format!("{service} {action}"),
            began,
            ended: Instant::now(),
        });
    }
    Response::from_parts(parts, Body::from(body.unwrap_or_default()))
}

/// `None`: nothing is asked for, as where a connection is only opened.
fn action(parts: &Parts, body: &[u8]) -> Option<String> {
    if let Some(target) = parts.headers.get("x-amz-target") {
        let (_, operation) = target.to_str().ok()?.split_once('.')?;
        return Some(operation.to_owned());
    }
    let mut form = form_urlencoded::parse(body);
    if let Some((_, action)) = form.find(|(name, _)| name == "Action") {
        return Some(action.into_owned());
    }
    (parts.uri.path() != "/").then(|| "key".to_owned())
}
