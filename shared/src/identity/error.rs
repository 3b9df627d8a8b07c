//! Why a request's identity is not accepted: one variant for each check.

use std::fmt;

use super::{Employee, KeyError};

/// The check that failed. The texts never contain anything of the token.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("the request carries no identity token")]
    TokenMissing,
    #[error("the request carries more than one identity token")]
    TokenRepeated,
    #[error("the identity token is longer than 16 KiB")]
    TokenTooLong,
    #[error("the identity token does not have three segments")]
    Segments,
    #[error("the token's {0} is not base64url")]
    Encoding(Segment),
    #[error("the token's {0} is not a JSON object")]
    Json(Segment),
    #[error("the token's {0} says something twice")]
    RepeatedName(Segment),
    #[error("the token is not signed with ES256")]
    Algorithm,
    #[error("the token's key id is not a UUID")]
    KeyId,
    #[error("the token was signed by another load balancer")]
    Signer,
    #[error("the token is for another client")]
    Client,
    #[error("the token's {0} names another issuer")]
    Issuer(Segment),
    #[error("the token's {0} has no expiry")]
    Expiry(Segment),
    #[error("the token's two expiries differ")]
    ExpiriesDiffer,
    #[error("the token has expired")]
    Expired,
    #[error("the token's signature does not have 64 bytes")]
    SignatureLength,
    #[error("the token names no subject")]
    SubjectMissing,
    #[error("the request carries no identity header")]
    IdentityMissing,
    #[error("the request carries more than one identity header")]
    IdentityRepeated,
    #[error("the token's subject is not the one of the identity header")]
    Subject,
    #[error("the token names no email address")]
    EmailMissing,
    #[error("the token's email address is malformed")]
    EmailMalformed,
    #[error("the token's key is unknown")]
    UnknownKey,
    #[error("the token's signature is not valid")]
    Signature,
    #[error("the address is not of an allowed domain")]
    DomainNotAllowed(Employee),
    #[error("the address is not verified")]
    EmailNotVerified(Employee),
    #[error("the signing key could not be had")]
    KeyUnavailable(#[source] KeyError),
}

impl From<KeyError> for IdentityError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Self::UnknownKey,
            KeyError::Unavailable(_) | KeyError::Malformed => Self::KeyUnavailable(error),
        }
    }
}

/// What a failed check means for the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// Nobody is proven: 401.
    NotValid,
    /// This person is proven and may not: 403, and `access.denied` goes on record.
    NotPermitted(&'a Employee),
    /// It could not be found out: 503, and trying again may help.
    Unavailable,
}

impl IdentityError {
    /// What this means for the request.
    pub fn refusal(&self) -> Refusal<'_> {
        if let Self::DomainNotAllowed(employee) | Self::EmailNotVerified(employee) = self {
            Refusal::NotPermitted(employee)
        } else if let Self::KeyUnavailable(_) = self {
            Refusal::Unavailable
        } else {
            Refusal::NotValid
        }
    }
}

/// A part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// The first: how it is signed, by whom, for whom.
    Header,
    /// The second: who the person is.
    Payload,
    Signature,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}
