//! The SDK's clients, with the time-outs and retries that suit a Lambda whose caller waits.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

use super::answer_guards::{AnswerLimit, WholeAnswer};
use super::{DynamoStore, Ec2ClientVpn, http_client};

/// Tries of one call, the first among them. What is still throttled then is left to the next pass. Standard retries, not
/// adaptive ones: those slow the whole process down after a single throttled call, the next person's click included.
const ATTEMPTS: u32 = 3;

/// Makes the adapters from the environment: region, credentials and endpoint URLs are the SDK's own variables.
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
}

impl Clients {
    /// Loads the SDK's configuration. It makes no call: credentials are fetched with the first one.
    pub async fn load() -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .load()
            .await;
        Self { config }
    }

    /// The clients of a configuration that somebody else made.
    pub fn from_config(config: SdkConfig) -> Self {
        Self { config }
    }

    /// EC2. An associate call takes a second or two; 5 s a try and 12 s in all leave room for two rounds within a
    /// Lambda's 30 s. A sweep begins no stop that these limits could carry past its end (`reconcile::stop`).
    pub fn vpn(&self) -> Ec2ClientVpn {
        let config = aws_sdk_ec2::config::Builder::from(&self.config)
            .interceptor(AnswerLimit)
            .interceptor(WholeAnswer)
            .timeout_config(timeouts(Duration::from_secs(5), Duration::from_secs(12)));
        Ec2ClientVpn::new(aws_sdk_ec2::Client::from_conf(config.build()))
    }

    /// DynamoDB, which answers in milliseconds or not at all.
    pub fn store(&self, lease_table: &str, audit_table: &str) -> DynamoStore {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config)
            .interceptor(AnswerLimit)
            .timeout_config(timeouts(Duration::from_secs(2), Duration::from_secs(5)));
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        DynamoStore::new(client, lease_table.to_owned(), audit_table.to_owned())
    }
}

fn timeouts(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}
