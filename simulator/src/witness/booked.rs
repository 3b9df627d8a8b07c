//! What has to come of bookings as time goes on.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{BookedOn, Booking};
use testkit::ec2::{AssociationStatus, Client, Ec2World};
use testkit::rulebook::Invariant;
use testkit::rulebook::bookings::{Appointment, KEPT_BEFORE_LEAD, LONGEST_LEAD, instant};

use super::Witness;
use super::fates::{DECIDED_WITHIN, Fate, key};
use crate::reached::Situation;
use crate::tables::Tables;

/// Reads, a commit for each of several bookings, and a call, in calm weather.
const A_SWEEP_TAKES: TimeDelta = TimeDelta::seconds(20);
/// After a storm: a stop that EC2 refused is tried again after ten minutes, an attempt after a few.
const SETTLES_IN: TimeDelta = TimeDelta::minutes(16);
/// An endpoint at rest is swept less often; this many times, and one.
const ASLEEP: i32 = 16;

impl Witness {
    /// A look at all bookings.
    pub(super) fn bookings_are_served(
        &mut self,
        now: DateTime<Utc>,
        vpn: &Ec2World,
        tables: &Tables,
    ) {
        self.connected_are_seen(now, vpn);
        for booking in tables.bookings_of_all(&self.book.terms.endpoint) {
            if booking.ended_at.is_some() {
                continue;
            }
            for appointment in Appointment::near(&booking, &self.book.terms.rules, now) {
                match self.booked.fate(&booking, appointment.date) {
                    None => {
                        self.is_placed_in_time(now, &booking, appointment);
                        self.is_missed_in_time(now, &booking, appointment);
                    }
                    Some(Fate::Placed(at)) => {
                        self.is_ready_in_time(now, &booking, appointment, at);
                    }
                    Some(Fate::Missed) => {}
                }
            }
            self.lapses_in_time(now, &booking);
        }
    }

    /// Who is connected for some sweeps is seen by them.
    fn connected_are_seen(&mut self, now: DateTime<Utc>, vpn: &Ec2World) {
        let since = now - self.book.terms.sweep_every * 3 - A_SWEEP_TAKES * 3;
        if !self.calm_since(since) {
            return;
        }
        let endpoint = vpn.endpoint(&self.book.terms.endpoint);
        let connections = endpoint.into_iter().flat_map(|it| it.connections.values());
        for connection in connections {
            let is_there = connection.established_at <= since
                && connection.ended_at.is_none()
                && connection.terminating_at.is_none();
            if let Client::User(user) = &connection.client
                && is_there
            {
                self.booked.saw(user, since);
            }
        }
    }

    fn lapses_at(&self, booking: &Booking) -> DateTime<Utc> {
        booking.renewed_at + self.book.terms.rules.booking_lifetime
    }

    fn is_placed_in_time(&mut self, now: DateTime<Utc>, booking: &Booking, it: Appointment) {
        let patience = self.book.terms.sweep_every * 2 + A_SWEEP_TAKES + self.tolerance() * 2;
        let (shortest, longest) = self.booked.leads_since(now - patience);
        let due_from = (it.ready_at - shortest).max(booking.created_at);
        // While a lead grows, what it reaches back to is due at once.
        let undisturbed = self.calm_since(due_from - patience)
            && !self.truth.held_lately(it.ready_at - longest - patience);
        let counts = self.lapses_at(booking) > it.ready_at + self.tolerance();
        let is_open = now < it.closes_at - self.tolerance();
        let late = now > due_from + patience && is_open && counts && undisturbed;
        self.holds(Invariant::BookedUnserved, now, !late, || {
            format!("{booking:?} is due since {due_from} and is not placed")
        });
    }

    fn is_missed_in_time(&mut self, now: DateTime<Utc>, booking: &Booking, it: Appointment) {
        let patience = self.book.terms.sweep_every * 2 + A_SWEEP_TAKES + self.tolerance() * 2;
        let counts = it.closes_at + self.tolerance() < self.lapses_at(booking);
        let late = now > it.closes_at + patience && self.calm_since(now - patience) && counts;
        self.holds(Invariant::MissedWrongly, now, !late, || {
            format!(
                "{booking:?} was neither placed for {} nor called missed",
                it.date
            )
        });
    }

    /// Placed in time, it is usable by its time, unless EC2 takes longer than the lead allows, or it was down or going for
    /// another reason.
    fn is_ready_in_time(
        &mut self,
        now: DateTime<Utc>,
        booking: &Booking,
        it: Appointment,
        placed_at: DateTime<Utc>,
    ) {
        if now < it.ready_at || !self.booked.looked_at.insert((key(booking), it.date)) {
            return;
        }
        let (_, longest) = self.booked.leads_since(placed_at - DECIDED_WITHIN);
        let due_from = it.ready_at - longest;
        let began = due_from.min(placed_at) - SETTLES_IN;
        let undisturbed = self.calm_since(began)
            && !self.truth.held_lately(began)
            && self.truth.last_deed_at.is_none_or(|at| at < began);
        let history = &self.book.history;
        let networks = history.networks.values();
        let was_going = networks.clone().any(|network| {
            let gone = network.first(AssociationStatus::Disassociated);
            let going = network.first(AssociationStatus::Disassociating);
            going.is_some_and(|at| at <= it.ready_at) && gone.is_none_or(|at| at > placed_at)
        });
        let by = placed_at + A_SWEEP_TAKES + self.tolerance();
        let is_coming = networks.clone().any(|network| {
            let from = network.first(AssociationStatus::Associating);
            let up = network.first(AssociationStatus::Associated);
            from.is_some_and(|at| at <= by) && up.is_none_or(|at| at > it.ready_at)
        });
        let is_up = history.usable(it.ready_at, it.ready_at);
        let given_back = history
            .promises
            .iter()
            .any(|promise| promise.email == booking.email.as_str() && !promise.stands(it.ready_at));
        let judged = undisturbed && !was_going && !given_back;
        let fair = is_up || is_coming;
        self.holds(Invariant::BookedUnserved, now, fair || !judged, || {
            format!(
                "{booking:?} was placed at {placed_at}, and is not ready at {}",
                it.ready_at
            )
        });
        if placed_at <= it.ready_at && is_up {
            self.reached.push(Situation::BookedInTime);
        }
    }

