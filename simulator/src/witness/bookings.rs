//! Bookings as they change: placed once and rightly, missed, taken back and lapsed with their records.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::model::{Booking, BookingId, Email};
use testkit::history::Promise;
use testkit::rulebook::Invariant;
use testkit::rulebook::bookings::{Appointment, LONGEST_LEAD};

use super::Witness;
use super::fates::{BookingChange, DECIDED_WITHIN, Fate, key};
use crate::caller::Caller;
use crate::reached::Situation;
use crate::request::{BookingRequest, Response};
use crate::tables::Tables;

/// Who is seen again within this time need not be put down again.
const RENEWED_EVERY: TimeDelta = TimeDelta::days(1);

impl Witness {
    /// A booking was changed, together with these records.
    pub fn booking_changed(
        &mut self,
        now: DateTime<Utc>,
        caller: Caller,
        change: &BookingChange,
        records: &[AuditRecord],
        tables: &Tables,
    ) {
        let BookingChange { before, after } = change;
        let about = |event: Event| {
            let mut about = records.iter().filter(|it| it.event == event);
            about.any(|it| it.details.booking_id.as_ref() == Some(&after.id))
        };
        if let Some(before) = before
            && about(Event::AssociationRequested)
        {
            self.placed(now, before, after.placed_for, tables);
            return;
        }
        let Some(before) = before.as_ref().filter(|it| it.ended_at.is_none()) else {
            let fair = after.ended_at.is_none() && about(Event::BookingMade);
            self.holds(Invariant::LapsedWrongly, now, fair, || {
                format!("{caller}: {after:?} stands, and no record says that it was made")
            });
            return;
        };
        if after.ended_at.is_some() {
            let lapsed = about(Event::BookingLapsed);
            let recorded = lapsed != about(Event::BookingCancelled);
            self.holds(Invariant::LapsedWrongly, now, recorded, || {
                format!("{caller}: {after:?} ended, and its record is not there")
            });
            if lapsed {
                self.lapses_rightly(now, before);
            }
        } else if about(Event::BookingMissed) {
            self.missed(now, before, after.placed_for, records);
        } else {
            let unmoved = before.placed_for == after.placed_for;
            self.holds(Invariant::MissedWrongly, now, unmoved, || {
                format!("{caller}: {after:?} counts as placed or missed without a record")
            });
        }
    }

    /// A booking is asked for in its owner's name.
    fn placed(
        &mut self,
        now: DateTime<Utc>,
        booking: &Booking,
        date: Option<NaiveDate>,
        tables: &Tables,
    ) {
        let rules = &self.book.terms.rules;
        let appointment = date.and_then(|date| Appointment::of(booking, date, rules));
        let wrong = self.why_not_now(now, booking, appointment);
        self.holds(Invariant::BookedWrongly, now, wrong.is_none(), || {
            format!(
                "{booking:?} is placed for {date:?}: {}",
                wrong.unwrap_or_default()
            )
        });
        let Some(Appointment {
            date, lease_until, ..
        }) = appointment
        else {
            return;
        };
        let others = self.booked.placed_with(booking, now);
        let before = self
            .booked
            .fates
            .insert((key(booking), date), Fate::Placed(now));
        let again = matches!(before, Some(Fate::Placed(_)));
        self.holds(Invariant::BookedTwice, now, !again, || {
            format!("{booking:?} is placed for {date} again, after {before:?}")
        });
        self.holds(
            Invariant::MissedWrongly,
            now,
            before != Some(Fate::Missed),
            || format!("{booking:?} is placed for {date} and was called missed"),
        );
        let leases = tables.load(&self.book.terms.endpoint);
        let leases = leases.map(|state| state.leases).unwrap_or_default();
        let lease = leases.iter().find(|lease| lease.email == booking.email);
        let lasts = lease.is_some_and(|lease| lease.until >= lease_until);
        self.holds(Invariant::BookedUnserved, now, lasts, || {
            format!("{booking:?} is placed until {lease_until}, with {lease:?}")
        });
        let promise = Promise {
            email: booking.email.to_string(),
            from: now,
            until: lease_until,
            ended_at: None,
        };
        self.book.history.promise(promise, false);
        if others > 0 {
            self.reached.push(Situation::PlacedWithOthers);
        }
    }

