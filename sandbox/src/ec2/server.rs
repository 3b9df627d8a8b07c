//! [`Ec2`]: the world behind the EC2 Query API, with a clock and, if wanted, a file to keep it in.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use uuid::Uuid;

use super::answer;
use super::call::{Action, Answer, Call, Caller, Outcome, Request};
use super::control;
use super::error::ApiError;
use super::fault::FaultKind;
use super::query::{Parameters, Parsed};
use super::settings::Settings;
use super::world::World;

/// A running EC2. Clones share one world.
#[derive(Debug, Clone)]
pub struct Ec2 {
    world: Arc<Mutex<World>>,
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
        let world = World::new(settings, clock.now());
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
                World::new(settings, clock.now())
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

    /// The EC2 Query API, at `/`. Requests must be signed, but nobody checks the signature.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(query).post(query))
            .with_state(self.clone())
    }

    /// The control API: JSON, for people and tests (see [`control`]).
    pub fn control(&self) -> Router {
        control::router(self.clone())
    }

    /// Reads the world as it is now.
    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        let mut world = self.lock();
        world.advance(self.clock.now());
        look(&world)
    }

    /// Changes the world: connects clients, injects faults, acts as the administrator. What the closure gets is the
    /// present time, which every method of [`World`] wants.
    pub fn change<T>(&self, act: impl FnOnce(&mut World, DateTime<Utc>) -> T) -> T {
        let now = self.clock.now();
        let mut world = self.lock();
        world.advance(now);
        let result = act(&mut world, now);
        self.keep(&world);
        result
    }

    /// A copy of the world as it is now.
    pub fn snapshot(&self) -> World {
        self.read(World::clone)
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

    fn lock(&self) -> MutexGuard<'_, World> {
        // A test that panicked while it held the world must not hide its message behind ours.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, world: &World) {
        if let Some(file) = &self.file
            && let Err(error) = save(world, file)
        {
            tracing::error!(%error, file = %file.display(), "the sandbox's EC2 could not be saved");
        }
    }

    /// Does the work of a call and writes it down.
    fn perform(&self, logged: Logged, caller: &Caller, parsed: Parsed) -> Result<Answer, ApiError> {
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

    /// Writes down a call that was not done.
    fn record(&self, logged: Logged, caller: &Caller, outcome: Outcome) {
        let now = self.clock.now();
        let mut world = self.lock();
        world.advance(now);
        logged.write(&mut world, caller, outcome);
    }
}

/// What the log says of a call besides who made it and what came of it.
struct Logged {
    action: Action,
    parameters: BTreeMap<String, String>,
    fault: Option<FaultKind>,
}

impl Logged {
    fn write(self, world: &mut World, caller: &Caller, outcome: Outcome) {
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
            parameters,
            outcome,
        });
    }
}

/// Writes the whole file anew beside the old one and then puts it in its place: whoever reads finds either.
fn save(world: &World, file: &Path) -> io::Result<()> {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, serde_json::to_vec(world)?)?;
    std::fs::rename(fresh, file)
}

async fn query(State(ec2): State<Ec2>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let form = [uri.query().unwrap_or_default().as_bytes(), &body].join(&b'&');
    let mut parameters = Parameters::decode(&form);
    let called = region(&headers).and_then(|region| Ok((region, parameters.action()?)));
    let (region, action) = match called {
        Ok(called) => called,
        Err(refusal) => return refused(&refusal, &request_id),
    };
    let mut caller = Caller::api(region);
    let mut logged = Logged {
        action,
        parameters: parameters.all(),
        fault: None,
    };
    let parsed = match parameters.parse(action) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            ec2.record(logged, &caller, Outcome::Refused(refusal.code().to_owned()));
            return refused(&refusal, &request_id);
        }
    };
    caller.dry_run = parsed.dry_run;
    let fault = ec2.lock().take_fault(action);
    logged.fault.clone_from(&fault);
    let result = match fault {
        None => ec2.perform(logged, &caller, parsed),
        Some(fault) => match strike(&ec2, fault, logged, caller, parsed).await {
            Struck::Answer(result) => result,
            Struck::Instead(response) => return response,
        },
    };
    match result {
        Ok(done) => xml(
            StatusCode::OK,
            answer::answer(action, &done, &request_id),
            &request_id,
        ),
        Err(refusal) => refused(&refusal, &request_id),
    }
}

