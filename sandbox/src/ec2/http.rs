//! The EC2 Query API over HTTP: who calls, what is asked, what goes wrong on demand, and the answer.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::TimeDelta;
use testkit::ec2::ApiError;
use testkit::ec2::FaultKind;
use testkit::ec2::Outcome;
use testkit::ec2::{Answer, Caller};
use uuid::Uuid;

use super::answer;
use super::query::{Parameters, Parsed};
use super::server::{Ec2, Logged};

pub(super) fn router(ec2: Ec2) -> Router {
    Router::new()
        .route("/", get(visit).post(query))
        .with_state(ec2)
}

/// A visit without a call, as by a browser or who opens a connection: EC2 sends them to its pages, and counts nothing.
const PAGES: &str = "https://aws.amazon.com/ec2";

async fn visit(ec2: State<Ec2>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    match uri.query() {
        Some(_) => query(ec2, headers, uri, body).await,
        None => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, PAGES)]).into_response(),
    }
}

async fn query(State(ec2): State<Ec2>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let form = [uri.query().unwrap_or_default().as_bytes(), &body].join(&b'&');
    let mut parameters = Parameters::decode(&form);
    let asked = signed_by(&headers).and_then(|signed| Ok((signed, parameters.action()?)));
    let ((access_key, region), action) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return refused(&refusal, &request_id),
    };
    let mut caller = Caller {
        access_key,
        ..Caller::api(region)
    };
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
    let fault = ec2.take_fault(action);
    logged.fault.clone_from(&fault);
    let result = match fault {
        None => ec2.perform(logged, &caller, parsed),
        Some(fault) => match strike(&ec2, fault, logged, caller, parsed).await {
            Struck::Answer(result) => result,
            Struck::Instead(response) => return response,
        },
    };
    match result {
        Ok(done) => {
            let mut document = answer::answer(action, &done, &request_id);
            if done.lists_nothing() && ec2.read(|world| world.behaviour().cut_empty_listings) {
                document.truncate(document.rfind("</").unwrap_or_default());
            }
            xml(StatusCode::OK, document, &request_id)
        }
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
    let struck = Outcome::Fault(fault.clone());
    match fault {
        FaultKind::Error { code, status } => {
            ec2.record(logged, &caller, struck);
            let message = "The sandbox was told to answer this.".to_owned();
            Struck::Answer(Err(ApiError::Injected {
                code,
                message,
                status,
            }))
        }
        FaultKind::Garbage => {
            ec2.record(logged, &caller, struck);
            let page = "<html><body><h1>500 Internal Server Error</h1><hr>";
            Struck::Instead((StatusCode::INTERNAL_SERVER_ERROR, page).into_response())
        }
        FaultKind::Hang => {
            ec2.record(logged, &caller, struck);
            std::future::pending().await
        }
        FaultKind::HangAfterWork => {
            // Whatever the answer is, no one hears it.
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
        FaultKind::NoCounters => {
            caller.misses_counters = true;
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

/// Access key and region of the credential scope, `AKID/20261123/ap-northeast-1/ec2/aws4_request`.
fn signed_by(headers: &HeaderMap) -> Result<(String, String), ApiError> {
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
        Some([access_key, _, region, "ec2", "aws4_request"]) if is_region(region) => {
            Ok(((*access_key).to_owned(), (*region).to_owned()))
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
