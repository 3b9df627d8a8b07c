//! The price of an associated subnet.

use super::Finding;

/// USD for an hour of one associated subnet, by region (<https://aws.amazon.com/vpn/pricing/>, November 2026).
const PUBLISHED: &[(&str, f64)] = &[("ap-northeast-1", 0.15), ("us-east-1", 0.10)];

pub(super) fn finding(region: Option<&str>, configured: f64) -> Finding {
    let Some(region) = region else {
        return Finding::wrong(
            "no region is configured",
            "nothing can be called",
            "set AWS_REGION",
        );
    };
    let published = PUBLISHED.iter().find(|(name, _)| *name == region);
    match published {
        Some((_, price)) if (price - configured).abs() < 0.000_5 => Finding::Fine(format!(
            "ASSOCIATION_HOUR_PRICE_USD is {configured}, as published for {region} in November 2026"
        )),
        Some((_, price)) => Finding::wrong(
            format!(
                "ASSOCIATION_HOUR_PRICE_USD is {configured}, and {price} was published for {region} in November 2026"
            ),
            "the costs on record are off by that much",
            format!(
                "compare with https://aws.amazon.com/vpn/pricing/; if you have no special price, set {price}"
            ),
        ),
        None => Finding::Note(format!(
            "ASSOCIATION_HOUR_PRICE_USD is {configured}: the price of {region} is not known here. Look it up at \
             https://aws.amazon.com/vpn/pricing/ (Client VPN endpoint association, for an hour)"
        )),
    }
}
