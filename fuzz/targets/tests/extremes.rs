//! EC2's answers at their largest and worst, through the real client: what they cost is bounded.
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers"
)]

use bytes::Bytes;
use fuzz_targets::replay::{Answer, Replay};
use shared::ports::{ClientVpn as _, VpnError};
use testkit::example;

fn item(number: usize, status: &str) -> String {
    format!(
        "<item><clientVpnEndpointId>{}</clientVpnEndpointId><timestamp>2026-11-23 01:30:47</timestamp>\
         <connectionId>cvpn-connection-{number:017x}</connectionId><username>user{number}@example.com</username>\
         <connectionEstablishedTime>2026-11-23 00:57:14</connectionEstablishedTime><ingressBytes>32302</ingressBytes>\
         <egressBytes>5707</egressBytes><ingressPackets>332</ingressPackets><egressPackets>67</egressPackets>\
         <clientIp>172.31.0.35</clientIp><commonName>client.example.com</commonName>\
         <status><code>{status}</code></status><connectionEndTime>-</connectionEndTime></item>",
        example::TOKYO
    )
}

fn page(items: &str, next: &str) -> Answer {
    let body = format!(
        "<DescribeClientVpnConnectionsResponse><requestId>1</requestId><connections>{items}</connections>\
         <nextToken>{next}</nextToken></DescribeClientVpnConnectionsResponse>"
    );
    (200, Bytes::from(body))
}

async fn connections(replay: &Replay) -> Result<usize, VpnError> {
    let endpoint = example::TOKYO.parse().unwrap();
    let found = replay.vpn().connections(&endpoint).await?;
    Ok(found.iter().filter(|connection| connection.active).count())
}

fn is_incomplete(read: &Result<usize, VpnError>) -> bool {
    matches!(read, Err(VpnError::TryLater { .. }))
}

#[tokio::test]
async fn thirty_thousand_connections_on_thirty_pages_are_all_read() {
    let replay = Replay::new(|number| {
        let items: String = (0..1000)
            .map(|item_number| item(number * 1000 + item_number, "active"))
            .collect();
        let next = if number < 29 {
            number.to_string()
        } else {
            String::new()
        };
        page(&items, &next)
    });
    assert_eq!(connections(&replay).await.unwrap(), 30_000);
    assert_eq!(replay.calls(), 30);
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_is_an_error() {
    let replay = Replay::new(|_| page(&item(1, "terminating"), "again"));
    assert!(is_incomplete(&connections(&replay).await));
    assert!(replay.calls() <= 2, "{}", replay.calls());
}

#[tokio::test]
async fn pages_that_go_in_a_circle_are_an_error() {
    let replay = Replay::new(|number| page(&item(1, "terminating"), ["a", "b", "c"][number % 3]));
    assert!(is_incomplete(&connections(&replay).await));
    assert!(replay.calls() <= 4, "{}", replay.calls());
}

#[tokio::test]
async fn a_listing_that_never_ends_is_an_error() {
    let replay = Replay::new(|number| page(&item(number, "terminating"), &number.to_string()));
    assert!(is_incomplete(&connections(&replay).await));
    assert_eq!(replay.calls(), 501);
}

#[tokio::test]
async fn an_answer_longer_than_any_that_ec2_gives_is_an_error() {
    let of_megabytes = |megabytes: usize| {
        let padding = "x".repeat(megabytes * 1024 * 1024);
        Replay::new(move |_| page(&format!("{}<!--{padding}-->", item(1, "active")), ""))
    };
    assert_eq!(connections(&of_megabytes(7)).await.unwrap(), 1);
    assert!(is_incomplete(&connections(&of_megabytes(10)).await));
}

#[tokio::test]
async fn an_entity_is_never_expanded() {
    let mut bomb = "<!DOCTYPE x [<!ENTITY e0 \"xxxxxxxxxx\">".to_owned();
    for level in 1..12 {
        let inner = format!("&e{};", level - 1).repeat(10);
        bomb = format!("{bomb}<!ENTITY e{level} \"{inner}\">");
    }
    let item = item(1, "active").replace("user1@example.com", "&e11;");
    let (_, body) = page(&item, "");
    let body = Bytes::from([bomb.as_bytes(), b"]>", &body].concat());
    let replay = Replay::new(move |_| (200, body.clone()));
    assert!(connections(&replay).await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_cut_off_anywhere_is_an_error() {
    let items: String = (0..3).map(|number| item(number, "terminating")).collect();
    let (_, whole) = page(&items, "");
    let replay = Replay::new(|_| (200, Bytes::new()));
    let (vpn, endpoint) = (replay.vpn(), example::TOKYO.parse().unwrap());
    for length in 0..whole.len() {
        let body = whole.slice(..length);
        replay.play(move |_| (200, body.clone()));
        let read = vpn.connections(&endpoint).await;
        assert!(read.is_err(), "{length} of {} bytes", whole.len());
    }
}

#[tokio::test]
async fn one_page_that_fails_among_many_makes_the_listing_incomplete() {
    let replay = Replay::new(|number| match number {
        3 => (503, Bytes::from_static(b"<html/>")),
        _ => page(&item(number, "terminating"), &number.to_string()),
    });
    assert!(is_incomplete(&connections(&replay).await));
}
