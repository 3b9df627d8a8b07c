//! The sandbox's servers by TLS: an authority that is thrown away with the process, a listener that counts connections and
//! takes them away on command, and the round trip of a network that is not on this machine.

mod authority;
mod connections;
mod stream;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

pub use authority::{Authority, CertificateError};
pub use connections::Connections;
pub use stream::DelayedStream;

/// Finished handshakes that are not accepted yet.
const WAITING: usize = 256;

/// How a server speaks TLS: HTTP/1.1 alone, as the endpoints of EC2 and `DynamoDB` are thought to do towards
/// the SDK (`docs/not-yet-proven-on-aws.md`). Clones share their
/// certificate, and nothing else.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    round_trip: Duration,
}

impl Tls {
    pub(super) fn new(config: ServerConfig) -> Self {
        Self {
            config: Arc::new(config),
            round_trip: Duration::ZERO,
        }
    }

    /// As over a network: connecting costs a round trip, and so does each turn of the conversation, the handshake's
    /// included. What a client sends is held for that long; tokio's clock adds up to a millisecond.
    #[must_use]
    pub fn with_round_trip(self, round_trip: Duration) -> Self {
        Self { round_trip, ..self }
    }
}

/// Accepts connections and makes their handshakes side by side, so that a slow client delays no other.
#[derive(Debug)]
pub struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<DelayedStream>, SocketAddr)>,
    accepting: JoinHandle<()>,
    connections: Connections,
}

impl TlsListener {
    /// Listens here from now on.
    pub fn new(listener: TcpListener, tls: Tls) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (finished, ready) = mpsc::channel(WAITING);
        let connections = Connections::default();
        let accepting = tokio::spawn(accept(listener, tls, connections.clone(), finished));
        Ok(Self {
            address,
            ready,
            accepting,
            connections,
        })
    }

    /// Its connections, to count and to close.
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<DelayedStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that accepts ends with this listener alone.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

type Finished = mpsc::Sender<(TlsStream<DelayedStream>, SocketAddr)>;

async fn accept(mut listener: TcpListener, tls: Tls, connections: Connections, finished: Finished) {
    loop {
        // `Listener`'s own: it waits where there are no more file descriptors.
        let (tcp, address) = Listener::accept(&mut listener).await;
        connections.accepted_one();
        let (tls, connections, finished) = (tls.clone(), connections.clone(), finished.clone());
        tokio::spawn(async move {
            match handshake(tcp, &tls, &connections).await {
                Ok(stream) => {
                    connections.handshake_done();
                    // The listener is gone.
                    let _ = finished.send((stream, address)).await;
                }
                Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
            }
        });
    }
}

async fn handshake(
    tcp: TcpStream,
    tls: &Tls,
    connections: &Connections,
) -> io::Result<TlsStream<DelayedStream>> {
    tcp.set_nodelay(true)?;
    if !tls.round_trip.is_zero() {
        // The kernel has answered the client's SYN at once.
        tokio::time::sleep(tls.round_trip).await;
    }
    let stream = DelayedStream::new(tcp, tls.round_trip, connections);
    TlsAcceptor::from(tls.config.clone()).accept(stream).await
}
