//! What became of a listener's connections, and what is to become of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// What happens to the connections that are open now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The server closes them.
    Close,
    /// The server never answers on them again, and says nothing.
    Silence,
}

/// The connections of one listener. Clones share them.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    accepted: AtomicU64,
    handshakes: AtomicU64,
    open: watch::Sender<u64>,
    fate: watch::Sender<Fate>,
}

impl Default for Connections {
    fn default() -> Self {
        Self(Arc::new(Inner {
            accepted: AtomicU64::default(),
            handshakes: AtomicU64::default(),
            open: watch::Sender::new(0),
            // Told to those that are open when it is set.
            fate: watch::Sender::new(Fate::Close),
        }))
    }
}

impl Connections {
    /// How many were accepted.
    pub fn accepted(&self) -> u64 {
        self.0.accepted.load(Ordering::SeqCst)
    }

    /// How many of them finished their handshake.
    pub fn handshakes(&self) -> u64 {
        self.0.handshakes.load(Ordering::SeqCst)
    }

    /// How many are open now.
    pub fn open(&self) -> u64 {
        *self.0.open.borrow()
    }

    /// Closes all that are open, as a server does with those that have been idle for long. Waits until no connection is
    /// open. For times when no request is under way: one that is gets no answer. Not for after [`Self::silence`]: what is silent
    /// stays open.
    pub async fn close_idle(&self) {
        self.0.fate.send_replace(Fate::Close);
        let mut open = self.0.open.subscribe();
        // The sender is ours.
        let _ = open.wait_for(|&open| open == 0).await;
    }

    /// Those that are open now stay open, and are never answered on again: as when a router between has forgotten them.
    pub fn silence(&self) {
        self.0.fate.send_replace(Fate::Silence);
    }

    pub(super) fn accepted_one(&self) {
        self.0.accepted.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn handshake_done(&self) {
        self.0.handshakes.fetch_add(1, Ordering::SeqCst);
    }

    /// One more is open, until the result is dropped.
    pub(super) fn opened(&self) -> Open {
        self.0.open.send_modify(|open| *open += 1);
        Open(self.clone())
    }
}

/// One open connection.
#[derive(Debug)]
pub(super) struct Open(Connections);

impl Open {
    /// What the listener's owner wants done with it, once that is said.
    pub(super) fn fate(&self) -> impl Future<Output = Fate> + Send + use<> {
        let mut fate = self.0.0.fate.subscribe();
        async move {
            match fate.changed().await {
                Ok(()) => *fate.borrow(),
                Err(_) => std::future::pending().await,
            }
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.open.send_modify(|open| *open -= 1);
    }
}
