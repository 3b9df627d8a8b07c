//! All endpoints side by side, and what they add up to.

use std::collections::BTreeSet;

use shared::review::usage::EndpointUse;

use super::{UsePage, count};
use crate::numbers::{Cents, Tenths, grouped};
use crate::texts::UseTexts;

/// All endpoints in a table, and what they add up to.
pub(super) struct Overview {
    pub(super) rows: Vec<OverviewRow>,
    pub(super) total: OverviewRow,
}

pub(super) struct OverviewRow {
    pub(super) name: String,
    pub(super) hours: String,
    pub(super) requests: String,
    pub(super) people: String,
    pub(super) stays: String,
    pub(super) unused: String,
    pub(super) cost: String,
    pub(super) always_on: String,
    pub(super) office_hours: String,
    pub(super) saved: String,
}

impl UsePage<'_> {
    pub(super) fn overview(&self, t: &UseTexts) -> Overview {
        let all = &self.report.endpoints;
        let rows = all.iter().map(|used| {
            let cost = Cents::of_usd(used.cost_usd);
            let always_on = Cents::of_usd(used.always_on_usd);
            OverviewRow {
                name: used.endpoint.name.to_string(),
                hours: Tenths::of(used.hours).amount(),
                requests: grouped(used.requests),
                people: count(used.people.len()),
                stays: grouped(used.stays),
                unused: grouped(used.unused_stays),
                cost: cost.amount(),
                always_on: always_on.amount(),
                office_hours: Cents::of_usd(used.office_hours_usd).amount(),
                saved: always_on.less(cost).amount(),
            }
        });
        let people: BTreeSet<&String> = all.iter().flat_map(|used| &used.people).collect();
        let cents = |of: fn(&EndpointUse) -> f64| -> Cents {
            all.iter().map(|used| Cents::of_usd(of(used))).sum()
        };
        let (cost, always_on) = (
            cents(|used| used.cost_usd),
            cents(|used| used.always_on_usd),
        );
        let hours: Tenths = all.iter().map(|used| Tenths::of(used.hours)).sum();
        let total = OverviewRow {
            name: t.total.to_owned(),
            hours: hours.amount(),
            requests: grouped(all.iter().map(|used| used.requests).sum()),
            people: count(people.len()),
            stays: grouped(all.iter().map(|used| used.stays).sum()),
            unused: grouped(all.iter().map(|used| used.unused_stays).sum()),
            cost: cost.amount(),
            always_on: always_on.amount(),
            office_hours: cents(|used| used.office_hours_usd).amount(),
            saved: always_on.less(cost).amount(),
        };
        Overview {
            rows: rows.collect(),
            total,
        }
    }
}
