//! A TCP connection whose client is a round trip away, and which can be taken from it.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::connections::{Connections, Fate, Open};

const CHUNK: usize = 16 * 1024;

/// What the client sends is delivered one round trip after it came; what the server writes leaves at once. To the client
/// that is the same as half of it each way.
pub struct DelayedStream {
    tcp: TcpStream,
    round_trip: Duration,
    /// What came, and when it is delivered; nothing at all is the client's end.
    held: VecDeque<(Instant, Vec<u8>)>,
    wait: Pin<Box<Sleep>>,
    fate: Pin<Box<dyn Future<Output = Fate> + Send>>,
    settled: Option<Fate>,
    _open: Open,
}

impl DelayedStream {
    pub(super) fn new(tcp: TcpStream, round_trip: Duration, connections: &Connections) -> Self {
        let open = connections.opened();
        Self {
            tcp,
            round_trip,
            held: VecDeque::new(),
            wait: Box::pin(tokio::time::sleep(Duration::ZERO)),
            fate: Box::pin(open.fate()),
            settled: None,
            _open: open,
        }
    }

    fn settle(&mut self, context: &mut Context<'_>) -> Option<Fate> {
        if self.settled.is_none()
            && let Poll::Ready(fate) = self.fate.as_mut().poll(context)
        {
            self.settled = Some(fate);
        }
        self.settled
    }

    /// Takes what has come, so that its time runs from now.
    fn take_in(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let ended = |(_, bytes): &(Instant, Vec<u8>)| bytes.is_empty();
        while !self.held.back().is_some_and(ended) {
            let mut chunk = vec![0; CHUNK];
            let mut buffer = ReadBuf::new(&mut chunk);
            let Poll::Ready(read) = Pin::new(&mut self.tcp).poll_read(context, &mut buffer) else {
                break;
            };
            read?;
            let length = buffer.filled().len();
            chunk.truncate(length);
            self.held
                .push_back((Instant::now() + self.round_trip, chunk));
        }
        Ok(())
    }
}

impl AsyncRead for DelayedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match this.settle(context) {
            Some(Fate::Close) => return Poll::Ready(Ok(())),
            Some(Fate::Silence) => return Poll::Pending,
            None => {}
        }
        if this.round_trip.is_zero() {
            return Pin::new(&mut this.tcp).poll_read(context, buffer);
        }
        this.take_in(context)?;
        let Some((due, bytes)) = this.held.front_mut() else {
            return Poll::Pending;
        };
        if this.wait.deadline() != *due {
            this.wait.as_mut().reset(*due);
        }
        ready!(this.wait.as_mut().poll(context));
        let length = bytes.len().min(buffer.remaining());
        let rest = bytes.split_off(length);
        buffer.put_slice(bytes);
        // The client's end stays, for who reads again.
        if length > 0 {
            *bytes = rest;
            if bytes.is_empty() {
                this.held.pop_front();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for DelayedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.settle(context) {
            Some(Fate::Silence) => Poll::Ready(Ok(bytes.len())),
            Some(Fate::Close) | None => Pin::new(&mut self.tcp).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

impl fmt::Debug for DelayedStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DelayedStream")
            .field("tcp", &self.tcp)
            .field("round_trip", &self.round_trip)
            .field("settled", &self.settled)
            .finish_non_exhaustive()
    }
}
