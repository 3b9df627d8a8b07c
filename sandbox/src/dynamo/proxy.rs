//! What stands between a client and the database.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use testkit::example::REGION;

use super::conflict::{Conflicts, UnderWay, Write};
use super::fault::{self, Faults, TableFault};
use super::traffic::Traffic;
use super::units::{self, Units};
use crate::lock::lock;
use crate::rights::Rights;

/// How many calls the log keeps.
const LOG_LENGTH: usize = 20_000;

/// `DynamoDB`'s own limit.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");
const JSON: &str = "application/x-amz-json-1.0";

/// What the proxy shares with the handle.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) back: String,
    pub(super) client: reqwest::Client,
    pub(super) faults: Arc<Mutex<Faults>>,
    pub(super) conflicts: Arc<Mutex<Conflicts>>,
    pub(super) recoverable: Arc<Mutex<bool>>,
    pub(super) calls: Arc<Mutex<Vec<String>>>,
    pub(super) traffic: Arc<Mutex<Traffic>>,
    pub(super) rights: Rights,
}

pub(super) fn router(proxy: Proxy) -> Router {
    Router::new().fallback(pass).with_state(proxy)
}

async fn pass(State(proxy): State<Proxy>, request: Request) -> Response {
    if request.method() == Method::GET && request.uri().path() == "/" {
        // As `DynamoDB` answers its load balancer, and anyone.
        return format!("healthy: dynamodb.{REGION}.amazonaws.com ").into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let operation = operation(&parts.headers);
    let fault = operation.and_then(|operation| {
        let mut calls = lock(&proxy.calls);
        if calls.len() < LOG_LENGTH {
            calls.push(operation.to_owned());
        }
        drop(calls);
        lock(&proxy.traffic).call(operation);
        lock(&proxy.faults).take(operation)
    });
    match fault {
        None if operation == Some("DescribeContinuousBackups") => {
            answer((200, continuous_backups(*lock(&proxy.recoverable))))
        }
        None => {
            let write = operation.and_then(|operation| Write::of(operation, &body));
            let _under_way =
                match write.map(|write| UnderWay::begin(&proxy.conflicts, write, &body)) {
                    Some(Err(conflict)) => return answer(conflict),
                    Some(Ok(under_way)) => Some(under_way),
                    None => None,
                };
            proxy
                .forward(parts.method, &parts.uri, parts.headers, body)
                .await
        }
        Some(TableFault::Error(code)) => answer(fault::error(&code)),
        Some(TableFault::TransactionConflict) => answer(fault::transaction_conflict(&body)),
        Some(TableFault::Hang) => std::future::pending().await,
        Some(TableFault::AnswerLost) => {
            proxy
                .forward(parts.method, &parts.uri, parts.headers, body)
                .await;
            break_connection()
        }
    }
}

/// `PutItem` from `DynamoDB_20120810.PutItem`.
fn operation(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get(TARGET)?.to_str().ok()?;
    target.split_once('.').map(|(_, operation)| operation)
}

fn answer((status, body): (u16, Value)) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

/// What `dynoxide` does not know: both tables are as the template makes them, or were changed since.
fn continuous_backups(recoverable: bool) -> Value {
    let status = if recoverable { "ENABLED" } else { "DISABLED" };
    json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": status },
    } })
}

/// Ends the connection's task, and the connection with it, without a word to the client. Unlike a panic, this prints
/// nothing.
fn break_connection() -> ! {
    resume_unwind(Box::new("the answer is lost on purpose"))
}

impl Proxy {
    async fn forward(
        &self,
        method: Method,
        uri: &Uri,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Response {
        headers.remove(header::HOST);
        let operation = operation(&headers).unwrap_or_default().to_owned();
        let asking = units::asking(&operation, &body);
        if asking.is_some() {
            headers.remove(header::CONTENT_LENGTH);
        }
        let is_asked_by_us = asking.is_some();
        let path = uri.path_and_query().map_or("/", |it| it.as_str());
        let sent = self
            .client
            .request(method, format!("{}{path}", self.back))
            .headers(headers)
            .body(asking.unwrap_or_else(|| body.clone()));
        let received = async {
            let answer = sent.send().await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
        };
        match received.await {
            Ok((status, mut headers, mut answer)) => {
                let told: Value = serde_json::from_slice(&answer).unwrap_or_default();
                let units = self.consumed(&operation, &body, &told).await;
                if is_asked_by_us && status.is_success() {
                    answer = units::without(told);
                    headers.remove(header::CONTENT_LENGTH);
                    // It is of the body as it was; without one, clients compare nothing.
                    headers.remove(CHECKSUM);
                }
                if !operation.is_empty() {
                    lock(&self.traffic).answer(&operation, answer.len(), units);
                }
                let mut response = Response::new(Body::from(answer));
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                response
            }
            Err(error) => {
                tracing::error!(%error, "the database does not answer");
                answer(fault::error("InternalServerError"))
            }
        }
    }

    /// The units of a call, also of one whose condition did not hold.
    async fn consumed(&self, operation: &str, request: &[u8], answer: &Value) -> Units {
        let mut units = units::told(operation, answer);
        let (items, times) = units::refused(operation, request, answer);
        for get in items {
            let found = self.call("GetItem", &get).await.unwrap_or_default();
            units.write += times * units::write_units(units::item_size(&found["Item"]));
        }
        units
    }

    /// A call of the sandbox's own, which is not counted and meets no fault.
    pub(super) async fn call(
        &self,
        operation: &str,
        request: &Value,
    ) -> Result<Value, reqwest::Error> {
        let sent = self
            .client
            .post(&self.back)
            .header(TARGET, format!("DynamoDB_20120810.{operation}"))
            .header(header::CONTENT_TYPE, JSON)
            .header("x-amz-date", "20260101T000000Z")
            .header(
                header::AUTHORIZATION,
                HeaderValue::from_static(ANY_SIGNATURE),
            )
            .body(request.to_string());
        sent.send().await?.error_for_status()?.json::<Value>().await
    }

    /// Reads a table for the sandbox's own pages; such reads are not counted.
    pub(super) async fn scan(&self, table: &str) -> Result<Vec<Value>, reqwest::Error> {
        let mut items = Vec::new();
        let mut request = json!({ "TableName": table, "ConsistentRead": true });
        loop {
            let mut page = self.call("Scan", &request).await?;
            if let Some(Value::Array(found)) = page.get_mut("Items").map(Value::take) {
                items.extend(found);
            }
            match page.get_mut("LastEvaluatedKey").map(Value::take) {
                Some(key) if !key.is_null() => request["ExclusiveStartKey"] = key,
                Some(_) | None => return Ok(items),
            }
        }
    }
}

/// Well-formed, which is all that is looked at.
const ANY_SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=sandbox/20260101/local/dynamodb/aws4_request, \
    SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000";
