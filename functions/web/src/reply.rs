//! Answers, and what all of them carry.

use aws_lambda_events::alb::AlbTargetGroupResponse;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lambda_http::Body;
use page::Asset;
use serde::Serialize;

use crate::event::HeaderMode;

/// No `form-action`: Chrome applies it to redirects, and sign-in and sign-out are redirects to other origins.
const SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);

/// When to come back: by then EC2 may be read again.
const COME_BACK_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// An answer, before it is put into the ALB's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its own headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Reply {
    /// An answer with a body of a type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<String>) -> Self {
        let content_type = HeaderValue::from_static(content_type);
        Self {
            status,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
            body: body.into(),
        }
    }

    /// A page.
    pub fn page(status: StatusCode, html: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", html)
    }

    /// A file whose name changes with its content.
    pub fn asset(asset: &'static Asset) -> Self {
        let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
        Self::new(StatusCode::OK, asset.content_type, asset.content).with(CACHE_CONTROL, for_ever)
    }

    /// JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        Self::new(status, "application/json", to_json(value))
    }

    /// An error for programs (RFC 9457).
    pub fn problem(status: StatusCode, value: &impl Serialize) -> Self {
        Self::new(status, "application/problem+json", to_json(value))
    }

    /// Sends the browser on, with a `GET`.
    pub fn see_other(location: HeaderValue) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            headers: HeaderMap::from_iter([(LOCATION, location)]),
            body: String::new(),
        }
    }

    /// One more header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Says when to come back.
    #[must_use]
    pub fn come_back(self) -> Self {
        self.with(RETRY_AFTER, COME_BACK_SECONDS)
    }

    /// The same without its body, for `HEAD`.
    #[must_use]
    pub fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }

    /// The ALB's form of it: headers as the target group is set to read them. With single values only the first of
    /// several `Set-Cookie` gets through, so they are made in the order of their importance.
    pub fn into_alb(mut self, mode: HeaderMode) -> AlbTargetGroupResponse {
        self.secure();
        let mut response = AlbTargetGroupResponse::default();
        response.status_code = i64::from(self.status.as_u16());
        // The ALB wants number and words: `200 OK`.
        response.status_description = Some(self.status.to_string());
        match mode {
            HeaderMode::Single => response.headers = self.headers,
            HeaderMode::Multi => response.multi_value_headers = self.headers,
        }
        response.body = Some(Body::Text(self.body));
        response
    }

    fn secure(&mut self) {
        let no_store = HeaderValue::from_static("no-store");
        let one_year = HeaderValue::from_static("max-age=31536000");
        self.headers.entry(CACHE_CONTROL).or_insert(no_store);
        for (name, value) in [
            (CONTENT_SECURITY_POLICY, SECURITY_POLICY),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (STRICT_TRANSPORT_SECURITY, one_year),
        ] {
            self.headers.insert(name, value);
        }
    }
}

fn to_json(value: &impl Serialize) -> String {
    // Only a map with keys that are no texts could fail.
    serde_json::to_string(value).unwrap_or_default()
}
