//! The key server, whose connection died or fell silent while the process was frozen.

use std::time::Duration;

use sandbox::alb::key_server;
use sandbox::server::{self, Server};
use sandbox::tls::{Authority, Connections};
use shared::aws::{AlbPublicKeys, warm_up};
use shared::identity::{KeyId, PublicKeys as _};
use testkit::alb::TokenMint;
use tokio::runtime::{Builder, Runtime};

use crate::dead::http;

/// Never waited for, unless a test fails.
const LONG: Duration = Duration::from_mins(1);

/// A process on a runtime of its own, which stands still while the server's goes on.
struct Freezer {
    function: Runtime,
    aws: Runtime,
    server: Server,
    keys: AlbPublicKeys,
    key_id: KeyId,
}

impl Freezer {
    fn with_patience(patience: Duration) -> Self {
        let function = Builder::new_current_thread().enable_all().build().unwrap();
        let mut aws = Builder::new_multi_thread();
        let aws = aws.worker_threads(1).enable_all().build().unwrap();
        let authority = Authority::new().unwrap();
        let tls = authority.local_server().unwrap();
        let mint = TokenMint::development();
        let key_id = mint.key_id().parse().unwrap();
        let server = aws.block_on(async {
            let listener = server::bind(None).await.unwrap();
            Server::start_tls(listener, key_server(mint), &tls).unwrap()
        });
        let keys = AlbPublicKeys::new(&http(&authority), server.url())
            .with_patience(patience)
            .with_timeout(LONG);
        Self {
            function,
            aws,
            server,
            keys,
            key_id,
        }
    }

    fn connections(&self) -> &Connections {
        self.server.connections().unwrap()
    }

    fn open(&self, count: usize) {
        self.function.block_on(warm_up(&[(&self.keys, count)]));
        assert_eq!(self.connections().open(), u64::try_from(count).unwrap());
    }

    fn fetch(&self) {
        let fetched = self.function.block_on(self.keys.fetch(&self.key_id));
        assert!(fetched.unwrap().starts_with(b"-----BEGIN"));
    }
}

#[test]
fn a_key_is_had_whatever_the_number_of_connections_that_were_closed_unnoticed() {
    for closed in [1, 2, 4] {
        let freezer = Freezer::with_patience(LONG);
        freezer.open(closed);
        freezer.aws.block_on(freezer.connections().close_idle());
        freezer.fetch();
    }
}

#[test]
fn a_key_is_had_though_its_connection_is_never_answered_on_again() {
    let freezer = Freezer::with_patience(Duration::from_millis(1));
    freezer.open(1);
    freezer.connections().silence();
    freezer.fetch();
    assert!(freezer.connections().accepted() > 1);
}
