//! Every text of these pages, in one place for each language: a [`Texts`] that lacks one does not compile.

mod booking_texts;
mod en;
mod events_en;
mod events_ja;
mod findings_en;
mod findings_ja;
mod ja;
mod now_en;
mod now_ja;
mod now_texts;
mod records_en;
mod records_ja;
mod troubles_en;
mod troubles_ja;
mod use_en;
mod use_ja;
mod use_texts;

use chrono::{NaiveDate, TimeDelta};
use shared::history::Kind;
use shared::model::audit::Event;
use shared::review::stay::Chapter;

use crate::Language;
use crate::error_page::Trouble;
use crate::families::Family;

pub(crate) use booking_texts::BookingTexts;
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
    /// What happened, where a booking asked.
    pub(crate) asked_by_booking: &'static str,
    pub(crate) unknown_event: &'static str,
    pub(crate) span: fn(TimeDelta) -> String,
    pub(crate) day: fn(NaiveDate) -> String,
    pub(crate) usd: fn(f64) -> String,
    /// Stands beside each cost.
    pub(crate) estimated: &'static str,

    pub(crate) log_page: LogTexts,
    pub(crate) record: RecordTexts,
    pub(crate) stay: StayTexts,
    pub(crate) finding: FindingTexts,
    pub(crate) error: ErrorTexts,
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

/// A record's page.
#[derive(Debug)]
pub(crate) struct RecordTexts {
    pub(crate) title: &'static str,
    /// The caption of the table of what it holds.
    pub(crate) holds: &'static str,
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    /// What an attribute is; `None`: one that this version does not write.
    pub(crate) attribute: fn(&str) -> Option<&'static str>,
    /// For a value of a kind that we do not use.
    pub(crate) foreign: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) stay: &'static str,
    pub(crate) previous: &'static str,
    pub(crate) next: &'static str,
}

/// A stay's page.
#[derive(Debug)]
pub(crate) struct StayTexts {
    pub(crate) title: &'static str,
    /// Of which endpoint, and its number.
    pub(crate) heading: fn(&str, u64) -> String,
    pub(crate) no_stay: &'static str,
    pub(crate) not_whole: &'static str,
    pub(crate) up_still: &'static str,
    pub(crate) chapter: fn(Chapter) -> &'static str,
    /// A span since the step before.
    pub(crate) after: fn(&str) -> String,
    pub(crate) took: fn(&str) -> String,
    pub(crate) up: &'static str,
    pub(crate) associated: &'static str,
    pub(crate) associated_note: &'static str,
    pub(crate) cost: &'static str,
    pub(crate) people: &'static str,
    pub(crate) connections: &'static str,
    pub(crate) no_connection: &'static str,
    /// How many are not named.
    pub(crate) more: fn(usize) -> String,
    pub(crate) timeline: &'static str,
    pub(crate) left_out: fn(usize) -> String,
    pub(crate) cross_site: &'static str,
}

/// The page of findings.
#[derive(Debug)]
pub(crate) struct FindingTexts {
    pub(crate) intro: &'static str,
    pub(crate) range: &'static str,
    pub(crate) title: fn(Kind) -> &'static str,
    /// What an administrator can do; words between backticks are code.
    pub(crate) advice: fn(Kind) -> &'static str,
    pub(crate) what_to_do: &'static str,
    /// Marks what only a mistake of this system explains.
    pub(crate) mistake: &'static str,
    pub(crate) record: &'static str,
    pub(crate) stay: &'static str,
    /// How many are not shown.
    pub(crate) left_out: fn(usize) -> String,
    pub(crate) nothing: &'static str,
    pub(crate) nothing_note: &'static str,
    pub(crate) back_to: fn(&str) -> String,
}

/// Error pages.
#[derive(Debug)]
pub(crate) struct ErrorTexts {
    /// To whom, where it matters.
    pub(crate) told: fn(Trouble<'_>, &str) -> Told,
    pub(crate) to_log: &'static str,
    pub(crate) parameter: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) trace_id: &'static str,
}

/// An error as a person is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) title: &'static str,
    pub(crate) sentences: Vec<String>,
}

impl Told {
    fn new(title: &'static str, sentences: &[&str]) -> Self {
        Self {
            title,
            sentences: sentences.iter().map(ToString::to_string).collect(),
        }
    }
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
