//! Lambda's own Invoke API, for `cargo lambda invoke`, `aws lambda invoke` and curl: whatever is sent becomes the event,
//! past the ALB and its sign-in.
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::parts::Control;
use crate::lambda::InvokeError;

/// Where it is.
pub(super) const PATH: &str = "/2015-03-31/functions/{function}/invocations";

/// Says that the body is the function's error, and that the call as such succeeded.
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");

pub(super) async fn invoke(
    State(control): State<Control>,
    Path(function): Path<String>,
    event: Bytes,
) -> Response {
    match control.lambda.invoke(&function, event, None).await {
        Ok(answer) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &InvokeError) -> Response {
    let failed = |error_type: &str, message: &str| {
        let body = json!({ "errorType": error_type, "errorMessage": message });
        ([(FUNCTION_ERROR, "Unhandled")], Json(body)).into_response()
    };
    let refused = |status: StatusCode, error_type: &'static str| {
        let body = json!({ "Type": "User", "Message": error.to_string() });
        (status, [("x-amzn-errortype", error_type)], Json(body)).into_response()
    };
    match error {
        InvokeError::Function { error, .. } => failed(&error.error_type, &error.error_message),
        InvokeError::Crashed { .. } => failed("Runtime.ExitError", &error.to_string()),
        InvokeError::TimedOut { .. } => failed("Sandbox.Timedout", &error.to_string()),
        InvokeError::Spawn { .. } | InvokeError::Init { .. } => {
            failed("Runtime.InitError", &error.to_string())
        }
        InvokeError::Unknown(_) => refused(StatusCode::NOT_FOUND, "ResourceNotFoundException"),
        InvokeError::TooLarge => refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException"),
        InvokeError::Throttled { .. } => {
            refused(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException")
        }
    }
}
