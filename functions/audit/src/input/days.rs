//! Ranges of days, both ends included, in the office's zone.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use web::Query;

use super::error::InputError;
use super::parameters::Parameters;

/// The longest range of use and cost.
const MAX_MONTHS: Months = Months::new(13);

/// Of which days use and cost are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UseQuery {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl UseQuery {
    /// This month, unless another or a range is asked for. A range without its end goes on until today.
    pub(crate) fn read(query: &Query, today: NaiveDate) -> Result<Self, InputError> {
        let mut given = Parameters::read(query, &["month", "from", "to"])?;
        let month = given.take("month")?;
        let (from, to) = range(&mut given)?;
        match (month, from, to) {
            (None, None, None) => Ok(Self::month(today)),
            (Some(month), None, None) => {
                let first = day(&format!("{month}-01"));
                first.map(Self::month).ok_or(InputError::Month)
            }
            (Some(_), _, _) => Err(InputError::MonthOrDays),
            (None, None, Some(_)) => Err(InputError::OnlyTo),
            (None, Some(from), to) => Self::days(from, to.unwrap_or(today)),
        }
    }

    fn month(day: NaiveDate) -> Self {
        let from = day.with_day(1).unwrap_or(day);
        let next = from.checked_add_months(Months::new(1));
        let last = next.and_then(|next| next.checked_sub_days(Days::new(1)));
        Self {
            from,
            to: last.unwrap_or(from),
        }
    }

    fn days(from: NaiveDate, to: NaiveDate) -> Result<Self, InputError> {
        if from > to {
            return Err(InputError::Order);
        }
        if from
            .checked_add_months(MAX_MONTHS)
            .is_some_and(|end| to >= end)
        {
            return Err(InputError::TooManyMonths);
        }
        Ok(Self { from, to })
    }
}

/// In which records findings are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FindingsQuery {
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    /// As it was handed out.
    pub(crate) cursor: Option<String>,
}

impl FindingsQuery {
    pub(crate) fn read(query: &Query) -> Result<Self, InputError> {
        let mut given = Parameters::read(query, &["from", "to", "cursor"])?;
        let (from, to) = range(&mut given)?;
        Ok(Self {
            from,
            to,
            cursor: given.take("cursor")?,
        })
    }

    /// The path at which the page that goes on from `cursor` is found.
    pub(crate) fn path(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, day) in [("from", self.from), ("to", self.to)] {
            if let Some(day) = day {
                query.append_pair(name, &day.to_string());
            }
        }
        format!(
            "/audit/findings?{}",
            query.append_pair("cursor", cursor).finish()
        )
    }
}

/// `from` and `to`, each of which may be absent.
pub(super) fn range(
    given: &mut Parameters,
) -> Result<(Option<NaiveDate>, Option<NaiveDate>), InputError> {
    let mut read = |name| {
        let text = given.take(name)?;
        let day = |text: String| day(&text).ok_or(InputError::Day(name));
        text.map(day).transpose()
    };
    let (from, to) = (read("from")?, read("to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(InputError::Order);
    }
    Ok((from, to))
}

/// `YYYY-MM-DD`, and no other spelling of it.
fn day(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.parse().ok()?;
    (text.len() == 10 && day.to_string() == text).then_some(day)
}
