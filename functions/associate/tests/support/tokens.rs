//! An ALB's signing key.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use shared::identity::{IdentityConfig, KeyError, KeyId, PublicKeys};
use std::sync::Mutex;

const ALB_ARN: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/vpn/0123456789abcdef";
const ISSUER: &str = "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_Example00";
const CLIENT_ID: &str = "client";
const KEY_ID: &str = "5ab0c0de-0000-4000-8000-000000000001";
/// A P-256 public key as SPKI is these bytes, then the point.
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Whom the function believes: this ALB, and of its people those of `example.com`.
pub fn identity() -> IdentityConfig {
    IdentityConfig {
        alb_arn: ALB_ARN.parse().unwrap(),
        issuer: ISSUER.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        allowed_domains: ["example.com".to_owned()].into(),
        require_verified_email: false,
    }
}

/// Signs tokens, and is the key server.
#[derive(Debug)]
pub struct Mint {
    key: EcdsaKeyPair,
    in_reach: Mutex<bool>,
}

impl Mint {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap(),
            in_reach: Mutex::new(true),
        }
    }

    pub fn out_of_reach(&self) {
        *self.in_reach.lock().unwrap() = false;
    }

    pub fn token(&self, email: &str, sub: &str, now: DateTime<Utc>) -> String {
        let exp = now.timestamp() + 120;
        let header = json!({
            "alg": "ES256", "kid": KEY_ID, "signer": ALB_ARN, "client": CLIENT_ID, "iss": ISSUER, "exp": exp,
        });
        let payload = json!({"sub": sub, "email": email, "iss": ISSUER, "exp": exp});
        let encode = |part: Value| URL_SAFE.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE.encode(signature.unwrap()))
    }
}

#[async_trait]
impl PublicKeys for Mint {
    async fn fetch(&self, _key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        if !*self.in_reach.lock().unwrap() {
            return Err(KeyError::unavailable("out of reach"));
        }
        let spki = [&SPKI_PREFIX, self.key.public_key().as_ref()].concat();
        let base64 = STANDARD.encode(spki);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
        Ok(pem.into_bytes())
    }
}
