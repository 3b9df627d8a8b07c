//! What is booked, so that an administrator sees for whom it comes up, and can take back what is not needed.

use chrono::{DateTime, NaiveDate, Utc};
use page::When;
use shared::model::{Email, EndpointName, EndpointState, Rules};
use shared::reconcile::BookingView;

use super::{NowPage, Time};
use crate::numbers::grouped;
use crate::paths;
use crate::shown::{cut, visible};
use crate::texts::BookingTexts;

/// How many stand there without a click.
const FIRST: usize = 10;
/// The most bookings that a card lists, and that all of them do: an answer is below 1 MB.
const LISTED_IN_ALL: usize = 250;
const NAME_LETTERS: usize = 80;

/// A booking that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct BookingNow {
    pub owner: Email,
    /// The last date for which it was placed or missed.
    pub placed_for: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
    pub renewed_at: DateTime<Utc>,
    pub view: BookingView,
}

impl BookingNow {
    /// Those that stand, in the order in which they come next.
    pub fn all(state: &EndpointState, rules: &Rules, now: DateTime<Utc>) -> Vec<Self> {
        let standing = state.bookings.iter().filter_map(|booking| {
            let views = BookingView::all(std::slice::from_ref(booking), state, rules, now);
            Some(Self {
                owner: booking.email.clone(),
                placed_for: booking.placed_for,
                created_at: booking.created_at,
                renewed_at: booking.renewed_at,
                view: views.into_iter().next()?,
            })
        });
        let mut all: Vec<Self> = standing.collect();
        all.sort_by_key(|it| {
            let next = it.view.particulars.next.map(|next| next.ready_at);
            (next.is_none(), next, it.owner.clone(), it.view.id.clone())
        });
        all
    }
}

pub(super) struct Bookings {
    pub(super) count: Option<String>,
    /// That an order keeps what is due from being placed.
    pub(super) held: Option<&'static str>,
    pub(super) first: Vec<Row>,
    pub(super) rest: Vec<Row>,
    pub(super) rest_summary: String,
    pub(super) more: Option<String>,
}

pub(super) struct Row {
    pub(super) who: String,
    pub(super) times: String,
    pub(super) next: Option<Time>,
    /// What is to be known of the next date.
    pub(super) note: Option<String>,
    /// On which day it lapses if its owner is not seen before.
    pub(super) lapses: String,
    pub(super) cancel: Option<Cancel>,
}

/// The form with which an administrator takes a booking back: another function answers it.
pub(super) struct Cancel {
    pub(super) path: String,
    pub(super) email: String,
}

/// `endpoint`: where bookings can be taken back; `None`: not by this viewer.
pub(super) fn bookings(
    page: &NowPage<'_>,
    bookings: &[BookingNow],
    more: usize,
    is_held: bool,
    endpoint: Option<&EndpointName>,
    when: &When,
) -> Bookings {
    let t = BookingTexts::of(page.language);
    let listed = bookings
        .len()
        .min(LISTED_IN_ALL / page.endpoints.len().max(1));
    let (listed, left) = bookings.split_at(listed);
    let more = more + left.len();
    let (first, rest) = listed.split_at(listed.len().min(FIRST));
    let row = |booking: &BookingNow| Row::of(booking, endpoint, t, when);
    let count = listed.len() + more;
    Bookings {
        count: (count > 0).then(|| grouped(u64::try_from(count).unwrap_or(u64::MAX))),
        held: (is_held && count > 0).then_some(t.held),
        first: first.iter().map(row).collect(),
        rest: rest.iter().map(row).collect(),
        rest_summary: (t.rest)(rest.len()),
        more: (more > 0).then(|| (t.more)(more)),
    }
}

impl Row {
    fn of(
        booking: &BookingNow,
        endpoint: Option<&EndpointName>,
        t: &BookingTexts,
        when: &When,
    ) -> Self {
        let particulars = &booking.view.particulars;
        let next = particulars.next;
        let is_placed = next.is_some_and(|next| booking.placed_for >= Some(next.date));
        let note = if particulars.is_held_up {
            Some(t.held_up.to_owned())
        } else if is_placed {
            Some(t.placed.to_owned())
        } else {
            particulars.holiday.map(t.holiday)
        };
        Self {
            who: cut(booking.owner.as_str(), NAME_LETTERS),
            times: (t.times)(&particulars.times),
            next: next.map(|next| Time::of(next.ready_at, when)),
            note,
            lapses: booking.view.renew_by.parse().map_or_else(
                |_| booking.view.renew_by.clone(),
                |at: DateTime<Utc>| (t.date)(at.with_timezone(&when.zone).date_naive()),
            ),
            cancel: endpoint.and_then(|name| Cancel::of(booking, name)),
        }
    }
}

impl Cancel {
    /// A form hands back exactly what it shows.
    fn of(booking: &BookingNow, endpoint: &EndpointName) -> Option<Self> {
        let email = booking.owner.as_str();
        let is_shown = email.len() <= NAME_LETTERS && visible(email) == email;
        let path = paths::cancel_booking(endpoint, &booking.view.id)?;
        is_shown.then(|| Self {
            path,
            email: email.to_owned(),
        })
    }
}
