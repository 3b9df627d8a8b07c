//! Every text of these pages, in one place for each language: a [`Texts`] that lacks one does not compile.

mod en;
mod events_en;
mod events_ja;
mod ja;
mod now_en;
mod now_ja;
mod now_texts;
mod use_en;
mod use_ja;
mod use_texts;

use chrono::TimeDelta;
use shared::model::audit::Event;

use crate::Language;
use crate::families::Family;

pub(crate) use now_texts::NowTexts;
pub(crate) use use_texts::UseTexts;

/// The texts of a language. Those that depend on something are functions.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) now: &'static str,
    pub(crate) log: &'static str,
    pub(crate) use_and_cost: &'static str,
    pub(crate) findings: &'static str,
    /// What the four are, for those who do not see them.
    pub(crate) parts: &'static str,
    pub(crate) employees_pages: &'static str,
    pub(crate) help: &'static str,

    pub(crate) records: &'static str,
    pub(crate) time: &'static str,
    pub(crate) no_time: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) what: &'static str,
    pub(crate) actor: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) show: &'static str,
    /// The links to newer and older records.
    pub(crate) pages: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) older: &'static str,

    pub(crate) event: fn(Event) -> &'static str,
    pub(crate) family: fn(Family) -> &'static str,
    pub(crate) unknown_event: &'static str,
    pub(crate) span: fn(TimeDelta) -> String,

    pub(crate) log_page: LogTexts,
}

/// The log's own.
#[derive(Debug)]
pub(crate) struct LogTexts {
    pub(crate) filter: &'static str,
    pub(crate) all: &'static str,
    pub(crate) text: &'static str,
    pub(crate) text_note: &'static str,
    /// How many events and families are chosen.
    pub(crate) events: fn(usize) -> String,
    pub(crate) clear: &'static str,
    pub(crate) no_record: &'static str,
    pub(crate) no_older: &'static str,
    pub(crate) none_back_to: fn(&str) -> String,
    pub(crate) back_to: fn(&str) -> String,
    pub(crate) download: &'static str,
    pub(crate) download_note: &'static str,
}

impl Texts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Ja => &ja::JA,
            Language::En => &en::EN,
        }
    }
}

/// A span's two largest units, from days to seconds: `(3, "h"), (2, "min")`. A span that is negative counts as none.
fn largest_units(span: TimeDelta, units: [&'static str; 4]) -> Vec<(i64, &'static str)> {
    let seconds = span.num_seconds().max(0);
    let [d, h, min, s] = units;
    let parts = [
        (seconds / 86_400, d),
        (seconds / 3_600 % 24, h),
        (seconds / 60 % 60, min),
        (seconds % 60, s),
    ];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let mut told = vec![parts[first]];
    told.extend(parts.get(first + 1).filter(|(count, _)| *count > 0));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_by_its_two_largest_units() {
        for (seconds, english, japanese) in [
            (-5, "0 s", "0 秒"),
            (0, "0 s", "0 秒"),
            (59, "59 s", "59 秒"),
            (60, "1 min", "1 分"),
            (252, "4 min 12 s", "4 分 12 秒"),
            (3_600, "1 h", "1 時間"),
            (3_659, "1 h", "1 時間"),
            (10_920, "3 h 2 min", "3 時間 2 分"),
            (183_600, "2 d 3 h", "2 日 3 時間"),
        ] {
            let span = TimeDelta::seconds(seconds);
            assert_eq!((Texts::of(Language::En).span)(span), english);
            assert_eq!((Texts::of(Language::Ja).span)(span), japanese);
        }
    }
}
