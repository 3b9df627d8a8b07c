//! What the token says, held against what it must say. Nothing here needs a key.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::token::Token;
use super::{Employee, IdentityConfig, IdentityError, KeyId, Segment};
use crate::model::Email;

/// How far our clock may be ahead of the ALB's. It makes a token for every request, so no more is needed.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// The header's own checks; the key id that it names.
pub(super) fn check_header(
    token: &Token<'_>,
    config: &IdentityConfig,
) -> Result<KeyId, IdentityError> {
    let header = &token.header;
    if text(header, "alg") != Some("ES256") {
        return Err(IdentityError::Algorithm);
    }
    let key_id = text(header, "kid")
        .and_then(|kid| kid.parse().ok())
        .ok_or(IdentityError::KeyId)?;
    if text(header, "signer") != Some(config.alb_arn.as_str()) {
        return Err(IdentityError::Signer);
    }
    if text(header, "client") != Some(&config.client_id) {
        return Err(IdentityError::Client);
    }
    Ok(key_id)
}

/// Claims whose issuer and expiry have been checked.
pub(super) struct Claims<'a> {
    payload: &'a Map<String, Value>,
}

impl<'a> Claims<'a> {
    /// Checks what stands in header and payload both.
    pub(super) fn check(
        token: &'a Token<'_>,
        config: &IdentityConfig,
        now: DateTime<Utc>,
    ) -> Result<Self, IdentityError> {
        for (segment, object) in [
            (Segment::Header, &token.header),
            (Segment::Payload, &token.payload),
        ] {
            if text(object, "iss") != Some(&config.issuer) {
                return Err(IdentityError::Issuer(segment));
            }
        }
        let expiry = expiry(&token.header, Segment::Header)?;
        if expiry != self::expiry(&token.payload, Segment::Payload)? {
            return Err(IdentityError::ExpiriesDiffer);
        }
        if past_expiry(expiry, now) {
            return Err(IdentityError::Expired);
        }
        Ok(Self {
            payload: &token.payload,
        })
    }

    /// The ALB writes the subject twice: signed in the token, and alone in a header.
    pub(super) fn check_subject(&self, identity: &[u8]) -> Result<(), IdentityError> {
        if self.subject()?.as_bytes() == identity {
            Ok(())
        } else {
            Err(IdentityError::Subject)
        }
    }

    /// The person whom the claims describe; proven once the signature is.
    pub(super) fn employee(&self) -> Result<Employee, IdentityError> {
        let email: Email = text(self.payload, "email")
            .ok_or(IdentityError::EmailMissing)?
            .parse()
            .map_err(|_| IdentityError::EmailMalformed)?;
        Ok(Employee {
            email,
            sub: self.subject()?.to_owned(),
        })
    }

    /// Cognito's user info gives this one boolean as a text.
    pub(super) fn email_verified(&self) -> bool {
        match self.payload.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(verified)) => verified == "true",
            Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
                false
            }
        }
    }

    fn subject(&self) -> Result<&'a str, IdentityError> {
        text(self.payload, "sub")
            .filter(|sub| !sub.is_empty())
            .ok_or(IdentityError::SubjectMissing)
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

fn expiry(object: &Map<String, Value>, segment: Segment) -> Result<DateTime<Utc>, IdentityError> {
    object
        .get("exp")
        .and_then(Value::as_i64)
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(IdentityError::Expiry(segment))
}

/// A token is good before its expiry and not at it (RFC 7519, 4.1.4); our skew moves that instant.
fn past_expiry(expiry: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - expiry >= SKEW
}
