//! The moments of a stop and of a start: what chance alone hardly ever puts between a sweep's decision and its call to EC2.

use chrono::TimeDelta;
use shared::model::Booking;
use shared::policy::off_at;
use testkit::people::{Deed, Leaves, Visit};

use crate::people::People;
use crate::plan::What;
use crate::run::happens;
use crate::weather::Weather;

/// A sweep takes about so long from its first call to the one that disassociates.
const SWEEP_MILLISECONDS: i64 = 900;
/// And so long until it places what is booked.
const PLACING_MILLISECONDS: i64 = 300;

impl People {
    /// Whether the next sweep will find that nothing keeps the VPN, as far as the last one knows.
    fn stop_is_due(&self) -> bool {
        let now = self.engine.now();
        let universe = &*self.engine.universe();
        let rules = &universe.witness.terms().rules;
        universe.tables.load(&self.endpoint).is_ok_and(|state| {
            let seen = state.sightings.observation.as_ref();
            let off = seen.and_then(|seen| {
                let usage = seen.usage.as_ref()?;
                off_at(&state, usage, &seen.booked, rules, now)
            });
            state.stay.ready_since.is_some() && off.is_some_and(|off| off.at <= now)
        })
    }

    /// Whether the next sweep may start it: an ask waits.
    fn start_is_due(&self) -> bool {
        let universe = &*self.engine.universe();
        let state = universe.tables.state(&self.endpoint);
        state.is_ok_and(|state| {
            state.demand.requests > state.demand.served && state.stay.ready_since.is_none()
        })
    }

    /// A booking that the next sweep places.
    fn booking_is_due(&self) -> Option<Booking> {
        let now = self.engine.now();
        let universe = &*self.engine.universe();
        universe.witness.due(now, &universe.tables)
    }

    /// Something comes between a sweep's reading and its placing of a booking.
    fn meet_placing(&self, chance: &mut fastrand::Rng) {
        let Some(due) = self.booking_is_due() else {
            return;
        };
        let now = self.engine.now();
        let soon = now + TimeDelta::milliseconds(chance.i64(0..PLACING_MILLISECONDS));
        let people = self.clone();
        match chance.u8(..6) {
            0 | 1 => self.engine.at(soon, move |engine| {
                engine.spawn(async move {
                    people.cancel(&due.email, &due.id, false).await;
                });
            }),
            2 | 3 => {
                people.lambda.sweep();
            }
            4 => {
                // For a moment, or until it is missed.
                let minutes = if chance.bool() { 15 } else { 100 };
                self.engine.at(soon, move |engine| {
                    happens(engine, &people, What::Deed(Deed::Mode("hold", minutes)));
                });
            }
            _ => {}
        }
    }

    /// Sweeps; if that is about to be a stop or a start, something comes in between.
    pub(crate) fn sweep_aimed(&self, chance: &mut fastrand::Rng) {
        let starts = self.start_is_due() || self.booking_is_due().is_some();
        self.meet_placing(chance);
        if !self.stop_is_due() {
            let sweep = self.lambda.sweep();
            if starts && chance.u8(..4) == 0 {
                let after = TimeDelta::milliseconds(chance.i64(0..2 * SWEEP_MILLISECONDS));
                self.lambda.kill_at(self.engine.now() + after, sweep);
            }
            return;
        }
        let engine = self.engine.clone();
        let mut within =
            |milliseconds| engine.now() + TimeDelta::milliseconds(chance.i64(0..milliseconds));
        let (soon, later) = (within(SWEEP_MILLISECONDS), within(150_000));
        let people = self.clone();
        let then = |at, what| {
            let people = people.clone();
            engine.at(at, move |engine| happens(engine, &people, what));
        };
        match chance.u8(..12) {
            0 => then(soon, What::Visit(glance())),
            1 => then(soon, What::ExtraSweep),
            2 => {
                let sweep = self.lambda.sweep();
                self.lambda.kill_at(soon, sweep);
                if chance.bool() {
                    then(later, What::Visit(glance()));
                }
                return;
            }
            3 => then(soon, What::Deed(Deed::Mode("on", 30))),
            4 => {
                let refusals = Weather {
                    refused: 1_000,
                    ..Weather::calm()
                };
                happens(&engine, self, What::Storm(refusals, TimeDelta::seconds(3)));
            }
            _ => {}
        }
        self.lambda.sweep();
    }
}

/// An employee who asks, and does not connect.
fn glance() -> Visit {
    Visit {
        person: 0,
        clicks: 1,
        stays_on_page: false,
        works: None,
        leaves: Leaves::Disconnects,
        extends: None,
        fetches_profile: false,
    }
}
