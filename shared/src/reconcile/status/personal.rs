//! What belongs to one employee at an endpoint, as they and programs are told.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::model::item::rfc3339;
use crate::model::{
    BookedOn, BookedTimes, Booking, EndpointState, Rules, clock, day_word, days_of,
};
use crate::policy::{
    Occurrence, Suggestion, due, is_held, is_standing, lead, next, next_holiday, renew_by,
};

/// So long before it lapses, the owner of a booking is told.
const TOLD_BEFORE_LAPSE: TimeDelta = TimeDelta::days(14);

/// What the status page shows of its viewer's own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersonalView {
    pub bookings: Vec<BookingView>,
    pub suggestion: Option<Suggestion>,
}

/// A booking that stands, as its owner is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookingView {
    pub id: String,
    /// `mon` … `sun`, Monday first; `null`: it is for a date.
    pub days: Option<Vec<&'static str>>,
    /// `YYYY-MM-DD`; `null`: it is for days of the week.
    pub date: Option<String>,
    /// `HH:MM` in `TIME_ZONE`.
    pub ready_by: String,
    pub stay_until: Option<String>,
    /// When it is next to be ready; `null`: on no day that can be foreseen.
    pub next_at: Option<String>,
    /// When it lapses if its owner is not seen before.
    pub renew_by: String,
    #[serde(skip)]
    pub particulars: BookingParticulars,
}

/// What a page needs to explain a [`BookingView`].
#[derive(Debug, Clone, PartialEq)]
pub struct BookingParticulars {
    pub times: BookedTimes,
    pub next: Option<Occurrence>,
    /// The next day that it names, where that is a holiday.
    pub holiday: Option<NaiveDate>,
    /// It is due, and an administrator's order keeps it from being placed.
    pub is_held_up: bool,
    /// When it lapses, where that is less than two weeks off.
    pub lapses_at: Option<DateTime<Utc>>,
}

impl BookingView {
    /// Those that stand, in the order in which they come next.
    pub fn all(
        bookings: &[Booking],
        state: &EndpointState,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Vec<Self> {
        let lead = lead(&state.sightings.start_seconds);
        let standing = bookings.iter().filter(|it| is_standing(it, rules, now));
        let mut views: Vec<Self> = standing
            .map(|booking| Self::of(booking, lead, is_held(state, now), rules, now))
            .collect();
        views.sort_by_key(|view| {
            let next = view.particulars.next.map(|next| next.ready_at);
            (next.is_none(), next, view.id.clone())
        });
        views
    }

    fn of(
        booking: &Booking,
        lead: TimeDelta,
        is_held: bool,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Self {
        let times = &booking.times;
        let (days, date) = match times.on {
            BookedOn::Days(days) => (Some(days_of(days).map(day_word).collect()), None),
            BookedOn::Date(date) => (None, Some(date.to_string())),
        };
        let next = next(booking, lead, rules, now);
        let renew_by = renew_by(booking, rules);
        Self {
            id: booking.id.to_string(),
            days,
            date,
            ready_by: clock(times.ready_by),
            stay_until: times.stay_until.map(clock),
            next_at: next.map(|next| rfc3339(next.ready_at)),
            renew_by: rfc3339(renew_by),
            particulars: BookingParticulars {
                times: times.clone(),
                next,
                holiday: next_holiday(booking, rules, now),
                is_held_up: is_held && due(booking, lead, rules, now).is_some(),
                lapses_at: Some(renew_by).filter(|at| *at - now < TOLD_BEFORE_LAPSE),
            },
        }
    }
}
