//! Bookings: for which dates they stand, when they are due, what they keep, and when they lapse (DESIGN 6, "Booking").

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::start_times::lead;
use super::wall_clock::first_instant;
use super::wanted::is_held;
use crate::model::{BookedOn, BookedSpan, BookedTimes, Booking, EndpointState, Rules};

/// Bookings of one employee at one endpoint, past and ended ones not counted.
pub const MAX_BOOKINGS: usize = 5;

/// An endpoint that is up is kept for so long before a lead begins: a stop could not be undone in time.
const KEPT_BEFORE_LEAD: TimeDelta = TimeDelta::minutes(20);
/// The longest time after the one that is booked in which it is still placed: so long is an ask wanted.
const MAX_WINDOW: TimeDelta = TimeDelta::hours(2);
/// An owner who is seen again within this time does not renew a booking again.
const RENEWED_EVERY: TimeDelta = TimeDelta::days(1);
/// So far ahead is the next date looked for: nobody's holidays last longer.
const LOOKED_AHEAD_DAYS: usize = 400;

/// A booking on one of its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// By the wall clock.
    pub date: NaiveDate,
    pub ready_at: DateTime<Utc>,
    /// From here on it is placed: a start takes this long.
    pub due_from: DateTime<Utc>,
    /// From here on it is missed.
    pub due_until: DateTime<Utc>,
    /// When the lease ends that it is placed with.
    pub lease_until: DateTime<Utc>,
}

/// Dates for which a booking was not placed in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedDates {
    pub last: Occurrence,
    /// How many, the last among them.
    pub count: usize,
}

/// The booking on this date, if it stands for it. `lead`: see [`lead`].
pub fn occurrence(
    booking: &Booking,
    date: NaiveDate,
    lead: TimeDelta,
    rules: &Rules,
) -> Option<Occurrence> {
    let times = &booking.times;
    let is_holiday = || rules.holidays.contains(date);
    let stands = match times.on {
        BookedOn::Date(_) => times.on.names(date),
        BookedOn::Days(_) => times.on.names(date) && !is_holiday(),
    };
    if !stands {
        return None;
    }
    let ready_at = first_instant(rules.time_zone, date.and_time(times.ready_by))?;
    let grace = rules.first_connection_grace;
    let lease_until = match times.stay_until {
        None => ready_at + grace,
        Some(until) => {
            let last_day = if until > times.ready_by {
                date
            } else {
                date.succ_opt()?
            };
            first_instant(rules.time_zone, last_day.and_time(until))?
        }
    };
    let is_made_before = booking.created_at < ready_at;
    is_made_before.then_some(Occurrence {
        date,
        ready_at,
        due_from: ready_at - lead,
        due_until: (ready_at + grace.min(MAX_WINDOW)).min(lease_until),
        lease_until,
    })
}

