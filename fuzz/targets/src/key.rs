//! The key server's answers.

use std::sync::Arc;

use shared::identity::{OidcHeaders, Refusal, Verifier};
use testkit::alb::KeyServer;

use crate::alb::valid_token;
use crate::reference;
use crate::stage::{SUBJECT, block_on, configuration, mint, now};

/// Whatever the key server answers, a good token is believed only under the key that signed it. An answer that is no key
/// says nothing about the token: it is no 401.
pub fn key(data: &[u8]) {
    let keys = Arc::new(KeyServer::answering(data.to_vec()));
    let verifier = Verifier::new(configuration().sign_in.identity.clone(), keys);
    let token = valid_token();
    let headers = OidcHeaders::new([token.as_bytes()], [SUBJECT.as_bytes()]);
    match block_on(verifier.verify(&headers, now())) {
        Ok(_) => {
            let text = String::from_utf8_lossy(data);
            let armour = ["-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"];
            let body = armour
                .iter()
                .fold(text.into_owned(), |text, line| text.replace(line, ""));
            let body: String = body.split_ascii_whitespace().collect();
            assert_eq!(
                reference::point(&body),
                reference::point(&mint().public_key_pem())
            );
        }
        Err(error) => match error.refusal() {
            Refusal::NotValid | Refusal::Unavailable => {}
            Refusal::NotPermitted(_) => panic!("the token proved a person: {error}"),
        },
    }
}
