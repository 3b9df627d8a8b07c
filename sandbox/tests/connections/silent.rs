//! Connections that stay open and are never answered on again, and servers that are so from the first.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use crate::dead::FrozenStore;
use crate::ec2::FrozenVpn;
use crate::world::{World, variable};

/// A try of the tests. In production it is 4 s of DynamoDB's 5, and 5 s of EC2's 12: so DynamoDB's second try and EC2's third
/// are the last that can be answered.
const TRY: Duration = Duration::from_millis(500);

#[test]
fn each_silent_connection_to_dynamodb_costs_a_call_one_try() {
    each_costs_one_try(|silent, tries| {
        let frozen = FrozenStore::with_short_tries(tries, TRY);
        frozen.open(silent);
        frozen.connections().silence();
        move || frozen.is_answered()
    });
}

#[test]
fn each_silent_connection_to_ec2_costs_a_call_one_try() {
    each_costs_one_try(|silent, tries| {
        let frozen = FrozenVpn::with_short_tries(tries, TRY);
        frozen.open(silent);
        frozen.connections().silence();
        move || frozen.is_answered()
    });
}

/// `calls`: makes a call that is answered or not, of a client with so many silent connections and so many tries.
fn each_costs_one_try<C: Fn() -> bool>(calls: impl Fn(usize, u32) -> C) {
    for (silent, tries, is_answered) in [(1, 2, true), (2, 2, false), (2, 3, true)] {
        let call = calls(silent, tries);
        assert_eq!(call(), is_answered, "{silent} silent, {tries} tries");
        // Each was given up: the next call finds none of them.
        assert!(call());
    }
}

#[tokio::test]
async fn a_process_starts_though_dynamodb_accepts_connections_and_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let world = World::trusting(|roots| {
        BTreeMap::from([
            variable("AWS_CA_BUNDLE", roots),
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), url),
        ])
    })
    .await;
    // The health check is its first event.
    let answer = world.sandbox.alb().health_check().await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(world.keys().accepted(), 1);
    world.sandbox.shutdown().await;
}
