//! Pictures of when endpoints were up, as `<svg>` markup for a page: without scripts and inline styles, readable in black
//! and white. Colours come from the style sheet, by class; shapes, outlines and hatching say the same without them.

pub(crate) mod bars;
pub(crate) mod calendar;
pub(crate) mod strip;
mod svg;
#[cfg(test)]
mod tests;

use chrono::{
    DateTime, Datelike as _, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc, Weekday,
};
use chrono_tz::Tz;
use shared::policy::first_instant;
use shared::review::usage::DayUse;

/// What is written into pictures.
#[derive(Debug)]
pub(crate) struct PictureTexts {
    pub(crate) calendar_title: fn(&str) -> String,
    pub(crate) bars_title: fn(&str) -> String,
    pub(crate) strip_title: fn(&str) -> String,
    /// What a picture shows, in a sentence, for those who do not see it: where the figures are.
    pub(crate) described: &'static str,
    /// A day beside its strip: `Mon 23`.
    pub(crate) day: fn(chrono::NaiveDate) -> String,
    /// The first day of a month, with the month: `Sun 1 Nov`.
    pub(crate) first: fn(chrono::NaiveDate) -> String,
    /// A month where there is no room for days.
    pub(crate) month: fn(chrono::NaiveDate) -> String,
    pub(crate) up: &'static str,
    pub(crate) down: &'static str,
    pub(crate) weekend: &'static str,
    pub(crate) clock_change: &'static str,
    pub(crate) hours: &'static str,
    pub(crate) hours_unit: &'static str,
    pub(crate) always_on: &'static str,
}

/// Up to here a picture has room for each day's name; longer ones show months.
pub(crate) const DAYS_BY_NAME: usize = 62;

/// The hours from one instant to another.
#[expect(
    clippy::cast_precision_loss,
    reason = "a span on a page is some years at most"
)]
pub(crate) fn hours_between(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).num_seconds().max(0) as f64 / 3600.0
}

/// How much of a day has passed.
pub(crate) fn elapsed_until(day: &DayUse, now: DateTime<Utc>) -> DateTime<Utc> {
    now.clamp(day.begins, day.ends.max(day.begins))
}

/// The days that have begun: of the others there is nothing to draw.
pub(crate) fn begun(days: &[DayUse], now: DateTime<Utc>) -> &[DayUse] {
    let begun = days.iter().take_while(|day| day.begins <= now).count();
    &days[..begun]
}

pub(crate) fn is_weekend(day: &DayUse) -> bool {
    matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Where on a day's own axis, in hours since it began, the wall clock shows a full hour.
fn at_hour(day: &DayUse, hour: u32, zone: Tz) -> f64 {
    let instant = NaiveTime::from_hms_opt(hour, 0, 0)
        .and_then(|time| first_instant(zone, day.date.and_time(time)))
        .unwrap_or(day.ends);
    hours_between(
        day.begins,
        instant.clamp(day.begins, day.ends.max(day.begins)),
    )
}

/// When clocks change in a day.
pub(crate) fn clock_change(day: &DayUse, zone: Tz) -> Option<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let (mut before, mut after) = (day.begins, day.ends - TimeDelta::seconds(1));
    if after <= before || offset(before) == offset(after) {
        return None;
    }
    // Zones change on a full second, so halving ends at it.
    while after - before > TimeDelta::seconds(1) {
        let between = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if offset(between) == offset(before) {
            before = between;
        } else {
            after = between;
        }
    }
    Some(after)
}
