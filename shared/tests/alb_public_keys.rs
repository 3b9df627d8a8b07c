//! The key fetcher against a server that answers as it is told.
#![cfg(feature = "aws")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers"
)]

use std::error::Error as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use shared::aws::{AlbPublicKeys, Http, Roots};
use shared::identity::{KeyError, KeyId, PublicKeys as _};

const KEY_ID: &str = "b5f4a3c2-0001-4a2b-8c3d-0123456789ab";

/// Long enough for a busy machine, and never waited for unless a test fails.
const PATIENT: Duration = Duration::from_mins(1);

struct Server {
    url: String,
    /// The first line of each request.
    requests: Receiver<String>,
}

/// Serves each request with `answer`, and keeps the connection open while `keep_open`.
fn server(answer: impl Into<Vec<u8>>, keep_open: bool) -> Server {
    server_of(vec![answer.into()], keep_open)
}

/// The same with one answer after the other, and then the last again.
fn server_of(answers: Vec<Vec<u8>>, keep_open: bool) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    thread::spawn(move || {
        let mut open = Vec::new();
        let mut answers = answers.iter().peekable();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The test is over once no one listens.
            if sender.send(request_line(&stream)).is_err() {
                return;
            }
            // A client that hangs up early is one of the cases.
            let _ = stream.write_all(answers.peek().unwrap());
            if answers.len() > 1 {
                answers.next();
            }
            if keep_open {
                open.push(stream);
            }
        }
    });
    Server { url, requests }
}

fn request_line(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let _rest = lines.take_while(|line| !line.is_empty()).count();
    first
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

async fn fetch(server: &Server, timeout: Duration) -> Result<Vec<u8>, KeyError> {
    let key_id: KeyId = KEY_ID.parse().unwrap();
    AlbPublicKeys::new(&Http::new(Roots::Amazon).unwrap(), &server.url)
        .with_timeout(timeout)
        .fetch(&key_id)
        .await
}

/// Why no key could be had.
async fn unavailable(server: &Server, timeout: Duration) -> String {
    match fetch(server, timeout).await {
        Err(error @ KeyError::Unavailable(_)) => error.source().unwrap().to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_key_is_asked_for_by_its_id_and_handed_on_as_it_is() {
    let server = server(response("200 OK", "", "-----BEGIN"), false);
    assert_eq!(fetch(&server, PATIENT).await.unwrap(), b"-----BEGIN");
    assert_eq!(
        server.requests.recv().unwrap(),
        format!("GET /{KEY_ID} HTTP/1.1")
    );
}

#[tokio::test]
async fn a_key_that_is_not_there_is_unknown() {
    for status in ["404 Not Found", "403 Forbidden"] {
        let server = server(response(status, "", "<Error/>"), false);
        assert!(
            matches!(fetch(&server, PATIENT).await, Err(KeyError::Unknown)),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_once_and_blamed() {
    for status in [
        "500 Internal Server Error",
        "503 Slow Down",
        "429 Too Many Requests",
        "204 No Content",
    ] {
        let server = server(response(status, "", ""), false);
        assert!(unavailable(&server, PATIENT).await.contains(&status[..3]));
        assert_eq!(server.requests.try_iter().count(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_key_whose_first_answer_broke_off_or_never_came_is_asked_for_once_more() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n-----BEGIN";
    let whole = response("200 OK", "", "-----BEGIN");
    let key_id: KeyId = KEY_ID.parse().unwrap();
    for (first, keep_open, patience) in [
        ("", false, PATIENT),
        (half, false, PATIENT),
        ("", true, Duration::from_millis(1)),
        (half, true, Duration::from_millis(1)),
    ] {
        let server = server_of(vec![first.into(), whole.clone().into()], keep_open);
        let keys = AlbPublicKeys::new(&Http::new(Roots::Amazon).unwrap(), &server.url)
            .with_timeout(PATIENT)
            .with_patience(patience);
        assert_eq!(keys.fetch(&key_id).await.unwrap(), b"-----BEGIN");
        assert_eq!(server.requests.try_iter().count(), 2, "{first:?}");
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = server(response("200 OK", "", "a forged key"), false);
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
    ] {
        let location = format!("location: {}/{KEY_ID}\r\n", elsewhere.url);
        let server = server(response(status, &location, ""), false);
        assert!(unavailable(&server, PATIENT).await.contains(&status[..3]));
    }
    assert_eq!(elsewhere.requests.try_iter().count(), 0);
}

#[tokio::test]
async fn eight_kibibytes_are_read_and_no_more() {
    let fits = server(response("200 OK", "", &"k".repeat(8 * 1024)), false);
    assert_eq!(fetch(&fits, PATIENT).await.unwrap().len(), 8 * 1024);
    let too_large = server(response("200 OK", "", &"k".repeat(8 * 1024 + 1)), false);
    assert!(
        unavailable(&too_large, PATIENT)
            .await
            .contains("length limit")
    );
    // No length is announced, and the connection stays open: only the limit ends this.
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "k".repeat(64 * 1024));
    let endless = server(endless, true);
    assert!(
        unavailable(&endless, PATIENT)
            .await
            .contains("length limit")
    );
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let silent = server("", true);
    let stuck_in_the_body = server(
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n-----BEGIN",
        true,
    );
    for slow in [silent, stuck_in_the_body] {
        let reason = unavailable(&slow, Duration::from_millis(100)).await;
        assert!(reason.contains("elapsed"), "{reason}");
    }
}

#[tokio::test]
async fn garbage_and_silence_are_the_servers_fault() {
    for answer in [
        "",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
    ] {
        unavailable(&server(answer, false), PATIENT).await;
    }
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = Server {
        url: format!("http://{nobody}"),
        requests: channel().1,
    };
    unavailable(&refused, PATIENT).await;
}
