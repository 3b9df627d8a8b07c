//! What EC2 does with IPv4 ranges.

use std::net::Ipv4Addr;

pub use shared::model::{Cidr, InvalidCidr};

/// A range as a set of addresses.
pub(super) trait Range {
    /// Whether some address lies in both ranges.
    fn overlaps(self, other: Self) -> bool;

    /// The `n`th address of the range, starting again when the range is used up.
    fn nth_address(self, n: u32) -> Ipv4Addr;
}

impl Range for Cidr {
    fn overlaps(self, other: Self) -> bool {
        let mask = mask(self.prefix_length().min(other.prefix_length()));
        self.address().to_bits() & mask == other.address().to_bits() & mask
    }

    fn nth_address(self, n: u32) -> Ipv4Addr {
        let size = !mask(self.prefix_length());
        let offset = size.checked_add(1).map_or(n, |size| n % size);
        Ipv4Addr::from_bits(self.address().to_bits() | offset)
    }
}

fn mask(prefix_length: u8) -> u32 {
    u32::MAX
        .checked_shl(32 - u32::from(prefix_length))
        .unwrap_or(0)
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
