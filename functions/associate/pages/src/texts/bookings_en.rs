//! Bookings in English.

use chrono::{Datelike as _, NaiveDate, WeekdaySet};
use shared::model::{WORKDAYS, days_of};

use super::Told;
use super::bookings::{Booked, BookingTexts};
use crate::error::BookingTrouble;

pub(super) static BOOKINGS: BookingTexts = BookingTexts {
    heading: "Have it ready",
    intro: "Book the VPN, and it is ready when you come.",
    how: "How bookings work",
    not_shown: "Your bookings cannot be shown right now. They still count. Please reload the page in a moment.",

    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    days,
    date,
    near_date: |day, today| {
        let is_near = (0..7).contains(&(day - today).num_days());
        if is_near {
            day.format("%a").to_string()
        } else {
            date(day, today)
        }
    },
    booked: |booked| {
        let Booked { on, ready_by, .. } = booked;
        let until = booked.until.map_or(String::new(), |until| {
            let day = if booked.is_overnight {
                " the next day"
            } else {
                ""
            };
            format!(", stays until {until}{day}")
        });
        format!("{on}, ready by {ready_by}{until}")
    },
    next: |date, time, zone| format!("Next: {date} {time} {zone}"),
    holiday: |date| format!("; {date} is a holiday"),
    no_next: "All its days in the next year are holidays",
    held_up: "It is due now, but an administrator’s order keeps the VPN off.",
    kept_by_visit: |date| {
        format!(
            "You had not been here for a while, and it would have ended on {date}. Your visit keeps it."
        )
    },
    lapses: |date| {
        format!(
            "You have not been here for a while, so it ends on {date}. To keep it, reload this page."
        )
    },
    cancel: "Cancel",
    late: |booked, ready| format!("You booked {booked}; it will be ready at about {ready}."),

    weekly: "Book days of the week",
    once: "Book one day",
    on_days: "On these days",
    on_date: "On this date",
    ready_by: |zone| format!("Ready by ({zone})"),
    stay_until: "Stays until (optional)",
    ahead: |minutes| {
        format!(
            "Book at least {minutes} minutes ahead. Booked later, the VPN starts at once, but may be ready later than you asked."
        )
    },
    stays: |grace, longest| {
        format!(
            "With no time set in “Stays until”, it waits {grace} minutes for you to connect. It can stay up to {} hours.",
            longest.num_hours()
        )
    },
    book: "Book",
    full: |most| {
        format!("You have {most} bookings here, which is the most. To book another, cancel one.")
    },

    suggestion: |comes, ready| {
        format!("You usually come at about {comes}. Have it ready by {ready} on workdays?")
    },
    accept: "Yes, book it",
    decline: "No, thanks",
    decline_text: "If you decline, nothing is suggested here again.",
};

fn days(days: WeekdaySet) -> String {
    match days {
        WeekdaySet::ALL => "Every day".to_owned(),
        WORKDAYS => "Mon–Fri".to_owned(),
        days => {
            let names: Vec<String> = days_of(days).map(|day| day.to_string()).collect();
            names.join(", ")
        }
    }
}

fn date(date: NaiveDate, today: NaiveDate) -> String {
    let format = if date.year() == today.year() {
        "%a %-d %b"
    } else {
        "%a %-d %b %Y"
    };
    date.format(format).to_string()
}

pub(super) fn error(trouble: &BookingTrouble) -> Told {
    let (title, detail) = match trouble {
        BookingTrouble::NoDay => (
            "No day is chosen",
            "Nothing was booked. Go back, and choose at least one day of the week, or a date.".to_owned(),
        ),
        BookingTrouble::Past => (
            "This time has passed",
            "Nothing was booked, because that time has passed on that date. Go back, and choose a later one.".to_owned(),
        ),
        BookingTrouble::TooLong { longest } => (
            "Too long",
            format!(
                "Nothing was booked: the VPN can stay up to {} hours after the time by which it is ready. Go back, and choose an \
                 earlier end.",
                longest.num_hours()
            ),
        ),
        BookingTrouble::TooMany => (
            "Too many bookings",
            "Nothing was booked, because you have as many bookings here as there can be. Cancel one first.".to_owned(),
        ),
        BookingTrouble::NotYours => (
            "For administrators",
            "Only administrators cancel the bookings of others. Your attempt is on record; nothing was changed.".to_owned(),
        ),
        BookingTrouble::Unknown => (
            "No such booking",
            "There is no such booking any more, so there is nothing to cancel.".to_owned(),
        ),
        BookingTrouble::NotCertain => (
            "Not available right now",
            "It is not certain that this was recorded. Look at the VPN’s page, and try again if it is missing there.".to_owned(),
        ),
    };
    Told { title, detail }
}
