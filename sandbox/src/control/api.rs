//! The control API, in JSON. EC2's own is beside it, under `/sandbox/api/ec2`.
//!
//! | request | body |
//! |---|---|
//! | `GET /sandbox/api/time` | |
//! | `POST /sandbox/api/time` | `advance_seconds`, `speed`, or both |
//! | `POST /sandbox/api/sweep` | invokes the reaper and answers with its answer |
//! | `POST /sandbox/api/lambda/kill` | `function` |
//! | `GET /sandbox/api/dynamo/calls`, `POST …/reset` | |
//! | `POST /sandbox/api/dynamo/fault` | `fault`, and `operation`, `after`, `times`; `POST …/faults/clear` takes all back |

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::clock::Clock;

use super::parts::Control;
use crate::clock::MAX_SPEED;
use crate::dynamo::TableFault;

/// The furthest jump.
const MAX_ADVANCE_SECONDS: u32 = 31 * 24 * 3600;

/// A mistake of the caller.
pub(super) struct Bad(String);

impl IntoResponse for Bad {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": self.0 }))).into_response()
    }
}

/// Parsed here and not by axum, so that every mistake is a 400 with a reason, and curl needs no header.
fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Bad> {
    serde_json::from_slice(bytes)
        .map_err(|error| Bad(format!("the body is not what this call takes: {error}")))
}

pub(super) async fn time(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "now": control.clock.now(), "speed": control.clock.speed() }))
}

/// A change of time.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeChange {
    advance_seconds: Option<u32>,
    speed: Option<u32>,
}

pub(super) async fn change_time(
    State(control): State<Control>,
    bytes: Bytes,
) -> Result<Json<Value>, Bad> {
    let change = body::<TimeChange>(&bytes)?;
    apply_time(&control, change.advance_seconds, change.speed).map_err(Bad)?;
    Ok(time(State(control)).await)
}

/// Both or neither: nothing is changed if one of them is out of range.
pub(super) fn apply_time(
    control: &Control,
    advance: Option<u32>,
    speed: Option<u32>,
) -> Result<(), String> {
    if advance.is_some_and(|seconds| seconds > MAX_ADVANCE_SECONDS) {
        return Err(format!("advance_seconds: at most {MAX_ADVANCE_SECONDS}"));
    }
    if speed.is_some_and(|speed| speed > MAX_SPEED) {
        return Err(format!("speed: at most {MAX_SPEED}; 0 stops time"));
    }
    let cannot = |error: std::io::Error| format!("cannot change the time: {error}");
    if let Some(speed) = speed {
        control.clock.set_speed(speed).map_err(cannot)?;
    }
    if let Some(seconds) = advance {
        control
            .clock
            .advance(TimeDelta::seconds(seconds.into()))
            .map_err(cannot)?;
    }
    Ok(())
}

pub(super) async fn sweep(State(control): State<Control>) -> Response {
    match control.scheduler.fire().await {
        Ok(answer) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(error) => (
            StatusCode::BAD_GATEWAY,
            Json(json!({ "error": error.to_string() })),
        )
            .into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kill {
    function: String,
}

pub(super) async fn kill(State(control): State<Control>, bytes: Bytes) -> Result<Json<Value>, Bad> {
    let Kill { function } = body(&bytes)?;
    Ok(Json(
        json!({ "killed": control.lambda.kill(&function).await }),
    ))
}

pub(super) async fn calls(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "counts": control.dynamo.call_counts(), "calls": control.dynamo.calls() }))
}

pub(super) async fn reset_calls(State(control): State<Control>) -> Json<Value> {
    control.dynamo.reset_calls();
    Json(json!({ "done": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    fault: String,
    operation: Option<String>,
    #[serde(default)]
    after: u32,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

pub(super) async fn fault(
    State(control): State<Control>,
    bytes: Bytes,
) -> Result<Json<Value>, Bad> {
    let new = body::<NewFault>(&bytes)?;
    let fault =
        TableFault::parse(&new.fault).ok_or_else(|| Bad(format!("{:?} is no fault", new.fault)))?;
    control
        .dynamo
        .inject_after(new.after, new.operation.as_deref(), fault, new.times);
    Ok(Json(json!({ "faults": control.dynamo.faults() })))
}

pub(super) async fn clear_faults(State(control): State<Control>) -> Json<Value> {
    control.dynamo.clear_faults();
    Json(json!({ "done": true }))
}
