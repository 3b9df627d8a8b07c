//! Bars: hours of subnets associated, day by day, beside what always-on would have.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Utc, Weekday};
use shared::review::usage::DayUse;

use super::svg::{Boxes, Drawing, Head, unit};
use super::{DAYS_BY_NAME, PictureTexts, begun, elapsed_until, hours_between, is_weekend};

const WIDTH: f64 = 602.0;
pub(super) const LEFT: f64 = 70.0;
pub(super) const TOP: f64 = 24.0;
pub(super) const PLOT_WIDTH: f64 = 480.0;
pub(super) const PLOT_HEIGHT: f64 = 130.0;
const BASE: f64 = TOP + PLOT_HEIGHT;
/// Room for dates below.
const HEIGHT: f64 = BASE + 24.0;
/// A few days are not made as wide as there is room.
const WIDEST: f64 = 40.0;
/// The longest range whose months all have their names.
const MONTHS_BY_NAME: usize = 200;

/// A picture of an endpoint's hours by day.
pub(crate) struct Bars<'a> {
    /// Of this picture alone on its page.
    pub(crate) id: &'a str,
    pub(crate) endpoint: &'a str,
    pub(crate) days: &'a [DayUse],
    /// The configured subnets; none where the endpoint is managed no more.
    pub(crate) subnets: usize,
    pub(crate) now: DateTime<Utc>,
    pub(crate) t: &'static PictureTexts,
}

/// A scale of hours from nothing to a round number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scale {
    step: u32,
    top: u32,
}

impl Scale {
    /// The finest with five steps at most.
    fn reaching(most: f64) -> Self {
        let mut steps = [1, 2, 3, 6, 12, 24]
            .into_iter()
            .chain((1..16).map(|n| 24 << n));
        let reaches = |step: &u32| f64::from(*step) * 5.0 >= most;
        let step = steps.find(reaches).unwrap_or(24 << 16);
        let count = (1..5)
            .find(|count| f64::from(step * count) >= most)
            .unwrap_or(5);
        Self {
            step,
            top: step * count,
        }
    }

    fn y(self, hours: f64) -> f64 {
        BASE - PLOT_HEIGHT * hours.clamp(0.0, f64::from(self.top)) / f64::from(self.top)
    }
}

impl Bars<'_> {
    pub(crate) fn svg(&self) -> String {
        let days = begun(self.days, self.now);
        let most = days
            .iter()
            .map(|day| day.hours.max(self.always_on(day)))
            .fold(1.0, f64::max);
        let scale = Scale::reaching(most);
        let mut drawing = Drawing::new(&Head {
            id: self.id,
            class: "bars",
            view: Some((WIDTH, HEIGHT)),
            title: &(self.t.bars_title)(self.endpoint),
            description: self.t.described,
        });
        drawing.define_hatching(self.id);
        self.axis(&mut drawing, scale);
        let columns = Columns::of(days.len());
        self.weekends(&mut drawing, days, columns);
        let mut bars = Boxes::default();
        for (at, day) in days.iter().enumerate() {
            let y = scale.y(day.hours);
            let gap = columns.gap();
            bars.add(
                columns.left(at) + gap,
                y,
                columns.width - 2.0 * gap,
                BASE - y,
            );
        }
        drawing.boxes("up", &bars);
        self.comparison(&mut drawing, days, columns, scale);
        drawing.path("axis", &format!("M{LEFT} {BASE}h{PLOT_WIDTH}"));
        self.dates(&mut drawing, days, columns);
        drawing.finish()
    }

    /// The hours that always-on would have had by now.
    fn always_on(&self, day: &DayUse) -> f64 {
        let subnets = u32::try_from(self.subnets).unwrap_or(u32::MAX);
        f64::from(subnets) * hours_between(day.begins, elapsed_until(day, self.now))
    }

    fn axis(&self, drawing: &mut Drawing, scale: Scale) {
        let mut data = String::new();
        for hours in (0..=scale.top).step_by(usize::try_from(scale.step).unwrap_or(1)) {
            let y = scale.y(f64::from(hours));
            if hours > 0 {
                let _ = write!(data, "M{LEFT} {}h{PLOT_WIDTH}", unit(y));
            }
            drawing.text("day", LEFT - 8.0, y + 4.0, &hours.to_string());
        }
        drawing.path("grid", &data);
        drawing.text("key", LEFT, TOP - 10.0, self.t.hours);
    }

    fn weekends(&self, drawing: &mut Drawing, days: &[DayUse], columns: Columns) {
        let mut weekends = Boxes::default();
        for (at, day) in days.iter().enumerate() {
            if is_weekend(day) {
                weekends.add(columns.left(at), TOP, columns.width, PLOT_HEIGHT);
            }
        }
        drawing.hatched(self.id, &weekends);
    }

    fn comparison(&self, drawing: &mut Drawing, days: &[DayUse], columns: Columns, scale: Scale) {
        if self.subnets == 0 || days.is_empty() {
            return;
        }
        let mut data = String::new();
        for (at, day) in days.iter().enumerate() {
            let y = unit(scale.y(self.always_on(day)));
            let end = unit(columns.left(at + 1));
            if at == 0 {
                let _ = write!(data, "M{LEFT} {y}H{end}");
            } else {
                let _ = write!(data, "V{y}H{end}");
            }
        }
        drawing.path("always-on", &data);
        let y = scale.y(self.always_on(&days[0]));
        drawing.text("sum", LEFT + PLOT_WIDTH, y - 5.0, self.t.always_on);
    }

    fn dates(&self, drawing: &mut Drawing, days: &[DayUse], columns: Columns) {
        for (at, day) in days.iter().enumerate() {
            let x = columns.left(at) + columns.width / 2.0;
            let is_first = day.date.day() == 1;
            if days.len() > DAYS_BY_NAME {
                let is_named = days.len() <= MONTHS_BY_NAME || day.date.month() % 2 == 1;
                if is_first && is_named {
                    drawing.text("hour", x, BASE + 17.0, &(self.t.month)(day.date));
                }
            } else if days.len() <= 10 || day.date.weekday() == Weekday::Mon {
                drawing.text("hour", x, BASE + 17.0, &day.date.day().to_string());
            }
        }
    }
}

/// Where the days stand.
#[derive(Clone, Copy)]
struct Columns {
    width: f64,
}

impl Columns {
    #[expect(clippy::cast_precision_loss, reason = "some hundred days")]
    fn of(days: usize) -> Self {
        let width = PLOT_WIDTH / days.max(1) as f64;
        Self {
            width: width.min(WIDEST),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred days")]
    fn left(self, at: usize) -> f64 {
        LEFT + self.width * at as f64
    }

    fn gap(self) -> f64 {
        (self.width * 0.15).min(3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_round_numbers_and_few_of_them() {
        for (most, step, top) in [
            (0.0, 1, 1),
            (1.0, 1, 1),
            (4.2, 1, 5),
            (9.9, 2, 10),
            (24.0, 6, 24),
            (25.0, 6, 30),
            (48.0, 12, 48),
            (50.0, 12, 60),
            (72.0, 24, 72),
            (240.0, 48, 240),
            (1e9, 24 << 16, 5 * (24 << 16)),
        ] {
            assert_eq!(Scale::reaching(most), Scale { step, top }, "{most}");
        }
    }
}
