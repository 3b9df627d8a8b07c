//! Why a request's identity is not accepted: one variant for each check.

use std::fmt;

use super::{Employee, KeyError};

/// The check that failed. The texts never contain anything of the token.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No `x-amzn-oidc-data`: the request did not come through the ALB's sign-in.
    #[error("the request carries no identity token")]
    TokenMissing,
    /// More than one `x-amzn-oidc-data`.
    #[error("the request carries more than one identity token")]
    TokenRepeated,
    /// More than 16 KiB.
    #[error("the identity token is longer than 16 KiB")]
    TokenTooLong,
    /// Not `header.payload.signature`.
    #[error("the identity token does not have three segments")]
    Segments,
    /// A segment that is not base64url.
    #[error("the token's {0} is not base64url")]
    Encoding(Segment),
    /// A segment that is not a JSON object.
    #[error("the token's {0} is not a JSON object")]
    Json(Segment),
    /// An object with one name twice: readers may disagree about which value holds.
    #[error("the token's {0} says something twice")]
    RepeatedName(Segment),
    /// `alg` is not `ES256`.
    #[error("the token is not signed with ES256")]
    Algorithm,
    /// `kid` is not a UUID.
    #[error("the token's key id is not a UUID")]
    KeyId,
    /// `signer` is not our ALB: another one, perhaps in somebody else's account, made the token.
    #[error("the token was signed by another load balancer")]
    Signer,
    /// `client` is not ours.
    #[error("the token is for another client")]
    Client,
    /// `iss` is missing or is not ours.
    #[error("the token's {0} names another issuer")]
    Issuer(Segment),
    /// `exp` is missing or is not a time in whole seconds.
    #[error("the token's {0} has no expiry")]
    Expiry(Segment),
    /// `exp` in header and payload differ.
    #[error("the token's two expiries differ")]
    ExpiriesDiffer,
    /// `exp` is past.
    #[error("the token has expired")]
    Expired,
    /// The signature does not have 64 bytes.
    #[error("the token's signature does not have 64 bytes")]
    SignatureLength,
    /// `sub` is missing, empty, or not a text.
    #[error("the token names no subject")]
    SubjectMissing,
    /// No `x-amzn-oidc-identity`.
    #[error("the request carries no identity header")]
    IdentityMissing,
    /// More than one `x-amzn-oidc-identity`.
    #[error("the request carries more than one identity header")]
    IdentityRepeated,
    /// `sub` is not `x-amzn-oidc-identity`.
    #[error("the token's subject is not the one of the identity header")]
    Subject,
    /// `email` is missing or not a text.
    #[error("the token names no email address")]
    EmailMissing,
    /// `email` is not an address.
    #[error("the token's email address is malformed")]
    EmailMalformed,
    /// The key server knows no key of that id.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// The signature is not valid under the key.
    #[error("the token's signature is not valid")]
    Signature,
    /// A verified person whose address is not of an allowed domain.
    #[error("the address is not of an allowed domain")]
    DomainNotAllowed(Employee),
    /// A verified person whose address is not verified, where that is demanded.
    #[error("the address is not verified")]
    EmailNotVerified(Employee),
    /// The key could not be had: nothing is known about the token.
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
        match self {
            Self::DomainNotAllowed(employee) | Self::EmailNotVerified(employee) => {
                Refusal::NotPermitted(employee)
            }
            Self::KeyUnavailable(_) => Refusal::Unavailable,
            Self::TokenMissing
            | Self::TokenRepeated
            | Self::TokenTooLong
            | Self::Segments
            | Self::Encoding(_)
            | Self::Json(_)
            | Self::RepeatedName(_)
            | Self::Algorithm
            | Self::KeyId
            | Self::Signer
            | Self::Client
            | Self::Issuer(_)
            | Self::Expiry(_)
            | Self::ExpiriesDiffer
            | Self::Expired
            | Self::SignatureLength
            | Self::SubjectMissing
            | Self::IdentityMissing
            | Self::IdentityRepeated
            | Self::Subject
            | Self::EmailMissing
            | Self::EmailMalformed
            | Self::UnknownKey
            | Self::Signature => Refusal::NotValid,
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
    /// The third.
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