    /// Why a booking must not be placed now, if so.
    fn why_not_now(
        &self,
        now: DateTime<Utc>,
        booking: &Booking,
        appointment: Option<Appointment>,
    ) -> Option<String> {
        let tolerance = self.tolerance();
        let Some(appointment) = appointment else {
            return Some("that is none of its dates".to_owned());
        };
        let (_, longest) = self.booked.leads_since(now - DECIDED_WITHIN);
        let due_from = appointment.ready_at - longest;
        let lapsed_at = booking.renewed_at + self.book.terms.rules.booking_lifetime;
        let held = ["hold", "off"]
            .into_iter()
            .find(|word| self.truth.has_mode(word, now + tolerance));
        if booking.ended_at.is_some() {
            Some("it had ended".to_owned())
        } else if now < due_from - tolerance {
            Some(format!("it is due from {due_from}"))
        } else if now > appointment.closes_at + DECIDED_WITHIN + tolerance {
            Some(format!("it was due until {}", appointment.closes_at))
        } else if now > lapsed_at + DECIDED_WITHIN + tolerance {
            Some(format!("it lapsed at {lapsed_at}"))
        } else {
            held.map(|word| format!("the mode is `{word}`"))
        }
    }

    /// All dates up to this one are called missed that were not placed.
    fn missed(
        &mut self,
        now: DateTime<Utc>,
        booking: &Booking,
        last: Option<NaiveDate>,
        records: &[AuditRecord],
    ) {
        let rules = self.book.terms.rules.clone();
        let appointment = last.and_then(|date| Appointment::of(booking, date, &rules));
        let tolerance = self.tolerance();
        let over = appointment.is_some_and(|it| it.closes_at <= now + tolerance);
        self.holds(Invariant::MissedWrongly, now, over, || {
            format!("{booking:?} is called missed for {last:?}: {appointment:?}")
        });
        let Some(appointment) = appointment else {
            return;
        };
        let made_on = booking
            .created_at
            .with_timezone(&rules.time_zone)
            .date_naive();
        let first = booking.placed_for.and_then(|date| date.succ_opt());
        let first = first.map_or(made_on, |first| first.max(made_on));
        for date in first
            .iter_days()
            .take_while(|date| *date <= appointment.date)
        {
            if Appointment::of(booking, date, &rules).is_none() {
                continue;
            }
            let before = self.booked.fates.insert((key(booking), date), Fate::Missed);
            self.holds(Invariant::MissedWrongly, now, before.is_none(), || {
                format!("{booking:?} is called missed for {date}, after {before:?}")
            });
        }
        // By a clock that is behind, an order may stand that is over.
        let was_held = self
            .truth
            .held_lately(appointment.ready_at - LONGEST_LEAD - tolerance);
        let blames_order = records.iter().any(|it| it.reason.contains("order"));
        self.holds(
            Invariant::MissedWrongly,
            now,
            was_held || !blames_order,
            || format!("{booking:?} was missed by an order that there was not"),
        );
    }

    /// Its owner was not seen for its lifetime.
    fn lapses_rightly(&mut self, now: DateTime<Utc>, booking: &Booking) {
        let lifetime = self.book.terms.rules.booking_lifetime;
        let tolerance = self.tolerance();
        let seen = self.booked.seen.get(booking.email.as_str()).copied();
        // When they were seen, it was perhaps a day since they had been put down.
        let renewed = seen.map(|seen| seen - RENEWED_EVERY);
        let renewed = renewed.max(Some(booking.created_at));
        let fair = renewed.is_none_or(|at| at + lifetime <= now + tolerance * 2);
        let by_table = booking.renewed_at + lifetime <= now + tolerance;
        self.holds(Invariant::LapsedWrongly, now, fair && by_table, || {
            format!("{booking:?} lapses, and its owner was seen at {seen:?}")
        });
    }

    /// A person got an answer about bookings.
    pub fn told_of_bookings(
        &mut self,
        now: DateTime<Utc>,
        who: &Email,
        request: &BookingRequest,
        response: &Response,
        tables: &Tables,
    ) {
        let asked_at = response.asked_at;
        let is_kept = matches!(response.status, 200 | 201);
        if is_kept && self.calm_since(asked_at) {
            self.booked.saw(who.as_str(), asked_at);
        }
        let bookings = tables.bookings_of_all(&self.book.terms.endpoint);
        let find = |owner: &Email, id: &BookingId| {
            let mut bookings = bookings.iter();
            bookings.find(|it| it.email == *owner && it.id == *id)
        };
        let lately = asked_at - self.tolerance();
        let fair = match request {
            BookingRequest::Book(times) => find(who, &times.id())
                .is_some_and(|it| it.ended_at.is_none_or(|ended| ended >= lately)),
            // It may have been booked again since.
            BookingRequest::Cancel(owner, id) => {
                find(owner, id).is_none_or(|it| it.ended_at.is_some() || it.created_at >= lately)
            }
            BookingRequest::Visit => true,
        };
        self.holds(Invariant::Undurable, now, fair || !is_kept, || {
            format!("{who}: {} to {request:?}", response.status)
        });
    }
}
