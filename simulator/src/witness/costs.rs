//! What it cost, on record and at EC2.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};

use super::{Invariant, Witness};

impl Witness {
    /// Where only we acted and nothing went wrong, cost and EC2's own time agree to the minute for each subnet.
    pub(super) fn cost_recorded(&mut self, now: DateTime<Utc>, record: &AuditRecord) {
        let (Event::DisassociationCompleted, Some(cost)) = (record.event, record.details.cost_usd)
        else {
            return;
        };
        let associations: Vec<_> = record
            .details
            .association_ids
            .iter()
            .filter_map(|id| self.truth.associations.get(id))
            .collect();
        let first = associations.iter().map(|a| a.accepted_at).min();
        let calm = first.is_some_and(|first| self.calm_since(first - TimeDelta::minutes(1)));
        let only_us = associations
            .iter()
            .all(|a| a.ours && a.disassociated.is_some_and(|(_, ours)| ours));
        if !calm || !only_us {
            return;
        }
        let seconds: i64 = associations
            .iter()
            .filter_map(|a| Some((a.disassociated?.0 - a.accepted_at).num_seconds()))
            .sum();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let (seconds, minutes) = (seconds as f64, associations.len() as f64);
        let price = self.terms.hour_price_usd;
        let skew = 2.0 * self.terms.skew.as_seconds_f64() * minutes;
        let off_by = (cost - seconds / 3600.0 * price).abs() / price * 3600.0;
        self.holds(
            Invariant::CostWrong,
            now,
            off_by <= minutes * 60.0 + skew,
            || format!("USD {cost:.4} on record, and EC2 bills {seconds} s: {off_by:.0} s apart"),
        );
    }
}
