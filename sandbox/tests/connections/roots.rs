//! Which certificates functions accept, and which not.

use std::collections::BTreeMap;
use std::path::Path;

use crate::world::{World, variable};

#[tokio::test]
async fn where_amazons_roots_do_not_verify_the_machines_do() {
    // The machine's bundle, as OpenSSL is told of another.
    let machine = |roots: &Path| BTreeMap::from([variable("SSL_CERT_FILE", roots)]);
    let world = World::trusting(machine).await;
    let (status, body) = world.click().await;
    assert_eq!(status, 202, "{body}");
    let log = world.sandbox.lambda().log_tail("associate");
    let warned = log.matches("Amazon's roots do not know").count();
    assert_eq!(warned, 1, "{log}");
    // Each of the connections that the start waits for was refused once.
    for (connections, opened) in [(world.keys(), 1), (world.dynamodb(), 3)] {
        assert_eq!(connections.accepted(), connections.handshakes() + opened);
    }
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_server_that_neither_certifies_is_not_called() {
    let world = World::trusting(|_| BTreeMap::new()).await;
    let (status, body) = world.click().await;
    assert_eq!(status, 503, "{body}");
    assert_eq!(world.ec2().handshakes(), 0);
    assert_eq!(world.dynamodb().handshakes(), 0);
    assert_eq!(world.keys().handshakes(), 0);
    world.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_bundle_that_cannot_be_read_ends_the_start_with_its_name() {
    let world = World::trusting(|roots| {
        BTreeMap::from([variable("AWS_CA_BUNDLE", &roots.with_extension("missing"))])
    })
    .await;
    let error = world.sandbox.alb().health_check().await.unwrap_err();
    let error = format!("{error:?}");
    assert!(error.contains("AWS_CA_BUNDLE: cannot read"), "{error}");
    world.sandbox.shutdown().await;
}
