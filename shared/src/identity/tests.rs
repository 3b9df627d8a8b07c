//! Each case spoils one thing of a request that is otherwise right: everything but that one check holds.

mod published;
mod refused;

use std::sync::Arc;

use serde_json::{Value, json};

use super::testing::{KEY_ID, KeyServer, Request, Signer, at, config, padded, unpadded};
use super::*;

/// A moment at which the tokens are good.
const GOOD: i64 = -60;

fn key_server() -> Arc<KeyServer> {
    KeyServer::with_keys(&[KEY_ID.parse().unwrap()])
}

fn verifier(config: IdentityConfig, server: &Arc<KeyServer>) -> Verifier {
    Verifier::new(config, Arc::clone(server) as Arc<dyn PublicKeys>)
}

/// What becomes of a request that `spoil` changed, and how many keys were fetched for it.
async fn outcome(spoil: impl FnOnce(&mut Request)) -> (Result<Employee, IdentityError>, usize) {
    outcome_under(config(), spoil).await
}

async fn outcome_under(
    config: IdentityConfig,
    spoil: impl FnOnce(&mut Request),
) -> (Result<Employee, IdentityError>, usize) {
    let server = key_server();
    let mut request = Request::valid();
    spoil(&mut request);
    let token = request.token(server.signer());
    let verified = verifier(config, &server)
        .verify(&request.headers(&token), at(GOOD))
        .await;
    (verified, server.fetches())
}

type Spoil = fn(&mut Request);

#[tokio::test]
async fn an_untouched_token_is_believed_with_and_without_padding() {
    for encode in [padded, unpadded] {
        let (verified, fetches) = outcome(|request| request.encode = encode).await;
        let employee = verified.unwrap();
        assert_eq!(employee.email.as_str(), "yuki.tanaka@example.com");
        assert_eq!(employee.sub, testing::SUB);
        assert_eq!(fetches, 1);
    }
}

#[test]
fn the_padded_form_under_test_has_padding_in_each_segment() {
    let token = Request::valid().token(&Signer::new());
    assert!(
        token.split('.').all(|segment| segment.ends_with('=')),
        "else the test above proves less"
    );
}

fn set_header(request: &mut Request, name: &str, value: impl Into<Value>) {
    request.header.insert(name.to_owned(), value.into());
}

fn set_payload(request: &mut Request, name: &str, value: impl Into<Value>) {
    request.payload.insert(name.to_owned(), value.into());
}

fn drop_header(request: &mut Request, name: &str) {
    request.header.remove(name).unwrap();
}

fn drop_payload(request: &mut Request, name: &str) {
    request.payload.remove(name).unwrap();
}

#[tokio::test]
async fn there_must_be_exactly_one_token() {
    let server = key_server();
    let request = Request::valid();
    let token = request.token(server.signer());
    let verifier = verifier(config(), &server);
    let none = OidcHeaders::new([], request.identities());
    let missing = verifier.verify(&none, at(GOOD)).await.unwrap_err();
    assert!(matches!(missing, IdentityError::TokenMissing));
    let twice = OidcHeaders::new([token.as_bytes(), token.as_bytes()], request.identities());
    let repeated = verifier.verify(&twice, at(GOOD)).await.unwrap_err();
    assert!(matches!(repeated, IdentityError::TokenRepeated));
    for error in [missing, repeated] {
        assert_eq!(error.refusal(), Refusal::NotValid);
    }
    assert_eq!(server.fetches(), 0);
}

#[tokio::test]
async fn a_token_expires_five_seconds_after_its_expiry() {
    for (seconds, accepted) in [
        (-1, true),
        (0, true),
        (1, true),
        (4, true),
        (5, false),
        (6, false),
    ] {
        let server = key_server();
        let request = Request::valid();
        let token = request.token(server.signer());
        let verified = verifier(config(), &server)
            .verify(&request.headers(&token), at(seconds))
            .await;
        match verified {
            Ok(_) => assert!(accepted, "at {seconds} s"),
            Err(error) => {
                assert!(
                    !accepted && matches!(error, IdentityError::Expired),
                    "at {seconds} s: {error:?}"
                );
                assert_eq!(error.refusal(), Refusal::NotValid);
                assert_eq!(server.fetches(), 0);
            }
        }
    }
}

