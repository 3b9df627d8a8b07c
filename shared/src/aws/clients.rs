//! The SDK's clients, with the time-outs and retries that suit a Lambda whose caller waits.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

use super::answer_guards::{AnswerLimit, WholeAnswer};
use super::{DynamoAuditReader, DynamoStore, Ec2ClientVpn, http_client};

/// Tries of one call, the first among them. What is still throttled then is left to the next pass. Standard retries, not
/// adaptive ones: those slow the whole process down after a single throttled call, the next person's click included.
const ATTEMPTS: u32 = 3;

/// Until a connection stands, its TLS handshake included: a small Lambda shares a processor, and a sweep opens many
/// connections at once.
const CONNECT: Duration = Duration::from_secs(3);

/// How long a call may take.
struct Limits {
    /// One try of it, connecting included.
    attempt: Duration,
    /// All tries together.
    operation: Duration,
}

const EC2: Limits = Limits {
    attempt: Duration::from_secs(5),
    operation: Duration::from_secs(12),
};
const DYNAMODB: Limits = Limits {
    attempt: Duration::from_secs(4),
    operation: Duration::from_secs(5),
};

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

    /// The clients of a configuration that the caller made.
    pub fn from_config(config: SdkConfig) -> Self {
        Self { config }
    }

    /// EC2. An associate call takes a second or two; 5 s a try and 12 s in all leave room for two rounds within a
    /// Lambda's 30 s. A sweep begins no stop that these limits could carry past its end (`reconcile::deadline`).
    pub fn vpn(&self) -> Ec2ClientVpn {
        let config = aws_sdk_ec2::config::Builder::from(&self.config)
            .interceptor(AnswerLimit)
            .interceptor(WholeAnswer)
            .timeout_config(timeouts(&EC2));
        Ec2ClientVpn::new(aws_sdk_ec2::Client::from_conf(config.build()))
    }

    /// DynamoDB, which answers in milliseconds or not at all: a try is as long as connecting may take, and a second.
    pub fn store(&self, lease_table: &str, audit_table: &str) -> DynamoStore {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config)
            .interceptor(AnswerLimit)
            .timeout_config(timeouts(&DYNAMODB));
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        DynamoStore::new(client, lease_table.to_owned(), audit_table.to_owned())
    }

    /// The tables for who only reads them: the same limits, for an answer of DynamoDB's has 1 MB at most.
    pub fn audit_reader(&self, lease_table: &str, audit_table: &str) -> DynamoAuditReader {
        DynamoAuditReader::new(self.store(lease_table, audit_table))
    }
}

fn timeouts(limits: &Limits) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::STOP_TAKES;

    #[test]
    fn a_try_has_the_time_to_connect_and_a_stop_the_time_of_its_calls() {
        // 745 ms were measured for the SDK's TLS handshake at 128 MB.
        assert_eq!(CONNECT, Duration::from_secs(3));
        for Limits { attempt, operation } in [EC2, DYNAMODB] {
            assert!(attempt > CONNECT, "{attempt:?} ends while it connects");
            assert!(operation > attempt, "{operation:?} leaves no second try");
        }
        let commit_and_call = DYNAMODB.operation + EC2.operation;
        assert_eq!(STOP_TAKES.to_std(), Ok(commit_and_call));
    }
}
