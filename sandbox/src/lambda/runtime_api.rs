//! The Runtime API, version 2018-06-01, with one base path for each instance.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::error::FunctionError;
use super::settings::PAYLOAD_LIMIT;
use crate::lock::lock;

/// What the Runtime API knows of the instances that live, by the secret first segment of their base path.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots(Arc<Mutex<HashMap<Uuid, Arc<Slot>>>>);

impl Slots {
    pub(super) fn insert(&self, id: Uuid, slot: Arc<Slot>) {
        lock(&self.0).insert(id, slot);
    }

    pub(super) fn remove(&self, id: Uuid) {
        lock(&self.0).remove(&id);
    }

    fn find(&self, id: Uuid) -> Result<Arc<Slot>, Refusal> {
        lock(&self.0)
            .get(&id)
            .cloned()
            .ok_or(Refusal::UnknownInstance)
    }
}

/// One invocation.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: Uuid,
    pub(super) deadline: DateTime<Utc>,
    pub(super) trace_id: String,
    pub(super) event: Bytes,
}

/// How far a process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Startup {
    Starting,
    /// It has asked for its first event.
    Done,
    /// It has reported that it cannot start.
    Failed(FunctionError),
}

/// What a process answers.
pub(super) type Reply = Result<Bytes, FunctionError>;

/// An invocation on its way to the process, and where its answer goes.
pub(super) type Delivery = (Job, oneshot::Sender<Reply>);

/// One instance, seen from the Runtime API.
#[derive(Debug)]
pub(super) struct Slot {
    function_arn: String,
    deliveries: tokio::sync::Mutex<mpsc::Receiver<Delivery>>,
    current: Mutex<Option<(Uuid, oneshot::Sender<Reply>)>>,
    startup: watch::Sender<Startup>,
}

impl Slot {
    pub(super) fn new(
        function_arn: String,
        deliveries: mpsc::Receiver<Delivery>,
        startup: watch::Sender<Startup>,
    ) -> Self {
        Self {
            function_arn,
            deliveries: tokio::sync::Mutex::new(deliveries),
            current: Mutex::new(None),
            startup,
        }
    }

    fn finish(&self, request_id: Uuid, reply: Reply) -> Result<(), Refusal> {
        let mut current = lock(&self.current);
        match current.take() {
            Some((id, answer)) if id == request_id => {
                // The caller waits no more if the time limit has just been reached.
                let _ = answer.send(reply);
                Ok(())
            }
            other => {
                *current = other;
                Err(Refusal::InvalidRequestId)
            }
        }
    }
}

pub(super) fn router(slots: Slots) -> Router {
    let invocation = "/{instance}/2018-06-01/runtime/invocation";
    Router::new()
        .route(&format!("{invocation}/next"), get(next))
        .route(
            &format!("{invocation}/{{request_id}}/response"),
            post(response),
        )
        .route(&format!("{invocation}/{{request_id}}/error"), post(error))
        .route(
            "/{instance}/2018-06-01/runtime/init/error",
            post(init_error),
        )
        .with_state(slots)
}

async fn next(State(slots): State<Slots>, Path(instance): Path<Uuid>) -> Result<Response, Refusal> {
    let slot = slots.find(instance)?;
    if lock(&slot.current).is_some() {
        return Err(Refusal::InvalidState);
    }
    slot.startup.send_if_modified(|startup| {
        let first = *startup == Startup::Starting;
        if first {
            *startup = Startup::Done;
        }
        first
    });
    let delivery = slot.deliveries.lock().await.recv().await;
    let (job, answer) = delivery.ok_or(Refusal::UnknownInstance)?;
    *lock(&slot.current) = Some((job.request_id, answer));
    let headers = [
        ("lambda-runtime-aws-request-id", job.request_id.to_string()),
        (
            "lambda-runtime-deadline-ms",
            job.deadline.timestamp_millis().to_string(),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            slot.function_arn.clone(),
        ),
        ("lambda-runtime-trace-id", job.trace_id),
    ];
    let mut response = Response::new(Body::from(job.event));
    for (name, value) in headers {
        let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static(""));
        response.headers_mut().insert(name, value);
    }
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

async fn response(
    State(slots): State<Slots>,
    Path((instance, request_id)): Path<(Uuid, Uuid)>,
    request: Request,
) -> Result<Response, Refusal> {
    let slot = slots.find(instance)?;
    match axum::body::to_bytes(request.into_body(), PAYLOAD_LIMIT).await {
        Ok(body) => {
            slot.finish(request_id, Ok(body))?;
            Ok(accepted())
        }
        Err(_too_large_or_broken) => {
            let error = FunctionError {
                error_type: "Function.ResponseSizeTooLarge".to_owned(),
                error_message: format!(
                    "Response payload size exceeded maximum allowed ({PAYLOAD_LIMIT} bytes)."
                ),
            };
            slot.finish(request_id, Err(error))?;
            Err(Refusal::TooLarge)
        }
    }
}

async fn error(
    State(slots): State<Slots>,
    Path((instance, request_id)): Path<(Uuid, Uuid)>,
    request: Request,
) -> Result<Response, Refusal> {
    let slot = slots.find(instance)?;
    let error = read_error(request).await;
    slot.finish(request_id, Err(error))?;
    Ok(accepted())
}

async fn init_error(
    State(slots): State<Slots>,
    Path(instance): Path<Uuid>,
    request: Request,
) -> Result<Response, Refusal> {
    let slot = slots.find(instance)?;
    let error = read_error(request).await;
    slot.startup.send_replace(Startup::Failed(error));
    Ok(accepted())
}

/// An error that cannot be read is an error nevertheless.
async fn read_error(request: Request) -> FunctionError {
    let body = axum::body::to_bytes(request.into_body(), PAYLOAD_LIMIT)
        .await
        .unwrap_or_default();
    serde_json::from_slice(&body).unwrap_or_else(|_| FunctionError {
        error_type: "Runtime.Unknown".to_owned(),
        error_message: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, axum::Json(json!({ "status": "OK" }))).into_response()
}

/// What the Runtime API refuses.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    UnknownInstance,
    InvalidRequestId,
    InvalidState,
    TooLarge,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::UnknownInstance => (StatusCode::FORBIDDEN, "UnknownInstance", "no such instance"),
            Self::InvalidRequestId => (
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "not the invocation under way",
            ),
            Self::InvalidState => (
                StatusCode::FORBIDDEN,
                "InvalidStateTransition",
                "an invocation is under way",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                "exceeded maximum allowed size",
            ),
        };
        (
            status,
            axum::Json(json!({ "errorType": kind, "errorMessage": message })),
        )
            .into_response()
    }
}
