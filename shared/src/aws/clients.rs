//! The SDK's clients, with the time-outs and retries that suit a Lambda whose caller waits.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::{Credentials, SharedCredentialsProvider};

use super::answer_guards::{AnswerLimit, WholeAnswer};
use super::{DynamoAuditReader, DynamoStore, Ec2ClientVpn, Http};

/// Tries of one call, the first among them. What is still throttled then is left to the next pass. Standard retries, not
/// adaptive ones: those slow the whole process down after a single throttled call, the next person's click included.
const ATTEMPTS: u32 = 3;

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

/// Makes the adapters, all over one [`Http`].
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
    ec2_url: Option<String>,
    dynamodb_url: Option<String>,
}

/// Variables without which AWS cannot be reached: what Lambda sets for every function and is not set here
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>), and what is neither `true` nor `false`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join(", "))]
pub struct InvalidVariables(Vec<String>);

impl Clients {
    /// From the variables that Lambda sets, and those of the SDK's that say where AWS is: `AWS_ENDPOINT_URL`,
    /// `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`.
    ///
    /// The SDK's own chain would look for credentials in files, at STS and at two servers of metadata, and all of that would
    /// be linked. Of Lambda's functions only those with `SnapStart` get theirs elsewhere
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html>), which `provided.al2023` does not have.
    ///
    /// # Errors
    /// All variables that are missing, or are neither `true` nor `false` where they must be.
    pub fn from_vars(
        variables: &dyn Fn(&str) -> Option<String>,
        http: &Http,
    ) -> Result<Self, InvalidVariables> {
        let set = |name: &str| variables(name).filter(|value| !value.trim().is_empty());
        let names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        let choices = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"];
        let read = (
            names.map(set),
            choices.map(|name| set(name).map_or(Some(false), |value| choice(&value))),
        );
        let ([Some(region), Some(key), Some(secret)], [Some(fips), Some(dual_stack)]) = read else {
            let (values, chosen) = read;
            let missing = names
                .into_iter()
                .zip(values)
                .filter(|(_, value)| value.is_none());
            let unclear = choices
                .into_iter()
                .zip(chosen)
                .filter(|(_, value)| value.is_none());
            let missing = missing.map(|(name, _)| format!("{name} is not set"));
            let unclear = unclear.map(|(name, _)| format!("{name} is neither true nor false"));
            return Err(InvalidVariables(missing.chain(unclear).collect()));
        };
        let token = set("AWS_SESSION_TOKEN");
        let credentials = Credentials::new(key, secret, token, None, "environment");
        let url = |name| set(name).or_else(|| set("AWS_ENDPOINT_URL"));
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .use_fips(fips)
            .use_dual_stack(dual_stack)
            .http_client(http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .build();
        Ok(Self {
            config,
            ec2_url: url("AWS_ENDPOINT_URL_EC2"),
            dynamodb_url: url("AWS_ENDPOINT_URL_DYNAMODB"),
        })
    }

    /// The clients of a configuration that the caller made.
    pub fn from_config(config: SdkConfig) -> Self {
        Self {
            config,
            ec2_url: None,
            dynamodb_url: None,
        }
    }

    /// EC2. An associate call takes a second or two; 5 s a try and 12 s in all leave room for two rounds within a
    /// Lambda's 30 s. A sweep begins no stop that these limits could carry past its end (`reconcile::deadline`).
    pub fn vpn(&self) -> Ec2ClientVpn {
        let mut config = aws_sdk_ec2::config::Builder::from(&self.config)
            .interceptor(AnswerLimit)
            .interceptor(WholeAnswer)
            .timeout_config(timeouts(&EC2));
        if let Some(url) = &self.ec2_url {
            config = config.endpoint_url(url);
        }
        Ec2ClientVpn::new(aws_sdk_ec2::Client::from_conf(config.build()))
    }

    /// DynamoDB, which answers in milliseconds or not at all: a try is as long as connecting may take, and a second.
    pub fn store(&self, lease_table: &str, audit_table: &str) -> DynamoStore {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.config)
            .interceptor(AnswerLimit)
            .timeout_config(timeouts(&DYNAMODB));
        if let Some(url) = &self.dynamodb_url {
            config = config.endpoint_url(url);
        }
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        DynamoStore::new(client, lease_table.to_owned(), audit_table.to_owned())
    }

    /// The tables for who only reads them: the same limits, for an answer of DynamoDB's has 1 MB at most.
    pub fn audit_reader(&self, lease_table: &str, audit_table: &str) -> DynamoAuditReader {
        DynamoAuditReader::new(self.store(lease_table, audit_table))
    }
}

