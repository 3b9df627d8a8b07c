//! The token's form: three segments of base64url, two of them JSON objects, the third a signature.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::json::{self, InvalidObject};
use super::{IdentityError, Segment};

/// More than any ALB sends: it answers 500 itself when the claims pass 11 KB.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Bytes of an ES256 signature: r and s, 32 each (RFC 7518, 3.4).
const SIGNATURE_BYTES: usize = 64;

/// A token taken apart, of which nothing is believed yet.
pub(super) struct Token<'a> {
    pub(super) header: Map<String, Value>,
    pub(super) payload: Map<String, Value>,
    /// The bytes as received that the signature covers, padding included.
    pub(super) signed: &'a [u8],
    pub(super) signature: [u8; SIGNATURE_BYTES],
}

impl<'a> Token<'a> {
    pub(super) fn parse(token: &'a [u8]) -> Result<Self, IdentityError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(IdentityError::TokenTooLong);
        }
        let segments: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
        let [header, payload, signature] = segments[..] else {
            return Err(IdentityError::Segments);
        };
        Ok(Self {
            header: object(header, Segment::Header)?,
            payload: object(payload, Segment::Payload)?,
            signed: &token[..=header.len() + payload.len()],
            signature: decode(signature, Segment::Signature)?
                .try_into()
                .map_err(|_| IdentityError::SignatureLength)?,
        })
    }
}

fn object(encoded: &[u8], segment: Segment) -> Result<Map<String, Value>, IdentityError> {
    json::object(&decode(encoded, segment)?).map_err(|invalid| match invalid {
        InvalidObject::NotAnObject => IdentityError::Json(segment),
        InvalidObject::RepeatedName => IdentityError::RepeatedName(segment),
    })
}

/// With all the padding, as the ALB writes it (a real token: <https://github.com/awslabs/aws-jwt-verify/issues/109>), or
/// without any, as RFC 7515 wants it; nothing in between.
fn decode(encoded: &[u8], segment: Segment) -> Result<Vec<u8>, IdentityError> {
    let engine = if encoded.contains(&b'=') {
        URL_SAFE
    } else {
        URL_SAFE_NO_PAD
    };
    engine
        .decode(encoded)
        .map_err(|_| IdentityError::Encoding(segment))
}