#[tokio::test]
async fn the_signature_must_be_over_these_very_bytes() {
    let spoilt: [(&str, Spoil); 4] = [
        ("a bit of r", |r| r.spoil_signature = |s| s[0] ^= 1),
        ("a bit of s", |r| r.spoil_signature = |s| s[63] ^= 1),
        ("all zeros", |r| r.spoil_signature = |s| s.fill(0)),
        ("what says the same", |r| r.spoil_token = without_padding),
    ];
    for (name, spoil) in spoilt {
        let (verified, fetches) = outcome(spoil).await;
        let error = verified.expect_err(name);
        assert!(
            matches!(error, IdentityError::Signature),
            "{name}: {error:?}"
        );
        assert_eq!(error.refusal(), Refusal::NotValid);
        assert_eq!(fetches, 1);
    }
}

fn without_padding(token: &str) -> String {
    token.replace('=', "")
}

#[tokio::test]
async fn a_signature_made_with_another_key_is_not_valid() {
    let server = key_server();
    let request = Request::valid();
    let token = request.token(&Signer::new());
    let verified = verifier(config(), &server)
        .verify(&request.headers(&token), at(GOOD))
        .await;
    assert!(matches!(verified, Err(IdentityError::Signature)));
}

#[tokio::test]
async fn an_unknown_key_is_the_tokens_fault_and_a_silent_key_server_is_not() {
    let request = Request::valid();
    let empty = KeyServer::with_keys(&[]);
    let token = request.token(empty.signer());
    let error = verifier(config(), &empty)
        .verify(&request.headers(&token), at(GOOD))
        .await
        .unwrap_err();
    assert!(matches!(error, IdentityError::UnknownKey));
    assert_eq!(error.refusal(), Refusal::NotValid);

    let server = key_server();
    let verifier = verifier(config(), &server);
    let token = request.token(server.signer());
    server.fail_next(KeyError::unavailable("connection refused"));
    for _ in 0..2 {
        let error = verifier
            .verify(&request.headers(&token), at(GOOD))
            .await
            .unwrap_err();
        assert!(matches!(error, IdentityError::KeyUnavailable(_)));
        assert_eq!(error.refusal(), Refusal::Unavailable);
        server.answer_next(b"not a key");
    }
}

#[tokio::test]
async fn only_allowed_domains_are_permitted() {
    for (email, permitted) in [
        ("yuki@example.com", true),
        ("yuki@EXAMPLE.com", true),
        ("yuki@example.org", false),
        ("yuki@sub.example.com", false),
        ("yuki@notexample.com", false),
        ("yuki@example.com.evil.example", false),
    ] {
        let (verified, _) = outcome(|r| set_payload(r, "email", email)).await;
        match verified {
            Ok(_) => assert!(permitted, "{email}"),
            Err(error) => {
                assert!(
                    !permitted && matches!(error, IdentityError::DomainNotAllowed(_)),
                    "{email}"
                );
                let Refusal::NotPermitted(employee) = error.refusal() else {
                    panic!("{email}: {error:?}");
                };
                assert_eq!(
                    employee.email.as_str(),
                    email,
                    "who was denied can be put on record"
                );
                assert_eq!(employee.sub, testing::SUB);
            }
        }
    }
}

#[tokio::test]
async fn without_allowed_domains_any_is_permitted() {
    let any = IdentityConfig {
        allowed_domains: BTreeSet::new(),
        ..config()
    };
    let (verified, _) = outcome_under(any, |r| set_payload(r, "email", "a@b.example")).await;
    assert!(verified.is_ok());
}

