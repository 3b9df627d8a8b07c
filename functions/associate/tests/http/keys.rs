//! The key server of the sandbox's ALB, without a network.

use std::sync::Mutex;

use async_trait::async_trait;
use shared::identity::{KeyError, KeyId, PublicKeys};
use testkit::alb::TokenMint;

/// Serves the development key.
#[derive(Debug)]
pub struct KeyServer {
    pem: String,
    in_reach: Mutex<bool>,
}

impl KeyServer {
    pub fn new(mint: &TokenMint) -> Self {
        Self {
            pem: mint.public_key_pem(),
            in_reach: Mutex::new(true),
        }
    }

    pub fn out_of_reach(&self) {
        *self.in_reach.lock().unwrap() = false;
    }
}

#[async_trait]
impl PublicKeys for KeyServer {
    async fn fetch(&self, _key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        if *self.in_reach.lock().unwrap() {
            Ok(self.pem.clone().into_bytes())
        } else {
            Err(KeyError::unavailable("out of reach"))
        }
    }
}
