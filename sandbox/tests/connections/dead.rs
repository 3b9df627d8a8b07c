//! Connections that died, or fell silent, while their process was frozen by Lambda.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use sandbox::dynamo::{Dynamo, Storage};
use sandbox::tls::{Authority, Connections};
use shared::aws::{Clients, DynamoStore};
use shared::ports::Store as _;
use testkit::example::{AUDIT_TABLE, LEASE_TABLE};

use crate::frozen::{Runtimes, configuration};
use crate::world::World;

/// A client of the tables, and the tables.
pub(crate) struct FrozenStore {
    runtimes: Runtimes,
    dynamo: Dynamo,
    store: DynamoStore,
}

impl FrozenStore {
    fn with_tries(tries: u32) -> Self {
        Self::whose_client_is(|authority, url| store(&configuration(authority, url, tries)))
    }

    /// A try ends after that time.
    pub(crate) fn with_short_tries(tries: u32, limit: Duration) -> Self {
        Self::whose_client_is(|authority, url| {
            let limit = TimeoutConfig::builder().operation_attempt_timeout(limit);
            let config = Builder::from(&configuration(authority, url, tries));
            let client = Client::from_conf(config.timeout_config(limit.build()).build());
            DynamoStore::new(client, LEASE_TABLE.to_owned(), AUDIT_TABLE.to_owned())
        })
    }

    fn whose_client_is(client: impl FnOnce(&Authority, &str) -> DynamoStore) -> Self {
        let runtimes = Runtimes::new();
        let authority = Authority::new().unwrap();
        let tls = authority.local_server().unwrap();
        let dynamo = Dynamo::start_by(Storage::Memory, Some(&tls));
        let dynamo = runtimes.aws.block_on(dynamo).unwrap();
        let store = client(&authority, dynamo.url());
        Self {
            runtimes,
            dynamo,
            store,
        }
    }

    pub(crate) fn connections(&self) -> &Connections {
        self.dynamo.connections().unwrap()
    }

    pub(crate) fn open(&self, count: usize) {
        self.runtimes.open(&self.store, count, self.connections());
    }

    fn freeze_until_all_are_closed(&self) {
        self.runtimes
            .freeze_until_all_are_closed(self.connections());
    }

    /// A call as for an event that came in by Lambda's runtime API: the runtime has looked at all its sockets once.
    fn call(&self) {
        let read = self.runtimes.function.block_on(async {
            tokio::task::yield_now().await;
            self.store.noted_config().await
        });
        assert_eq!(read.unwrap(), None);
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.runtimes
            .function
            .block_on(self.store.noted_config())
            .is_ok()
    }

    /// A call that is made before the runtime has looked at its sockets.
    fn call_unawares(&self) {
        let read = self.runtimes.function.block_on(self.store.noted_config());
        assert_eq!(read.unwrap(), None);
    }
}

fn store(config: &SdkConfig) -> DynamoStore {
    Clients::from_config(config.clone()).store(LEASE_TABLE, AUDIT_TABLE)
}

#[test]
fn however_many_connections_died_a_call_needs_no_second_try() {
    for dead in [1, 2, 4] {
        let frozen = FrozenStore::with_tries(1);
        frozen.open(dead);
        frozen.freeze_until_all_are_closed();
        frozen.call();
        assert_eq!(frozen.dynamo.calls(), ["GetItem"], "{dead} dead");
        let opened = frozen.connections().accepted();
        assert_eq!(opened, u64::try_from(dead).unwrap() + 1);
    }
}

#[test]
fn a_call_that_cannot_know_yet_needs_one_more_try_whatever_the_number_of_the_dead() {
    for dead in [2, 4] {
        let frozen = FrozenStore::with_tries(2);
        frozen.open(dead);
        frozen.freeze_until_all_are_closed();
        frozen.call_unawares();
        assert_eq!(frozen.dynamo.calls(), ["GetItem"], "{dead} dead");
    }
}

#[test]
fn connections_that_die_between_calls_cost_no_second_try_either() {
    let frozen = FrozenStore::with_tries(1);
    frozen.open(1);
    for _ in 0..3 {
        frozen.call();
        frozen.call();
        frozen.freeze_until_all_are_closed();
    }
    frozen.call();
    assert_eq!(frozen.dynamo.calls().len(), 7);
    assert_eq!(frozen.connections().accepted(), 4);
}

#[tokio::test]
async fn a_click_whose_connections_have_all_died_is_answered_like_any_other() {
    let world = World::new().await;
    world.start_associate().await;
    world.close_idle().await;
    assert_eq!(world.click().await, (202, "starting".to_owned()));
    world.close_idle().await;
    assert_eq!(world.poll().await, (200, "starting".to_owned()));
    world.sandbox.shutdown().await;
}