#[tokio::test]
async fn a_verified_address_is_demanded_only_where_it_is_configured() {
    let cases = [
        (Some(json!(true)), true),
        (Some(json!("true")), true),
        (Some(json!(false)), false),
        (Some(json!("false")), false),
        (Some(json!("TRUE")), false),
        (Some(json!(1)), false),
        (Some(json!(null)), false),
        (None, false),
    ];
    for (claim, permitted) in cases {
        for required in [true, false] {
            let config = IdentityConfig {
                require_verified_email: required,
                ..config()
            };
            let (verified, _) = outcome_under(config, |request| match &claim {
                Some(value) => set_payload(request, "email_verified", value.clone()),
                None => drop_payload(request, "email_verified"),
            })
            .await;
            match verified {
                Ok(_) => assert!(permitted || !required, "{claim:?}"),
                Err(error) => {
                    assert!(required && !permitted, "{claim:?}");
                    assert!(
                        matches!(error, IdentityError::EmailNotVerified(_)),
                        "{claim:?}"
                    );
                    assert!(matches!(error.refusal(), Refusal::NotPermitted(_)));
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_called_not_permitted_whose_signature_is_not_valid() {
    let (verified, _) = outcome(|request| {
        set_payload(request, "email", "yuki@evil.example");
        set_payload(request, "email_verified", false);
        request.spoil_signature = |signature| signature[0] ^= 1;
    })
    .await;
    assert!(matches!(verified, Err(IdentityError::Signature)));
}

#[tokio::test]
async fn no_error_shows_anything_of_the_token_or_the_person() {
    let secret = "canary";
    let spoilt: [fn(&mut Request); 4] = [
        |r| set_payload(r, "email", "canary canary"),
        |r| set_payload(r, "email", "canary@evil.example"),
        |r| set_header(r, "kid", "canary"),
        |r| r.rewrite = |_| "{\"canary\":1,\"canary\":2}".into(),
    ];
    for spoil in spoilt {
        let error = outcome(spoil).await.0.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
    let headers = OidcHeaders::new([secret.as_bytes()], [secret.as_bytes()]);
    assert!(!format!("{headers:?}").contains(secret));
}

/// What becomes of a request, of what was begun beside its key's fetch, and whether that was begun.
async fn beside(
    spoil: impl FnOnce(&mut Request),
    held: bool,
) -> (Result<Option<&'static str>, IdentityError>, bool) {
    let server = key_server();
    let mut request = Request::valid();
    spoil(&mut request);
    let token = request.token(server.signer());
    let verifier = verifier(config(), &server);
    let mut is_begun = false;
    if held {
        server.hold();
    }
    let beside = async {
        is_begun = true;
        server.release();
        "read"
    };
    let headers = request.headers(&token);
    let proven = verifier.verify_beside(&headers, at(GOOD), beside).await;
    (proven.map(|(_, output)| output), is_begun)
}

#[tokio::test]
async fn what_is_read_while_a_key_is_fetched_comes_with_the_proof_alone() {
    let forged: Spoil = |request| request.spoil_signature = |signature| signature[0] ^= 1;
    let (proven, is_begun) = beside(|_| {}, true).await;
    assert_eq!((proven.unwrap(), is_begun), (Some("read"), true));
    let (refused, is_begun) = beside(forged, true).await;
    assert!(matches!(refused, Err(IdentityError::Signature)) && is_begun);
    let stranger: Spoil = |request| set_payload(request, "email", "a@elsewhere.test");
    let (refused, _) = beside(stranger, true).await;
    assert!(matches!(refused, Err(IdentityError::DomainNotAllowed(_))));
}

#[tokio::test]
async fn nothing_is_read_for_a_token_that_is_wrong_otherwise_or_whose_key_is_known() {
    let other_alb: Spoil = |request| set_header(request, "signer", "arn:aws:elsewhere");
    let (refused, is_begun) = beside(other_alb, false).await;
    assert!(matches!(refused, Err(IdentityError::Signer)) && !is_begun);

    let server = key_server();
    let request = Request::valid();
    let token = request.token(server.signer());
    let verifier = verifier(config(), &server);
    let headers = request.headers(&token);
    verifier.verify(&headers, at(GOOD)).await.unwrap();
    let beside = async { panic!("the key is known") };
    let (_, output) = verifier
        .verify_beside::<()>(&headers, at(GOOD), beside)
        .await
        .unwrap();
    assert_eq!(output, None);
}
