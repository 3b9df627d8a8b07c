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
    // The client may not know yet that its connection has ended.
    let url = server.url();
    let answer = match ask(&client, &url).await {
        Err(_) => ask(&client, &url).await,
        answer => answer,
    };
    assert_eq!(answer.unwrap(), "here");
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
    // Others are answered on connections of their own, meanwhile.
    let other = trusting(&authority);
    let others = async {
        for _ in 0..3 {
            assert_eq!(ask(&other, &url).await.unwrap(), "here");
        }
    };
    tokio::select! {
        biased;
        answer = unanswered => panic!("{answer:?}"),
        () = others => {}
    }
    assert_eq!(connections.accepted(), 2);
}

#[tokio::test]
async fn what_is_held_for_a_round_trip_arrives_whole() {
    let authority = Authority::new().unwrap();
    let tls = authority.local_server().unwrap();
    let server = serve(&tls.with_round_trip(Duration::from_millis(1))).await;
    let client = trusting(&authority);
    for _ in 0..2 {
        assert_eq!(ask(&client, &server.url()).await.unwrap(), "here");
    }
    assert_eq!(server.connections().unwrap().accepted(), 1);
}
