//! The tokens that the ALB hands to its targets, and the server of its public keys.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value};

use crate::example;

/// How long a token holds good; the ALB makes one for every request.
pub const TOKEN_LIFE: TimeDelta = TimeDelta::seconds(120);

const DEVELOPMENT_KEY: &str = include_str!("development_key.pem");
/// The development key's id.
pub const DEVELOPMENT_KEY_ID: &str = "5ab0c0de-0000-4000-8000-000000000001";

/// A P-256 public key as SPKI is these bytes, then the point.
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Makes tokens as one ALB does, with one key.
#[derive(Clone, Debug)]
pub struct TokenMint {
    key: Arc<EcdsaKeyPair>,
    key_id: String,
    signer: String,
    issuer: String,
    client_id: String,
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not a P-256 private key (PKCS#8, PEM)")]
pub struct BadKey;

impl TokenMint {
    /// The mint of the sandbox's ALB and of the sample events.
    pub fn development() -> Self {
        match Self::with_key(DEVELOPMENT_KEY, DEVELOPMENT_KEY_ID) {
            Ok(mint) => mint,
            Err(BadKey) => unreachable!("the key in this crate is tested"),
        }
    }

    /// The same ALB with another key: a fresh one, which is not trusted.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn with_fresh_key(key_id: &str) -> Result<Self, BadKey> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|_| BadKey)?;
        Self::with_pkcs8(pkcs8.as_ref(), key_id)
    }

    fn with_key(pem: &str, key_id: &str) -> Result<Self, BadKey> {
        let begin = pem.find("-----BEGIN PRIVATE KEY-----").ok_or(BadKey)?;
        let base64 = pem[begin..]
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>();
        Self::with_pkcs8(&STANDARD.decode(base64).map_err(|_| BadKey)?, key_id)
    }

    fn with_pkcs8(pkcs8: &[u8], key_id: &str) -> Result<Self, BadKey> {
        let key = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            pkcs8,
            &SystemRandom::new(),
        );
        Ok(Self {
            key: Arc::new(key.map_err(|_| BadKey)?),
            key_id: key_id.to_owned(),
            signer: example::ALB_ARN.to_owned(),
            issuer: example::OIDC_ISSUER.to_owned(),
            client_id: example::OIDC_CLIENT_ID.to_owned(),
        })
    }

    /// The key's id, a UUID.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public key as the ALB's key server gives it: PEM, SPKI.
    pub fn public_key_pem(&self) -> String {
        let spki = [&SPKI_PREFIX, self.key.public_key().as_ref()].concat();
        let base64 = STANDARD.encode(spki);
        let (first, second) = base64.split_at(64.min(base64.len()));
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
    }

    /// A valid token, as the ALB makes it: padding included.
    pub fn mint(&self, email: &str, sub: &str, now: DateTime<Utc>) -> String {
        self.draft(email, sub, now).sign()
    }

    /// A token to be changed before it is signed.
    pub fn draft(&self, email: &str, sub: &str, now: DateTime<Utc>) -> TokenDraft {
        self.draft_until(email, sub, now + TOKEN_LIFE)
    }

    /// As [`Self::draft`], with the instant at which the token ends.
    pub fn draft_until(&self, email: &str, sub: &str, until: DateTime<Utc>) -> TokenDraft {
        let exp = until.timestamp();
        let header = json_object([
            ("typ", "JWT".into()),
            ("kid", self.key_id.clone().into()),
            ("alg", "ES256".into()),
            ("iss", self.issuer.clone().into()),
            ("client", self.client_id.clone().into()),
            ("signer", self.signer.clone().into()),
            ("exp", exp.into()),
        ]);
        // A federated user of Cognito: addresses count as unverified, and say so in a string.
        let payload = json_object([
            ("sub", sub.into()),
            ("email", email.into()),
            ("email_verified", "false".into()),
            ("username", format!("IdentityCenter_{email}").into()),
            ("exp", exp.into()),
            ("iss", self.issuer.clone().into()),
        ]);
        TokenDraft {
            mint: self.clone(),
            header,
            payload,
            padded: true,
        }
    }