/// `true` or `false`, in capitals too, as the SDK reads it.
fn choice(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// How long connecting may take is [`Http`]'s to say.
fn timeouts(limits: &Limits) -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Roots;
    use crate::aws::http::CONNECT;
    use crate::reconcile::STOP_TAKES;

    fn clients(variables: &[(&str, &str)]) -> Result<Clients, InvalidVariables> {
        let value = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Clients::from_vars(&value, &Http::new(Roots::Amazon).unwrap())
    }

    const LAMBDA: [(&str, &str); 4] = [
        ("AWS_REGION", "ap-northeast-1"),
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];

    #[test]
    fn all_that_lambda_should_have_set_and_has_not_is_told_together() {
        let missing = clients(&[("AWS_REGION", " "), ("AWS_ACCESS_KEY_ID", "AKIA")]);
        assert_eq!(
            missing.unwrap_err().to_string(),
            "AWS_REGION is not set, AWS_SECRET_ACCESS_KEY is not set"
        );
    }

    #[test]
    fn a_choice_that_is_neither_true_nor_false_is_told_with_what_is_missing() {
        let mut variables = LAMBDA[1..].to_vec();
        variables.push(("AWS_USE_FIPS_ENDPOINT", "yes"));
        variables.push(("AWS_USE_DUALSTACK_ENDPOINT", "1"));
        assert_eq!(
            clients(&variables).unwrap_err().to_string(),
            "AWS_REGION is not set, AWS_USE_FIPS_ENDPOINT is neither true nor false, \
             AWS_USE_DUALSTACK_ENDPOINT is neither true nor false"
        );
    }

    #[test]
    fn a_choice_may_be_written_in_capitals() {
        let mut variables = LAMBDA.to_vec();
        variables.push(("AWS_USE_FIPS_ENDPOINT", "True"));
        variables.push(("AWS_USE_DUALSTACK_ENDPOINT", "FALSE"));
        let clients = clients(&variables).unwrap();
        assert_eq!(clients.config.use_fips(), Some(true));
        assert_eq!(clients.config.use_dual_stack(), Some(false));
    }

    #[test]
    fn region_and_endpoints_are_those_of_the_environment() {
        let clients = clients(&LAMBDA).unwrap();
        let region = clients.config.region().map(ToString::to_string);
        assert_eq!(region.as_deref(), Some("ap-northeast-1"));
        assert_eq!((&clients.ec2_url, &clients.dynamodb_url), (&None, &None));
        assert_eq!(clients.config.use_fips(), Some(false));
    }

    #[test]
    fn a_services_own_endpoint_url_comes_before_the_one_for_all() {
        let mut variables = LAMBDA.to_vec();
        variables.push(("AWS_ENDPOINT_URL", "http://all"));
        variables.push(("AWS_ENDPOINT_URL_EC2", "http://ec2"));
        variables.push(("AWS_USE_FIPS_ENDPOINT", "true"));
        let clients = clients(&variables).unwrap();
        assert_eq!(clients.ec2_url.as_deref(), Some("http://ec2"));
        assert_eq!(clients.dynamodb_url.as_deref(), Some("http://all"));
        assert_eq!(clients.config.use_fips(), Some(true));
    }

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
