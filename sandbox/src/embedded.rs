//! AWS within a test: EC2 and DynamoDB behind the real adapters, on a clock that stands still until the test moves it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use shared::aws::{DynamoStore, Ec2ClientVpn, Http, Roots, RootsError};
use shared::clock::Clock;
use testkit::{ec2 as model, example};

use crate::dynamo::{self, Dynamo, Record, Storage};
use crate::ec2::Ec2;
use crate::lock::lock;
use crate::server;

/// A clock that moves when told to.
#[derive(Debug)]
pub struct StillClock(Mutex<DateTime<Utc>>);

impl StillClock {
    /// A clock that shows this time.
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Mutex::new(time))
    }

    /// Moves it.
    pub fn advance(&self, by: TimeDelta) {
        *lock(&self.0) += by;
    }
}

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        *lock(&self.0)
    }
}

/// How it starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the clock shows.
    pub at: DateTime<Utc>,
    /// EC2's world.
    pub ec2: model::Settings,
    /// How long a client waits for one answer.
    pub patience: Duration,
}

impl Options {
    /// The example world, whose EC2 throttles no one, at this time.
    pub fn at(at: DateTime<Utc>) -> Self {
        let mut ec2 = model::Settings::example();
        ec2.behaviour.throttle = None;
        Self {
            at,
            ec2,
            patience: Duration::from_secs(5),
        }
    }
}

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The tables cannot be made.
    #[error(transparent)]
    Dynamo(#[from] dynamo::StartError),
    /// No port can be had.
    #[error("cannot listen")]
    Io(#[from] std::io::Error),
    /// The clients have no TLS.
    #[error(transparent)]
    Roots(#[from] RootsError),
}

/// EC2 and DynamoDB, and the real adapters to them.
#[derive(Debug)]
pub struct Embedded {
    /// The time of all of it.
    pub clock: Arc<StillClock>,
    /// EC2's Client VPN.
    pub ec2: Ec2,
    /// The tables.
    pub dynamo: Dynamo,
    /// The adapter to EC2.
    pub vpn: Arc<Ec2ClientVpn>,
    /// The adapter to the tables.
    pub store: Arc<DynamoStore>,
    ec2_server: server::Server,
    config: Box<SdkConfig>,
}

impl Embedded {
    /// Nothing is associated, and no employee has ever asked.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let clock = Arc::new(StillClock::at(options.at));
        let ec2 = Ec2::new(clock.clone(), options.ec2);
        let ec2_server = server::Server::start(server::bind(None).await?, ec2.router())?;
        let dynamo = Dynamo::start(Storage::Memory).await?;
        let config = configuration(options.patience)?;
        let vpn = aws_sdk_ec2::config::Builder::from(&config).endpoint_url(ec2_server.url());
        let tables = aws_sdk_dynamodb::config::Builder::from(&config).endpoint_url(dynamo.url());
        let store = DynamoStore::new(
            aws_sdk_dynamodb::Client::from_conf(tables.build()),
            example::LEASE_TABLE.to_owned(),
            example::AUDIT_TABLE.to_owned(),
        );
        Ok(Self {
            clock,
            ec2,
            dynamo,
            vpn: Arc::new(Ec2ClientVpn::new(aws_sdk_ec2::Client::from_conf(
                vpn.build(),
            ))),
            store: Arc::new(store),
            ec2_server,
            config: Box::new(config),
        })
    }

    /// The SDK's configuration, for clients of EC2.
    pub fn ec2_config(&self) -> SdkConfig {
        let config = self.config.to_builder();
        config.endpoint_url(self.ec2_server.url()).build()
    }

    /// The SDK's configuration, for clients of `DynamoDB`.
    pub fn dynamo_config(&self) -> SdkConfig {
        let config = self.config.to_builder();
        config.endpoint_url(self.dynamo.url()).build()
    }

    /// The audit records, oldest first.
    ///
    /// # Errors
    /// When the tables do not answer.
    pub async fn records(&self) -> Result<Vec<Record>, reqwest::Error> {
        self.dynamo.records().await
    }

    /// The events on record, oldest first.
    ///
    /// # Errors
    /// When the tables do not answer.
    pub async fn events(&self) -> Result<Vec<String>, reqwest::Error> {
        let records = self.records().await?;
        Ok(records
            .iter()
            .map(|record| record.text("event").to_owned())
            .collect())
    }
}

/// As the functions have it, but for the patience and short waits between tries.
fn configuration(patience: Duration) -> Result<SdkConfig, RootsError> {
    let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(5));
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Http::new(Roots::Amazon)?)
        .region(Region::new(example::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retry)
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(patience)
                .build(),
        );
    Ok(config.build())
}
