//! The key server of the load balancer, without a network.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use shared::identity::{KeyError, KeyId, PublicKeys};

use super::mint::TokenMint;

/// Serves one key.
#[derive(Debug)]
pub struct KeyServer {
    /// `None`: every key is asked for under the right id.
    key_id: Option<String>,
    answer: Vec<u8>,
    in_reach: Mutex<bool>,
}

impl KeyServer {
    /// The mint's key, under its own id only.
    pub fn new(mint: &TokenMint) -> Self {
        Self {
            key_id: Some(mint.key_id().to_owned()),
            ..Self::answering(mint.public_key_pem().into_bytes())
        }
    }

    /// This answer to every question.
    pub fn answering(answer: Vec<u8>) -> Self {
        Self {
            key_id: None,
            answer,
            in_reach: Mutex::new(true),
        }
    }

    /// From now on it does not answer.
    pub fn out_of_reach(&self) {
        *self.in_reach.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }
}

#[async_trait]
impl PublicKeys for KeyServer {
    async fn fetch(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        if !*self.in_reach.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(KeyError::unavailable("out of reach"));
        }
        match &self.key_id {
            Some(only) if *only != key_id.to_string() => Err(KeyError::Unknown),
            Some(_) | None => Ok(self.answer.clone()),
        }
    }
}
