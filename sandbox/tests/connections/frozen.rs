//! A function that stands still while its servers go on, as Lambda freezes one between two calls.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use sandbox::tls::{Authority, Connections};
use shared::aws::{Http, OpensConnection, warm_up};
use testkit::example::REGION;
use tokio::runtime::{Builder, Runtime};

/// A function's runtime, which does nothing unless it is given a call, and one of its servers.
pub(crate) struct Runtimes {
    pub(crate) function: Runtime,
    pub(crate) aws: Runtime,
}

impl Runtimes {
    pub(crate) fn new() -> Self {
        let mut aws = Builder::new_multi_thread();
        Self {
            function: Builder::new_current_thread().enable_all().build().unwrap(),
            aws: aws.worker_threads(1).enable_all().build().unwrap(),
        }
    }

    /// Opens so many connections side by side.
    pub(crate) fn open(
        &self,
        client: &dyn OpensConnection,
        count: usize,
        connections: &Connections,
    ) {
        self.function.block_on(warm_up(&[(client, count)]));
        assert_eq!(connections.open(), u64::try_from(count).unwrap());
    }

    /// The function is frozen, and the server closes all its connections.
    pub(crate) fn freeze_until_all_are_closed(&self, connections: &Connections) {
        self.aws.block_on(connections.close_idle());
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

/// The configuration of a client that calls this URL and makes so many tries.
pub(crate) fn configuration(authority: &Authority, url: &str, tries: u32) -> SdkConfig {
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
