//! DESIGN 8 written down once more, as plainly as can be: what a request's identity must be to be believed.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use testkit::alb::TokenMint;
use testkit::example;

use crate::base64url;

/// What becomes of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The token proves no one.
    NotValid,
    /// This address is proven, and of a domain that may not.
    NotPermitted(String),
    /// This address is proven, and may.
    Permitted(String),
}

/// The verdict on a token and an identity header, with the configuration of [`crate::stage`].
pub(crate) fn verdict(
    mint: &TokenMint,
    token: &[u8],
    identity: &[u8],
    now: DateTime<Utc>,
) -> Verdict {
    match proven(mint, token, identity, now) {
        None => Verdict::NotValid,
        Some(email) if email.ends_with(&format!("@{}", example::EMAIL_DOMAIN)) => {
            Verdict::Permitted(email)
        }
        Some(email) => Verdict::NotPermitted(email),
    }
}

fn proven(mint: &TokenMint, token: &[u8], identity: &[u8], now: DateTime<Utc>) -> Option<String> {
    if token.len() > 16 * 1024 {
        return None;
    }
    let segments: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
    let [header, payload, signature] = segments[..] else {
        return None;
    };
    let signed = &token[..header.len() + 1 + payload.len()];
    let signature = base64url::decode(signature)?;
    if signature.len() != 64 || !verifies(mint, signed, &signature) {
        return None;
    }
    let header = object(&base64url::decode(header)?)?;
    let payload = object(&base64url::decode(payload)?)?;
    let says = |value: &Value, name: &str, expected: &str| value[name].as_str() == Some(expected);
    let (issuer, client) = (example::OIDC_ISSUER, example::OIDC_CLIENT_ID);
    let right = says(&header, "alg", "ES256")
        && says(&header, "kid", mint.key_id())
        && says(&header, "signer", example::ALB_ARN)
        && says(&header, "client", client)
        && says(&header, "iss", issuer)
        && says(&payload, "iss", issuer);
    let expiry = header["exp"].as_i64()?;
    let fresh = payload["exp"].as_i64() == Some(expiry)
        && DateTime::from_timestamp(expiry, 0).is_some()
        && now.timestamp() < expiry.saturating_add(5);
    let subject = payload["sub"].as_str()?;
    let same = !subject.is_empty() && subject.as_bytes() == identity;
    let email = payload["email"].as_str()?.to_lowercase();
    let ends: Vec<&str> = email.split('@').collect();
    let plausible = matches!(ends[..], [local, domain] if !local.is_empty() && !domain.is_empty())
        && email.len() <= 254
        && !email.contains(|c: char| c.is_whitespace() || c.is_control());
    (right && fresh && same && plausible).then_some(email)
}

fn verifies(mint: &TokenMint, signed: &[u8], signature: &[u8]) -> bool {
    let point = point(&mint.public_key_pem()).expect("the mint's own key");
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(signed, signature).is_ok()
}

/// The point of a P-256 key: the last 65 bytes of what the PEM holds.
pub(crate) fn point(pem: &str) -> Option<Vec<u8>> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    let spki = STANDARD.decode(lines.collect::<String>()).ok()?;
    Some(spki[spki.len().checked_sub(65)?..].to_vec())
}

/// A JSON object in which no name stands twice, at any depth.
fn object(bytes: &[u8]) -> Option<Value> {
    let Unique(unique) = serde_json::from_slice(bytes).ok()?;
    let value: Value = serde_json::from_slice(bytes).ok()?;
    (unique && value.is_object()).then_some(value)
}

/// Whether all names in it are.
struct Unique(bool);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let (mut names, mut unique) = (BTreeSet::new(), true);
        while let Some((name, Unique(inside))) = map.next_entry::<String, Unique>()? {
            unique &= inside & names.insert(name);
        }
        Ok(Unique(unique))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
        let mut unique = true;
        while let Some(Unique(inside)) = seq.next_element()? {
            unique &= inside;
        }
        Ok(Unique(unique))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique(true))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique(true))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique(true))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique(true))
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique(true))
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique(true))
    }
}
