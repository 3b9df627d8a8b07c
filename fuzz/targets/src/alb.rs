//! What the ALB does for a request: tokens, their key, events.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::Value;
use shared::identity::{KeyError, KeyId, PublicKeys};
use testkit::alb::TokenMint;

use crate::stage::{SUBJECT, mint, now};

/// A key server without a network.
#[derive(Debug)]
pub(crate) struct KeyServer {
    key_id: Option<String>,
    answer: Vec<u8>,
}

impl KeyServer {
    /// The mint's key, under its own id only.
    pub(crate) fn new(mint: &TokenMint) -> Self {
        Self {
            key_id: Some(mint.key_id().to_owned()),
            answer: mint.public_key_pem().into_bytes(),
        }
    }

    /// This answer to every question.
    pub(crate) fn answering(answer: Vec<u8>) -> Self {
        Self {
            key_id: None,
            answer,
        }
    }
}

#[async_trait]
impl PublicKeys for KeyServer {
    async fn fetch(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        match &self.key_id {
            Some(only) if *only != key_id.to_string() => Err(KeyError::Unknown),
            Some(_) | None => Ok(self.answer.clone()),
        }
    }
}

/// Yuki's token, good now.
pub(crate) fn valid_token() -> &'static str {
    static TOKEN: LazyLock<String> =
        LazyLock::new(|| mint().mint("yuki@example.com", SUBJECT, now()));
    &TOKEN
}

/// The token of somebody who may not.
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
