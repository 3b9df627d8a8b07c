//! Connections that died, or fell silent, while their process was frozen by Lambda.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, Credentials, SharedCredentialsProvider};
use sandbox::dynamo::{Dynamo, Storage};
use sandbox::tls::{Authority, Connections};
use shared::aws::{Clients, DynamoStore, Http, warm_up};
use shared::ports::Store as _;
use testkit::example::{AUDIT_TABLE, LEASE_TABLE, REGION};
use tokio::runtime::{self, Runtime};

use crate::world::World;

/// A client on a runtime of its own, which stands still while the server's goes on: as a frozen process does.
pub(crate) struct Freezer {
    function: Runtime,
    aws: Runtime,
    dynamo: Dynamo,
    store: DynamoStore,
}

impl Freezer {
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
        let function = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut aws = runtime::Builder::new_multi_thread();
        let aws = aws.worker_threads(1).enable_all().build().unwrap();
        let authority = Authority::new().unwrap();
        let tls = authority.local_server().unwrap();
        let dynamo = aws.block_on(Dynamo::start_by(Storage::Memory, Some(&tls)));
        let dynamo = dynamo.unwrap();
        let store = client(&authority, dynamo.url());
        Self {
            function,
            aws,
            dynamo,
            store,
        }
    }

    pub(crate) fn connections(&self) -> &Connections {
        self.dynamo.connections().unwrap()
    }

    /// Opens so many connections side by side.
    pub(crate) fn open(&self, count: usize) {
        self.function.block_on(warm_up(&[(&self.store, count)]));
        assert_eq!(self.connections().open(), u64::try_from(count).unwrap());
    }

    /// The client is frozen, and the server closes all its connections.
    fn freeze_until_all_are_closed(&self) {
        self.aws.block_on(self.connections().close_idle());
    }

    /// A call as for an event that came in by Lambda's runtime API: the runtime has looked at all its sockets once.
    fn call(&self) {
        let read = self.function.block_on(async {
            tokio::task::yield_now().await;
            self.store.noted_config().await
        });
        assert_eq!(read.unwrap(), None);
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.function.block_on(self.store.noted_config()).is_ok()
    }

    /// A call that is made before the runtime has looked at its sockets.
    fn call_unawares(&self) {
        let read = self.function.block_on(self.store.noted_config());
        assert_eq!(read.unwrap(), None);
    }
}

/// Trusts the authority.
pub(crate) fn http(authority: &Authority) -> Http {
    let directory = tempfile::tempdir().unwrap();
    let roots = directory.path().join("roots.pem");
    std::fs::write(&roots, authority.pem()).unwrap();
    let roots = roots.to_str().unwrap();
    Http::from_vars(&|name| (name == "AWS_CA_BUNDLE").then(|| roots.to_owned())).unwrap()
}

fn configuration(authority: &Authority, url: &str, tries: u32) -> SdkConfig {
    let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
    let retry = RetryConfig::standard().with_max_attempts(tries);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http(authority))
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retry.with_initial_backoff(Duration::from_millis(1)))
        .endpoint_url(url)
        .build()
}

fn store(config: &SdkConfig) -> DynamoStore {
    Clients::from_config(config.clone()).store(LEASE_TABLE, AUDIT_TABLE)
}

#[test]
fn however_many_connections_died_a_call_needs_no_second_try() {
    for dead in [1, 2, 4] {
        let freezer = Freezer::with_tries(1);
        freezer.open(dead);
        freezer.freeze_until_all_are_closed();
        freezer.call();
        assert_eq!(freezer.dynamo.calls(), ["GetItem"], "{dead} dead");
        let opened = freezer.connections().accepted();
        assert_eq!(opened, u64::try_from(dead).unwrap() + 1);
    }
}

#[test]
fn a_call_that_cannot_know_yet_needs_one_more_try_whatever_the_number_of_the_dead() {
    for dead in [2, 4] {
        let freezer = Freezer::with_tries(2);
        freezer.open(dead);
        freezer.freeze_until_all_are_closed();
        freezer.call_unawares();
        assert_eq!(freezer.dynamo.calls(), ["GetItem"], "{dead} dead");
    }
}

#[test]
fn connections_that_die_between_calls_cost_no_second_try_either() {
    let freezer = Freezer::with_tries(1);
    freezer.open(1);
    for _ in 0..3 {
        freezer.call();
        freezer.call();
        freezer.freeze_until_all_are_closed();
    }
    freezer.call();
    assert_eq!(freezer.dynamo.calls().len(), 7);
    assert_eq!(freezer.connections().accepted(), 4);
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
