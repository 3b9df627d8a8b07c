//! EC2's Query API, spoken to by the real SDK over HTTP on loopback.

mod calls;
mod control;
mod faults;
mod paging;
mod refusals;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::timeout::TimeoutConfig;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::ec2::Ec2;
use shared::clock::Clock;
use shared::model::EndpointId;
use testkit::ec2::{Behaviour, Delay, Settings, Throttle};

const TOKYO: &str = "cvpn-endpoint-0a1b2c3d4e5f60718";
const SUBNET_1: &str = "subnet-0aaaaaaaaaaaaaaa1";
const SUBNET_2: &str = "subnet-0aaaaaaaaaaaaaaa2";
const VPC: &str = "vpc-0aaaaaaaaaaaaaaaa";

fn tokyo() -> EndpointId {
    TOKYO.parse().expect("an endpoint")
}

/// A clock that moves when told to.
#[derive(Debug)]
struct ManualClock(Mutex<DateTime<Utc>>);

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("the time")
    }
}

/// An EC2 on loopback, a client of it, and its clock.
struct Served {
    ec2: Ec2,
    client: Client,
    clock: Arc<ManualClock>,
    url: String,
}

impl Served {
    async fn start() -> Self {
        Self::with(settings()).await
    }

    async fn with(settings: Settings) -> Self {
        let start = "2026-11-23T00:00:00Z".parse().expect("a time");
        let clock = Arc::new(ManualClock(Mutex::new(start)));
        let ec2 = Ec2::new(clock.clone(), settings);
        let app = Router::new()
            .nest("/control", ec2.control())
            .merge(ec2.router());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            ec2,
            client: client(&url, Duration::from_millis(1500)),
            clock,
            url,
        }
    }

    fn pass(&self, seconds: i64) {
        *self.clock.0.lock().expect("the time") += TimeDelta::seconds(seconds);
    }

    /// Associates a subnet and waits until it and its routes are there.
    async fn associate(&self, subnet: &str) -> String {
        let call = self.client.associate_client_vpn_target_network();
        let done = call
            .client_vpn_endpoint_id(TOKYO)
            .subnet_id(subnet)
            .send()
            .await
            .expect("associates");
        self.pass(310);
        done.association_id.expect("an id")
    }
}

fn settings() -> Settings {
    Settings {
        behaviour: Behaviour {
            associating: Delay::exactly(300),
            disassociating: Delay::exactly(200),
            route_creating: Delay::exactly(5),
            route_deleting: Delay::exactly(3),
            terminating: Delay::exactly(2),
            throttle: Some(Throttle {
                capacity: 10_000,
                refill_per_second: 0,
            }),
            ..Behaviour::default()
        },
        ..Settings::example()
    }
}

/// A client that does not retry, and waits for so long.
fn client(url: &str, patience: Duration) -> Client {
    let timeout = TimeoutConfig::builder().operation_timeout(patience).build();
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(Credentials::new(
            "AKIDSANDBOX",
            "secret",
            None,
            None,
            "test",
        ))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeout)
        .build();
    Client::from_conf(config)
}

/// The code and the status of a refusal.
fn refusal<T: std::fmt::Debug, E>(result: Result<T, SdkError<E>>) -> (String, u16)
where
    E: ProvideErrorMetadata + std::error::Error,
{
    let error = result.expect_err("refused");
    let status = error
        .raw_response()
        .map_or(0, |response| response.status().as_u16());
    (error.code().unwrap_or("no code").to_owned(), status)
}
