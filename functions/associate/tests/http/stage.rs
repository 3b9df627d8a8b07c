//! What both functions act on: the sandbox's EC2 and an embedded DynamoDB behind the real adapters, and a clock that
//! stands still until a test moves it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_ec2::config::{Credentials, Region, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::{Dynamo, Fault as TableFault, Storage};
use sandbox::ec2::{Action, Ec2, Fault, FaultKind, Settings};
use sandbox::example;
use serde_json::Value;
use shared::aws::{DynamoStore, Ec2ClientVpn, http_client};
use shared::clock::Clock;

/// A clock that a test moves.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub struct Stage {
    pub clock: Arc<TestClock>,
    pub ec2: Ec2,
    pub dynamo: Dynamo,
    pub vpn: Arc<Ec2ClientVpn>,
    pub store: Arc<DynamoStore>,
}

impl Stage {
    /// A Monday morning in Tokyo; nothing is associated, nobody has ever asked.
    pub async fn set() -> Self {
        let morning = "2026-11-23T01:31:01Z".parse().unwrap();
        let clock = Arc::new(TestClock(Mutex::new(morning)));
        let mut settings = Settings::example();
        settings.behaviour.throttle = None;
        let ec2 = Ec2::new(clock.clone(), settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ec2_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, ec2.router()).into_future());
        let dynamo = Dynamo::start(Storage::Memory).await.unwrap();
        let (vpn, store) = adapters(&ec2_url, dynamo.url());
        Self {
            clock,
            ec2,
            dynamo,
            vpn: Arc::new(vpn),
            store: Arc::new(store),
        }
    }

    /// From now on EC2 answers these calls with an error.
    pub fn ec2_fails(&self, action: Action, code: &str) {
        let fault = Fault::always(action, FaultKind::error(code));
        self.ec2.change(|world, _| world.inject(fault)).unwrap();
    }

    /// From now on DynamoDB answers these calls with an error; `None`: all calls.
    pub fn tables_fail(&self, operation: Option<&str>, code: &str) {
        let fault = TableFault::Error(code.to_owned());
        self.dynamo.inject(operation, fault, u32::MAX);
    }

    /// What was called since the last look.
    pub fn take_calls(&self) -> Vec<String> {
        let ec2 = self.ec2.calls();
        let ec2 = ec2.iter().map(|call| call.action.as_str().to_owned());
        let calls = ec2.chain(self.dynamo.calls()).collect();
        self.ec2.reset_calls();
        self.dynamo.reset_calls();
        calls
    }

    /// The audit records, oldest first.
    pub async fn records(&self) -> Vec<Record> {
        let items = self.dynamo.items(example::AUDIT_TABLE).await.unwrap();
        let mut records: Vec<Record> = items.into_iter().map(Record).collect();
        records.sort_by_key(|record| record.text("event_id"));
        self.dynamo.reset_calls();
        records
    }

    /// The events on record, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let records = self.records().await;
        records.iter().map(|record| record.text("event")).collect()
    }

    /// When a lease ends, if there is one.
    pub async fn lease_until(&self, email: &str) -> Option<String> {
        let items = self.dynamo.items(example::LEASE_TABLE).await.unwrap();
        let key = format!("lease#{email}");
        let mut items = items.into_iter().map(Record);
        let lease = items.find(|item| item.text("item") == key)?;
        Some(lease.text("until"))
    }
}

/// An item in DynamoDB's JSON.
#[derive(Debug)]
pub struct Record(Value);

impl Record {
    pub fn text(&self, attribute: &str) -> String {
        let text = self.0[attribute]["S"].as_str();
        text.unwrap_or_default().to_owned()
    }
}

/// The configuration of the sandbox's functions, with these variables changed.
pub fn variables(changes: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let variables = [
        ("MANAGED_ENDPOINTS", example::MANAGED_ENDPOINTS),
        ("LEASE_TABLE", example::LEASE_TABLE),
        ("AUDIT_TABLE", example::AUDIT_TABLE),
        ("ALB_ARN", example::ALB_ARN),
        ("OIDC_ISSUER", example::OIDC_ISSUER),
        ("OIDC_CLIENT_ID", example::OIDC_CLIENT_ID),
        ("ALLOWED_EMAIL_DOMAINS", example::EMAIL_DOMAIN),
        (
            "SIGN_OUT_URL",
            "https://sign-in.example.com/logout?client_id=c",
        ),
    ];
    let all = variables.iter().chain(changes);
    let all: BTreeMap<String, String> = all
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    move |name| all.get(name).cloned()
}

fn adapters(ec2_url: &str, dynamo_url: &str) -> (Ec2ClientVpn, DynamoStore) {
    let credentials = Credentials::new("sandbox", "sandbox", None, None, "test");
    let retry = RetryConfig::standard()
        .with_max_attempts(2)
        .with_initial_backoff(Duration::from_millis(5));
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client())
        .region(Region::new(example::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retry)
        .build();
    let ec2 = aws_sdk_ec2::config::Builder::from(&config).endpoint_url(ec2_url);
    let dynamo = aws_sdk_dynamodb::config::Builder::from(&config).endpoint_url(dynamo_url);
    let store = DynamoStore::new(
        aws_sdk_dynamodb::Client::from_conf(dynamo.build()),
        example::LEASE_TABLE.to_owned(),
        example::AUDIT_TABLE.to_owned(),
    );
    (
        Ec2ClientVpn::new(aws_sdk_ec2::Client::from_conf(ec2.build())),
        store,
    )
}
