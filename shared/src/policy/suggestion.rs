//! The booking that is suggested to an employee who usually comes at about the same time.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike as _, Utc};

use super::bookings::{is_standing, today};
use crate::model::{BookedOn, Booking, Clicks, Rules, WORKDAYS};

/// So many workdays are looked back on.
const WORKDAYS_LOOKED_AT: usize = 20;
/// So many first clicks have to lie close together.
const USUAL: usize = 5;
/// How close.
const WITHIN: TimeDelta = TimeDelta::minutes(30);
/// How long before the usual time it is to be ready.
const BEFORE: TimeDelta = TimeDelta::minutes(5);

/// "You usually come at about `comes_at`. Have it ready by `ready_by` on workdays?"
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    pub comes_at: NaiveTime,
    pub ready_by: NaiveTime,
}

/// What to suggest to an employee with these clicks and bookings. `None`: nothing, or no suggestion is wanted, or they have
/// a weekly booking already.
pub fn suggestion(
    clicks: &Clicks,
    bookings: &[Booking],
    rules: &Rules,
    now: DateTime<Utc>,
) -> Option<Suggestion> {
    let is_weekly = |booking: &Booking| matches!(booking.times.on, BookedOn::Days(_));
    let mut standing = bookings.iter().filter(|it| is_standing(it, rules, now));
    if clicks.declined_at.is_some() || standing.any(is_weekly) {
        return None;
    }
    let today = today(rules, now);
    let is_workday =
        |date: &NaiveDate| BookedOn::Days(WORKDAYS).names(*date) && !rules.holidays.contains(*date);
    let days = std::iter::successors(Some(today), NaiveDate::pred_opt).filter(is_workday);
    let oldest = days.take(WORKDAYS_LOOKED_AT).last()?;
    let local = clicks
        .first_of_day
        .iter()
        .map(|at| at.with_timezone(&rules.time_zone));
    let on_workdays = local.filter(|at| {
        let date = at.date_naive();
        is_workday(&date) && (oldest..=today).contains(&date)
    });
    let mut times: Vec<NaiveTime> = on_workdays.map(|at| at.time()).collect();
    times.sort_unstable();
    // Of those that are as close, the fullest; of these the earliest, which serves the others too.
    let close = (0..times.len()).map(|first| {
        let close = times[first..]
            .iter()
            .take_while(|at| **at - times[first] <= WITHIN);
        &times[first..first + close.count()]
    });
    let usual = close.rev().max_by_key(|times| times.len())?;
    let comes_at = to_five_minutes(*usual.get(usual.len() / 2)?);
    // Not on the evening before, which is another day of the week.
    let since_midnight = comes_at - NaiveTime::MIN;
    let ready_by = comes_at - BEFORE.min(since_midnight);
    (usual.len() >= USUAL).then_some(Suggestion { comes_at, ready_by })
}

/// The last time of day that a person would say, at or before this one.
fn to_five_minutes(time: NaiveTime) -> NaiveTime {
    let minute = time.minute() / 5 * 5;
    NaiveTime::from_hms_opt(time.hour(), minute, 0).unwrap_or(time)
}
