//! The viewer's own bookings, what it takes to make another, and the one that is suggested.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc, Weekday};
use shared::model::{BookedOn, BookedTimes, WORKDAYS, clock, day_word, days_of};
use shared::policy::{MAX_BOOKINGS, Suggestion, lead};
use shared::reconcile::{BookingParticulars, BookingView, EndpointStatus, PersonalView};

use super::Situation;
use crate::When;
use crate::frame::Site;
use crate::texts::{Booked, BookingTexts};

/// What the page knows of its viewer's own.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnBookings {
    /// It could not be read.
    Unknown,
    /// As a page sees it that updates itself.
    Seen(PersonalView),
    /// As it was before the visit of a person, which renews their bookings.
    Visited(PersonalView),
}

impl OwnBookings {
    fn view(&self) -> Option<&PersonalView> {
        match self {
            Self::Unknown => None,
            Self::Seen(view) | Self::Visited(view) => Some(view),
        }
    }
}

/// What the page shows of bookings.
#[derive(Debug)]
pub(super) struct Bookings {
    pub(super) t: &'static BookingTexts,
    pub(super) is_known: bool,
    pub(super) mine: Vec<Mine>,
    /// What is asked for to book; `None`: the viewer has as many as there can be.
    pub(super) form: Option<Form>,
    pub(super) full: String,
    pub(super) suggestion: Option<Suggested>,
    /// That what is booked next comes later than that.
    pub(super) late: Option<String>,
}

/// A booking of the viewer's.
#[derive(Debug)]
pub(super) struct Mine {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) next: String,
    pub(super) notes: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Form {
    pub(super) days: Vec<Day>,
    /// The dates that can be chosen.
    pub(super) first: String,
    pub(super) last: String,
    pub(super) ready_by: String,
    pub(super) ahead: String,
    pub(super) stays: String,
}

#[derive(Debug)]
pub(super) struct Day {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) is_chosen: bool,
}

#[derive(Debug)]
pub(super) struct Suggested {
    pub(super) text: String,
    /// As the form sends it.
    pub(super) ready_by: String,
    pub(super) days: Vec<&'static str>,
}

impl Bookings {
    pub(super) fn of(
        own: &OwnBookings,
        standing: &EndpointStatus,
        situation: Situation,
        site: &Site,
        t: &'static BookingTexts,
        when: &When,
    ) -> Self {
        let lead = lead(&standing.particulars.start_seconds);
        let view = own.view();
        let bookings = view.map_or(&[][..], |view| &view.bookings);
        let is_visit = matches!(own, OwnBookings::Visited(_));
        let mine = |booking| Mine::of(booking, is_visit, t, when);
        Self {
            t,
            is_known: view.is_some(),
            mine: bookings.iter().map(mine).collect(),
            form: (bookings.len() < MAX_BOOKINGS).then(|| Form::of(site, lead, t, when)),
            full: (t.full)(MAX_BOOKINGS),
            suggestion: view
                .and_then(|view| view.suggestion)
                .map(|suggestion| Suggested::of(suggestion, t)),
            late: late(bookings, standing, situation, lead, t, when),
        }
    }
}

impl Mine {
    fn of(booking: &BookingView, is_visit: bool, t: &'static BookingTexts, when: &When) -> Self {
        let particulars = &booking.particulars;
        let today = local_date(when, when.now);
        let next = particulars.next.map_or_else(
            || t.no_next.to_owned(),
            |next| {
                let at = next.ready_at;
                let date = (t.near_date)(local_date(when, at), today);
                let next = (t.next)(&date, &time_of_day(when, at), &when.zone_name(at));
                next + &holiday(particulars, t, today)
            },
        );
        let lapses = particulars.lapses_at.map(|at| {
            let date = (t.date)(local_date(when, at), today);
            if is_visit {
                (t.kept_by_visit)(&date)
            } else {
                (t.lapses)(&date)
            }
        });
        let held_up = particulars.is_held_up.then(|| t.held_up.to_owned());
        Self {
            id: booking.id.clone(),
            title: title(&particulars.times, t, today),
            next,
            notes: held_up.into_iter().chain(lapses).collect(),
        }
    }
}

