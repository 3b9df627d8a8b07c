//! A request on its way to the function and back.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use testkit::alb::{Event, TOKEN_LIFE, response};

use super::parts::Shared;
use super::session::Session;
use super::sign_in;
use crate::html::{self, Escaped};
use crate::lambda::InvokeError;
use crate::trace;

/// The largest request body and the largest answer of a Lambda target.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
const BODY_LIMIT: usize = 1024 * 1024;

/// The longest URL and the longest header, and all headers together.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const LINE_LIMIT: usize = 16 * 1024;
const HEADERS_LIMIT: usize = 64 * 1024;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// Everything that is not the sandbox's own: sign-in, then the function.
pub(super) async fn forward(
    State(alb): State<Shared>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let mut response = match serve(&alb, client.ip(), request).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    };
    let server = HeaderValue::from_static("awselb/2.0");
    response
        .headers_mut()
        .entry(header::SERVER)
        .or_insert(server);
    response
}

async fn serve(alb: &Shared, client: IpAddr, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    check_size(&parts)?;
    let Some(session) = alb.sessions.find(
        &parts.headers,
        shared::clock::Clock::now(alb.clock.as_ref()),
    ) else {
        let path_and_query = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        return Ok(sign_in::redirect(path_and_query));
    };
    let body = read(body, alb.settings.idle_limit).await?;
    let trace_id = vouch(&mut parts.headers, alb, &session, client);
    let event = Event::of(&parts, &body).event().to_string().into_bytes();
    let target = alb.settings.target(parts.uri.path());
    let answer = alb.lambda.invoke(target, event, Some(&trace_id)).await;
    let answer = answer.map_err(Refusal::Target)?;
    if answer.len() > BODY_LIMIT {
        return Err(Refusal::AnswerTooLarge);
    }
    response(&answer)
        .map(|answer| answer.map(Body::from))
        .ok_or_else(|| Refusal::NoAnswer(String::from_utf8_lossy(&answer).into_owned()))
}

fn check_size(parts: &Parts) -> Result<(), Refusal> {
    if parts.uri.path_and_query().map_or(0, |it| it.as_str().len()) > LINE_LIMIT {
        return Err(Refusal::UrlTooLong);
    }
    let lengths = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    let (longest, sum) = lengths.fold((0, 0), |(longest, sum), length| {
        (length.max(longest), sum + length)
    });
    if longest > LINE_LIMIT || sum > HEADERS_LIMIT {
        return Err(Refusal::HeadersTooLarge);
    }
    Ok(())
}

async fn read(body: Body, idle_limit: std::time::Duration) -> Result<bytes::Bytes, Refusal> {
    match tokio::time::timeout(idle_limit, axum::body::to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Refusal::BodyTooLarge),
        Err(_elapsed) => Err(Refusal::TooSlow),
    }
}

/// Replaces what only the ALB may say. Returns the trace id.
fn vouch(headers: &mut HeaderMap, alb: &Shared, session: &Session, client: IpAddr) -> String {
    let forged = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-amzn-oidc-"))
        .cloned();
    for name in forged.collect::<Vec<_>>() {
        headers.remove(name);
    }
    // A token lives for 120 s of the machine's time: at 60 times the speed a cold start still fits into it.
    let life = TOKEN_LIFE.to_std().unwrap_or_default();
    let token = alb
        .mint
        .draft_until(&session.email, &session.sub, alb.clock.after(life))
        .sign();
    let forwarded_for = forwarded_for(headers, client);
    let port = alb.url.rsplit(':').next().unwrap_or_default().to_owned();
    let trace_id = trace_id(headers, alb);
    let said = [
        (HeaderName::from_static("x-amzn-oidc-data"), token),
        (
            HeaderName::from_static("x-amzn-oidc-identity"),
            session.sub.clone(),
        ),
        (
            HeaderName::from_static("x-amzn-oidc-accesstoken"),
            "sandbox".to_owned(),
        ),
        (FORWARDED_FOR, forwarded_for),
        // As the browser sees it: a page's `Origin` and `Referer` are compared with this.
        (
            HeaderName::from_static("x-forwarded-proto"),
            "http".to_owned(),
        ),
        (HeaderName::from_static("x-forwarded-port"), port),
        (TRACE_ID, trace_id.clone()),
    ];
    for (name, value) in said {
        // What came with the request was a header's value before; the rest is ASCII of ours.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    }
    trace_id
}

/// The client's address comes last, after whatever the client claims.
fn forwarded_for(headers: &HeaderMap, client: IpAddr) -> String {
    let claimed = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut addresses = claimed
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect::<Vec<_>>();
    addresses.push(client.to_string());
    addresses.join(", ")
}

/// A `Root` that came along is kept, and the ALB adds a `Self`.
fn trace_id(headers: &HeaderMap, alb: &Shared) -> String {
    let given = headers
        .get(TRACE_ID)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if given
        .split(';')
        .any(|field| field.trim().starts_with("Root="))
    {
        format!("Self={};{given}", trace::id(alb.clock.as_ref()))
    } else {
        trace::fresh(alb.clock.as_ref())
    }
}

/// What the ALB itself answers.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>
#[derive(Debug)]
enum Refusal {
    UrlTooLong,
    HeadersTooLarge,
    BodyTooLarge,
    TooSlow,
    AnswerTooLarge,
    NoAnswer(String),
    Target(InvokeError),
}

impl Refusal {
    /// The status, and what a developer needs to know (the ALB tells clients nothing).
    fn explain(&self) -> (StatusCode, String) {
        match self {
            Self::UrlTooLong => (StatusCode::URI_TOO_LONG, "the URL is over 16 KB".to_owned()),
            Self::HeadersTooLarge => (
                StatusCode::BAD_REQUEST,
                "a header is over 16 KB, or all are over 64 KB".to_owned(),
            ),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is over 1 MB".to_owned(),
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time".to_owned(),
            ),
            Self::AnswerTooLarge => (
                StatusCode::BAD_GATEWAY,
                "the function's answer is over 1 MB".to_owned(),
            ),
            Self::NoAnswer(answer) => {
                let start = answer.chars().take(2000).collect::<String>();
                (
                    StatusCode::BAD_GATEWAY,
                    format!("the function's answer is no ALB response: {start}"),
                )
            }
            // The ALB makes a 502 of an error, of a function's time-out and of throttling alike.
            Self::Target(error) => match error {
                InvokeError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
                InvokeError::Unknown(_) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
                InvokeError::Throttled { .. }
                | InvokeError::Spawn { .. }
                | InvokeError::Init { .. }
                | InvokeError::Crashed { .. }
                | InvokeError::TimedOut { .. }
                | InvokeError::Function { .. } => (StatusCode::BAD_GATEWAY, error.to_string()),
            },
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, detail) = self.explain();
        if status.is_server_error() {
            tracing::warn!(%status, detail, "the load balancer answers in the function's place");
        }
        let body = format!(
            "<p>This is the load balancer's answer.</p><pre>{}</pre>",
            Escaped(&detail)
        );
        (status, Html(html::page(&status.to_string(), &body))).into_response()
    }
}
