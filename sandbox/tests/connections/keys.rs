//! The key server, whose connection died or fell silent while the process was frozen.

use std::time::Duration;

use sandbox::alb::key_server;
use sandbox::server::{self, Server};
use sandbox::tls::{Authority, Connections};
use shared::aws::AlbPublicKeys;
use shared::identity::{KeyId, PublicKeys as _};
use testkit::alb::TokenMint;

use crate::frozen::{Runtimes, http};

/// Never waited for, unless a test fails.
const LONG: Duration = Duration::from_mins(1);

/// A client of the key server, and the key server.
struct FrozenKeys {
    runtimes: Runtimes,
    server: Server,
    keys: AlbPublicKeys,
    key_id: KeyId,
}

impl FrozenKeys {
    fn with_patience(patience: Duration) -> Self {
        let runtimes = Runtimes::new();
        let authority = Authority::new().unwrap();
        let tls = authority.local_server().unwrap();
        let mint = TokenMint::development();
        let key_id = mint.key_id().parse().unwrap();
        let server = runtimes.aws.block_on(async {
            let listener = server::bind(None).await.unwrap();
            Server::start_tls(listener, key_server(mint), &tls).unwrap()
        });
        let keys = AlbPublicKeys::new(&http(&authority), server.url())
            .with_patience(patience)
            .with_timeout(LONG);
        Self {
            runtimes,
            server,
            keys,
            key_id,
        }
    }

    fn connections(&self) -> &Connections {
        self.server.connections().unwrap()
    }

    fn open(&self, count: usize) {
        self.runtimes.open(&self.keys, count, self.connections());
    }

    fn fetch(&self) {
        let fetched = self
            .runtimes
            .function
            .block_on(self.keys.fetch(&self.key_id));
        assert!(fetched.unwrap().starts_with(b"-----BEGIN"));
    }
}

#[test]
fn a_key_is_had_whatever_the_number_of_connections_that_were_closed_unnoticed() {
    for closed in [1, 2, 4] {
        let frozen = FrozenKeys::with_patience(LONG);
        frozen.open(closed);
        let connections = frozen.connections();
        frozen.runtimes.freeze_until_all_are_closed(connections);
        frozen.fetch();
    }
}

#[test]
fn a_key_is_had_though_its_connection_is_never_answered_on_again() {
    let frozen = FrozenKeys::with_patience(Duration::from_millis(1));
    frozen.open(1);
    frozen.connections().silence();
    frozen.fetch();
    assert!(frozen.connections().accepted() > 1);
}
