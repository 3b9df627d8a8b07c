//! A key server in memory, and tokens as the ALB makes them, to be spoilt in one place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{IdentityConfig, KeyError, KeyId, OidcHeaders, PublicKeys};

pub(super) const ALB: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188";
pub(super) const ISSUER: &str =
    "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_AbCdEfGhI";
pub(super) const CLIENT: &str = "4k2example7client9id0";
pub(super) const KEY_ID: &str = "b5f4a3c2-0001-4a2b-8c3d-0123456789ab";
pub(super) const SUB: &str = "e7f4a8c8-5041-70f2-1b2c-9d8e7f6a5b4c";

/// When the tokens below expire.
const EXPIRY: i64 = 1_795_397_461;

/// That many seconds after the tokens' expiry.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(EXPIRY + seconds, 0).unwrap()
}

pub(super) fn config() -> IdentityConfig {
    IdentityConfig {
        alb_arn: ALB.parse().unwrap(),
        issuer: ISSUER.to_owned(),
        client_id: CLIENT.to_owned(),
        allowed_domains: ["example.com".to_owned()].into(),
        require_verified_email: true,
    }
}

/// What signs tokens, as the ALB has it.
pub(super) struct Signer(EcdsaKeyPair);

impl Signer {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.0.sign(&SystemRandom::new(), message).unwrap();
        signature.as_ref().to_vec()
    }

    /// SPKI, written out here once more so that a wrong prefix in the code under test is found.
    pub(super) fn pem(&self) -> Vec<u8> {
        let prefix = STANDARD
            .decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE")
            .unwrap();
        let x_and_y = &self.0.public_key().as_ref()[1..];
        let body = STANDARD.encode([&prefix, x_and_y].concat());
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n",
            &body[..64],
            &body[64..]
        )
        .into_bytes()
    }
}

/// A request's identity headers before they are encoded: each field can be spoilt.
pub(super) struct Request {
    pub(super) header: Map<String, Value>,
    pub(super) payload: Map<String, Value>,
    /// Encodes a segment.
    pub(super) encode: fn(&[u8]) -> String,
    /// Applied to each of the two JSON texts before they are encoded, and so signed.
    pub(super) rewrite: fn(String) -> String,
    /// Applied to the signature before it is encoded.
    pub(super) spoil_signature: fn(&mut Vec<u8>),
    /// Applied to the whole token after it was signed.
    pub(super) spoil_token: fn(&str) -> String,
    pub(super) identity: Vec<String>,
}

pub(super) fn padded(bytes: &[u8]) -> String {
    URL_SAFE.encode(bytes)
}

pub(super) fn unpadded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Request {
    /// A request about which everything is right.
    pub(super) fn valid() -> Self {
        let header = json!({
            "typ": "JWT", "kid": KEY_ID, "alg": "ES256", "iss": ISSUER, "client": CLIENT, "signer": ALB,
            "exp": EXPIRY,
        });
        let payload = json!({
            "sub": SUB, "email_verified": "true", "identities": "[{\"providerName\":\"IdentityCenter\"}]",
            "email": "Yuki.Tanaka@Example.com", "username": "IdentityCenter_yuki.t", "exp": EXPIRY, "iss": ISSUER,
        });
        Self {
            header: header.as_object().unwrap().clone(),
            payload: payload.as_object().unwrap().clone(),
            encode: padded,
            rewrite: |text| text,
            spoil_signature: |_| (),
            spoil_token: str::to_owned,
            identity: vec![SUB.to_owned()],
        }
    }

    pub(super) fn token(&self, key: &Signer) -> String {
        let [header, payload] = [&self.header, &self.payload]
            .map(|object| (self.encode)((self.rewrite)(to_json(object)).as_bytes()));
        let signed = format!("{header}.{payload}");
        let mut signature = key.sign(signed.as_bytes());
        (self.spoil_signature)(&mut signature);
        (self.spoil_token)(&format!("{signed}.{}", (self.encode)(&signature)))
    }

    pub(super) fn identities(&self) -> impl Iterator<Item = &[u8]> {
        self.identity.iter().map(String::as_bytes)
    }

    pub(super) fn headers<'a>(&'a self, token: &'a str) -> OidcHeaders<'a> {
        OidcHeaders::new([token.as_bytes()], self.identities())
    }
}

fn to_json(object: &Map<String, Value>) -> String {
    Value::Object(object.clone()).to_string()
}

/// A key server that counts, and that can be told to fail or to keep people waiting.
pub(super) struct KeyServer {
    state: Mutex<State>,
    open: Semaphore,
    signer: Signer,
}

#[derive(Default)]
struct State {
    keys: BTreeMap<KeyId, Vec<u8>>,
    next: Option<Result<Vec<u8>, KeyError>>,
    fetches: usize,
}

impl KeyServer {
    pub(super) fn with_keys(ids: &[KeyId]) -> Arc<Self> {
        let server = Self {
            state: Mutex::default(),
            open: Semaphore::new(Semaphore::MAX_PERMITS),
            signer: Signer::new(),
        };
        for id in ids {
            server.publish(id);
        }
        Arc::new(server)
    }

    /// What signs with every key that this server publishes.
    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }

    pub(super) fn publish(&self, id: &KeyId) {
        let pem = self.signer.pem();
        self.state.lock().unwrap().keys.insert(id.clone(), pem);
    }

    pub(super) fn fetches(&self) -> usize {
        self.state.lock().unwrap().fetches
    }

    pub(super) fn fail_next(&self, error: KeyError) {
        self.state.lock().unwrap().next = Some(Err(error));
    }

    pub(super) fn answer_next(&self, answer: &[u8]) {
        self.state.lock().unwrap().next = Some(Ok(answer.to_vec()));
    }

    /// From now on, each fetch waits for [`Self::release`].
    pub(super) fn hold(&self) {
        self.open.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(super) fn release(&self) {
        self.open.add_permits(Semaphore::MAX_PERMITS);
    }
}

#[async_trait]
impl PublicKeys for KeyServer {
    async fn fetch(&self, key_id: &KeyId) -> Result<Vec<u8>, KeyError> {
        self.state.lock().unwrap().fetches += 1;
        let _open: SemaphorePermit<'_> = self.open.acquire().await.unwrap();
        let mut state = self.state.lock().unwrap();
        match state.next.take() {
            Some(answer) => answer,
            None => state.keys.get(key_id).cloned().ok_or(KeyError::Unknown),
        }
    }
}

impl fmt::Debug for KeyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyServer")
    }
}
