//! What the ALB sends, made fit for `lambda_http` 1.3, which trusts it more than an open port allows.
//!
//! Its conversion panics on a `Host` such as `a b`, on a path that does not start with `/` and on a body that is not the
//! base64 it should be; it cannot read a null `queryStringParameters` or a header with a control character; and where
//! both kinds of headers are sent, single values replace the multiple ones. So everything of that kind is taken out of
//! the event here, by the ALB's own description of it, and put into the request afterwards:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>

use aws_lambda_events::alb::AlbTargetGroupRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Request};
use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::query::Query;

/// No form or JSON of ours comes near it.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// The ALB takes request lines up to 16 K; `http` panics beyond 64 K.
const MAX_PATH_BYTES: usize = 16 * 1024;
/// Stands for a path that cannot be one; it names nothing.
const NOWHERE: &str = "/%";

/// A request, and what the ALB expects of its answer.
#[derive(Debug)]
pub struct Received {
    /// The request. Its headers are all that were sent, the path to route on is `raw_http_path`. Its query is below.
    pub request: Request,
    /// Its query.
    pub query: Query,
    /// How headers are sent, both ways.
    pub mode: HeaderMode,
    /// The first thing that a well-behaved client would not have sent.
    pub malformed: Option<Malformed>,
}

/// The target group's `lambda.multi_value_headers.enabled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderMode {
    /// One value for each header, the last one sent.
    Single,
    /// All values.
    Multi,
}

/// A request that cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not a host, or a port above 65535.
    #[error("the Host header is not a host name")]
    Host,
    /// Control characters, or more headers than a request needs.
    #[error("a header is malformed")]
    Header,
    /// Not base64 where the event says so.
    #[error("the body could not be decoded")]
    Body,
    /// Too long a body.
    #[error("the body is longer than 64 KiB")]
    BodyTooLong,
}

/// The event is not an ALB's: the function is wired to something else.
#[derive(Debug, thiserror::Error)]
#[error("this function answers an Application Load Balancer, and the event is not from one")]
pub struct NotFromAlb;

impl From<NotFromAlb> for Diagnostic {
    fn from(error: NotFromAlb) -> Self {
        Self {
            error_type: "NotFromAlb".to_owned(),
            error_message: error.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    http_method: String,
    path: Option<String>,
    headers: Option<Map<String, Value>>,
    multi_value_headers: Option<Map<String, Value>>,
    query_string_parameters: Option<Value>,
    multi_value_query_string_parameters: Option<Value>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// Reads an event. Only one that no ALB makes is an error; whatever a client can do to one is an answer.
pub fn receive(event: Value) -> Result<Received, NotFromAlb> {
    // The error would quote the event, tokens and all.
    let event: Event = serde_json::from_value(event).map_err(|_| NotFromAlb)?;
    let mut malformed = Vec::new();
    let query = event
        .multi_value_query_string_parameters
        .or(event.query_string_parameters);

    let (mode, sent) = match (event.multi_value_headers, event.headers) {
        (Some(multi), None) => (HeaderMode::Multi, multi),
        (Some(multi), Some(single)) if !multi.is_empty() || single.is_empty() => {
            (HeaderMode::Multi, multi)
        }
        (_, single) => (HeaderMode::Single, single.unwrap_or_default()),
    };
    let headers = headers(sent).unwrap_or_else(|(rest, problem)| {
        malformed.push(problem);
        rest
    });
    if headers.get_all(HOST).iter().any(|host| !is_host(host)) {
        malformed.push(Malformed::Host);
    }
    let encoded = event.is_base64_encoded.unwrap_or(false);
    let body = body(event.body.unwrap_or_default(), encoded).unwrap_or_else(|problem| {
        malformed.push(problem);
        Body::Empty
    });

    let mut alb = AlbTargetGroupRequest::default();
    alb.http_method = method(&event.http_method);
    alb.path = Some(path(event.path));
    let mut request: Request = LambdaRequest::Alb(alb).into();
    *request.headers_mut() = headers;
    *request.body_mut() = body;
    Ok(Received {
        request,
        query: query.map(Query::of).unwrap_or_default(),
        mode,
        malformed: malformed.into_iter().next(),
    })
}

/// A method that HTTP does not allow is one that we do not have.
fn method(text: &str) -> Method {
    Method::from_bytes(text.as_bytes()).unwrap_or(Method::CONNECT)
}

fn path(path: Option<String>) -> String {
    path.filter(|path| path.starts_with('/') && path.len() <= MAX_PATH_BYTES)
        .unwrap_or_else(|| NOWHERE.to_owned())
}

/// All headers; with what is wrong, those that are right.
fn headers(sent: Map<String, Value>) -> Result<HeaderMap, (HeaderMap, Malformed)> {
    let mut headers = HeaderMap::new();
    let mut complete = true;
    for (name, values) in sent {
        for value in listed(values) {
            complete &= append(&mut headers, &name, &value).is_some();
        }
    }
    if complete {
        Ok(headers)
    } else {
        Err((headers, Malformed::Header))
    }
}

fn listed(values: Value) -> Vec<Value> {
    match values {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            vec![one]
        }
    }
}

fn append(headers: &mut HeaderMap, name: &str, value: &Value) -> Option<()> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let value = HeaderValue::from_bytes(value.as_str()?.as_bytes()).ok()?;
    headers.try_append(name, value).ok()?;
    Some(())
}

fn is_host(value: &HeaderValue) -> bool {
    let authority: Option<Authority> = value.to_str().ok().and_then(|text| text.parse().ok());
    authority.is_some_and(|authority| {
        let port = authority.as_str().rsplit_once(':').map(|(_, port)| port);
        let has_port = port.is_some_and(|port| !port.contains(']'));
        !authority.as_str().contains('@') && (!has_port || authority.port_u16().is_some())
    })
}

fn body(text: String, encoded: bool) -> Result<Body, Malformed> {
    let longest = if encoded {
        MAX_BODY_BYTES.div_ceil(3) * 4
    } else {
        MAX_BODY_BYTES
    };
    if text.len() > longest {
        Err(Malformed::BodyTooLong)
    } else if encoded {
        let bytes = STANDARD.decode(text).map_err(|_| Malformed::Body)?;
        Ok(Body::Binary(bytes))
    } else {
        Ok(Body::Text(text))
    }
}
