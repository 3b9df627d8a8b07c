//! The form of a real token of an ALB, as it was published (<https://github.com/awslabs/aws-jwt-verify/issues/109>, the
//! comment of 2024-12-23): the order of the fields, their types, and padding in every segment. The values are ours.

use super::*;

#[tokio::test]
async fn a_token_of_the_form_that_a_real_alb_sends_is_believed() {
    let expiry = at(0).timestamp();
    let (issuer, client, alb, sub) = (testing::ISSUER, testing::CLIENT, testing::ALB, testing::SUB);
    let header = format!(
        r#"{{"typ":"JWT","kid":"{KEY_ID}","alg":"ES256","iss":"{issuer}","client":"{client}","signer":"{alb}","exp":{expiry}}}"#
    );
    let payload = format!(
        r#"{{"sub":"{sub}","email_verified":"true","name":"Hana Sato +/=-_","email":"hana@example.com","username":"{sub}","exp":{expiry},"iss":"{issuer}"}}"#
    );
    let server = key_server();
    let signed = format!(
        "{}.{}",
        padded(header.as_bytes()),
        padded(payload.as_bytes())
    );
    let signature = padded(&server.signer().sign(signed.as_bytes()));
    let token = format!("{signed}.{signature}");
    let headers = OidcHeaders::new([token.as_bytes()], [sub.as_bytes()]);
    let employee = verifier(config(), &server)
        .verify(&headers, at(GOOD))
        .await
        .unwrap();
    assert_eq!(employee.email.as_str(), "hana@example.com");
    assert_eq!(server.fetches(), 1, "the key that `kid` names");
}