/// The date for which a booking is to be placed now. One that lapses is not.
pub fn due(
    booking: &Booking,
    lead: TimeDelta,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Option<Occurrence> {
    unplaced(booking, lead, rules, now).find(|it| it.due_from <= now && now < it.due_until)
}

/// The dates on which a booking was due and was not placed.
pub fn missed(booking: &Booking, rules: &Rules, now: DateTime<Utc>) -> Option<MissedDates> {
    if booking.ended_at.is_some() {
        return None;
    }
    let today = today(rules, now);
    let first = match (booking.times.on, booking.placed_for) {
        (BookedOn::Date(date), None) => date,
        (BookedOn::Date(_), Some(_)) => return None,
        (BookedOn::Days(_), placed_for) => {
            let made_on = booking
                .created_at
                .with_timezone(&rules.time_zone)
                .date_naive();
            let since = placed_for.and_then(|date| date.succ_opt());
            since.map_or(made_on, |since| since.max(made_on))
        }
    };
    let dates = first.iter_days().take_while(|date| *date <= today);
    let passed = dates
        .filter_map(|date| occurrence(booking, date, TimeDelta::zero(), rules))
        .filter(|it| it.due_until <= now && it.due_until <= renew_by(booking, rules));
    passed.fold(None, |before: Option<MissedDates>, last| {
        let count = before.map_or(1, |before| before.count + 1);
        Some(MissedDates { last, count })
    })
}

/// When a booking is next to be ready, whether it has been placed for that date or not.
pub fn next(
    booking: &Booking,
    lead: TimeDelta,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Option<Occurrence> {
    let today = today(rules, now);
    let first = match booking.times.on {
        BookedOn::Date(date) => date,
        BookedOn::Days(_) => today,
    };
    first
        .iter_days()
        .take(LOOKED_AHEAD_DAYS)
        .filter_map(|date| occurrence(booking, date, lead, rules))
        .find(|it| it.ready_at > now)
}

/// The first date that a weekly booking names from now on and that is a holiday, if it comes before its next.
pub fn next_holiday(booking: &Booking, rules: &Rules, now: DateTime<Utc>) -> Option<NaiveDate> {
    let BookedOn::Days(_) = booking.times.on else {
        return None;
    };
    let is_to_come = |date: &NaiveDate| {
        let ready_at = first_instant(rules.time_zone, date.and_time(booking.times.ready_by));
        booking.times.on.names(*date) && ready_at.is_some_and(|at| at > now)
    };
    let mut dates = today(rules, now).iter_days().take(LOOKED_AHEAD_DAYS);
    let named = dates.find(is_to_come);
    named.filter(|date| rules.holidays.contains(*date))
}

/// Whether it counts: it has not ended, and its date has not passed.
pub fn is_standing(booking: &Booking, rules: &Rules, now: DateTime<Utc>) -> bool {
    booking.ended_at.is_none()
        && match booking.times.on {
            BookedOn::Days(_) => true,
            BookedOn::Date(date) => is_to_come(&booking.times, date, rules, now),
        }
}

/// Whether what is booked for a date is not past.
pub fn is_to_come(times: &BookedTimes, date: NaiveDate, rules: &Rules, now: DateTime<Utc>) -> bool {
    first_instant(rules.time_zone, date.and_time(times.ready_by)).is_some_and(|at| at > now)
}

/// How long it is booked for by the wall clock, from when it is to be ready; `None`: no longer than others stay.
pub fn booked_for(times: &BookedTimes) -> Option<TimeDelta> {
    let until = times.stay_until?;
    let span = until - times.ready_by;
    let is_next_day = span <= TimeDelta::zero();
    Some(if is_next_day {
        span + TimeDelta::days(1)
    } else {
        span
    })
}

/// When it lapses if its owner is not seen before.
pub fn renew_by(booking: &Booking, rules: &Rules) -> DateTime<Utc> {
    booking.renewed_at + rules.booking_lifetime
}

pub fn is_lapsed(booking: &Booking, rules: &Rules, now: DateTime<Utc>) -> bool {
    booking.ended_at.is_none() && renew_by(booking, rules) <= now
}

/// Whether an owner who is seen now renews it.
pub fn is_renewal_due(booking: &Booking, now: DateTime<Utc>) -> bool {
    booking.ended_at.is_none() && now - booking.renewed_at >= RENEWED_EVERY
}

/// The times of the next day in which bookings keep an endpoint that is up, in order; none touches the next.
///
/// A booking that is due and not placed yet keeps it as well, unless an administrator's order holds that up.
pub fn booked_spans(state: &EndpointState, rules: &Rules, now: DateTime<Utc>) -> Vec<BookedSpan> {
    let lead = lead(&state.sightings.start_seconds);
    let unplaced = state
        .bookings
        .iter()
        .flat_map(|booking| unplaced(booking, lead, rules, now));
    let mut spans: Vec<BookedSpan> = unplaced
        .filter(|it| now < it.due_until)
        .filter_map(|it| {
            let from = it.due_from - KEPT_BEFORE_LEAD;
            let is_held = is_held(state, it.due_from.max(now));
            let until = if is_held { it.due_from } else { it.lease_until };
            (until > now).then_some(BookedSpan { from, until })
        })
        .collect();
    spans.sort_unstable_by_key(|span| span.from);
    spans.dedup_by(|later, earlier| {
        let touches = later.from <= earlier.until;
        if touches {
            earlier.until = earlier.until.max(later.until);
        }
        touches
    });
    spans
}

/// The dates around now for which a booking stands and has not been placed or missed.
fn unplaced(
    booking: &Booking,
    lead: TimeDelta,
    rules: &Rules,
    now: DateTime<Utc>,
) -> impl Iterator<Item = Occurrence> {
    // A window may begin on the day before or end on the day after, and a zone may have skipped the day between.
    let today = today(rules, now);
    let first = today.checked_sub_days(Days::new(2)).unwrap_or(today);
    let counts = booking.ended_at.is_none() && !is_lapsed(booking, rules, now);
    let dates = first.iter_days().take(if counts { 5 } else { 0 });
    dates
        .filter(|date| booking.placed_for.is_none_or(|placed| placed < *date))
        .filter_map(move |date| occurrence(booking, date, lead, rules))
        // It lapses before.
        .filter(|it| it.due_from < renew_by(booking, rules))
}

pub(super) fn today(rules: &Rules, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&rules.time_zone).date_naive()
}

/// The day by the wall clock on which an instant lies, and when that day began.
pub fn day_of(rules: &Rules, at: DateTime<Utc>) -> (NaiveDate, DateTime<Utc>) {
    let day = today(rules, at);
    let began = first_instant(rules.time_zone, day.and_time(NaiveTime::MIN));
    (day, began.unwrap_or(at))
}
