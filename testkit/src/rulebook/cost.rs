//! What a time up cost on record, and what EC2 bills for it.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};

use super::{Invariant, Rulebook};
use crate::ec2::AssociationStatus;

/// How far a record may be off for each association.
const WITHIN: TimeDelta = TimeDelta::minutes(1);

/// An association, as EC2 bills it.
struct Life {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Whether both calls came on record within half a minute.
    heard_in_time: bool,
}

impl Rulebook {
    /// Where only we acted, and heard from EC2 in time, cost and EC2's own time agree to the minute for each
    /// association. Where we heard late, the duration on record lies within what EC2 did first and last.
    pub(super) fn cost_recorded(&mut self, now: DateTime<Utc>, record: &AuditRecord) {
        let (Some(cost), Some(duration)) = (record.details.cost_usd, record.details.duration)
        else {
            return;
        };
        if record.event != Event::DisassociationCompleted {
            return;
        }
        let Some(lives) = self.lives(record) else {
            return;
        };
        let (Some(first), Some(last)) = (
            lives.iter().map(|life| life.from).min(),
            lives.iter().map(|life| life.to).max(),
        ) else {
            return;
        };
        let calm = self.history.calm_since(first - WITHIN);
        if !calm && !self.terms.judges_cost_amid_storms {
            return;
        }
        let off_by = self.terms.skew * 2 + WITHIN;
        let heard = lives.iter().all(|life| life.heard_in_time);
        // Records are kept to the second.
        let each = lives.iter();
        let each = each.map(|life| TimeDelta::seconds((life.to - life.from).num_seconds()));
        let longest = each.clone().max().unwrap_or_default();
        let billed: TimeDelta = each.sum();
        let lives = f64::from(u32::try_from(lives.len()).unwrap_or(u32::MAX));
        let claimed = cost / self.terms.hour_price_usd * 3600.0;
        let fair = if calm || heard {
            let costs = (claimed - billed.as_seconds_f64()).abs();
            let lasted = !heard || (duration - longest).abs() <= off_by;
            lasted && costs <= off_by.as_seconds_f64() * lives
        } else {
            duration >= -self.terms.skew && duration <= last - first + off_by
        };
        self.holds(Invariant::CostWrong, now, fair, || {
            format!(
                "{} s and USD {cost} on record, and EC2 bills {billed}, from {first} to {last}",
                duration.num_seconds()
            )
        });
    }

    /// The lives of a record's associations, if we alone made and ended them.
    fn lives(&self, record: &AuditRecord) -> Option<Vec<Life>> {
        let history = &self.history;
        let near = |one: DateTime<Utc>, other: DateTime<Utc>| {
            (one - other).abs() <= WITHIN / 2 + self.terms.skew
        };
        let life = |id| {
            if history.made_by_hand.contains(id) || history.left_by_hand.contains(id) {
                return None;
            }
            let network = history.networks.get(id)?;
            let (from, _) = network.held()?;
            let to = network.first(AssociationStatus::Disassociating)?;
            let noted = history.trail.noted(id, record.details.stay?);
            let heard_in_time =
                noted.is_some_and(|(began, stopped)| near(from, began) && near(to, stopped));
            Some(Life {
                from,
                to,
                heard_in_time,
            })
        };
        let ids = &record.details.association_ids;
        // A closing record has the cost of the whole stay.
        let is_closing = record.details.closing.is_some();
        let whole = is_closing.then_some(record.details.stay).flatten();
        let whole = whole.map(|stay| history.trail.billed_in(stay));
        whole.as_ref().unwrap_or(ids).iter().map(life).collect()
    }
}
