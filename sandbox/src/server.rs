//! One HTTP listener of the sandbox. All of them are on loopback, and none waits for a slow client when it is stopped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener, ListenerExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::tls::{Connections, Tls, TlsListener};

/// How long requests under way may take once the sandbox stops.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A listener on loopback: on the preferred port if it is free, else on any free one.
pub async fn bind(preferred: Option<u16>) -> io::Result<TcpListener> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    match preferred {
        None => TcpListener::bind(any).await,
        Some(port) => match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => TcpListener::bind(any).await,
            Err(error) => Err(error),
        },
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    connections: Option<Connections>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves `router` on `listener`; handlers may ask for `ConnectInfo<SocketAddr>`.
    pub fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        Self::run(listener, router, None)
    }

    /// [`Self::start`], by TLS.
    pub fn start_tls(listener: TcpListener, router: Router, tls: &Tls) -> io::Result<Self> {
        let listener = TlsListener::new(listener, tls.clone())?;
        let connections = listener.connections();
        Self::run(listener, router, Some(connections))
    }

    /// [`Self::start_tls`] where there is TLS, else [`Self::start`].
    pub fn start_by(listener: TcpListener, router: Router, tls: Option<&Tls>) -> io::Result<Self> {
        match tls {
            Some(tls) => Self::start_tls(listener, router, tls),
            None => Self::start(listener, router),
        }
    }

    fn run<L>(listener: L, router: Router, connections: Option<Connections>) -> io::Result<Self>
    where
        L: Listener<Addr = SocketAddr>,
    {
        let address = listener.local_addr()?;
        let (stop, mut stopped) = watch::channel(false);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        // Nothing is done to a connection: axum tells the address of a listener that is not its own in this form alone.
        let listener = listener.tap_io(|_| ());
        let task = tokio::spawn(async move {
            let until_stopped = async move {
                // An error means that the `Server` is gone, which also ends it.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, service)
                .with_graceful_shutdown(until_stopped)
                .await
            {
                tracing::error!(%error, "a listener of the sandbox has failed");
            }
        });
        Ok(Self {
            address,
            connections,
            stop,
            task,
        })
    }

    /// Its connections, where it speaks TLS.
    pub fn connections(&self) -> Option<&Connections> {
        self.connections.as_ref()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL, without a slash at its end.
    pub fn url(&self) -> String {
        let scheme = if self.connections.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// Stops listening, and gives the requests under way a moment to end.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(STOP_LIMIT, &mut self.task)
            .await
            .is_err()
        {
            self.task.abort();
        }
    }
}
