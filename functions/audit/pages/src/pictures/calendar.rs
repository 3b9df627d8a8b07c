//! The calendar: a strip for each day, midnight to midnight, and when the endpoint was up in it.
//!
//! An hour is as long as any other: a day of 25 hours has a longer strip, and its own marks for the hours after the change.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;
use shared::review::usage::DayUse;

use super::svg::{Boxes, Drawing, Head, unit};
use super::{
    DAYS_BY_NAME, PictureTexts, at_hour, begun, clock_change, elapsed_until, hours_between,
    is_weekend,
};

pub(super) const LEFT: f64 = 70.0;
pub(super) const HOUR: f64 = 20.0;
pub(super) const TOP: f64 = 24.0;
/// Behind the strips: the hours of each day.
const RIGHT: f64 = 52.0;
const LEGEND: f64 = 34.0;
/// Hours with a line through all strips.
const LINES: [u32; 3] = [6, 12, 18];

/// A picture of an endpoint's days.
pub(crate) struct Calendar<'a> {
    /// Of this picture alone on its page.
    pub(crate) id: &'a str,
    pub(crate) endpoint: &'a str,
    pub(crate) days: &'a [DayUse],
    pub(crate) zone: Tz,
    pub(crate) now: DateTime<Utc>,
    pub(crate) t: &'static PictureTexts,
    /// Hours as they stand in the text around it.
    pub(crate) hours: &'a dyn Fn(f64) -> String,
}

/// How high a row and its strip are.
#[derive(Clone, Copy)]
struct Rows {
    pitch: f64,
    strip: f64,
    /// Whether each has its day's name.
    named: bool,
}

