//! Tokens: parsing and verification.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use shared::identity::{Employee, IdentityError, OidcHeaders, Refusal, Verifier};
use testkit::alb::KeyServer;

use crate::reference::{self, Verdict};
use crate::stage::{SUBJECT, block_on, configuration, mint, now};

/// Exactly those tokens are believed that DESIGN 8 believes, and no error tells what stood in one.
///
/// The input is a token; or, where it starts with `sign:` (or `sign-unpadded:`), a header and a payload on a line each,
/// which are signed with the ALB's key.
pub fn token(data: &[u8]) {
    let token = prepared(data);
    let expected = reference::verdict(mint(), &token, SUBJECT.as_bytes(), now());
    let found = verify(&token);
    let verdict = match &found {
        Ok(employee) => Verdict::Permitted(employee.email.to_string()),
        Err(error) => match error.refusal() {
            Refusal::NotValid => Verdict::NotValid,
            Refusal::NotPermitted(employee) => Verdict::NotPermitted(employee.email.to_string()),
            Refusal::Unavailable => panic!("the key server is there: {error}"),
        },
    };
    assert_eq!(verdict, expected);
    if let (Err(error), Verdict::NotPermitted(email)) = (&found, &expected) {
        assert!(!format!("{error} {error:?}").contains(email), "{error}");
    }
}

fn verify(token: &[u8]) -> Result<Employee, IdentityError> {
    let keys = Arc::new(KeyServer::new(mint()));
    let verifier = Verifier::new(configuration().sign_in.identity.clone(), keys);
    let headers = OidcHeaders::new([token], [SUBJECT.as_bytes()]);
    block_on(verifier.verify(&headers, now()))
}

fn prepared(data: &[u8]) -> Vec<u8> {
    let (draft, padded) = if let Some(draft) = data.strip_prefix(b"sign:") {
        (draft, true)
    } else if let Some(draft) = data.strip_prefix(b"sign-unpadded:") {
        (draft, false)
    } else {
        return data.to_vec();
    };
    let end = draft.iter().position(|byte| *byte == b'\n');
    let (header, payload) = draft.split_at(end.unwrap_or(draft.len()));
    let payload = payload.strip_prefix(b"\n").unwrap_or_default();
    let encode = |segment: &[u8]| {
        if padded {
            URL_SAFE.encode(segment)
        } else {
            URL_SAFE_NO_PAD.encode(segment)
        }
    };
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = mint().sign(&signed);
    let signature = if padded {
        &signature
    } else {
        signature.trim_end_matches('=')
    };
    format!("{signed}.{signature}").into_bytes()
}
