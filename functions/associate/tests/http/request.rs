//! A request as a client and the ALB make it, and the function's answer as the ALB reads it.

use serde_json::{Map, Value, json};

pub const TRACE_ID: &str = "Root=1-65f0a1b2-0123456789abcdef01234567";

#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    base64: bool,
    pub multi: bool,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        let request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            base64: false,
            multi: true,
        };
        request
            .header("host", "vpn.example.com")
            .header("x-forwarded-for", "10.0.0.1, 203.0.113.7")
            .header("x-forwarded-proto", "https")
            .header("x-amzn-trace-id", TRACE_ID)
            .header("user-agent", "test")
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A `POST` of a page of ours.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path).header("sec-fetch-site", "same-origin")
    }

    /// From a browser's page rather than a program.
    pub fn html(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(sent, _)| sent != name);
        self
    }

    pub fn form(self, body: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(&body.to_string())
    }

    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// The body is sent as base64; it is not checked to be that.
    pub fn base64(mut self) -> Self {
        self.base64 = true;
        self
    }

    /// From a target group that hands on one value for each header.
    pub fn single(mut self) -> Self {
        self.multi = false;
        self
    }

    /// With one value for each header, or with several.
    pub fn in_mode(self, single: bool) -> Self {
        if single { self.single() } else { self }
    }

    /// The ALB's event.
    pub fn event(&self) -> Value {
        let mut headers = Map::new();
        for (name, value) in &self.headers {
            if self.multi {
                let values = headers.entry(name).or_insert_with(|| json!([]));
                values.as_array_mut().unwrap().push(json!(value));
            } else {
                headers.insert(name.clone(), json!(value));
            }
        }
        let (headers_name, query_name) = if self.multi {
            ("multiValueHeaders", "multiValueQueryStringParameters")
        } else {
            ("headers", "queryStringParameters")
        };
        json!({
            "requestContext": {"elb": {"targetGroupArn": sandbox::example::TARGET_GROUP_ARN}},
            "httpMethod": self.method,
            "path": self.path,
            query_name: {},
            headers_name: headers,
            "body": self.body,
            "isBase64Encoded": self.base64,
        })
    }
}

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
