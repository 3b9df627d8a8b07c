//! One line for each request. A route is logged by a name of ours: nothing that the caller typed.

use std::error::Error;

use http::StatusCode;
use tracing::{error, info, warn};

/// A request that was answered as it wished.
pub fn answered(route: &'static str, status: StatusCode, trace_id: &str) {
    info!(route, status = status.as_u16(), trace_id, "answered");
}

/// A request that was not. Our own trouble is an error; what a client did wrong is worth a line.
pub fn refused(route: &'static str, status: StatusCode, trace_id: &str, why: &dyn Error) {
    let (code, reason) = (status.as_u16(), chain(why));
    if status.is_server_error() {
        error!(route, status = code, trace_id, reason, "not answered");
    } else {
        info!(route, status = code, trace_id, reason, "refused");
    }
}

/// A refusal that stays one though it could not be put on record.
pub fn not_on_record(error: &dyn Error) {
    warn!(error = %chain(error), "access.denied could not be put on record");
}

/// A page that is shown without a part of it.
pub fn left_out(part: &'static str, error: &dyn Error) {
    warn!(part, error = %chain(error), "a page is shown without a part of it");
}

/// An error and what caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
