//! A request as a client and the ALB make it, and the function's answer as the ALB reads it.

use serde_json::{Value, json};

pub use testkit::alb::{Event as Request, TRACE_ID};

#[derive(Debug)]
pub struct Answer {
    pub json: Value,
    pub multi: bool,
}

impl Answer {
    pub fn status(&self) -> u64 {
        self.json["statusCode"].as_u64().unwrap()
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
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        values.into_iter().map(text).collect()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.all(name);
        assert!(values.len() <= 1, "{name}: {values:?}");
        values.into_iter().next()
    }

    #[track_caller]
    pub fn assert_header(&self, name: &str, value: &str) {
        assert_eq!(self.header(name).as_deref(), Some(value), "{name}");
    }

    pub fn body(&self) -> &str {
        self.json["body"].as_str().unwrap()
    }

    pub fn json_body(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}
