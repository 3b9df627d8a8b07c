//! What the page "Now" says of bookings.

use chrono::{Datelike as _, NaiveDate, Weekday, WeekdaySet};
use shared::model::{BookedOn, BookedTimes, WORKDAYS, clock, days_of};

use crate::Language;

/// A [`BookingTexts`] that lacks a text does not compile.
#[derive(Debug)]
pub(crate) struct BookingTexts {
    pub(crate) bookings: &'static str,
    pub(crate) none: &'static str,
    /// An order keeps what is due from being placed.
    pub(crate) held: &'static str,
    /// How many follow after the first ones.
    pub(crate) rest: fn(usize) -> String,
    /// How many there is no room for.
    pub(crate) more: fn(usize) -> String,
    pub(crate) who: &'static str,
    pub(crate) booked: &'static str,
    pub(crate) next: &'static str,
    pub(crate) lapses: &'static str,
    pub(crate) date: fn(NaiveDate) -> String,
    pub(crate) times: fn(&BookedTimes) -> String,
    /// On no day that can be foreseen.
    pub(crate) no_next: &'static str,
    pub(crate) holiday: fn(NaiveDate) -> String,
    /// Its next date is asked for already.
    pub(crate) placed: &'static str,
    pub(crate) held_up: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) cancel_it: &'static str,
}

impl BookingTexts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }
}

static EN: BookingTexts = BookingTexts {
    bookings: "Bookings",
    none: "No one has booked it.",
    held: "The order keeps the VPN off: what is due until it ends is not placed, and its owner is told.",
    rest: |n| format!("{n} more"),
    more: |n| format!("{n} more are booked, not listed here."),
    who: "Who",
    booked: "Booked",
    next: "Next",
    lapses: "Lapses",
    date: |date| date.format("%-d %b").to_string(),
    times: |times| {
        let on = match times.on {
            BookedOn::Days(WeekdaySet::ALL) => "every day".to_owned(),
            BookedOn::Days(WORKDAYS) => "Mon–Fri".to_owned(),
            BookedOn::Days(days) => joined(days, ", ", english),
            BookedOn::Date(date) => date.format("%a %-d %b").to_string(),
        };
        let until = times.stay_until.map(|at| format!(" until {}", clock(at)));
        format!(
            "{on} {}{}",
            clock(times.ready_by),
            until.unwrap_or_default()
        )
    },
    no_next: "in the next year: none",
    holiday: |date| format!("{} is a holiday", date.format("%a %-d %b")),
    placed: "asked for",
    held_up: "held up by the order",
    cancel: "Cancel",
    cancel_it: "Cancel this booking",
};

static JA: BookingTexts = BookingTexts {
    bookings: "予約",
    none: "予約はありません。",
    held: "管理者の指示により起動しないため、指示が終わるまで予約は実行されません。予約した人の画面にも表示されます。",
    rest: |n| format!("ほか {n} 件"),
    more: |n| format!("ほかに {n} 件の予約があります。"),
    who: "予約した人",
    booked: "日時",
    next: "次回",
    lapses: "失効",
    date: |date| format!("{}月{}日", date.month(), date.day()),
    times: |times| {
        let on = match times.on {
            BookedOn::Days(WeekdaySet::ALL) => "毎日".to_owned(),
            BookedOn::Days(WORKDAYS) => "月〜金".to_owned(),
            BookedOn::Days(days) => joined(days, "・", japanese),
            BookedOn::Date(date) => japanese_date(date),
        };
        let until = times.stay_until.map(|at| format!("〜{}", clock(at)));
        format!(
            "{on} {}{}",
            clock(times.ready_by),
            until.unwrap_or_default()
        )
    },
    no_next: "1 年以内になし",
    holiday: |date| format!("{}は休日", japanese_date(date)),
    placed: "申し込み済み",
    held_up: "管理者の指示により保留中",
    cancel: "取り消す",
    cancel_it: "この予約を取り消す",
};

fn joined(days: WeekdaySet, between: &str, word: fn(Weekday) -> &'static str) -> String {
    days_of(days).map(word).collect::<Vec<_>>().join(between)
}

fn japanese_date(date: NaiveDate) -> String {
    let weekday = japanese(date.weekday());
    format!("{}月{}日（{weekday}）", date.month(), date.day())
}

fn english(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    }
}

fn japanese(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    }
}
