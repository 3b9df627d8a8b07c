//! Names that AWS and people give to things, parsed where they enter and never checked again.
//!
//! AWS's identifiers are a prefix and 8 or 17 lower-case hexadecimal digits
//! (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-resource-ids.html>). Identifiers that EC2 itself
//! hands us are taken as they come (`From<String>` does not exist on purpose: see [`AssociationId::observed`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

impl InvalidId {
    fn new(text: &str, expected: &'static str) -> Self {
        // What people typed goes into messages; a page-long mistake need not, and nothing that breaks a line of a log.
        let shown: String = text.chars().take(80).collect();
        let text = shown.escape_debug().to_string();
        Self { text, expected }
    }
}

fn is_aws_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|hex| {
        matches!(hex.len(), 8 | 17) && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! parsed {
    ($name:ident, $valid:expr, $expected:literal) => {
        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId::new(text, $expected))
                }
            }
        }
    };
}

macro_rules! observed {
    ($name:ident) => {
        impl $name {
            /// An identifier as EC2 or our own tables gave it, taken as it is.
            pub fn observed(text: impl Into<String>) -> Self {
                Self(text.into())
            }
        }
    };
}

text_type! {
    /// A Client VPN endpoint, `cvpn-endpoint-…`.
    EndpointId
}
parsed!(
    EndpointId,
    |text| is_aws_id(text, "cvpn-endpoint-"),
    "a Client VPN endpoint id (`cvpn-endpoint-` and 17 hexadecimal digits)"
);

text_type! {
    /// What people call a managed endpoint; it stands in URLs: `[a-z0-9-]{1,32}`.
    EndpointName
}
parsed!(
    EndpointName,
    |text| matches!(text.len(), 1..=32)
        && text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')),
    "an endpoint name (1 to 32 of a-z, 0-9 and `-`)"
);

text_type! {
    /// A subnet, `subnet-…`.
    SubnetId
}
parsed!(
    SubnetId,
    |text| is_aws_id(text, "subnet-"),
    "a subnet id (`subnet-` and 8 or 17 hexadecimal digits)"
);
observed!(SubnetId);

text_type! {
    /// A subnet's association with an endpoint, `cvpn-assoc-…`: the id of a target network.
    AssociationId
}
observed!(AssociationId);

text_type! {
    /// One VPN client's connection, `cvpn-connection-…`.
    ConnectionId
}
observed!(ConnectionId);

text_type! {
    /// A security group, `sg-…`.
    SecurityGroupId
}
observed!(SecurityGroupId);

text_type! {
    /// A VPC, `vpc-…`.
    VpcId
}
observed!(VpcId);

text_type! {
    /// An employee's address, lower-cased: who somebody is in leases and audit records.
    Email
}

impl Email {
    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Email {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let email = text.to_lowercase();
        let plausible = email.len() <= 254
            && email.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            })
            && !email.chars().any(|c| c.is_control() || c.is_whitespace());
        if plausible {
            Ok(Self(email))
        } else {
            Err(InvalidId::new(
                text,
                "an email address (one `@`, no spaces)",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_id_is_its_prefix_and_hexadecimal_digits() {
        assert!(
            "cvpn-endpoint-0123456789abcdef0"
                .parse::<EndpointId>()
                .is_ok()
        );
        for wrong in [
            "",
            "cvpn-endpoint-",
            "cvpn-endpoint-0123456789ABCDEF0",
            "cvpn-endpoint-0123",
            "subnet-01234567",
        ] {
            assert!(wrong.parse::<EndpointId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_endpoint_name_can_stand_in_a_url() {
        assert!("tokyo-1".parse::<EndpointName>().is_ok());
        for wrong in [
            "",
            "Tokyo",
            "a b",
            "a/b",
            "é",
            "x23456789012345678901234567890123",
        ] {
            assert!(wrong.parse::<EndpointName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mistake_is_told_in_one_line_of_bearable_length() {
        let wrong = format!("subnet-\n\u{202e}{}", "x".repeat(1000));
        let told = wrong.parse::<SubnetId>().unwrap_err().to_string();
        assert!(told.starts_with("`subnet-\\n\\u{202e}xxx"), "{told}");
        assert!(
            told.len() < 250 && !told.contains(char::is_control),
            "{told}"
        );
    }

    #[test]
    fn an_email_has_one_at_sign_and_is_lower_cased() {
        assert_eq!(
            "Yuki@Example.COM".parse::<Email>().unwrap().as_str(),
            "yuki@example.com"
        );
        assert_eq!(
            "yuki@example.com".parse::<Email>().unwrap().domain(),
            "example.com"
        );
        for wrong in [
            "",
            "yuki",
            "@example.com",
            "yuki@",
            "a@b@c",
            "a b@example.com",
            "a\n@example.com",
        ] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong}");
        }
    }
}
