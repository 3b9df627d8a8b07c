//! What it cost, beside what others would have.

use page::When;
use shared::review::usage::EndpointUse;

use super::UsePage;
use crate::numbers::{Cents, Tenths};
use crate::pictures::{begun, elapsed_until, hours_between};
use crate::texts::UseTexts;

/// Costs, and how they are computed.
pub(super) struct Money {
    pub(super) cost_text: String,
    pub(super) saved_text: String,
    pub(super) rows: Vec<[String; 3]>,
    pub(super) is_managed: bool,
}

impl UsePage<'_> {
    pub(super) fn money(&self, t: &UseTexts, when: &When, used: &EndpointUse) -> Money {
        let cost = Cents::of_usd(used.cost_usd);
        let always_on = Cents::of_usd(used.always_on_usd);
        let saved = always_on.less(cost);
        let price = Cents::of_usd(self.price_usd).text(self.language);
        let subnets = used.endpoint.subnets.len();
        let passed: f64 = begun(&used.days, self.now)
            .iter()
            .map(|day| hours_between(day.begins, elapsed_until(day, self.now)))
            .sum();
        let passed = (t.hours_unit)(&Tenths::of(passed).amount());
        let window = self.office_hours.to_string().replace('-', "–");
        let rows = [
            [t.cost, &cost.amount(), &(t.cost_how)(&price)],
            [
                t.always_on,
                &always_on.amount(),
                &(t.always_on_how)(subnets, &passed, &price),
            ],
            [
                t.office_hours,
                &Cents::of_usd(used.office_hours_usd).amount(),
                &(t.office_hours_how)(&window, when.zone.name()),
            ],
            [
                t.saved,
                &saved.amount(),
                &(t.saved_how)(saved.percent_of(always_on)),
            ],
        ];
        let is_managed = subnets > 0;
        let shown = if is_managed { rows.len() } else { 1 };
        Money {
            cost_text: cost.text(self.language),
            saved_text: saved.text(self.language),
            rows: rows[..shown]
                .iter()
                .map(|row| row.map(str::to_owned))
                .collect(),
            is_managed,
        }
    }
}
