//! What a client and a server see of each fault, on real sockets.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::exchange::carry;
use super::{NetworkFault, Place, Port, Weather};

const ASK: &[u8] = b"ask for it";
const ANSWER: &[u8] = b"the answer";

/// What came of one exchange.
#[derive(Debug)]
struct Seen {
    /// What the server heard.
    heard: Vec<u8>,
    /// What the client was answered.
    told: Vec<u8>,
    /// Whether the client's connection was reset.
    reset: bool,
    took: Duration,
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (one, other) = futures::join!(TcpStream::connect(address), listener.accept());
    (one.unwrap(), other.unwrap().0)
}

/// A server that answers a whole request, and says in the end all that it heard.
fn serve(mut stream: TcpStream) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let (mut heard, mut buffer) = (Vec::new(), [0; 64]);
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            heard.extend_from_slice(&buffer[..length]);
            if heard.len() % ASK.len() == 0 && stream.write_all(ANSWER).await.is_err() {
                break;
            }
        }
        heard
    })
}

async fn exchange(fault: NetworkFault) -> Seen {
    let (mut client, mut near) = pair().await;
    let (mut far, server) = pair().await;
    let server = serve(server);
    let way = tokio::spawn(async move {
        carry(|| Some(fault), &mut near, &mut far).await;
    });
    let began = Instant::now();
    client.write_all(ASK).await.unwrap();
    let (mut told, mut buffer, mut reset) = (Vec::new(), [0; 256], false);
    let enough = if fault == NetworkFault::Trailed {
        20
    } else {
        ANSWER.len()
    };
    while told.len() < enough {
        match client.read(&mut buffer).await {
            Ok(0) => break,
            Ok(length) => told.extend_from_slice(&buffer[..length]),
            Err(error) => {
                reset = error.kind() == io::ErrorKind::ConnectionReset;
                break;
            }
        }
    }
    let took = began.elapsed();
    drop(client);
    way.await.unwrap();
    Seen {
        heard: server.await.unwrap(),
        told,
        reset,
        took,
    }
}

#[tokio::test]
async fn a_cut_breaks_the_connection_where_it_says_and_how_it_says() {
    for reset in [false, true] {
        for (at, heard, told) in [
            (Place::BeforeRequest, &b""[..], &b""[..]),
            (Place::WithinRequest(4), b"ask ", b""),
            (Place::BeforeAnswer, ASK, b""),
            (Place::WithinAnswer(3), ASK, b"the"),
            (Place::WithinAnswer(99), ASK, ANSWER),
        ] {
            let seen = exchange(NetworkFault::Cut { at, reset }).await;
            assert_eq!(seen.heard, heard, "{at:?}");
            // A reset may overtake what was sent before it.
            assert!(seen.told == told || reset, "{at:?}: {seen:?}");
            if told.is_empty() {
                assert_eq!(seen.reset, reset, "{at:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_slow_arrives_whole() {
    let pause = Duration::from_millis(5);
    for answer in [false, true] {
        let wait = Duration::from_millis(60);
        for (fault, least) in [
            (NetworkFault::Stall { answer, wait }, 60),
            (
                NetworkFault::Trickle {
                    answer,
                    bytes: 2,
                    pause,
                },
                20,
            ),
        ] {
            let seen = exchange(fault).await;
            assert_eq!((seen.heard.as_slice(), seen.told.as_slice()), (ASK, ANSWER));
            assert!(
                seen.took >= Duration::from_millis(least),
                "{fault:?}: {seen:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_request_whose_client_gave_up_does_not_arrive_later() {
    let (mut client, mut near) = pair().await;
    let (mut far, server) = pair().await;
    let server = serve(server);
    let way = tokio::spawn(async move {
        let wait = Duration::from_mins(1);
        carry(
            || {
                Some(NetworkFault::Stall {
                    answer: false,
                    wait,
                })
            },
            &mut near,
            &mut far,
        )
        .await;
    });
    client.write_all(ASK).await.unwrap();
    drop(client);
    way.await.unwrap();
    assert_eq!(server.await.unwrap(), b"");
}

#[tokio::test]
async fn a_torn_answer_goes_on_with_what_nobody_sent() {
    let torn = exchange(NetworkFault::Torn { after: 3 }).await;
    assert!(torn.told.starts_with(b"the\x00\xff"), "{torn:?}");
    let trailed = exchange(NetworkFault::Trailed).await;
    assert!(
        trailed.told.starts_with(b"the answer\x00\xff"),
        "{trailed:?}"
    );
}

#[tokio::test]
async fn a_port_that_is_down_refuses_and_resets_and_comes_back_under_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Port::start("test", 1, listener.local_addr().unwrap())
        .await
        .unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream);
        }
    });
    let address = port.url().replace("http://", "");
    let mut open = TcpStream::connect(&address).await.unwrap();
    let mut answer = [0; 10];
    for _ in 0..2 {
        open.write_all(ASK).await.unwrap();
        open.read_exact(&mut answer).await.unwrap();
    }
    assert_eq!((port.struck().connections, port.struck().exchanges), (1, 2));
    port.set_weather(Weather::Down);
    let broken = open.read(&mut answer).await.unwrap_err();
    assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset);
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    port.set_weather(Weather::Clear);
    let mut again = loop {
        match TcpStream::connect(&address).await {
            Ok(stream) => break stream,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    again.write_all(ASK).await.unwrap();
    again.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, ANSWER);
    assert_eq!(port.struck().outages, 1);
}
