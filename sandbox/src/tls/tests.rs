use std::time::Instant;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::Router;
use axum::routing::get;
use http_body_util::BodyExt as _;

use super::*;
use crate::server::{self, Server};

async fn serve(tls: &Tls) -> Server {
    let router = Router::new().route("/", get(|| async { "here" }));
    Server::start_tls(server::bind(None).await.unwrap(), router, tls).unwrap()
}

fn trusting(authority: &Authority) -> Connector {
    let store = TrustStore::empty().with_pem_certificate(authority.pem());
    let context = TlsContext::builder().with_trust_store(store).build();
    Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context.unwrap())
        .build()
}

async fn ask(client: &Connector, url: &str) -> Result<String, String> {
    let request = HttpRequest::get(format!("{url}/")).unwrap();
    let answer = client
        .call(request)
        .await
        .map_err(|error| format!("{error:?}"))?;
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Ok(String::from_utf8(body.into()).unwrap())
}

#[tokio::test]
async fn one_connection_serves_many_calls_of_who_trusts_the_authority() {
    let authority = Authority::new().unwrap();
    let server = serve(&authority.local_server().unwrap()).await;
    let client = trusting(&authority);
    for _ in 0..3 {
        assert_eq!(ask(&client, &server.url()).await.unwrap(), "here");
    }
    let connections = server.connections().unwrap();
    assert_eq!((connections.accepted(), connections.handshakes()), (1, 1));
    assert_eq!(connections.open(), 1);
}

#[tokio::test]
async fn who_trusts_another_authority_or_asks_for_another_name_is_not_served() {
    let authority = Authority::new().unwrap();
    let server = serve(&authority.local_server().unwrap()).await;
    let stranger = trusting(&Authority::new().unwrap());
    let refusal = ask(&stranger, &server.url()).await.unwrap_err();
    assert!(refusal.contains("UnknownIssuer"), "{refusal}");
    let elsewhere = serve(&authority.server(&["ec2.example.com"]).unwrap()).await;
    let refusal = ask(&trusting(&authority), &elsewhere.url())
        .await
        .unwrap_err();
    assert!(refusal.contains("NotValidForName"), "{refusal}");
    let connections = server.connections().unwrap();
    assert_eq!((connections.accepted(), connections.handshakes()), (1, 0));
}

#[tokio::test]
async fn a_client_that_never_makes_its_handshake_delays_no_other() {
    let authority = Authority::new().unwrap();
    let server = serve(&authority.local_server().unwrap()).await;
    let _silent = TcpStream::connect(server.address()).await.unwrap();
    let answer = ask(&trusting(&authority), &server.url()).await;
    assert_eq!(answer.unwrap(), "here");
}

#[tokio::test]
async fn connections_that_the_server_closed_are_made_anew() {
    let authority = Authority::new().unwrap();
    let server = serve(&authority.local_server().unwrap()).await;
    let client = trusting(&authority);
    ask(&client, &server.url()).await.unwrap();
    let connections = server.connections().unwrap();
    connections.close_idle().await;
    assert_eq!(connections.open(), 0);
    while ask(&client, &server.url()).await.is_err() {}
    assert_eq!((connections.accepted(), connections.open()), (2, 1));
}

#[tokio::test]
async fn a_silenced_connection_stays_open_and_answers_no_more() {
    let authority = Authority::new().unwrap();
    let server = serve(&authority.local_server().unwrap()).await;
    let client = trusting(&authority);
    ask(&client, &server.url()).await.unwrap();
    let connections = server.connections().unwrap();
    connections.silence();
    let url = server.url();
    let unanswered = ask(&client, &url);
    let waited = tokio::time::timeout(Duration::from_millis(100), unanswered).await;
    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(ask(&trusting(&authority), &url).await.unwrap(), "here");
    assert_eq!(connections.accepted(), 2);
}

#[tokio::test]
async fn a_first_call_takes_three_round_trips_and_another_one() {
    const ROUND_TRIP: Duration = Duration::from_millis(20);
    let authority = Authority::new().unwrap();
    let tls = authority.local_server().unwrap();
    let server = serve(&tls.with_round_trip(ROUND_TRIP)).await;
    let client = trusting(&authority);
    // Connecting, the handshake of TLS 1.3, and the call itself.
    for round_trips in [3, 1] {
        let begun = Instant::now();
        assert_eq!(ask(&client, &server.url()).await.unwrap(), "here");
        assert!(begun.elapsed() >= ROUND_TRIP * round_trips);
    }
}
