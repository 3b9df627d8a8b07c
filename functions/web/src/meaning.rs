//! What an error means over HTTP (DESIGN 7). Each function has the table of its own errors; this is a row of it.

use std::fmt::Display;

use http::header::ALLOW;
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::reply::Reply;

/// A status with its title.
pub type Status = (StatusCode, &'static str);

pub const SIGN_IN: Status = (StatusCode::UNAUTHORIZED, "Not signed in");
pub const FORBIDDEN: Status = (StatusCode::FORBIDDEN, "Not permitted");
pub const NOT_FOUND: Status = (StatusCode::NOT_FOUND, "Not found");
pub const METHOD: Status = (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
pub const BAD_REQUEST: Status = (StatusCode::BAD_REQUEST, "Not understood");
pub const REFUSED: Status = (StatusCode::BAD_GATEWAY, "AWS refused");
pub const CONFLICT: Status = (StatusCode::CONFLICT, "Changed meanwhile");
pub const UNAVAILABLE: Status = (StatusCode::SERVICE_UNAVAILABLE, "Not available now");

/// What both functions say about it.
pub const SIGN_IN_AGAIN: &str = "Please sign in again.";
/// See [`SIGN_IN_AGAIN`].
pub const NOTHING_HERE: &str = "There is nothing of this name here.";

/// What a client is told: nothing from inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    pub status: StatusCode,
    pub title: &'static str,
    pub detail: String,
    /// EC2's error code.
    pub code: Option<String>,
    /// For `Allow`.
    pub allow: Option<&'static str>,
}

impl Meaning {
    pub fn new((status, title): Status, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
            code: None,
            allow: None,
        }
    }

    /// A method that a path does not have.
    pub fn method(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(METHOD, format!("Only {allow} can be used here."))
        }
    }

    /// Whether trying again soon may help.
    pub fn is_temporary(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }

    /// The answer: this page, or, for programs, a problem.
    pub fn reply(&self, page: Option<String>, trace_id: &str) -> Reply {
        let mut reply = match page {
            Some(html) => Reply::page(self.status, html),
            None => Reply::problem(self.status, &self.problem(trace_id)),
        };
        if let Some(allow) = self.allow {
            reply = reply.with(ALLOW, HeaderValue::from_static(allow));
        }
        if self.is_temporary() {
            reply = reply.come_back();
        }
        reply
    }

    fn problem<'a>(&'a self, trace_id: &'a str) -> Problem<'a> {
        Problem {
            r#type: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            trace_id,
            code: self.code.as_deref(),
        }
    }
}

/// RFC 9457.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    trace_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

/// An error of ours about what a client sent, as a sentence: it is written for that client.
pub fn sentence(error: &impl Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}
