//! What an hour of one association cost when.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::audit::{AuditRecord, Event};

/// The price, and those before it as far as records tell. Costs on record are of the price of their time.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    latest: f64,
    /// Newest first: until when another price was in force, and which.
    before: Vec<(DateTime<Utc>, f64)>,
}

/// Around a change, a process may still know the price before it, or already the one after.
const CHANGES_WITHIN: TimeDelta = TimeDelta::minutes(15);

impl Prices {
    /// The price now. USD for an hour of one association.
    pub fn now(hour_usd: f64) -> Self {
        Self {
            latest: hour_usd,
            before: Vec::new(),
        }
    }

    /// Learns from a record, newest first, that the price changed then.
    pub fn learn(&mut self, record: &AuditRecord) {
        let change = (record.event == Event::ConfigChanged)
            .then(|| price_before(&record.reason))
            .flatten();
        self.before
            .extend(change.map(|price| (record.occurred_at, price)));
    }

    /// The prices that may have been in force then.
    pub(super) fn at(&self, at: DateTime<Utc>) -> impl Iterator<Item = f64> {
        let mut until = DateTime::<Utc>::MAX_UTC;
        let all = std::iter::once((until, self.latest)).chain(self.before.iter().copied());
        let ends: Vec<_> = all.collect();
        let mut found = Vec::new();
        for (place, (end, price)) in ends.iter().enumerate() {
            until = until.min(*end);
            let begins = ends.get(place + 1).map(|(begins, _)| *begins);
            let has_begun = begins.is_none_or(|begins| begins - CHANGES_WITHIN <= at);
            let is_over = until != DateTime::<Utc>::MAX_UTC && until + CHANGES_WITHIN < at;
            if has_begun && !is_over {
                found.push(*price);
            }
        }
        found.into_iter()
    }

    /// The price in force then: that before the oldest change after it.
    pub fn price_at(&self, at: DateTime<Utc>) -> f64 {
        let changes = self.before.iter().take_while(|(until, _)| at < *until);
        changes.last().map_or(self.latest, |(_, price)| *price)
    }
}

fn price_before(reason: &str) -> Option<f64> {
    let (_, change) = reason.split_once("(ASSOCIATION_HOUR_PRICE_USD): from ")?;
    let (before, _) = change.split_once(" to ")?;
    before.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PolicyText;

    #[test]
    fn the_price_before_is_read_as_it_is_written() {
        let [old, new] = ["0.15", "0.1"].map(|price| {
            PolicyText::of([
                ("ASSOCIATION_HOUR_PRICE_USD", price),
                ("IDLE_TIMEOUT_MINUTES", price),
            ])
        });
        let then: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
        let changes = new.changes_since(&old.noted_at(then).text).join(" ");
        assert_eq!(price_before(&changes), Some(0.15));
        let other = PolicyText::of([("ASSOCIATION_HOUR_PRICE_USD", "0.1")]);
        let other = other.changes_since("IDLE_TIMEOUT_MINUTES=60").join(" ");
        assert_eq!(price_before(&other), None);
    }

    #[test]
    fn each_time_has_its_price_and_both_around_a_change() {
        let then: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
        let prices = Prices {
            latest: 0.3,
            before: vec![(then, 0.2), (then - TimeDelta::days(9), 0.1)],
        };
        for (minutes, expected, exact) in [
            (16, vec![0.3], 0.3),
            (14, vec![0.3, 0.2], 0.3),
            (-14, vec![0.3, 0.2], 0.2),
            (-16, vec![0.2], 0.2),
            (-9 * 24 * 60 - 16, vec![0.1], 0.1),
        ] {
            let at = then + TimeDelta::minutes(minutes);
            assert_eq!(prices.at(at).collect::<Vec<_>>(), expected, "{minutes}");
            assert!((prices.price_at(at) - exact).abs() < 1e-9, "{minutes}");
        }
    }
}
