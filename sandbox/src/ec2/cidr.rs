//! IPv4 address ranges, as VPCs, subnets and routes have them.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An IPv4 range in CIDR notation, for instance `10.0.0.0/16`. No address bit is set behind the prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    address: Ipv4Addr,
    prefix: u8,
}

/// A text that is no IPv4 range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IPv4 range in CIDR notation")]
pub struct InvalidCidr(String);

impl Cidr {
    /// Whether some address lies in both ranges.
    pub fn overlaps(self, other: Self) -> bool {
        let mask = mask(self.prefix.min(other.prefix));
        self.address.to_bits() & mask == other.address.to_bits() & mask
    }

    /// The `n`th address of the range, starting again when the range is used up.
    pub fn nth_address(self, n: u32) -> Ipv4Addr {
        let size = !mask(self.prefix);
        let offset = size.checked_add(1).map_or(n, |size| n % size);
        Ipv4Addr::from_bits(self.address.to_bits() | offset)
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let invalid = || InvalidCidr(text.chars().take(80).collect());
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let address: Ipv4Addr = address.parse().map_err(|_| invalid())?;
        let digits = prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix: u8 = prefix.parse().map_err(|_| invalid())?;
        if digits && prefix <= 32 && address.to_bits() & !mask(prefix) == 0 {
            Ok(Self { address, prefix })
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl TryFrom<String> for Cidr {
    type Error = InvalidCidr;

    fn try_from(text: String) -> Result<Self, InvalidCidr> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_an_address_and_a_prefix_with_no_bit_behind_it() {
        for good in ["0.0.0.0/0", "10.0.0.0/16", "192.168.1.1/32"] {
            assert_eq!(good.parse::<Cidr>().expect(good).to_string(), good);
        }
        for bad in [
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.1/16",
            "10.0.0/16",
            "10.0.0.0/+8",
            "",
            "::/0",
        ] {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_overlap_when_one_holds_the_other() {
        let cidr = |text: &str| text.parse::<Cidr>().expect("a range");
        assert!(cidr("10.0.0.0/16").overlaps(cidr("10.0.255.0/24")));
        assert!(cidr("0.0.0.0/0").overlaps(cidr("10.0.0.0/8")));
        assert!(!cidr("10.0.0.0/16").overlaps(cidr("10.1.0.0/16")));
    }

    #[test]
    fn addresses_stay_within_the_range() {
        let cidr: Cidr = "10.100.0.0/30".parse().expect("a range");
        assert_eq!(cidr.nth_address(2).to_string(), "10.100.0.2");
        assert_eq!(cidr.nth_address(6).to_string(), "10.100.0.2");
        let all: Cidr = "0.0.0.0/0".parse().expect("a range");
        assert_eq!(all.nth_address(u32::MAX), Ipv4Addr::BROADCAST);
    }
}
