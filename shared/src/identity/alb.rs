//! The load balancer's name, and where its region's keys are.

use std::fmt;
use std::str::FromStr;

/// The ARN of an Application Load Balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlbArn {
    text: String,
    partition: String,
    region: String,
}

/// A text that is not the ARN of an Application Load Balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the ARN of an Application Load Balancer")]
pub struct InvalidAlbArn;

impl AlbArn {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The prefix to which `/` and a key id are added, or `None` for a partition whose key server we do not know.
    ///
    /// Source, but for China: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>.
    /// China's form is reported by users.
    pub fn public_keys_url(&self) -> Option<String> {
        let region = &self.region;
        match self.partition.as_str() {
            "aws" => Some(format!(
                "https://public-keys.auth.elb.{region}.amazonaws.com"
            )),
            "aws-us-gov" => Some(format!(
                "https://s3-{region}.amazonaws.com/aws-elb-public-keys-prod-{region}"
            )),
            "aws-cn" => Some(format!(
                "https://public-keys.auth.elb.{region}.amazonaws.com.cn"
            )),
            _ => None,
        }
    }
}

impl FromStr for AlbArn {
    type Err = InvalidAlbArn;

    fn from_str(text: &str) -> Result<Self, InvalidAlbArn> {
        let parts: Vec<&str> = text.split(':').collect();
        let [
            "arn",
            partition,
            "elasticloadbalancing",
            region,
            account,
            resource,
        ] = parts[..]
        else {
            return Err(InvalidAlbArn);
        };
        let valid = (partition == "aws" || partition.starts_with("aws-"))
            && is_label(partition)
            && is_label(region)
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && is_load_balancer(resource);
        if !valid {
            return Err(InvalidAlbArn);
        }
        Ok(Self {
            text: text.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
        })
    }
}

impl fmt::Display for AlbArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The region becomes part of a host name, so nothing else may stand in it.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_load_balancer(resource: &str) -> bool {
    let is_word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let parts: Vec<&str> = resource.split('/').collect();
    matches!(parts[..], ["loadbalancer", "app", name, id] if is_word(name) && is_word(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(partition: &str, region: &str) -> Option<String> {
        let arn = format!(
            "arn:{partition}:elasticloadbalancing:{region}:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188"
        );
        arn.parse::<AlbArn>().unwrap().public_keys_url()
    }

    #[test]
    fn each_partition_has_its_own_key_server() {
        for (partition, region, url) in [
            (
                "aws",
                "ap-northeast-1",
                "https://public-keys.auth.elb.ap-northeast-1.amazonaws.com",
            ),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1",
            ),
            (
                "aws-us-gov",
                "us-gov-east-1",
                "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1",
            ),
            (
                "aws-cn",
                "cn-north-1",
                "https://public-keys.auth.elb.cn-north-1.amazonaws.com.cn",
            ),
        ] {
            assert_eq!(keys_of(partition, region).as_deref(), Some(url));
        }
        assert_eq!(keys_of("aws-iso", "us-iso-east-1"), None);
    }

    #[test]
    fn only_an_application_load_balancer_will_do() {
        for wrong in [
            "",
            "my-alb",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/vpn/50dc6c495c0c9188",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/vpn",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/vpn/50dc/x",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/vpn/50dc6c495c0c9188",
            "arn:aws:elasticloadbalancing:us-east-1:1234:loadbalancer/app/vpn/50dc6c495c0c9188",
            "arn:aws:elasticloadbalancing::123456789012:loadbalancer/app/vpn/50dc6c495c0c9188",
            "arn:aws:elasticloadbalancing:evil.example/:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188",
            "arn:awful:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188",
            "arn:aws:ec2:us-east-1:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188 ",
        ] {
            assert_eq!(wrong.parse::<AlbArn>(), Err(InvalidAlbArn), "{wrong}");
        }
    }
}
