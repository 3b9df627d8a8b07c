//! A function behind the ALB: what all of them do with an event.

use std::sync::Arc;

use anyhow::Context as _;
use aws_lambda_events::alb::AlbTargetGroupResponse;
use http::{Method, StatusCode};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::event::{self, NotFromAlb, Received};
use crate::reply::Reply;
use crate::visitor;

/// What a function makes of a request. Its answer to `HEAD` may have a body, which is not sent.
pub trait Function: Send + Sync + 'static {
    fn reply(&self, received: &Received, trace_id: &str) -> impl Future<Output = Reply> + Send;
}

/// Answers an event of the ALB. `request_id` is Lambda's, for requests without a trace id. Health checks reach no function.
///
/// # Errors
/// Only for an event that no ALB makes.
pub async fn handle(
    function: &impl Function,
    event: Value,
    request_id: &str,
) -> Result<AlbTargetGroupResponse, NotFromAlb> {
    let received = event::receive(event)?;
    let headers = received.request.headers();
    if visitor::is_health_check(headers) {
        let ok = Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "200 ok");
        return Ok(ok.into_alb(received.mode));
    }
    let trace_id = visitor::trace_id(headers).unwrap_or_else(|| request_id.to_owned());
    let reply = function.reply(&received, &trace_id).await;
    let reply = if received.request.method() == Method::HEAD {
        reply.without_body()
    } else {
        reply
    };
    Ok(reply.into_alb(received.mode))
}

/// Answers Lambda's invocations until it ends the process.
///
/// # Errors
/// The Lambda runtime's API out of reach.
pub async fn run(function: impl Function) -> anyhow::Result<()> {
    let function = Arc::new(function);
    let service = service_fn(move |event: LambdaEvent<Value>| {
        let function = Arc::clone(&function);
        // Boxed: it is large, and the runtime moves it about.
        Box::pin(async move { handle(&*function, event.payload, &event.context.request_id).await })
    });
    lambda_runtime::run(service)
        .await
        .map_err(|error| anyhow::anyhow!(error))
        .context("the Lambda runtime ended")
}