/// Why it does not come before: the day that it names first is a holiday.
fn holiday(particulars: &BookingParticulars, t: &'static BookingTexts, today: NaiveDate) -> String {
    let Some((date, next)) = particulars.holiday.zip(particulars.next) else {
        return String::new();
    };
    let is_near = (next.date - date).num_days() < 7;
    let name = if is_near { t.near_date } else { t.date };
    (t.holiday)(&name(date, today))
}

fn title(times: &BookedTimes, t: &'static BookingTexts, today: NaiveDate) -> String {
    let on = match times.on {
        BookedOn::Days(days) => (t.days)(days),
        BookedOn::Date(date) => (t.date)(date, today),
    };
    let until = times.stay_until.map(clock);
    (t.booked)(&Booked {
        on: &on,
        ready_by: &clock(times.ready_by),
        until: until.as_deref(),
        is_overnight: times
            .stay_until
            .is_some_and(|until| until <= times.ready_by),
    })
}

impl Form {
    fn of(site: &Site, lead: TimeDelta, t: &'static BookingTexts, when: &When) -> Self {
        let today = local_date(when, when.now);
        // A booking further off lapses before its day, unless its owner comes back in between.
        let days_kept = site.rules.booking_lifetime.num_days() - 1;
        let days_kept = u64::try_from(days_kept).unwrap_or_default();
        let last = today.checked_add_days(Days::new(days_kept));
        let day = |day: Weekday, label| Day {
            word: day_word(day),
            label,
            is_chosen: WORKDAYS.contains(day),
        };
        let days = days_of(chrono::WeekdaySet::ALL).zip(t.weekdays);
        let grace = site.rules.first_connection_grace.num_minutes();
        Self {
            days: days.map(|(weekday, label)| day(weekday, label)).collect(),
            first: today.to_string(),
            last: last.unwrap_or(today).to_string(),
            ready_by: (t.ready_by)(when.zone.name()),
            ahead: (t.ahead)(whole_minutes(lead)),
            stays: (t.stays)(grace, site.rules.max_extension),
        }
    }
}

impl Suggested {
    fn of(suggestion: Suggestion, t: &'static BookingTexts) -> Self {
        let Suggestion { comes_at, ready_by } = suggestion;
        Self {
            text: (t.suggestion)(&clock(comes_at), &clock(ready_by)),
            ready_by: clock(ready_by),
            days: days_of(WORKDAYS).map(day_word).collect(),
        }
    }
}

/// What is booked next cannot be ready in time: it was booked within the lead, or the start takes long.
fn late(
    bookings: &[BookingView],
    standing: &EndpointStatus,
    situation: Situation,
    lead: TimeDelta,
    t: &'static BookingTexts,
    when: &When,
) -> Option<String> {
    let ready_at = match situation {
        Situation::Starting => {
            let began = standing.started_at.unwrap_or(when.now);
            standing.ready_estimate.unwrap_or(began + lead)
        }
        Situation::Off => when.now + lead,
        Situation::ComesBack => {
            let [_, latest] = standing.back_between(when.now)?;
            latest
        }
        // It is ready, or nothing can be said.
        Situation::Ready
        | Situation::Connected
        | Situation::Stopping
        | Situation::StoppingHeld
        | Situation::Held
        | Situation::Failed => return None,
    };
    let placeable = bookings.iter().filter(|view| !view.particulars.is_held_up);
    let mut due = placeable.filter_map(|view| view.particulars.next);
    let booked = due.find(|next| next.due_from <= when.now && next.ready_at < ready_at)?;
    Some((t.late)(
        &time_of_day(when, booked.ready_at),
        &when.at(ready_at.max(when.now)),
    ))
}

fn local_date(when: &When, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&when.zone).date_naive()
}

fn time_of_day(when: &When, at: DateTime<Utc>) -> String {
    clock(at.with_timezone(&when.zone).time())
}

fn whole_minutes(span: TimeDelta) -> i64 {
    span.num_seconds()
        .max(0)
        .unsigned_abs()
        .div_ceil(60)
        .cast_signed()
}
