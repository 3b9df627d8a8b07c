//! What a picture shows, as a table: for those who do not see it, and for who wants the figures.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::review::usage::DayUse;

use crate::numbers::Tenths;
use crate::pictures::{begun, clock_change};
use crate::texts::UseTexts;

/// How many times up are told of a day.
const TOLD: usize = 8;

/// A day's figures in words.
#[derive(Debug)]
pub(crate) struct DayRow {
    /// For machines.
    pub(crate) date: String,
    pub(crate) day: String,
    pub(crate) up: String,
    pub(crate) hours: String,
}

pub(crate) fn day_rows(t: &UseTexts, zone: Tz, days: &[DayUse], now: DateTime<Utc>) -> Vec<DayRow> {
    let row = |day: &DayUse| DayRow {
        date: day.date.to_string(),
        day: (t.date)(day.date),
        up: times_up(t, zone, day, now),
        hours: Tenths::of(day.hours).amount(),
    };
    begun(days, now).iter().map(row).collect()
}

/// `08:58–12:30, 14:00–now`. Where clocks change, with the zone's name at each.
pub(crate) fn times_up(t: &UseTexts, zone: Tz, day: &DayUse, now: DateTime<Utc>) -> String {
    let format = match clock_change(day, zone) {
        Some(_) => "%H:%M %Z",
        None => "%H:%M",
    };
    let clock = |at: DateTime<Utc>| at.with_timezone(&zone).format(format).to_string();
    let told = day.up.iter().take(TOLD).map(|(from, to)| {
        let to = match *to {
            to if to >= day.ends => "24:00".to_owned(),
            to if to >= now => t.now.to_owned(),
            to => clock(to),
        };
        format!("{}–{to}", clock(*from))
    });
    let mut told: Vec<String> = told.collect();
    if day.up.len() > TOLD {
        told.push((t.more_times)(day.up.len() - TOLD));
    }
    if told.is_empty() {
        return t.not_up.to_owned();
    }
    told.join(t.separator)
}
