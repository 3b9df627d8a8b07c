//! What a viewer of a status page may have booked.

use associate_pages::{Language, OwnBookings};
use chrono::{NaiveTime, TimeDelta, Utc, Weekday, WeekdaySet};
use shared::model::{
    BookedOn, BookedTimes, Booking, DateRange, EndpointState, Holidays, Mode, WORKDAYS,
};
use shared::policy::{Hold, KeepRule, Phase, Reason, Suggestion};
use shared::reconcile::{BookingView, EndpointStatus, PersonalView};

use super::{hana, minutes, now, own_status, site, standing, under};

pub fn time(text: &str) -> NaiveTime {
    text.parse::<NaiveTime>().unwrap()
}

pub fn times(on: BookedOn, ready_by: &str, stay_until: Option<&str>) -> BookedTimes {
    BookedTimes {
        on,
        ready_by: time(ready_by),
        stay_until: stay_until.map(time),
    }
}

pub fn workdays(ready_by: &str) -> BookedTimes {
    times(BookedOn::Days(WORKDAYS), ready_by, None)
}

/// What was booked yesterday. Tomorrow, a Tuesday, is a holiday.
pub fn view(booked: &[BookedTimes]) -> PersonalView {
    view_of(
        booked,
        now() - TimeDelta::days(1),
        &EndpointState::default(),
    )
}

fn view_of(
    booked: &[BookedTimes],
    renewed_at: chrono::DateTime<Utc>,
    state: &EndpointState,
) -> PersonalView {
    let booking = |times: &BookedTimes| Booking {
        email: hana(),
        id: times.id(),
        times: times.clone(),
        placed_for: None,
        created_at: renewed_at,
        renewed_at,
        ended_at: None,
    };
    let bookings: Vec<Booking> = booked.iter().map(booking).collect();
    let mut rules = site().rules;
    let holiday: DateRange = "2026-11-24".parse().unwrap();
    rules.holidays = Holidays::of(vec![holiday]);
    PersonalView {
        bookings: BookingView::all(&bookings, state, &rules, now()),
        suggestion: None,
    }
}

/// Booked 47 days ago, and its owner not seen since.
pub fn lapsing() -> PersonalView {
    let long_ago = now() - TimeDelta::days(47);
    view_of(&[workdays("08:30")], long_ago, &EndpointState::default())
}

/// Due now, and held up by an order.
pub fn held_up() -> PersonalView {
    let mut state = EndpointState::default();
    state.order.mode = Some(Mode::Hold);
    view_of(&[workdays("10:40")], now() - TimeDelta::days(1), &state)
}

pub fn suggested() -> PersonalView {
    PersonalView {
        bookings: Vec::new(),
        suggestion: Some(Suggestion {
            comes_at: time("08:50"),
            ready_by: time("08:45"),
        }),
    }
}

/// As many as there can be, of every kind.
pub fn five() -> PersonalView {
    let days = |days: &[Weekday]| BookedOn::Days(days.iter().copied().collect::<WeekdaySet>());
    view(&[
        times(BookedOn::Days(WORKDAYS), "08:30", Some("18:00")),
        times(BookedOn::Days(WeekdaySet::ALL), "21:00", Some("02:00")),
        times(days(&[Weekday::Tue]), "07:00", None),
        times(
            days(&[Weekday::Mon, Weekday::Wed, Weekday::Sat]),
            "13:00",
            None,
        ),
        times(BookedOn::Date("2027-01-04".parse().unwrap()), "06:05", None),
    ])
}

/// A start under way that will be later than what is booked.
pub fn late() -> (EndpointStatus, PersonalView) {
    let mut starting = standing(Phase::Starting, Reason::Associating);
    starting.ready_estimate = Some(now() + minutes(6));
    (starting, view(&[workdays("10:33")]))
}

/// Every way in which bookings show, by a name for it.
pub fn all() -> Vec<(&'static str, EndpointStatus, OwnBookings)> {
    let off = || standing(Phase::Off, Reason::NotWanted);
    let ready = standing(
        Phase::Ready,
        Reason::Kept {
            rule: KeepRule::Booked,
            until: now() + minutes(30),
        },
    );
    let (starting, late) = late();
    let kept_off = Reason::Held(Hold {
        until: Some(now() + minutes(90)),
        asked: false,
    });
    let kept_off = under("hold", standing(Phase::Off, kept_off));
    vec![
        (
            "bookings-none",
            off(),
            OwnBookings::Visited(PersonalView::default()),
        ),
        ("bookings-unknown", off(), OwnBookings::Unknown),
        (
            "bookings-suggested",
            off(),
            OwnBookings::Visited(suggested()),
        ),
        ("bookings-five", ready, OwnBookings::Visited(five())),
        ("bookings-lapsing", off(), OwnBookings::Seen(lapsing())),
        ("bookings-kept", off(), OwnBookings::Visited(lapsing())),
        (
            "bookings-held-up",
            kept_off,
            OwnBookings::Visited(held_up()),
        ),
        ("bookings-late", starting, OwnBookings::Visited(late)),
    ]
}

pub fn html(language: Language, standing: &EndpointStatus, own: &OwnBookings) -> String {
    own_status(language, standing, own, &site(), false)
}