    /// The signature of a header and a payload as they are encoded: base64url, with padding.
    pub fn sign(&self, input: &str) -> String {
        match self.key.sign(&SystemRandom::new(), input.as_bytes()) {
            Ok(signature) => URL_SAFE.encode(signature),
            Err(_unspecified) => {
                unreachable!("signing fails only where the system has no random numbers")
            }
        }
    }
}

fn json_object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// A token that is not signed yet. Tests make wrong ones with it.
#[derive(Clone, Debug)]
pub struct TokenDraft {
    mint: TokenMint,
    header: Map<String, Value>,
    payload: Map<String, Value>,
    padded: bool,
}

impl TokenDraft {
    /// Sets a field of the header; null takes it away.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// Sets a claim of the payload; null takes it away.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.payload, name, value.into());
        self
    }

    /// Without `=`, as all but the ALB write tokens.
    #[must_use]
    pub fn unpadded(mut self) -> Self {
        self.padded = false;
        self
    }

    /// The token.
    pub fn sign(&self) -> String {
        let input = format!(
            "{}.{}",
            self.encode(&self.header),
            self.encode(&self.payload)
        );
        let signature = self.mint.sign(&input);
        let signature = if self.padded {
            &signature
        } else {
            signature.trim_end_matches('=')
        };
        format!("{input}.{signature}")
    }

    fn encode(&self, part: &Map<String, Value>) -> String {
        let json = Value::Object(part.clone()).to_string();
        if self.padded {
            URL_SAFE.encode(json)
        } else {
            URL_SAFE_NO_PAD.encode(json)
        }
    }
}

fn set(part: &mut Map<String, Value>, name: &str, value: Value) {
    if value.is_null() {
        part.remove(name);
    } else {
        part.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    /// Checks the signature with nothing but the PEM.
    fn verifies(token: &str, mint: &TokenMint) -> bool {
        let pem = mint.public_key_pem();
        let base64 = pem
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>();
        let spki = STANDARD.decode(base64).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD
            .decode(signature.trim_end_matches('='))
            .unwrap();
        assert_eq!(signature.len(), 64);
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &spki[26..]);
        key.verify(input.as_bytes(), &signature).is_ok()
    }

    fn part(token: &str, index: usize) -> Value {
        serde_json::from_slice(
            &URL_SAFE
                .decode(token.split('.').nth(index).unwrap())
                .unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn a_token_is_signed_over_its_padded_bytes() {
        let mint = TokenMint::development();
        let token = mint.mint("hana@example.com", "s1", now());
        assert!(verifies(&token, &mint));
        assert!(token.ends_with("=="), "64 bytes of signature are padded");
        assert!(token.split('.').all(|part| part.len() % 4 == 0));
    }

    #[test]
    fn header_and_payload_are_the_albs() {
        let token = TokenMint::development().mint("hana@example.com", "s1", now());
        let exp = 1_800_000_120;
        assert_eq!(
            part(&token, 0),
            json!({
                "typ": "JWT", "kid": DEVELOPMENT_KEY_ID, "alg": "ES256", "iss": example::OIDC_ISSUER,
                "client": example::OIDC_CLIENT_ID, "signer": example::ALB_ARN, "exp": exp,
            })
        );
        let payload = part(&token, 1);
        assert_eq!(payload["sub"], "s1");
        assert_eq!(payload["email"], "hana@example.com");
        assert_eq!(payload["exp"], exp);
        assert_eq!(payload["iss"], example::OIDC_ISSUER);
    }

    #[test]
    fn a_draft_can_be_spoilt_in_one_place() {
        let mint = TokenMint::development();
        let draft = mint.draft("hana@example.com", "s1", now());
        let token = draft
            .clone()
            .header("signer", "another")
            .claim("email", Value::Null)
            .sign();
        assert!(verifies(&token, &mint));
        assert_eq!(part(&token, 0)["signer"], "another");
        assert!(part(&token, 1).get("email").is_none());
        let unpadded = draft.unpadded().sign();
        assert!(verifies(&unpadded, &mint) && !unpadded.contains('='));
        let stranger = TokenMint::with_fresh_key(DEVELOPMENT_KEY_ID).unwrap();
        assert!(!verifies(
            &stranger.mint("hana@example.com", "s1", now()),
            &mint
        ));
    }
}
