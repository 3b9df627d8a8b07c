//! Who is asking: the employee that the ALB signed in, or the reason why the request is not believed (DESIGN 8).
//!
//! The ALB's `authenticate-cognito` action adds a JWT to each request, signed with a key of its region's key server
//! (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding>).
//! [`Verifier::verify`] reads top-down as the checks are made: what costs nothing first, the key only for a token
//! about which everything else is right, what we may not permit only for a person whom we know.
//!
//! No token and no header value ever stands in an error or a log line.

mod alb;
mod claims;
mod error;
mod json;
mod keys;
mod p256;
mod token;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::{Either, ready, select};

use crate::model::Email;

pub use alb::{AlbArn, InvalidAlbArn};
pub use error::{IdentityError, Refusal, Segment};
pub use keys::{InvalidKeyId, KeyError, KeyId, PublicKeys};

use claims::Claims;
use keys::KeyCache;
use p256::PublicKey;
use token::Token;

/// What a token must say to be believed, and who is permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityConfig {
    /// The load balancer that must have signed. Decisive: every ALB of a region, of whatever account, shares one key server.
    pub alb_arn: AlbArn,
    /// The issuer behind the sign-in, `https://cognito-idp.REGION.amazonaws.com/POOL`.
    pub issuer: String,
    pub client_id: String,
    /// Lower-case domains whose addresses are permitted; empty: any.
    pub allowed_domains: BTreeSet<String>,
    /// Whether only addresses that the user pool calls verified are permitted.
    pub require_verified_email: bool,
}

/// The identity headers of one request, every value of each: whether there is exactly one is part of the check.
#[derive(Clone, Default)]
pub struct OidcHeaders<'a> {
    data: Vec<&'a [u8]>,
    identity: Vec<&'a [u8]>,
}

impl<'a> OidcHeaders<'a> {
    /// The header that carries the signed claims.
    pub const DATA: &'static str = "x-amzn-oidc-data";
    /// The header that carries the subject alone, unsigned.
    pub const IDENTITY: &'static str = "x-amzn-oidc-identity";

    /// All values of [`Self::DATA`] and all values of [`Self::IDENTITY`], as received.
    pub fn new(
        data: impl IntoIterator<Item = &'a [u8]>,
        identity: impl IntoIterator<Item = &'a [u8]>,
    ) -> Self {
        Self {
            data: data.into_iter().collect(),
            identity: identity.into_iter().collect(),
        }
    }
}

impl fmt::Debug for OidcHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OidcHeaders(hidden)")
    }
}

/// A person whom the ALB signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Employee {
    /// The address, lower-cased: who this is in leases and audit records.
    pub email: Email,
    /// The user pool's own, unchanging name of this person.
    pub sub: String,
}

/// Addresses belong into the audit table and not into logs, where errors are printed with `{:?}`.
impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Employee(hidden)")
    }
}

/// Believes tokens of one ALB. Keeps the keys it has seen, so there should be one for the life of a process.
#[derive(Debug)]
pub struct Verifier {
    config: IdentityConfig,
    keys: KeyCache,
}

impl Verifier {
    /// A verifier that gets its keys from `keys` and remembers them.
    pub fn new(config: IdentityConfig, keys: Arc<dyn PublicKeys>) -> Self {
        Self {
            config,
            keys: KeyCache::new(keys),
        }
    }

    /// The employee whom these headers prove.
    ///
    /// # Errors
    /// The first check that failed; [`IdentityError::refusal`] says what that means for the request.
    pub async fn verify(
        &self,
        headers: &OidcHeaders<'_>,
        now: DateTime<Utc>,
    ) -> Result<Employee, IdentityError> {
        let (employee, _) = self.verify_beside(headers, now, ready(())).await?;
        Ok(employee)
    }

    /// The same, and where a key has to be fetched, `beside` is under way meanwhile. What it gives is handed out with the
    /// proof alone: where that fails, it is dropped wherever it stands. It is not begun for a token about which
    /// anything else is wrong, nor where the key is known: then it is `None`.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn verify_beside<T>(
        &self,
        headers: &OidcHeaders<'_>,
        now: DateTime<Utc>,
        beside: impl Future<Output = T>,
    ) -> Result<(Employee, Option<T>), IdentityError> {
        let token = Token::parse(only_token(&headers.data)?)?;
        let key_id = claims::check_header(&token, &self.config)?;
        let claims = Claims::check(&token, &self.config, now)?;
        claims.check_subject(only_identity(&headers.identity)?)?;
        let employee = claims.employee()?;

        let prove = |key: PublicKey| {
            if !key.verifies(token.signed, &token.signature) {
                return Err(IdentityError::Signature);
            }
            self.permit(employee, &claims)
        };
        let fetch = match self.keys.key(&key_id, now) {
            Either::Left(remembered) => return Ok((prove(remembered.await?)?, None)),
            Either::Right(fetch) => fetch,
        };
        let proof = pin!(async move { prove(fetch.await?) });
        match select(proof, pin!(beside)).await {
            Either::Left((proven, beside)) => Ok((proven?, Some(beside.await))),
            Either::Right((output, proof)) => Ok((proof.await?, Some(output))),
        }
    }

    fn permit(&self, employee: Employee, claims: &Claims<'_>) -> Result<Employee, IdentityError> {
        let domains = &self.config.allowed_domains;
        if !domains.is_empty() && !domains.contains(employee.email.domain()) {
            return Err(IdentityError::DomainNotAllowed(employee));
        }
        if self.config.require_verified_email && !claims.email_verified() {
            return Err(IdentityError::EmailNotVerified(employee));
        }
        Ok(employee)
    }
}

fn only_token<'a>(values: &[&'a [u8]]) -> Result<&'a [u8], IdentityError> {
    match values {
        [] => Err(IdentityError::TokenMissing),
        [token] => Ok(token),
        [_, _, ..] => Err(IdentityError::TokenRepeated),
    }
}

fn only_identity<'a>(values: &[&'a [u8]]) -> Result<&'a [u8], IdentityError> {
    match values {
        [] => Err(IdentityError::IdentityMissing),
        [identity] => Ok(identity),
        [_, _, ..] => Err(IdentityError::IdentityRepeated),
    }
}
