//! Today's strip of one endpoint: as wide as its place, so that its text stays readable on a phone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::review::usage::DayUse;

use super::svg::{Drawing, Head};
use super::{PictureTexts, at_hour, clock_change, elapsed_until, hours_between};

const TOP: f64 = 4.0;
const HEIGHT: f64 = 22.0;

pub(crate) struct Strip<'a> {
    /// Of this picture alone on its page.
    pub(crate) id: &'a str,
    pub(crate) endpoint: &'a str,
    pub(crate) day: &'a DayUse,
    pub(crate) zone: Tz,
    pub(crate) now: DateTime<Utc>,
    pub(crate) t: &'static PictureTexts,
}

impl Strip<'_> {
    pub(crate) fn svg(&self) -> String {
        let day = self.day;
        let mut drawing = Drawing::new(&Head {
            id: self.id,
            class: "strip",
            view: None,
            title: &(self.t.strip_title)(self.endpoint),
            description: self.t.described,
        });
        let passed = self.part(elapsed_until(day, self.now));
        drawing.box_of_parts("rest", [passed, 1.0], TOP, HEIGHT);
        drawing.box_of_parts("track", [0.0, passed], TOP, HEIGHT);
        for (from, to) in &day.up {
            drawing.box_of_parts("up", [self.part(*from), self.part(*to)], TOP, HEIGHT);
        }
        let below = TOP + HEIGHT;
        for (hour, class) in [(0, "first"), (6, "hour"), (12, "hour"), (18, "hour")] {
            let part = self.hours(at_hour(day, hour, self.zone));
            drawing.line_at_part("grid", part, [TOP, below + 4.0]);
            drawing.text_at_part(class, part, below + 17.0, &hour.to_string());
        }
        drawing.line_at_part("grid", 1.0, [TOP, below + 4.0]);
        drawing.text_at_part("last", 1.0, below + 17.0, "24");
        if let Some(at) = clock_change(day, self.zone) {
            drawing.line_at_part("change", self.part(at), [0.0, below + 4.0]);
        }
        drawing.line_at_part("now", passed, [0.0, below + 4.0]);
        drawing.finish()
    }

    /// Where on the strip an instant of the day is.
    fn part(&self, at: DateTime<Utc>) -> f64 {
        let at = at.clamp(self.day.begins, self.day.ends.max(self.day.begins));
        self.hours(hours_between(self.day.begins, at))
    }

    fn hours(&self, hours: f64) -> f64 {
        let whole = hours_between(self.day.begins, self.day.ends);
        if whole > 0.0 { hours / whole } else { 0.0 }
    }
}
