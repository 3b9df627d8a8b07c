//! AWS's answers as bytes, under the real SDK clients and adapters.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use shared::aws::{Clients, DynamoStore, Ec2ClientVpn};
use testkit::example;

/// An HTTP answer: its status and its body.
pub type Answer = (u16, Bytes);

type Script = Box<dyn Fn(usize) -> Answer + Send + Sync>;

/// An HTTP client whose answers are known beforehand.
#[derive(Clone)]
pub struct Replay {
    script: Arc<Mutex<Script>>,
    calls: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Replay")
    }
}

impl Replay {
    /// Answers the first call (number 0) and those after it by this script.
    pub fn new(script: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(Mutex::new(Box::new(script))),
            calls: Arc::default(),
        }
    }

    /// Begins anew with another script.
    pub fn play(&self, script: impl Fn(usize) -> Answer + Send + Sync + 'static) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(script);
        self.calls.store(0, Ordering::SeqCst);
    }

    /// How many calls were made.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// The adapter to EC2 as the functions have it, but that nothing is tried twice.
    pub fn vpn(&self) -> Ec2ClientVpn {
        self.clients().vpn()
    }

    /// The adapter to DynamoDB, likewise.
    pub fn store(&self) -> DynamoStore {
        self.clients()
            .store(example::LEASE_TABLE, example::AUDIT_TABLE)
    }

    fn clients(&self) -> Clients {
        let credentials = Credentials::new("fuzz", "fuzz", None, None, "fuzz");
        let connector = SharedHttpConnector::new(self.clone());
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .region(Region::new(example::REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .build();
        Clients::from_config(config)
    }
}

impl HttpConnector for Replay {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, body) = script(number);
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}