impl Rows {
    fn of(days: usize) -> Self {
        let named = days <= DAYS_BY_NAME;
        let (pitch, strip) = if named { (20.0, 14.0) } else { (4.0, 4.0) };
        Self {
            pitch,
            strip,
            named,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred rows")]
    fn top(self, row: usize) -> f64 {
        TOP + self.pitch * row as f64
    }
}

impl Calendar<'_> {
    pub(crate) fn svg(&self) -> String {
        let days = begun(self.days, self.now);
        let rows = Rows::of(days.len());
        let longest = days.iter().map(length).fold(24.0, f64::max);
        let width = LEFT + longest * HOUR + RIGHT;
        let bottom = rows.top(days.len());
        let mut drawing = Drawing::new(&Head {
            id: self.id,
            class: "calendar",
            view: Some((width, bottom + LEGEND)),
            title: &(self.t.calendar_title)(self.endpoint),
            description: self.t.described,
        });
        drawing.define_hatching(self.id);
        self.axis(&mut drawing, days, rows, width);
        self.strips(&mut drawing, days, rows);
        self.lines(&mut drawing, days, rows);
        bars(&mut drawing, days, rows);
        self.labels(&mut drawing, days, rows, width);
        self.marks(&mut drawing, days, rows);
        self.legend(&mut drawing, bottom + 20.0);
        drawing.finish()
    }

    /// The hours of the wall clock, as an ordinary day has them.
    fn axis(&self, drawing: &mut Drawing, days: &[DayUse], rows: Rows, width: f64) {
        let ordinary = days
            .iter()
            .find(|day| clock_change(day, self.zone).is_none());
        let Some(day) = ordinary.or(days.first()) else {
            return;
        };
        for hour in (0..24).step_by(3) {
            let x = LEFT + HOUR * at_hour(day, hour, self.zone);
            drawing.text("hour", x, TOP - 8.0, &hour.to_string());
        }
        drawing.text("hour", LEFT + HOUR * length(day), TOP - 8.0, "24");
        if rows.named {
            drawing.text("sum", width, TOP - 8.0, self.t.hours_unit);
        }
    }

    /// As much of each day as has passed.
    fn strips(&self, drawing: &mut Drawing, days: &[DayUse], rows: Rows) {
        let (mut working, mut weekend) = (Boxes::default(), Boxes::default());
        for (row, day) in days.iter().enumerate() {
            let strip = if is_weekend(day) {
                &mut weekend
            } else {
                &mut working
            };
            let passed = hours_between(day.begins, elapsed_until(day, self.now));
            strip.add(LEFT, rows.top(row), passed * HOUR, rows.strip);
        }
        // Outlines would be all that is seen of strips without a gap.
        let look = if rows.named { "track" } else { "dense" };
        drawing.boxes(look, &working);
        drawing.boxes(look, &weekend);
        drawing.hatched(self.id, &weekend);
    }

    /// The marks at 6, 12 and 18 hours, one line for all days in a row that have them at the same place.
    fn lines(&self, drawing: &mut Drawing, days: &[DayUse], rows: Rows) {
        let mut data = String::new();
        for hour in LINES {
            let places: Vec<String> = days
                .iter()
                .map(|day| unit(LEFT + HOUR * at_hour(day, hour, self.zone)))
                .collect();
            let mut row = 0;
            for run in places.chunk_by(|place, next| place == next) {
                let (from, to) = (rows.top(row), rows.top(row + run.len()));
                let _ = write!(data, "M{} {}V{}", run[0], unit(from), unit(to));
                row += run.len();
            }
        }
        drawing.path("grid", &data);
    }

    /// The date before each strip and its hours behind it; where there is no room, the months.
    fn labels(&self, drawing: &mut Drawing, days: &[DayUse], rows: Rows, width: f64) {
        for (row, day) in days.iter().enumerate() {
            let is_first = row == 0 || day.date.day() == 1;
            let y = rows.top(row) + 11.5;
            if rows.named {
                let name = if is_first { self.t.first } else { self.t.day };
                let class = if is_weekend(day) {
                    "day weekend-day"
                } else {
                    "day"
                };
                drawing.text(class, LEFT - 8.0, y, &name(day.date));
                if day.hours > 0.0 {
                    drawing.text("sum", width, y, &(self.hours)(day.hours));
                }
            } else if day.date.day() == 1 {
                let (x, top) = (unit(width - RIGHT), unit(rows.top(row)));
                drawing.path("axis", &format!("M{LEFT} {top}H{x}"));
                drawing.text("day", LEFT - 8.0, y, &(self.t.month)(day.date));
            }
        }
    }

    /// Where clocks change, and where now is.
    fn marks(&self, drawing: &mut Drawing, days: &[DayUse], rows: Rows) {
        for (row, day) in days.iter().enumerate() {
            let y = rows.top(row);
            let place = |at| LEFT + HOUR * hours_between(day.begins, at);
            if let Some(at) = clock_change(day, self.zone) {
                let center = y + rows.strip / 2.0;
                drawing.path(
                    "change",
                    &diamond(place(at), center, rows.strip / 2.0 + 1.0),
                );
            }
            if day.begins <= self.now && self.now < day.ends {
                let (x, below) = (unit(place(self.now)), unit(y + rows.strip + 3.0));
                drawing.path("now", &format!("M{x} {}V{below}", unit(y - 3.0)));
            }
        }
    }

    /// What is what, in shapes.
    fn legend(&self, drawing: &mut Drawing, y: f64) {
        let sample = |x: f64| {
            let mut sample = Boxes::default();
            sample.add(x, y - 10.0, 22.0, 12.0);
            sample
        };
        drawing.boxes("up", &sample(LEFT));
        drawing.text("key", LEFT + 28.0, y, self.t.up);
        drawing.boxes("track", &sample(LEFT + 110.0));
        drawing.text("key", LEFT + 138.0, y, self.t.down);
        drawing.boxes("track", &sample(LEFT + 220.0));
        drawing.hatched(self.id, &sample(LEFT + 220.0));
        drawing.text("key", LEFT + 248.0, y, self.t.weekend);
        let days = begun(self.days, self.now);
        if days
            .iter()
            .any(|day| clock_change(day, self.zone).is_some())
        {
            drawing.path("change", &diamond(LEFT + 371.0, y - 4.0, 7.0));
            drawing.text("key", LEFT + 384.0, y, self.t.clock_change);
        }
    }
}

/// When it was up.
fn bars(drawing: &mut Drawing, days: &[DayUse], rows: Rows) {
    let mut bars = Boxes::default();
    for (row, day) in days.iter().enumerate() {
        for [from, to] in spans(day) {
            let y = rows.top(row);
            bars.add(LEFT + from * HOUR, y, (to - from) * HOUR, rows.strip);
        }
    }
    drawing.boxes("up", &bars);
}

fn length(day: &DayUse) -> f64 {
    hours_between(day.begins, day.ends)
}

/// When it was up, in hours since the day began: what would touch in a picture is one.
fn spans(day: &DayUse) -> Vec<[f64; 2]> {
    let mut spans: Vec<[f64; 2]> = Vec::new();
    for (from, to) in &day.up {
        let span = [*from, *to].map(|at| hours_between(day.begins, at.min(day.ends)));
        match spans.last_mut() {
            Some([_, end]) if (span[0] - *end) * HOUR < 0.2 => *end = span[1].max(*end),
            _ => spans.push(span),
        }
    }
    spans
}

fn diamond(x: f64, y: f64, r: f64) -> String {
    let half = unit(r * 0.7);
    let r2 = unit(r);
    format!(
        "M{} {}l{half} {r2}l-{half} {r2}l-{half} -{r2}z",
        unit(x),
        unit(y - r)
    )
}
