//! What EC2 does with address ranges.

use std::net::IpAddr;

pub use shared::model::{Cidr, InvalidCidr};

/// A range as a set of addresses.
pub(super) trait Range {
    /// Whether some address lies in both ranges.
    fn overlaps(self, other: Self) -> bool;

    /// The `n`th address of the range, starting again when the range is used up.
    fn nth_address(self, n: u32) -> IpAddr;
}

impl Range for Cidr {
    fn overlaps(self, other: Self) -> bool {
        let (one, other) = (self.network(), other.network());
        one.contains(&other) || other.contains(&one)
    }

    fn nth_address(self, n: u32) -> IpAddr {
        let network = self.network();
        let free_bits = u32::from(network.max_prefix_len() - network.prefix_len());
        let offset = 1_u32.checked_shl(free_bits).map_or(n, |size| n % size);
        match network.network() {
            IpAddr::V4(first) => IpAddr::V4((first.to_bits() | offset).into()),
            IpAddr::V6(first) => IpAddr::V6((first.to_bits() | u128::from(offset)).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_overlap_when_one_holds_the_other() {
        let cidr = |text: &str| text.parse::<Cidr>().expect("a range");
        assert!(cidr("10.0.0.0/16").overlaps(cidr("10.0.255.0/24")));
        assert!(cidr("0.0.0.0/0").overlaps(cidr("10.0.0.0/8")));
        assert!(!cidr("10.0.0.0/16").overlaps(cidr("10.1.0.0/16")));
        assert!(cidr("::/0").overlaps(cidr("2001:db8::/32")));
        assert!(!cidr("::/0").overlaps(cidr("0.0.0.0/0")));
    }

    #[test]
    fn addresses_stay_within_the_range() {
        let nth = |text: &str, n| {
            let cidr: Cidr = text.parse().expect("a range");
            cidr.nth_address(n).to_string()
        };
        assert_eq!(nth("10.100.0.0/30", 2), "10.100.0.2");
        assert_eq!(nth("10.100.0.0/30", 6), "10.100.0.2");
        assert_eq!(nth("10.100.0.7/32", 9), "10.100.0.7");
        assert_eq!(nth("0.0.0.0/0", u32::MAX), "255.255.255.255");
        assert_eq!(nth("2001:db8::/64", 17), "2001:db8::11");
    }
}
