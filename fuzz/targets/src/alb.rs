//! What the ALB does for a request: tokens in events.

use std::sync::LazyLock;

use serde_json::Value;

use crate::stage::{SUBJECT, mint, now};

/// Yuki's token, good now.
pub(crate) fn valid_token() -> &'static str {
    static TOKEN: LazyLock<String> =
        LazyLock::new(|| mint().mint("yuki@example.com", SUBJECT, now()));
    &TOKEN
}

/// The token of a person who is not permitted.
fn foreign_token() -> &'static str {
    static TOKEN: LazyLock<String> =
        LazyLock::new(|| mint().mint("mallory@evil.test", SUBJECT, now()));
    &TOKEN
}

/// Puts tokens where a seed says `$TOKEN` or `$FOREIGN_TOKEN`.
pub(crate) fn with_tokens(value: Value) -> Value {
    match value {
        Value::String(text) if text == "$TOKEN" => valid_token().into(),
        Value::String(text) if text == "$FOREIGN_TOKEN" => foreign_token().into(),
        Value::Array(values) => values.into_iter().map(with_tokens).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (name, with_tokens(value)))
            .collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}