    fn lapses_in_time(&mut self, now: DateTime<Utc>, booking: &Booking) {
        let rules = &self.book.terms.rules;
        let is_past = match booking.times.on {
            BookedOn::Days(_) => false,
            BookedOn::Date(date) => {
                instant(&rules.time_zone, date.and_time(booking.times.ready_by)) <= now
            }
        };
        let lapses_at = self.lapses_at(booking);
        let patience =
            self.book.terms.sweep_every * ASLEEP + TimeDelta::minutes(1) + self.tolerance() * 2;
        let late = !is_past && now > lapses_at + patience && self.calm_since(now - patience);
        self.holds(Invariant::LapsedWrongly, now, !late, || {
            format!("{booking:?} was to lapse at {lapses_at}")
        });
    }

    /// A stop is committed: no booking is so near that what goes could not be back in time.
    pub(super) fn no_booking_is_near(&mut self, now: DateTime<Utc>, tables: &Tables) {
        let tolerance = self.tolerance();
        let read_at = now - DECIDED_WITHIN - tolerance;
        let (shortest, longest) = self.booked.leads_since(read_at);
        let bookings = tables.bookings_of_all(&self.book.terms.endpoint);
        let appointments = bookings
            .iter()
            .filter(|it| it.ended_at.is_none() && it.created_at < read_at)
            .filter(|it| self.lapses_at(it) > now + tolerance)
            .flat_map(|booking| {
                let near = Appointment::near(booking, &self.book.terms.rules, now);
                near.into_iter().map(move |it| (booking, it))
            })
            .filter(|(booking, it)| self.booked.fate(booking, it.date).is_none());
        let near = appointments
            .filter(|(booking, it)| {
                let lapses_at = self.lapses_at(booking) - tolerance;
                let is_due = it.ready_at - longest - tolerance <= now;
                let is_held = is_due && self.truth.held_lately(read_at);
                let keeps_from = it.ready_at - shortest - KEPT_BEFORE_LEAD;
                keeps_from < read_at
                    && now < it.closes_at - tolerance
                    && it.ready_at - shortest < lapses_at
                    && !is_held
            })
            .map(|(booking, it)| format!("{booking:?} is to be ready at {}", it.ready_at))
            .next();
        self.holds(Invariant::BookingNotKept, now, near.is_none(), || {
            format!("a stop, and {}", near.unwrap_or_default())
        });
    }

    /// Whether a booking that is not placed yet may keep what is up.
    pub(super) fn may_be_booked(&self, now: DateTime<Utc>, tables: &Tables) -> bool {
        let tolerance = self.tolerance() * 2;
        let (_, longest) = self.booked.leads_since(now - tolerance - A_SWEEP_TAKES);
        self.unresolved(now, tables).any(|it| {
            let due_from = it.ready_at - longest;
            let held = self.truth.mode.as_ref().filter(|mode| {
                matches!(mode.word, "hold" | "off")
                    && mode.set_at + DECIDED_WITHIN < now
                    && mode.until > due_from.max(now) + tolerance
            });
            let until = if held.is_some() {
                due_from
            } else {
                it.closes_at
            };
            due_from - KEPT_BEFORE_LEAD <= now + tolerance && now < until + tolerance
        })
    }

    /// Whether a sweep has something to do about a booking, now or soon.
    pub(crate) fn is_booking_near(&self, now: DateTime<Utc>, tables: &Tables) -> bool {
        let soon = LONGEST_LEAD + KEPT_BEFORE_LEAD + TimeDelta::minutes(10);
        self.unresolved(now, tables)
            .any(|it| it.ready_at - soon <= now)
    }

    /// A booking that a sweep at this time would place.
    pub(crate) fn due(&self, now: DateTime<Utc>, tables: &Tables) -> Option<Booking> {
        if self.truth.is_held(now) {
            return None;
        }
        let (shortest, _) = self.booked.leads_since(now);
        let bookings = tables.bookings_of_all(&self.book.terms.endpoint);
        bookings.into_iter().find(|booking| {
            let near = Appointment::near(booking, &self.book.terms.rules, now);
            booking.ended_at.is_none()
                && near.into_iter().any(|it| {
                    let is_open = it.ready_at - shortest <= now && now < it.closes_at;
                    is_open && self.booked.fate(booking, it.date).is_none()
                })
        })
    }

    /// The dates around now that are neither placed nor missed.
    fn unresolved(&self, now: DateTime<Utc>, tables: &Tables) -> impl Iterator<Item = Appointment> {
        let bookings = tables.bookings_of_all(&self.book.terms.endpoint);
        let standing = bookings.into_iter().filter(|it| it.ended_at.is_none());
        standing.flat_map(move |booking| {
            let near = Appointment::near(&booking, &self.book.terms.rules, now);
            near.into_iter()
                .filter(move |it| self.booked.fate(&booking, it.date).is_none())
        })
    }
}
