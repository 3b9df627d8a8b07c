//! What is refused without asking the key server for anything.

use super::super::IdentityError as E;
use super::super::Segment::{Header, Payload, Signature};
use super::*;

type Case = (&'static str, Spoil, fn(&IdentityError) -> bool);

/// `name: what is spoilt => the one error,`
macro_rules! table {
    ($($name:literal: $spoil:expr => $error:pat,)+) => {
        &[$(($name, $spoil, |error| matches!(error, $error))),+]
    };
}

async fn each_is_refused_before_a_key_is_fetched(cases: &[Case]) {
    for (name, spoil, expected) in cases {
        let (verified, fetches) = outcome(spoil).await;
        let error = verified.expect_err(name);
        assert!(expected(&error), "{name}: {error:?}");
        assert_eq!(error.refusal(), Refusal::NotValid, "{name}");
        assert_eq!(fetches, 0, "{name}: no key is fetched");
    }
}

/// The token, made as long as it says with A's at its end.
fn lengthened<const BYTES: usize>(token: &str) -> String {
    let missing = BYTES - token.len();
    token.to_owned() + &"A".repeat(missing)
}

/// The last character before `==` holds four bits that must be zero; this sets one.
fn with_a_stray_bit(token: &str) -> String {
    let body = token.strip_suffix("==").unwrap();
    let (head, last) = body.split_at(body.len() - 1);
    let spoilt = char::from(last.as_bytes()[0] + 1);
    format!("{head}{spoilt}==")
}

#[tokio::test]
async fn a_token_that_is_not_three_segments_of_base64url() {
    each_is_refused_before_a_key_is_fetched(table! {
        "empty": |r| r.spoil_token = |_| String::new() => E::Segments,
        "two segments": |r| r.spoil_token = |t| t.rsplit_once('.').unwrap().0.into() => E::Segments,
        "four segments": |r| r.spoil_token = |t| format!("{t}.") => E::Segments,
        "two tokens in one value": |r| r.spoil_token = |t| format!("{t},{t}") => E::Segments,
        "16 KiB and a byte": |r| r.spoil_token = lengthened::<16_385> => E::TokenTooLong,
        "16 KiB, not too long": |r| r.spoil_token = lengthened::<16_384> => E::Encoding(Signature),
        "a space in front": |r| r.spoil_token = |t| format!(" {t}") => E::Encoding(Header),
        "plain base64's plus": |r| r.spoil_token = |t| t.replacen("eyJ", "ey+", 1) => E::Encoding(Header),
        "plain base64's slash": |r| r.spoil_token = |t| t.replacen(".eyJ", ".ey/", 1) => E::Encoding(Payload),
        "padding in front": |r| r.spoil_token = |t| t.replacen('.', ".=", 1) => E::Encoding(Payload),
        "half the padding": |r| r.spoil_token = |t| t.strip_suffix('=').unwrap().into() => E::Encoding(Signature),
        "more padding": |r| r.spoil_token = |t| format!("{t}=") => E::Encoding(Signature),
        "stray bits": |r| r.spoil_token = with_a_stray_bit => E::Encoding(Signature),
        "a line feed": |r| r.spoil_token = |t| format!("{t}\n") => E::Encoding(Signature),
        "63 bytes": |r| r.spoil_signature = |s| s.truncate(63) => E::SignatureLength,
        "65 bytes": |r| r.spoil_signature = |s| s.push(0) => E::SignatureLength,
        "no signature": |r| r.spoil_signature = Vec::clear => E::SignatureLength,
    })
    .await;
}

/// Rewrites the header's text and leaves the payload's.
fn header_only(text: String, rewrite: impl FnOnce(String) -> String) -> String {
    if text.contains("\"alg\"") {
        rewrite(text)
    } else {
        text
    }
}

fn payload_only(text: String, rewrite: impl FnOnce(String) -> String) -> String {
    if text.contains("\"sub\"") {
        rewrite(text)
    } else {
        text
    }
}

#[tokio::test]
async fn a_token_whose_json_is_not_an_object_with_each_name_once() {
    each_is_refused_before_a_key_is_fetched(table! {
        "a list for a header": |r| r.rewrite = |t| header_only(t, |t| format!("[{t}]")) => E::Json(Header),
        "a list for a payload": |r| r.rewrite = |t| payload_only(t, |t| format!("[{t}]")) => E::Json(Payload),
        "more behind the header": |r| r.rewrite = |t| header_only(t, |t| t + "}") => E::Json(Header),
        "half a payload": |r| r.rewrite = |t| payload_only(t, |t| t.replace('}', "")) => E::Json(Payload),
        "a header that says alg twice":
            |r| r.rewrite = |t| t.replacen("{\"alg\"", "{\"alg\":\"none\",\"alg\"", 1) => E::RepeatedName(Header),
        "a payload that says email twice":
            |r| r.rewrite = |t| t.replacen("{\"email\"", "{\"em\\u0061il\":\"ceo@example.com\",\"email\"", 1)
            => E::RepeatedName(Payload),
    })
    .await;
}

#[tokio::test]
async fn a_token_that_another_alb_or_client_or_algorithm_made() {
    each_is_refused_before_a_key_is_fetched(table! {
        "no algorithm": |r| drop_header(r, "alg") => E::Algorithm,
        "algorithm none": |r| set_header(r, "alg", "none") => E::Algorithm,
        "HS256": |r| set_header(r, "alg", "HS256") => E::Algorithm,
        "es256": |r| set_header(r, "alg", "es256") => E::Algorithm,
        "no key id": |r| drop_header(r, "kid") => E::KeyId,
        "a key id that is a path": |r| set_header(r, "kid", "../../../../../../../../../../../../") => E::KeyId,
        "a key id that is a number": |r| set_header(r, "kid", 1) => E::KeyId,
        "no signer": |r| drop_header(r, "signer") => E::Signer,
        "another account's ALB": |r| set_header(r, "signer", testing::ALB.replace("123456789012", "210987654321")) => E::Signer,
        "a name that begins like ours": |r| set_header(r, "signer", format!("{}0", testing::ALB)) => E::Signer,
        "no client": |r| drop_header(r, "client") => E::Client,
        "another client": |r| set_header(r, "client", "another") => E::Client,
    })
    .await;
}

#[tokio::test]
async fn a_token_with_a_wrong_issuer_or_expiry_in_either_place() {
    each_is_refused_before_a_key_is_fetched(table! {
        "no issuer in the header": |r| drop_header(r, "iss") => E::Issuer(Header),
        "another in the header": |r| set_header(r, "iss", "https://evil.example") => E::Issuer(Header),
        "no issuer in the payload": |r| drop_payload(r, "iss") => E::Issuer(Payload),
        "another in the payload": |r| set_payload(r, "iss", "https://evil.example") => E::Issuer(Payload),
        "no expiry in the header": |r| drop_header(r, "exp") => E::Expiry(Header),
        "no expiry in the payload": |r| drop_payload(r, "exp") => E::Expiry(Payload),
        "an expiry that is a text": |r| set_payload(r, "exp", "1795397461") => E::Expiry(Payload),
        "an expiry that is a fraction": |r| set_header(r, "exp", 1_795_397_461.5) => E::Expiry(Header),
        "an expiry beyond all time": |r| set_header(r, "exp", i64::MAX) => E::Expiry(Header),
        "a later one in the payload": |r| set_payload(r, "exp", 1_795_397_462) => E::ExpiriesDiffer,
        "a later one in the header": |r| set_header(r, "exp", 1_795_397_462) => E::ExpiriesDiffer,
    })
    .await;
}

fn empty_subject(request: &mut Request) {
    set_payload(request, "sub", "");
    request.identity = vec![String::new()];
}

#[tokio::test]
async fn a_token_that_does_not_say_who_it_is_about() {
    each_is_refused_before_a_key_is_fetched(table! {
        "no subject": |r| drop_payload(r, "sub") => E::SubjectMissing,
        "a subject that is a number": |r| set_payload(r, "sub", 7) => E::SubjectMissing,
        "an empty subject and identity": empty_subject => E::SubjectMissing,
        "no identity header": |r| r.identity.clear() => E::IdentityMissing,
        "the identity header twice": |r| r.identity.push(testing::SUB.into()) => E::IdentityRepeated,
        "another identity": |r| r.identity = vec!["somebody".into()] => E::Subject,
        "the identity in capitals": |r| r.identity = vec![testing::SUB.to_uppercase()] => E::Subject,
        "no email": |r| drop_payload(r, "email") => E::EmailMissing,
        "an email that is a list": |r| set_payload(r, "email", vec!["a@example.com"]) => E::EmailMissing,
        "an email without @": |r| set_payload(r, "email", "example.com") => E::EmailMalformed,
        "an email with two @": |r| set_payload(r, "email", "a@evil@example.com") => E::EmailMalformed,
        "an empty email": |r| set_payload(r, "email", "") => E::EmailMalformed,
    })
    .await;
}
