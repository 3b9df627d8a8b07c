//! A function's answer, as the ALB reads it.
#![expect(
    clippy::missing_panics_doc,
    reason = "an answer that is not as it must be ends the test"
)]

use serde_json::{Value, json};

/// The answer to a request that was invoked as an [`Event`](super::Event).
#[derive(Debug)]
pub struct Answer {
    /// The response.
    pub json: Value,
    /// Whether the request's target group has multi-value headers.
    pub multi: bool,
}

impl Answer {
    /// Its status.
    pub fn status(&self) -> u64 {
        self.json["statusCode"].as_u64().expect("a status")
    }

    /// All values of a header, in the form that the request's target group reads; in the other there are none.
    pub fn all(&self, name: &str) -> Vec<String> {
        let (used, unused) = if self.multi {
            ("multiValueHeaders", "headers")
        } else {
            ("headers", "multiValueHeaders")
        };
        assert_eq!(self.json[unused], json!({}));
        let sent = &self.json[used][name];
        let values = match sent.as_array() {
            Some(values) => values.iter().collect(),
            None => Vec::from_iter(Some(sent).filter(|sent| !sent.is_null())),
        };
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        values.into_iter().map(text).collect()
    }

    /// The value of a header that is there once at most.
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.all(name);
        assert!(values.len() <= 1, "{name}: {values:?}");
        values.into_iter().next()
    }

    /// That a header has this value.
    #[track_caller]
    pub fn assert_header(&self, name: &str, value: &str) {
        assert_eq!(self.header(name).as_deref(), Some(value), "{name}");
    }

    /// Its body.
    pub fn body(&self) -> &str {
        self.json["body"].as_str().expect("a body")
    }

    /// Its body, which is JSON.
    pub fn json_body(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}
