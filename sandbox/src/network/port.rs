//! One proxy: its listener, its weather, and what it did.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use testkit::dice::Dice;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::exchange::carry;
use super::fault::{NetworkFault, Weather};

/// How long to wait before a port that is taken is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// A proxy before one port.
#[derive(Debug)]
pub struct Port {
    way: Arc<Way>,
    task: JoinHandle<()>,
}

/// What the proxy's connections share.
#[derive(Debug)]
struct Way {
    name: &'static str,
    seed: u64,
    address: SocketAddr,
    server: SocketAddr,
    weather: watch::Sender<Weather>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    exchanges: AtomicU64,
    cut: AtomicU64,
    slowed: AtomicU64,
    torn: AtomicU64,
    outages: AtomicU64,
}

/// What a proxy did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Struck {
    /// Connections that were accepted.
    pub connections: u64,
    /// Requests that began.
    pub exchanges: u64,
    /// Connections that were cut.
    pub cut: u64,
    /// Exchanges that were stalled or trickled.
    pub slowed: u64,
    /// Answers with bytes in them that no server sent.
    pub torn: u64,
    /// How often the port was closed for a while.
    pub outages: u64,
}

impl Port {
    /// Listens on a free port, and passes on what comes to `server`.
    pub(super) async fn start(
        name: &'static str,
        seed: u64,
        server: SocketAddr,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let way = Arc::new(Way {
            name,
            seed,
            address: listener.local_addr()?,
            server,
            weather: watch::Sender::new(Weather::Clear),
            counts: Counts::default(),
        });
        let task = tokio::spawn(serve(way.clone(), listener));
        Ok(Self { way, task })
    }

    /// What stands behind it.
    pub fn name(&self) -> &'static str {
        self.way.name
    }

    /// The base URL, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.way.address)
    }

    /// How the network is.
    pub fn weather(&self) -> Weather {
        *self.way.weather.borrow()
    }

    /// Changes the weather, for exchanges that begin from now on; [`Weather::Down`] breaks what is open, too.
    pub fn set_weather(&self, weather: Weather) {
        let before = self.way.weather.send_replace(weather);
        if weather == Weather::Down && before != Weather::Down {
            add(&self.way.counts.outages);
        }
    }

    /// What it did so far.
    pub fn struck(&self) -> Struck {
        let counts = &self.way.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Struck {
            connections: read(&counts.connections),
            exchanges: read(&counts.exchanges),
            cut: read(&counts.cut),
            slowed: read(&counts.slowed),
            torn: read(&counts.torn),
            outages: read(&counts.outages),
        }
    }

    pub(super) fn stop(&self) {
        self.task.abort();
        self.way.weather.send_replace(Weather::Down);
    }
}

impl Way {
    /// What the exchange that begins now meets.
    fn next_fault(&self) -> Option<NetworkFault> {
        let number = self.counts.exchanges.fetch_add(1, Ordering::Relaxed);
        let fault = self
            .weather
            .borrow()
            .fault(Dice::of(self.seed, self.name, number));
        match fault {
            Some(NetworkFault::Cut { .. }) => add(&self.counts.cut),
            Some(NetworkFault::Stall { .. } | NetworkFault::Trickle { .. }) => {
                add(&self.counts.slowed);
            }
            Some(NetworkFault::Torn { .. } | NetworkFault::Trailed) => add(&self.counts.torn),
            None => {}
        }
        fault
    }
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

async fn serve(way: Arc<Way>, listener: TcpListener) {
    let mut listener = Some(listener);
    let mut weather = way.weather.subscribe();
    loop {
        if *weather.borrow_and_update() == Weather::Down {
            // Without a listener the system refuses each connection.
            listener = None;
            if weather.changed().await.is_err() {
                return;
            }
            continue;
        }
        let Some(open) = &listener else {
            match TcpListener::bind(way.address).await {
                Ok(bound) => listener = Some(bound),
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
            continue;
        };
        tokio::select! {
            accepted = open.accept() => if let Ok((client, _)) = accepted {
                add(&way.counts.connections);
                tokio::spawn(pass(way.clone(), client));
            },
            changed = weather.changed() => if changed.is_err() {
                return;
            },
        }
    }
}

async fn pass(way: Arc<Way>, mut client: TcpStream) {
    let mut weather = way.weather.subscribe();
    let Ok(mut server) = TcpStream::connect(way.server).await else {
        return;
    };
    let broke_down = tokio::select! {
        () = carry(|| way.next_fault(), &mut client, &mut server) => false,
        // An error means that the proxy is gone.
        _ = weather.wait_for(|weather| *weather == Weather::Down) => true,
    };
    if broke_down {
        // What cannot be set is an orderly end instead.
        let _ = client.set_zero_linger();
    }
}
