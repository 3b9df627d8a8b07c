//! What the page "Use and cost" says.

use chrono::NaiveDate;

use crate::Language;
use crate::pictures::PictureTexts;

/// A [`UseTexts`] that lacks a text does not compile.
#[derive(Debug)]
pub(crate) struct UseTexts {
    pub(crate) pictures: PictureTexts,

    pub(crate) month: fn(NaiveDate) -> String,
    pub(crate) date: fn(NaiveDate) -> String,
    pub(crate) range: fn(NaiveDate, NaiveDate) -> String,
    /// The instant up to which is counted, in words.
    pub(crate) until_now: fn(&str) -> String,
    pub(crate) choose_range: &'static str,
    pub(crate) by_month: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) show: &'static str,
    pub(crate) at_most: &'static str,

    pub(crate) all: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) total: &'static str,
    pub(crate) no_endpoint: &'static str,
    pub(crate) no_stay: &'static str,
    pub(crate) known_since: fn(&str) -> String,
    /// Not all closing records could be read.
    pub(crate) read_back_to: fn(&str) -> String,
    /// Closing records that count for nothing.
    pub(crate) unreadable: fn(usize) -> String,
    /// How many of how many endpoints have pictures.
    pub(crate) drawn: fn(usize, usize) -> String,

    pub(crate) estimated: &'static str,
    pub(crate) hours: &'static str,
    pub(crate) hours_unit: fn(&str) -> String,
    pub(crate) hours_how: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) requests_how: &'static str,
    pub(crate) people: &'static str,
    pub(crate) people_how: &'static str,
    pub(crate) people_names: &'static str,
    pub(crate) people_more: fn(usize) -> String,
    pub(crate) starts: &'static str,
    pub(crate) median: &'static str,
    pub(crate) p90: &'static str,
    pub(crate) longest: &'static str,
    pub(crate) no_start: &'static str,
    pub(crate) starts_how: &'static str,
    /// A span of seconds.
    pub(crate) span: fn(u64) -> String,
    pub(crate) stays: &'static str,
    pub(crate) stays_how: &'static str,
    pub(crate) unused: &'static str,
    pub(crate) unused_how: &'static str,
    /// Since when, and the hours of its associations so far.
    pub(crate) up_now: fn(&str, &str) -> String,

    pub(crate) money: &'static str,
    pub(crate) usd: &'static str,
    pub(crate) how: &'static str,
    pub(crate) cost: &'static str,
    /// From the price of an association hour.
    pub(crate) cost_how: fn(&str) -> String,
    pub(crate) always_on: &'static str,
    /// From subnets, hours of the range so far, and the price.
    pub(crate) always_on_how: fn(usize, &str, &str) -> String,
    pub(crate) office_hours: &'static str,
    /// From the hours and the zone.
    pub(crate) office_hours_how: fn(&str, &str) -> String,
    pub(crate) saved: &'static str,
    pub(crate) saved_how: fn(Option<i64>) -> String,
    pub(crate) managed_no_more: &'static str,

    pub(crate) calendar: &'static str,
    /// From the zone.
    pub(crate) calendar_text: fn(&str) -> String,
    /// A day on which clocks change: its date and its hours.
    pub(crate) odd_day: fn(&str, &str) -> String,
    pub(crate) bars: &'static str,
    pub(crate) bars_text: &'static str,
    pub(crate) table: &'static str,
    /// A table by days: its caption.
    pub(crate) table_text: &'static str,
    pub(crate) day: &'static str,
    pub(crate) up: &'static str,
    pub(crate) now: &'static str,
    pub(crate) not_up: &'static str,
    pub(crate) separator: &'static str,
    pub(crate) more_times: fn(usize) -> String,

    pub(crate) bill: &'static str,
    pub(crate) bill_text: &'static [&'static str],
    pub(crate) bill_usage: [[&'static str; 2]; 2],
    pub(crate) bill_query: &'static str,
    pub(crate) bill_more: &'static str,
}

impl UseTexts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Ja => &super::use_ja::JA,
            Language::En => &super::use_en::EN,
        }
    }
}
