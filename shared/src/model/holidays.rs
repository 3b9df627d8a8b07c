//! Days on which no weekly booking stands.

use std::str::FromStr;

use chrono::NaiveDate;

/// Dates and ranges of dates, as `HOLIDAYS` lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays(Vec<DateRange>);

/// Some days in a row, both ends included: `2026-12-29..2027-01-03`, or one: `2027-01-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateRange {
    first: NaiveDate,
    last: NaiveDate,
}

/// A text that is not a range of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDates {
    #[error(
        "it is neither a date such as `2027-01-11` nor a range such as `2026-12-29..2027-01-03`"
    )]
    Malformed,
    #[error("it ends before it begins")]
    Reversed,
}

impl Holidays {
    pub fn of(ranges: Vec<DateRange>) -> Self {
        Self(ranges)
    }

    pub fn contains(&self, date: NaiveDate) -> bool {
        let mut ranges = self.0.iter();
        ranges.any(|range| range.first <= date && date <= range.last)
    }
}

impl FromStr for DateRange {
    type Err = InvalidDates;

    fn from_str(text: &str) -> Result<Self, InvalidDates> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = parse_date(first)
            .zip(parse_date(last))
            .ok_or(InvalidDates::Malformed)?;
        if last < first {
            return Err(InvalidDates::Reversed);
        }
        Ok(Self { first, last })
    }
}

/// A date as it is written here and in the tables, `YYYY-MM-DD`, and in no other way.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let date: NaiveDate = text.parse().ok()?;
    // chrono would also take `2027-1-11` and `+2027-01-11`.
    (date.format("%Y-%m-%d").to_string() == text).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_both_its_ends() {
        let holidays = Holidays::of(vec![
            "2026-12-29..2027-01-03".parse().unwrap(),
            "2027-01-11".parse().unwrap(),
        ]);
        for (date, is_holiday) in [
            ("2026-12-28", false),
            ("2026-12-29", true),
            ("2027-01-03", true),
            ("2027-01-04", false),
            ("2027-01-11", true),
        ] {
            assert_eq!(
                holidays.contains(date.parse().unwrap()),
                is_holiday,
                "{date}"
            );
        }
    }

    #[test]
    fn a_range_has_one_spelling() {
        for (text, error) in [
            ("", InvalidDates::Malformed),
            ("2027-1-11", InvalidDates::Malformed),
            ("+2027-01-11", InvalidDates::Malformed),
            ("2027-02-30", InvalidDates::Malformed),
            ("2026-12-29..", InvalidDates::Malformed),
            ("2026-12-29...2027-01-03", InvalidDates::Malformed),
            (
                "2026-12-29..2027-01-03..2027-01-04",
                InvalidDates::Malformed,
            ),
            ("2027-01-03..2026-12-29", InvalidDates::Reversed),
        ] {
            assert_eq!(text.parse::<DateRange>(), Err(error), "{text}");
        }
    }
}