/// What a fault made of a call.
enum Struck {
    Answer(Result<Answer, ApiError>),
    Instead(Response),
}

async fn strike(
    ec2: &Ec2,
    fault: FaultKind,
    logged: Logged,
    mut caller: Caller,
    parsed: Parsed,
) -> Struck {
    let undone = Outcome::Done;
    match fault {
        FaultKind::Error { code, status } => {
            ec2.record(logged, &caller, undone);
            let message = "The sandbox was told to answer this.".to_owned();
            Struck::Answer(Err(ApiError::Injected {
                code,
                message,
                status,
            }))
        }
        FaultKind::Garbage => {
            ec2.record(logged, &caller, undone);
            let page = "<html><body><h1>500 Internal Server Error</h1><hr>";
            Struck::Instead((StatusCode::INTERNAL_SERVER_ERROR, page).into_response())
        }
        FaultKind::Hang => {
            ec2.record(logged, &caller, undone);
            std::future::pending().await
        }
        FaultKind::HangAfterWork => {
            // Whatever the answer is, nobody hears it.
            let _answer = ec2.perform(logged, &caller, parsed);
            std::future::pending().await
        }
        FaultKind::LoseAnswer => {
            let _answer = ec2.perform(logged, &caller, parsed);
            Struck::Instead(broken_connection())
        }
        FaultKind::Late { milliseconds } => {
            let ec2 = ec2.clone();
            // A task of its own: the work is done even when the client gave up and its connection is gone.
            let late = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
                ec2.perform(logged, &caller, parsed)
            });
            late.await
                .map_or_else(|_| Struck::Instead(broken_connection()), Struck::Answer)
        }
        FaultKind::Stale { seconds } => {
            caller.staleness = TimeDelta::seconds(seconds.into());
            Struck::Answer(ec2.perform(logged, &caller, parsed))
        }
    }
}

/// The server cannot send the body that it announced, and closes the connection.
fn broken_connection() -> Response {
    let nothing =
        futures::stream::once(async { Err::<Bytes, _>(io::Error::other("the answer is lost")) });
    Body::from_stream(nothing).into_response()
}

/// The region of the credential scope, `AKID/20261123/ap-northeast-1/ec2/aws4_request`.
fn region(headers: &HeaderMap) -> Result<String, ApiError> {
    let authorization = headers
        .get(header::AUTHORIZATION)
        .ok_or(ApiError::MissingAuthenticationToken)?;
    let text = authorization.to_str().map_err(|_| ApiError::AuthFailure)?;
    let signed = text
        .strip_prefix("AWS4-HMAC-SHA256 ")
        .ok_or(ApiError::AuthFailure)?;
    let scope = signed
        .split(',')
        .find_map(|part| part.trim().strip_prefix("Credential="));
    match scope
        .map(|scope| scope.split('/').collect::<Vec<_>>())
        .as_deref()
    {
        Some([_, _, region, "ec2", "aws4_request"]) if is_region(region) => {
            Ok((*region).to_owned())
        }
        Some(_) | None => Err(ApiError::AuthFailure),
    }
}

fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn refused(refusal: &ApiError, request_id: &str) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    xml(status, answer::refusal(refusal, request_id), request_id)
}

fn xml(status: StatusCode, document: String, request_id: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/xml;charset=UTF-8"),
        ("x-amzn-requestid", request_id),
    ];
    (status, headers, document).into_response()
}
