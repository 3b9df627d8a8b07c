//! One connection through the proxy, exchange by exchange.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::fault::{NetworkFault, Place};

/// How much is passed on at once.
const CHUNK: usize = 16 * 1024;

/// Bytes that no server sent.
const GARBAGE: &[u8] = b"\x00\xff\x16HTTP/9.9 000 \r\n<<<not an answer>>>\r\n\r\n";

/// How often to look whether a client that has sent more than was read is still there.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Where an exchange stands.
#[derive(Debug, Default)]
struct Exchange {
    fault: Option<NetworkFault>,
    asked: usize,
    answered: usize,
}

/// The connection is over.
struct Over;

/// Passes bytes on until one side ends, or a fault does. `next_fault` says what the exchange meets that begins now.
pub(super) async fn carry(
    next_fault: impl Fn() -> Option<NetworkFault>,
    client: &mut TcpStream,
    server: &mut TcpStream,
) {
    let mut exchange: Option<Exchange> = None;
    let (mut request, mut answer) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let passed = tokio::select! {
            read = client.read(&mut request) => {
                let Some(bytes) = some(read, &request) else { return };
                if exchange.as_ref().is_none_or(|exchange| exchange.answered > 0) {
                    exchange = Some(Exchange { fault: next_fault(), ..Exchange::default() });
                }
                exchange.get_or_insert_default().ask(bytes, client, server).await
            },
            read = server.read(&mut answer) => {
                let Some(bytes) = some(read, &answer) else { return };
                exchange.get_or_insert_default().reply(bytes, client).await
            },
        };
        if passed.is_err() {
            return;
        }
    }
}

/// What was read; `None` at the end.
fn some(read: io::Result<usize>, buffer: &[u8]) -> Option<&[u8]> {
    let length = read.ok().filter(|length| *length > 0)?;
    buffer.get(..length)
}

impl Exchange {
    /// Passes a part of the request on.
    async fn ask(
        &mut self,
        bytes: &[u8],
        client: &mut TcpStream,
        server: &mut TcpStream,
    ) -> Result<(), Over> {
        let before = self.asked;
        self.asked += bytes.len();
        match self.fault {
            Some(NetworkFault::Cut {
                at: Place::BeforeRequest,
                reset,
            }) => return cut(client, reset),
            Some(NetworkFault::Cut {
                at: Place::WithinRequest(length),
                reset,
            }) => {
                let part = &bytes[..length.saturating_sub(before).min(bytes.len())];
                send(server, part).await?;
                return if self.asked >= length {
                    cut(client, reset)
                } else {
                    Ok(())
                };
            }
            Some(NetworkFault::Stall {
                answer: false,
                wait,
            }) if before == 0 => stall(client, wait).await?,
            Some(NetworkFault::Trickle {
                answer: false,
                bytes: at_once,
                pause,
            }) => return trickle(bytes, at_once, pause, client, server).await,
            Some(
                NetworkFault::Cut { .. }
                | NetworkFault::Stall { .. }
                | NetworkFault::Trickle { .. }
                | NetworkFault::Torn { .. }
                | NetworkFault::Trailed,
            )
            | None => {}
        }
        send(server, bytes).await
    }

    /// Passes a part of the answer on.
    async fn reply(&mut self, bytes: &[u8], client: &mut TcpStream) -> Result<(), Over> {
        let before = self.answered;
        self.answered += bytes.len();
        let until = |length: usize| &bytes[..length.saturating_sub(before).min(bytes.len())];
        match self.fault {
            Some(NetworkFault::Cut {
                at: Place::BeforeAnswer,
                reset,
            }) => return cut(client, reset),
            Some(NetworkFault::Cut {
                at: Place::WithinAnswer(length),
                reset,
            }) => {
                send(client, until(length)).await?;
                // An answer shorter than that is cut at its end.
                return cut(client, reset);
            }
            Some(NetworkFault::Torn { after }) => {
                send(client, until(after)).await?;
                send(client, GARBAGE).await?;
                return Err(Over);
            }
            Some(NetworkFault::Stall { answer: true, wait }) if before == 0 => {
                stall(client, wait).await?;
            }
            Some(NetworkFault::Trickle {
                answer: true,
                bytes: at_once,
                pause,
            }) => {
                for part in bytes.chunks(at_once.max(1)) {
                    send(client, part).await?;
                    stall(client, pause).await?;
                }
                return Ok(());
            }
            Some(NetworkFault::Trailed) => {
                send(client, bytes).await?;
                return send(client, GARBAGE).await;
            }
            Some(
                NetworkFault::Cut { .. }
                | NetworkFault::Stall { .. }
                | NetworkFault::Trickle { .. },
            )
            | None => {}
        }
        send(client, bytes).await
    }
}

async fn send(to: &mut TcpStream, bytes: &[u8]) -> Result<(), Over> {
    to.write_all(bytes).await.map_err(|_| Over)
}

async fn trickle(
    bytes: &[u8],
    at_once: usize,
    pause: Duration,
    client: &TcpStream,
    server: &mut TcpStream,
) -> Result<(), Over> {
    for part in bytes.chunks(at_once.max(1)) {
        send(server, part).await?;
        stall(client, pause).await?;
    }
    Ok(())
}

fn cut(client: &TcpStream, reset: bool) -> Result<(), Over> {
    if reset {
        // What cannot be set is an orderly end instead.
        let _ = client.set_zero_linger();
    }
    Err(Over)
}

/// Holds everything back for a while. What is held back is lost when the client gives up meanwhile: a request whose
/// client is gone does not arrive later.
async fn stall(client: &TcpStream, wait: Duration) -> Result<(), Over> {
    tokio::select! {
        () = tokio::time::sleep(wait) => Ok(()),
        () = gave_up(client) => Err(Over),
    }
}

async fn gave_up(client: &TcpStream) {
    let mut byte = [0];
    loop {
        match client.peek(&mut byte).await {
            Ok(0) | Err(_) => return,
            Ok(_) => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}
